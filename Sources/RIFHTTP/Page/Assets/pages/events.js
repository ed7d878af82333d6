// Everything that happens, as it happens, and what happened before.

import { api, sessionID } from "../core/api.js";
import { h, on, press, put, quiet, reconcile, whenQuiet } from "../core/dom.js";
import { count, shortID, time } from "../core/format.js";
import { linesOf, live, pauseByHand } from "../core/live.js";
import { query, setQuery } from "../core/router.js";
import { eventHue, eventLine } from "../components/events.js";
import { empty, failed, loading } from "../components/feedback.js";
import { copyButton, icon, mark, sessionLink } from "../components/marks.js";
import { chooser, panel } from "../components/panel.js";

export const title = "Events";

const PAGE = 200;
const MOST = 3_000;
const SILENCE = 20_000; // ms; what should have come by then does not come
// Decisions are events too, in a table of their own. Each table gives its newest ones by itself: to sort both takes long.
const NEWEST = `ORDER BY sequence DESC LIMIT ${PAGE})`;
const places = (table, type) => `(SELECT sequence FROM orchestration_${table} WHERE sequence < $1 AND ($2 = '' OR ${type} = $2) AND ($3 = '' OR session_id = $3) ${NEWEST}`;
const PLACES = `SELECT min(sequence), max(sequence), count(*) FROM (FROM (${places("events", "event_type")} UNION ALL
${places("decisions", "CASE kind WHEN 'transition' THEN 'state_transition' WHEN 'refused' THEN 'transition_error' ELSE 'decision_recorded' END")}) ${NEWEST}`;

/** The events of the log from one sequence to another, as the stream tells them. */
async function replay(first, last, filter, signal) {
  const controller = new AbortController();
  const stop = () => controller.abort();
  on(signal, "abort", stop);
  let timer = 0;
  const heard = () => { clearTimeout(timer); timer = setTimeout(stop, SILENCE); };
  heard();
  const found = [];
  try {
    const response = await api.get("/events", { last_event_id: first - 1, session_id: filter.session, event_type: filter.type }, { as: "response", signal: controller.signal });
    for await (const line of linesOf(response.body, heard)) {
      if (!line.startsWith("data:")) continue;
      const event = JSON.parse(line.slice(5));
      if (event.sequence >= first && event.sequence <= last) found.push(event);
      if (event.sequence >= last) break;
    }
  } catch (error) {
    // Cut off by ourselves: what came is what there is.
    if (error.name !== "AbortError" || signal.aborted || !found.length) throw error;
  } finally {
    clearTimeout(timer);
    stop();
  }
  return found;
}

