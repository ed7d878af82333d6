// The dashboard as it is known at this moment: asked for once, kept up to date by the live events, asked for again as
// often as the server can bear it. Old figures stay while new ones are on their way.

import { api } from "./api.js";
import { serverTime } from "./format.js";
import { live } from "./live.js";

const FEWEST = 1_000; // ms between two questions
const QUIET = 15_000; // ms without an event until figures over windows are asked for again
const MOST_EVENTS = 200;
const TOGETHER = 200; // ms for which events are gathered before they are shown

const listeners = new Set();
let timer = 0;
let asked = 0;
let took = 0;
let isAsking = false;
let isWanted = false;
let begin = 0; // the event behind which the stream began
let newest = 0; // the newest event that the dashboard knows
let arrived = new Map();

export const store = {
  /** The whole document of `GET /dashboard`; null until it came for the first time. */
  dashboard: null,
  /** Newest first. */
  events: [],
  /** What went wrong with the last question; null where nothing did. */
  failure: null,
  /** Hours: the window of transitions, decisions and agents. */
  hours: 24,

  /**
   * `listener(change)` with `change` one of `dashboard`, `events`, `failure`. What comes back ends it. As long as nobody
   * listens, the server is not asked.
   */
  subscribe(listener) {
    listeners.add(listener);
    if (isWanted) this.refresh(0);
    return () => listeners.delete(listener);
  },

  setHours(hours) {
    if (hours === this.hours) return;
    this.hours = hours;
    this.refresh(0);
  },

  /** Asks for the dashboard, at the earliest in so many milliseconds. */
  refresh(delay = 0) {
    clearTimeout(timer);
    if (delay) timer = setTimeout(ask, delay); else ask();
  },
};

function tell(change) {
  for (const listener of [...listeners]) {
    try { listener(change); } catch (error) { console.error(error); }
  }
}

async function ask() {
  if ((document.hidden && store.dashboard) || isAsking || !listeners.size) { isWanted = true; return; }
  isAsking = true;
  isWanted = false;
  const began = performance.now();
  const since = arrived;
  arrived = new Map();
  try {
    const hours = store.hours;
    const document = await api.get("/dashboard", { hours, days: 14, tz: zone() });
    took = performance.now() - began;
    if (hours === store.hours) accept(document);
    store.failure = null;
  } catch (error) {
    for (const [key, event] of since) arrived.set(key, event);
    store.failure = error;
    tell("failure");
  }
  isAsking = false;
  asked = performance.now();
  if (isWanted || isBehind()) later(); else store.refresh(live.state.name === "live" ? QUIET : 2_000);
}

/** Whether something happened after the dashboard was made and before the stream began. It is said once. */
function isBehind() {
  const is = newest < begin;
  begin = 0;
  return is;
}

/** A server that needs long to answer is asked seldom. */
function later() {
  isWanted = true;
  if (!isAsking) store.refresh(Math.max(120, asked + Math.max(FEWEST, took * 8) - performance.now()));
}

function accept(document) {
  serverTime(document.timestamp);
  store.dashboard = document;
  newest = document.real_time_events?.at(-1)?.sequence ?? 0;
  if (document.real_time_events?.length) merge(document.real_time_events);
  // What happened while the answer was on its way is newer than the answer.
  for (const event of arrived.values()) apply(event);
  tell("dashboard");
}

function merge(events) {
  const known = new Set(store.events.map((event) => event.sequence));
  const fresh = events.filter((event) => !known.has(event.sequence));
  if (!fresh.length) return false;
  store.events = [...fresh, ...store.events].sort((a, b) => b.sequence - a.sequence).slice(0, MOST_EVENTS);
  return true;
}

/** Shows at once what an event says about a row of the table; figures follow with the next answer. */
function apply(event) {
  const rows = store.dashboard?.active_workflows;
  if (!rows || !event.session_id) return;
  const place = rows.findIndex((row) => row.session_id === event.session_id);
  if (place < 0) return;
  const data = event.data ?? {};
  if (event.event_type === "workflow_complete") {
    store.dashboard.active_workflows = rows.filter((_, index) => index !== place);
    return;
  }
  if (!["state_transition", "transition_error", "decision_recorded"].includes(event.event_type)) return;
  const isMove = event.event_type === "state_transition";
  const old = rows[place];
  const row = {
    ...old, updated_at: event.timestamp,
    last_decision: {
      decision_id: data.decision_id, session_id: event.session_id, from_state: data.from, to_state: data.to,
      reason: data.reason || data.error || "", agents_selected: data.agents_selected ?? [],
      confidence_score: data.confidence_score ?? null, execution_time_ms: data.duration ?? null,
      success: isMove || data.success === true, error_details: data.error ?? null, timestamp: event.timestamp,
    },
  };
  if (isMove) {
    row.current_state = data.to;
    row.entered_at = event.timestamp;
  }
  store.dashboard.active_workflows = rows.with(place, row);
}

// A hundred events a second are four drawings, not a hundred.
let waiting = [];
live.on("event", (event) => {
  waiting.push(event);
  if (waiting.length === 1) setTimeout(takeIn, TOGETHER);
});

function takeIn() {
  const events = waiting;
  waiting = [];
  if (!merge(events)) return;
  for (const event of events) {
    if (event.session_id) arrived.set(event.sequence, event);
    apply(event);
  }
  tell("events");
  later();
}

live.on("snapshot", (sequence) => {
  begin = sequence ?? Infinity;
  if (!isAsking && isBehind()) store.refresh(0);
});

live.on("state", ({ name }) => {
  if (!isAsking && (name === "live" || name === "reconnecting")) store.refresh(name === "live" ? 0 : 500);
});

document.addEventListener("visibilitychange", () => { if (!document.hidden && isWanted) store.refresh(0); });

function zone() {
  try { return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC"; } catch { return "UTC"; }
}
