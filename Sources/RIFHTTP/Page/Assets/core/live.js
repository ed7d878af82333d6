// What happens, as it happens: the server's event stream, taken up again where it broke off.
//
// Read with `fetch` and not with EventSource: that one cannot begin at an event of our choice, does not say when it will
// try again, and cannot tell a refused login from a broken line.
//
// A browser opens six connections to a server, for all its tabs together. One of the tabs that are seen reads the stream
// and tells the others; when it is hidden or closed, the next one goes on where it was. (Locks exist on https and loopback
// only; elsewhere each tab reads a stream of its own.)

import { serverTime } from "./format.js";

const STREAM = "/api/v1/events?snapshot=false";
const NAME = `rif.stream ${import.meta.url}`; // tabs with another version of the page have one of their own
const SILENCE = 40_000; // ms; the server says that it is alive every 15 s
const LONG_AGO = 120_000; // ms; after a longer pause everything is less to read anew than all that happened since
const LONGEST_WAIT = 15_000; // ms between two attempts
const STEADY = 5_000; // ms; what breaks off sooner is no better than what could not be opened

const listeners = { event: new Set(), snapshot: new Set(), state: new Set() };
const channel = new BroadcastChannel(NAME);
let state = { name: "connecting", since: Date.now(), retryAt: 0 };
let lastID = "";
let controller = null;
let attempts = 0;
let heard = 0;
let quiet = 0;
let isPaused = true;
let isLeading = false;
let isTold = false; // by the tab that leads, without a gap

function tell(kind, value) {
  for (const listener of [...listeners[kind]]) {
    try { listener(value); } catch (error) { console.error(error); }
  }
}

const share = (kind, body) => { if (isLeading) channel.postMessage({ kind, body, id: lastID }); };

function become(name, more = {}) {
  state = { since: state.name === name ? state.since : Date.now(), retryAt: 0, name, ...more };
  share("state", state);
  tell("state", state);
}

function take(kind, body, id) {
  if (kind !== "event") serverTime(body.timestamp);
  if (kind === "event") tell("event", body);
  else if (kind === "begin") tell("snapshot", Number(id));
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
  // A heartbeat with an id says behind which event the stream begins.
  const kind = type !== "heartbeat" ? "event" : id === null ? "heartbeat" : "begin";
  share(kind, body);
  take(kind, body, lastID);
}

// What the tab says that reads the stream.
channel.onmessage = ({ data: { kind, body, id } }) => {
  if (kind === "who") share("state", state);
  if (isLeading || isPaused || kind === "who") return;
  watch();
  if (kind === "state") become(body.name, body);
  else if (isTold) take(kind, body, id);
  const wasTold = isTold;
  isTold = state.name === "live";
  if (!isTold) return;
  lastID = id;
  // What happened before this tab listened was not told to it.
  if (!wasTold) tell("snapshot", null);
};

/** The lines of a stream as they come; `heard` is called whenever something does. */
export async function* linesOf(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const parts = (rest + value).split(/\r?\n/);
    rest = parts.pop();
    yield* parts;
  }
}

function watch() {
  heard = Date.now();
  quiet = 0;
}

// By both clocks: timers stand still while a machine sleeps, and the time of day may be set back.
setInterval(() => {
  quiet += 5_000;
  if (!isPaused && Math.max(quiet, Date.now() - heard) > (isLeading ? SILENCE : 2 * SILENCE)) connect(!isLeading);
}, 5_000);

/** Waits until no other tab reads the stream, or takes it over at once, and reads it. */
async function connect(isNow = false) {
  controller?.abort();
  isLeading = isTold = false;
  const mine = controller = new AbortController();
  watch();
  try {
    if (!navigator.locks) return lead(mine);
    channel.postMessage({ kind: "who" });
    await navigator.locks.request(NAME, isNow ? { steal: true } : { signal: mine.signal }, () => lead(mine));
  } catch {
    // Another tab took it over.
    if (mine === controller) connect();
  }
}

async function lead(mine) {
  if (mine !== controller) return;
  isLeading = true;
  share("state", state);
  for (;;) {
    watch();
    const opened = await stream(mine);
    if (mine !== controller) return;
    if (performance.now() - opened > STEADY) attempts = 0;
    attempts += 1;
    const wait = opened && attempts === 1 ? 250 : Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempts, 6)) * (0.8 + Math.random() * 0.4);
    become("reconnecting", { retryAt: Date.now() + wait });
    await new Promise((done) => { setTimeout(done, wait); mine.signal.onabort = done; });
    if (mine !== controller) return;
  }
}

/** Answers when it was opened; NaN where it was not. */
async function stream(mine) {
  let opened = NaN;
  try {
    const headers = { Accept: "text/event-stream" };
    if (lastID) headers["Last-Event-ID"] = lastID;
    const response = await fetch(STREAM, { headers, signal: mine.signal, cache: "no-store" });
    if (response.status === 401) become("locked");
    // The place where we left off is of another database, and so is all that is shown.
    else if (response.status === 400 && lastID) location.reload();
    else if (response.ok && response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      opened = performance.now();
      become("live");
      let lines = [];
      for await (const line of linesOf(response.body, watch)) {
        if (line) { lines.push(line); continue; }
        message(lines);
        lines = [];
      }
    }
  } catch (error) {
    if (error instanceof SyntaxError) console.error(error);
  }
  return opened;
}

export const live = {
  get state() { return state; },

  /**
   * `kind`: `event` (one event), `state` (of the connection), `snapshot` (what is known from before the event of this
   * sequence, or of whatever age for null, is read again: the stream begins anew). What comes back ends it.
   */
  on(kind, listener) {
    listeners[kind].add(listener);
    return () => listeners[kind].delete(listener);
  },

  /** A tab that was opened behind the others begins when it is looked at. */
  start() {
    if (document.hidden) become("paused"); else this.resume();
  },

  retryNow() {
    if (isPaused) return this.resume();
    attempts = 0;
    connect(true);
  },

  /** Nobody looks: the stream is closed, and taken up where it was when somebody does. */
  pause() {
    if (isPaused) return;
    isPaused = true;
    isLeading = false;
    controller?.abort();
    controller = null;
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
