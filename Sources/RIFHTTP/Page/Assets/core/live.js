// What happens, as it happens: the server's event stream, taken up again where it broke off.
//
// Read with `fetch` and not with EventSource: that one cannot begin at an event of our choice, does not say when it will
// try again, and cannot tell a refused login from a broken line.

import { serverTime } from "./format.js";

const STREAM = "/api/v1/events?snapshot=false";
const SILENCE = 40_000; // ms; the server says that it is alive every 15 s
const LONG_AGO = 120_000; // ms; after a longer pause everything is less to read anew than all that happened since
const LONGEST_WAIT = 15_000; // ms between two attempts

const listeners = { event: new Set(), snapshot: new Set(), state: new Set() };
let state = { name: "connecting", since: Date.now(), retryAt: 0 };
let lastID = "";
let controller = null;
let attempts = 0;
let timer = 0;
let watchdog = 0;
let isPaused = false;

function tell(kind, value) {
  for (const listener of [...listeners[kind]]) {
    try { listener(value); } catch (error) { console.error(error); }
  }
}

function become(name, more = {}) {
  state = { since: state.name === name ? state.since : Date.now(), retryAt: 0, name, ...more };
  tell("state", state);
}

/** One message of the stream: the lines between two empty ones. */
function message(lines) {
  let type = "message";
  let id = null;
  const data = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") type = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  if (id !== null) lastID = id;
  if (data.length === 0) return;
  const body = JSON.parse(data.join("\n"));
  if (type !== "heartbeat") return tell("event", body);
  serverTime(body.timestamp);
  if (id) tell("snapshot", Number(id));
}

async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let lines = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    watch();
    const parts = (rest + value).split(/\r\n|\n|\r/);
    rest = parts.pop();
    for (const line of parts) {
      if (line !== "") { lines.push(line); continue; }
      if (lines.length) message(lines);
      lines = [];
    }
  }
}

function watch() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => controller?.abort(), SILENCE);
}

async function connect() {
  clearTimeout(timer);
  controller?.abort();
  const mine = controller = new AbortController();
  watch();
  let reached = false;
  try {
    const headers = { Accept: "text/event-stream" };
    if (lastID) headers["Last-Event-ID"] = lastID;
    const response = await fetch(STREAM, { headers, signal: mine.signal, cache: "no-store" });
    if (response.status === 401) return become("locked");
    // The place where we left off may be of another database: begin anew.
    if (response.status === 400) lastID = "";
    if (response.ok) {
      reached = true;
      attempts = 0;
      become("live");
      await read(response.body);
    }
  } catch (error) {
    if (error instanceof SyntaxError) console.error(error);
  }
  // Another attempt, or nobody who looks, took over.
  if (mine !== controller || isPaused) return;
  again(reached);
}

function again(soon) {
  clearTimeout(watchdog);
  attempts += 1;
  const wait = soon && attempts === 1 ? 250 : Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempts, 6)) * (0.8 + Math.random() * 0.4);
  become("reconnecting", { retryAt: Date.now() + wait });
  timer = setTimeout(connect, wait);
}

export const live = {
  get state() { return state; },

  /**
   * `kind`: `event` (one event), `state` (of the connection), `snapshot` (the stream begins anew behind the event of this
   * sequence: whatever is known from before it is read again). What comes back ends it.
   */
  on(kind, listener) {
    listeners[kind].add(listener);
    return () => listeners[kind].delete(listener);
  },

  start() { connect(); },

  retryNow() {
    if (isPaused) return this.resume();
    attempts = 0;
    connect();
  },

  /** Nobody looks: the stream is closed, and taken up where it was when somebody does. */
  pause() {
    if (isPaused) return;
    isPaused = true;
    clearTimeout(timer);
    clearTimeout(watchdog);
    controller?.abort();
    become("paused");
  },

  resume() {
    if (!isPaused) return;
    isPaused = false;
    attempts = 0;
    if (Date.now() - state.since > LONG_AGO) lastID = "";
    connect();
  },
};

let byHand = false;
/** Whether a person stopped the stream; a page that was only hidden goes on by itself. */
export function pauseByHand(wanted) {
  byHand = wanted;
  if (wanted) live.pause(); else live.resume();
}

// A page that is glanced away from for a moment need not connect again.
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(() => live.pause(), 10_000);
  else if (!byHand) live.resume();
});
addEventListener("online", () => { if (state.name === "reconnecting") live.retryNow(); });
