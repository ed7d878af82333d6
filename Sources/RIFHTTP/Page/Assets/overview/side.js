// Beside the table: how sessions spread over states, the newest decisions, and the events as they come.

import { bdi, h, put, reconcile } from "../core/dom.js";
import { count, time } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { bars } from "../components/charts.js";
import { eventHue, eventLine } from "../components/events.js";
import { empty } from "../components/feedback.js";
import { agentNames, confidence, mark, sessionLink, stateWords, transition } from "../components/marks.js";
import { panel } from "../components/panel.js";

const EVENTS = 30;
const DECISIONS = 8;
const STATES = 12; // shown at once

export function sideColumn() {
  const states = panel("By state");
  const decisions = panel("Newest decisions");
  const events = panel("Live events");
  const list = h("ol.feed");
  const eventList = h("ol.feed.events-feed");
  const noDecisions = empty("No decisions yet.");
  const noEvents = empty("Nothing happened since the server started.");
  decisions.body.append(noDecisions, list);
  events.body.append(noEvents, eventList);
  const element = h("div.side", null, states.element, decisions.element, events.element);
  let shown = "";
  let isOpen = false;

  function draw(dashboard, all) {
    const chosen = query().get("state") ?? "";
    const byState = Object.entries(dashboard.state_distribution.by_state).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    const signature = JSON.stringify([byState, chosen, isOpen]);
    if (signature !== shown) {
      shown = signature;
      put(states.body, byState.length
        ? bars(byState.filter(([state], at) => isOpen || at < STATES || state === chosen).map(([state, number]) => ({
          name: stateWords(state), value: number, text: count(number), title: `${state}: ${number}. Click to show only these.`,
          pressed: state === chosen, onopen: () => setQuery({ state: state === chosen ? null : state }),
        })), { label: "Active sessions by state" })
        : empty("No session is active."),
      !isOpen && byState.length > STATES && h("button.link-button", { onclick: () => { isOpen = true; draw(dashboard, all); } }, `Show ${byState.length - STATES} more`));
    }
    const rows = dashboard.recent_decisions.slice(0, DECISIONS);
    noDecisions.hidden = rows.length > 0;
    reconcile(list, rows, (row) => row.decision_id, decisionRow);
    noEvents.hidden = all.length > 0;
    reconcile(eventList, all.slice(0, EVENTS), (event) => String(event.sequence), eventRow);
  }

  return { element, draw, changed() { shown = ""; } };
}

function decisionRow(row) {
  const [from, to] = row.transition.split(" → ");
  return h("li", { class: row.success ? "" : "is-bad" },
    h("a.feed-row", { href: sessionLink(row.session_id) },
      h("span.feed-head", null, row.success ? null : mark("failed", "failed"), transition(from, to), confidence(row.confidence_score)),
      h("span.feed-text", bdi(row.error_details || row.reason || "no reason given")),
      h("span.feed-foot.quiet", agentNames(row.agents), time(row.timestamp))));
}

function eventRow(event) {
  const inside = [time(event.timestamp, "clock"), mark(eventHue(event), null), h("span.event-line", null, eventLine(event))];
  return h("li", null, event.session_id
    ? h("a.event-row", { href: sessionLink(event.session_id), title: `${event.event_type} · ${event.session_id}` }, inside)
    : h("span.event-row", { title: event.event_type }, inside));
}
