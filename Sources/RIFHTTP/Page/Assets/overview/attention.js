// What needs somebody: sessions that are stuck, that failed, or that wait for a person.

import { h, put } from "../core/dom.js";
import { duration, now, time } from "../core/format.js";
import { idMark, mark, sessionLink, stateWords } from "../components/marks.js";

const SHOWN = 4;
const DAY = 86_400_000;

export function attentionStrip() {
  const element = h("section", { class: "attention", "aria-label": "Needs attention" });
  let isOpen = false;
  let last = null;

  /** Draws it, and answers what each session needs: id → { hue, why }. */
  function draw(dashboard, found) {
    const items = collect(dashboard, found);
    const needs = new Map(items.map((item) => [item.id, item]));
    const signature = JSON.stringify([isOpen, items.map((item) => [item.id, item.hue, item.why, item.since])]);
    if (signature !== last) {
      last = signature;
      show(items, dashboard, found);
    }
    return needs;
  }

  function show(items, dashboard, found) {
    if (!items.length) {
      element.className = "attention clear";
      put(element, mark("done", null), h("span", null, "All clear"),
        h("span", { class: "quiet" }, "Nothing is stuck, failed in the last 24 hours, or waits for a person."));
      return;
    }
    element.className = "attention";
    const counts = ["failed", "stuck", "waiting"].map((hue) => [hue, items.filter((item) => item.hue === hue).length]).filter(([, n]) => n);
    const words = { failed: "failed", stuck: "stuck", waiting: "waiting for you" };
    const rows = isOpen ? items : items.slice(0, SHOWN);
    put(element,
      h("header", { class: "attention-head" }, h("h2", null, "Needs attention"),
        counts.map(([hue, n]) => h("span", { class: `attention-count hue-${hue}` }, mark(hue, null), `${n} ${words[hue]}`))),
      h("ul", { class: "attention-list" }, rows.map((item) =>
        h("li", null, mark(item.hue),
          idMark(item.id, { link: sessionLink(item.id) }), h("bdi", { class: "attention-type", title: item.type }, item.type ?? ""),
          h("bdi", { class: "attention-state" }, stateWords(item.state)),
          h("span", { class: "attention-why" }, h("bdi", null, item.why)),
          h("span", { class: "attention-when quiet" }, time(item.since))))),
      items.length > SHOWN && h("button", { type: "button", class: "link-button", onclick: () => {
        isOpen = !isOpen;
        last = null;
        draw(dashboard, found);
      } }, isOpen ? "Show fewer" : `Show ${items.length - SHOWN} more`));
  }
  return { element, draw };
}

/** What can still be helped first: failing, stuck by how far over their limit, waiting; then what has ended as failed. */
function collect(dashboard, { stuck, failures }) {
  const items = [];
  const ended = [];
  for (const session of failures) {
    if (now() - Date.parse(session.updated_at) > DAY) continue;
    ended.push({
      id: session.session_id, hue: "failed", type: session.workflow_type, state: session.current_state,
      why: `ended as failed after ${duration(Date.parse(session.updated_at) - Date.parse(session.created_at))}`, since: session.updated_at,
    });
  }
  ended.sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
  const active = new Map(dashboard.active_workflows.map((row) => [row.session_id, row]));
  const seen = new Set();
  for (const row of dashboard.active_workflows) {
    const decision = row.last_decision;
    if (!decision || decision.success) continue;
    seen.add(row.session_id);
    items.push({
      id: row.session_id, hue: "failed", type: row.workflow_type, state: row.current_state,
      why: decision.error_details || `${stateWords(decision.from_state)} → ${stateWords(decision.to_state)} failed`, since: decision.timestamp,
    });
  }
  for (const session of stuck) {
    const row = active.get(session.session_id);
    if (!row || seen.has(session.session_id) || row.current_state !== session.current_state) continue;
    items.push({
      id: session.session_id, hue: "stuck", type: row.workflow_type, state: row.current_state,
      why: `${duration(now() - Date.parse(session.entered_at))} in this state; 95 % of visits take ${duration(session.limit_ms)} at most`, since: session.entered_at,
    });
  }
  for (const row of dashboard.active_workflows) {
    if (!row.waiting) continue;
    items.push({
      id: row.session_id, hue: "waiting", type: row.workflow_type, state: row.current_state,
      why: row.waiting.question ?? "waits for a person", since: row.waiting.since ?? row.updated_at,
    });
  }
  return [...items, ...ended];
}
