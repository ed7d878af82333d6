// What needs somebody: sessions that are stuck, that failed, or that wait for a person.

import { bdi, h, put, quiet } from "../core/dom.js";
import { count, duration, passed, shortDuration, time } from "../core/format.js";
import { idMark, mark, sessionLink, stateWords } from "../components/marks.js";

const SHOWN = 4;
const MOST = 100; // the table has all of them, first
const HUES = ["failed", "waiting", "stuck"];
// Shorter than this nothing is called stuck, whatever is usual: a demo's steps take milliseconds.
const LEAST = 5 * 60_000; // ms

export function attentionStrip() {
  const element = h("section.attention", { "aria-label": "Needs attention" });
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
      put(element, mark("done", null), h("span", "All clear"),
        quiet("Nothing is stuck, failed in the last 24 hours, or waits for a person."));
      return;
    }
    // Its edge says how bad it is; what only takes long is no alarm.
    const worst = HUES.find((hue) => items.some((item) => item.hue === hue));
    element.className = `attention hue-${worst}`;
    const counts = ["waiting", "failed", "stuck"].map((hue) => [hue, items.filter((item) => item.hue === hue).length]).filter(([, n]) => n);
    const words = { failed: "failed", stuck: "stuck", waiting: "waiting for you" };
    const rows = items.slice(0, isOpen ? MOST : SHOWN);
    put(element,
      h("header.attention-head", h("h2", "Needs attention"),
        counts.map(([hue, n]) => h("span", { class: `attention-count hue-${hue}` }, mark(hue, null), `${count(n)} ${words[hue]}`))),
      h("ul.attention-list", null, rows.map((item) =>
        h("li", mark(item.hue),
          idMark(item.id, { link: sessionLink(item.id) }), h("bdi.attention-type", { title: item.type }, item.type ?? ""),
          h("bdi.attention-state", stateWords(item.state)),
          item.link ? h("a.attention-why.link", { href: item.link, title: item.why }, bdi(item.why)) : h("span.attention-why", { title: item.more ?? item.why }, bdi(item.why)),
          h("span.attention-when.quiet", time(item.since))))),
      items.length > SHOWN && h("button", { class: "link-button", onclick: () => {
        isOpen = !isOpen;
        last = null;
        draw(dashboard, found);
      } }, isOpen ? "Show fewer" : `Show ${Math.min(MOST, items.length) - SHOWN} more`));
  }
  return { element, draw };
}

/** Whoever waits for you first; then what failed, or ended as failed, the newest first; then what is stuck, by how far over its limit. */
function collect(dashboard, { stuck, failures, waiting }) {
  const active = new Map(dashboard.active_workflows.map((row) => [row.session_id, row]));
  const items = waiting.map((one) => ({
    id: one.session_id, hue: "waiting", type: active.get(one.session_id)?.workflow_type, state: one.state, why: one.question,
    since: one.created_at, link: `/approvals?id=${encodeURIComponent(one.approval_id)}`,
  }));
  const seen = new Set(items.map((item) => item.id));
  const bad = [];
  for (const session of failures) {
    bad.push({
      id: session.session_id, hue: "failed", type: session.workflow_type, state: session.current_state,
      why: `ended as failed after ${duration(passed(session.created_at, session.updated_at))}`, since: session.updated_at,
    });
  }
  for (const row of dashboard.active_workflows) {
    const decision = row.last_decision;
    if (!decision || decision.success || seen.has(row.session_id)) continue;
    seen.add(row.session_id);
    bad.push({
      id: row.session_id, hue: "failed", type: row.workflow_type, state: row.current_state,
      why: decision.error_details || `${stateWords(decision.from_state)} → ${stateWords(decision.to_state)} failed`, since: decision.timestamp,
    });
  }
  items.push(...bad.sort((a, b) => Date.parse(b.since) - Date.parse(a.since)));
  for (const session of stuck) {
    const row = active.get(session.session_id);
    const there = passed(session.entered_at);
    if (!row || there < LEAST || seen.has(session.session_id) || row.current_state !== session.current_state) continue;
    items.push({
      id: session.session_id, hue: "stuck", type: row.workflow_type, state: row.current_state,
      why: `here for ${shortDuration(there)}; usually ${shortDuration(session.limit_ms)} at most`, since: session.entered_at,
      more: `95 % of the visits of this state took ${duration(session.limit_ms)} at most`,
    });
  }
  return items;
}