export function mount(root, { signal }) {
  const types = chooser("Type of event", [["", "Any type"]], "", (type) => setQuery({ type }));
  const session = h("input", { type: "search", class: "filter", "aria-label": "Session id", placeholder: "Session id" });
  const refused = h("span.bad", { role: "status" });
  const pause = h("button.button", { onclick: () => pauseByHand(live.state.name !== "paused") });
  const shown = h("span.quiet.number");
  const box = panel("Newest first", { tools: [types.element, session, refused, pause, shown] });
  const list = h("ol.log");
  const foot = h("div.more");
  const state = h("div", null, loading(6));
  box.body.append(list, state, foot);
  put(root, h("header.page-head", h("h1", "Events")), box.element);

  const known = new Set(["state_transition", "transition_error", "decision_recorded"]);
  let events = [];
  let filter = null;
  let isLoading = false;
  let isAll = false;
  let gathered = [];
  const wanted = () => ({ type: query().get("type") ?? "", session: query().get("session") ?? "" });
  const fits = (event) => (!filter.type || event.event_type === filter.type) && (!filter.session || event.session_id === filter.session);

  function row(event) {
    const open = (item) => item.querySelector("pre") ?? item.append(h("div.log-more",
      h("div.log-tools", null, event.session_id && h("a.button.small", { href: sessionLink(event.session_id) }, "Open the session"),
        event.session_id && press("small", () => setQuery({ session: event.session_id }), "Only this session"),
        press("small", () => setQuery({ type: event.event_type }), "Only this type"), copyButton(JSON.stringify(event, null, 2), "Copy the event")),
      h("pre.raw", { tabindex: "0" }, JSON.stringify(event, null, 2))));
    return h("li", h("details", { ontoggle: (toggled) => { if (toggled.target.open) open(toggled.target); } },
      h("summary", time(event.timestamp, "clock"), mark(eventHue(event), null), h("span.mono.log-type", null, event.event_type),
        h("span.mono.log-session.quiet", { title: event.session_id ?? "no session" }, event.session_id ? [shortID(event.session_id), `…${event.session_id.slice(-4)}`] : "–"),
        h("span.event-line", null, eventLine(event)), h("span.number.quiet.log-place", count(event.sequence)))));
  }

  function add(more) {
    const have = new Set(events.map((event) => event.sequence));
    const fresh = more.filter((event) => !have.has(event.sequence) && fits(event));
    if (!fresh.length) return;
    events = [...fresh, ...events].sort((a, b) => b.sequence - a.sequence);
    if (events.length > MOST) { events.length = MOST; isAll = false; }
  }

  function draw() {
    reconcile(list, events, (event) => String(event.sequence), row);
    for (const event of events) known.add(event.event_type);
    const options = [["", "Any type"], ...[...known].sort().map((name) => [name, name])];
    if (types.select.length !== options.length) types.set(options, filter.type);
    put(shown, events.length ? `${count(events.length)}${isAll ? "" : "+"}` : "");
    put(foot, !isAll && events.length && events.length < MOST ? h("button.button", { disabled: isLoading, onclick: () => load() }, isLoading ? "Loading…" : "Load older events")
      : events.length >= MOST ? quiet(`The newest ${count(MOST)}; filter by type or session to see further back.`) : null);
  }

  async function load(before = events.at(-1)?.sequence ?? Number.MAX_SAFE_INTEGER) {
    const mine = filter;
    isLoading = true;
    draw();
    try {
      const { rows: [[first, last, number]] } = await api.post("/query", { sql: PLACES, params: [before, mine.type, mine.session] }, { signal });
      const found = Number(number) ? await replay(Number(first), Number(last), mine, signal) : [];
      if (mine !== filter) return;
      isAll = Number(number) < PAGE && (before === Number.MAX_SAFE_INTEGER || events.at(-1)?.sequence === before);
      add(found);
      put(state, events.length ? null : empty(mine.type || mine.session ? "No event fits the filter." : "Nothing has happened yet. Start a session:",
        mine.type || mine.session ? { action: press("", () => setQuery({ type: null, session: null }), "Take the filter away") } : { command: "rif start --workflow-type feature_development" }));
      root.classList.add("page-ready");
    } catch (error) {
      if (signal.aborted || mine !== filter) return;
      put(state, failed("Older events", error, () => load(before)));
    }
    isLoading = false;
    draw();
  }

  function changed() {
    const want = wanted();
    if (filter && want.type === filter.type && want.session === filter.session) return;
    filter = want;
    if (want.type) known.add(want.type);
    types.set([["", "Any type"], ...[...known].sort().map((name) => [name, name])], want.type);
    if (document.activeElement !== session) session.value = want.session;
    events = [];
    isAll = false;
    put(state, loading(6));
    load();
  }

  on(session, "input", whenQuiet(async () => {
    put(refused);
    try { setQuery({ session: await sessionID(session.value, { signal }) }); } catch (error) { if (error.name !== "AbortError") put(refused, error.message); }
  }, 300));

  function write() {
    const isPaused = live.state.name === "paused";
    put(pause, icon(isPaused ? "play" : "pause"), isPaused ? "Go on" : "Pause");
    pause.title = isPaused ? "Nothing new is shown until you go on (p)" : "Hold the list still (p)";
  }

  // Events that come close together are one drawing.
  const take = () => {
    add(gathered);
    gathered = [];
    if (events.length) put(state);
    draw();
  };
  const ends = [live.on("event", (event) => { if (gathered.push(event) === 1) setTimeout(take, 150); }),
    // After a long pause the stream begins anew: what happened meanwhile is read from the log.
    live.on("snapshot", () => { if (events.length && !isLoading) { events = []; load(); } }), live.on("state", write)];
  write();
  changed();
  api.post("/query", { sql: "SELECT DISTINCT event_type FROM orchestration_events" }, { signal }).then(({ rows }) => { for (const [name] of rows) known.add(name); draw(); }, () => {});
  return { changed, keys: { f: () => session.focus() }, unmount: () => ends.forEach((end) => end()) };
}
