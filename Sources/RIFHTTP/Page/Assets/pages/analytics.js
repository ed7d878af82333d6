// What happened in a window of time: where sessions went, how long it took, and who did it how well.

import { api } from "../core/api.js";
import { every, h, press, put } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { settings } from "../core/settings.js";
import { store } from "../core/store.js";
import { agentRows, pooled, reliability, timeBars } from "../analytics/people.js";
import { heatMap, MEASURES, MOST } from "../analytics/heatmap.js";
import { buckets, fillIn, legend, TREND, trendChart, trendRows } from "../analytics/trend.js";
import { empty, fail, failed, loading } from "../components/feedback.js";
import { icon, mark, stateWords, transition } from "../components/marks.js";
import { chooser, panel, segmented } from "../components/panel.js";
import { figure, plainTable } from "../components/plot.js";

export const title = "Analytics";

const WINDOWS = [["1", "1 h"], ["24", "24 h"], ["168", "7 days"], ["720", "30 days"]];
const FIRST = 15; // rows of a list that may be long
const quote = (text) => `'${text.replaceAll("'", "''")}'`;

export function mount(root, { signal }) {
  const windows = segmented("Window of time", WINDOWS, "24", (hours) => setQuery({ hours: hours === "24" ? null : hours }));
  const measures = segmented("Measure", Object.entries(MEASURES).map(([name, one]) => [name, one.word]), "count", (name) => setQuery({ measure: name === "count" ? null : name }));
  const only = h("span.only");
  const agents = chooser("Agent", [["", "All agents"]], "", (agent) => setQuery({ agent }));
  const types = chooser("Workflow type", [], "", (type) => setQuery({ type }));
  const heat = figure(MEASURES.count.title, { tools: measures.element });
  const slow = panel("Bottlenecks of the last hour");
  const trend = figure("How long decisions took", { tools: [only, legend(["key-band", "p50 to p95"], ["key-bar", "decisions"], ["hue-failed", "failed"])] });
  const times = figure("Where the time went", { tools: legend(["hue-running", "agent working"], ["hue-waiting", "waiting for a person"]) });
  const trust = figure("How far stated confidence can be trusted", { tools: agents.element });
  const ways = panel("Transitions, by the time they took in all");
  const people = panel("Agents");
  const graph = figure("The ways that sessions took", { tools: types.element });
  const trouble = h("div");
  const blank = h("div");
  const body = h("div.analytics", h("div.pair.wide-first", null, heat.element, slow.element), trend.element,
    h("div.pair", null, times.element, trust.element), ways.element, people.element, graph.element);
  const waiting = loading(8);
  put(root, h("header.page-head", h("h1", "Analytics"), windows.element), trouble, blank, waiting);

  let insight = null;
  let loaded = "";
  let trended = "";
  let drawnGraph = "";
  let isLong = false;

  const wanted = () => {
    const search = query();
    const hours = WINDOWS.some(([value]) => value === search.get("hours")) ? Number(search.get("hours")) : 24;
    return { hours, measure: MEASURES[search.get("measure")] ? search.get("measure") : "count", from: search.get("from"), to: search.get("to"), agent: search.get("agent") ?? "", type: search.get("type") ?? "" };
  };

  async function load() {
    const { hours } = wanted();
    loaded = String(hours);
    root.setAttribute("aria-busy", "true");
    try {
      const [next, kinds] = await Promise.all([
        api.get("/insight", { hours }, { signal }),
        api.post("/query", { sql: "SELECT workflow_type FROM orchestration_state WHERE workflow_type IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC LIMIT 100" }, { signal }),
      ]);
      if (loaded !== String(hours)) return;
      insight = next;
      types.set(kinds.rows.map(([name]) => [name, stateWords(name)]), wanted().type || kinds.rows[0]?.[0]);
      put(trouble);
      waiting.remove();
      if (!body.isConnected) root.append(body);
      trended = drawnGraph = "";
      draw();
      root.classList.add("page-ready");
    } catch (error) {
      if (error.name === "AbortError") return;
      waiting.remove();
      put(trouble, failed("The figures", error, load));
    }
    root.removeAttribute("aria-busy");
  }

  function draw() {
    const want = wanted();
    windows.set(String(want.hours));
    measures.set(want.measure);
    if (String(want.hours) !== loaded) return load();
    if (!insight) return;
    const rows = insight.transitions;
    const isEmpty = !rows.length;
    body.hidden = isEmpty;
    put(blank, isEmpty && empty("Nothing was decided in this window.", want.hours < 720 ? { action: press("", () => setQuery({ hours: 720 }), "Look at 30 days") }
      : { command: "rif transition SESSION STATE --reason …" }));
    if (isEmpty) return;
    const cells = () => [...heat.body.querySelectorAll(".heat")];
    const focused = cells().indexOf(document.activeElement);
    const often = [...rows].sort((a, b) => b.count - a.count);
    heat.show(heatMap(rows, want.measure, want, (row) => setQuery({ from: row?.from_state, to: row?.to_state })), ["From", "To", "#Count", "#p95", "#Failed"],
      often.map((row) => [row.from_state, row.to_state, count(row.count), duration(row.p95_ms), percent(1 - row.success_rate)]),
      `Press a cell to see only that transition in the trend and the table.${new Set(rows.flatMap((row) => [row.from_state, row.to_state])).size > MOST ? ` These are the ${MOST} busiest states.` : ""}`);
    cells()[focused]?.focus();
    drawWays(rows, want);
    drawTimes();
    drawTrust(want);
    drawAgents();
    drawTrend(want);
    drawGraph(want);
    drawSlow();
  }

  async function drawTrend({ hours, from, to }) {
    put(only, from && to ? h("button", { class: "button small", title: "Show all transitions", onclick: () => setQuery({ from: null, to: null }) }, transition(from, to), icon("close")) : null);
    const key = JSON.stringify([hours, from, to, settings.zone]);
    if (key === trended) return;
    trended = key;
    const size = buckets(hours);
    trend.title.textContent = `How long decisions took, by ${size.word}, ${settings.zone === "utc" ? "UTC" : "local time"}`;
    const until = Date.parse(insight.until);
    const since = until - hours * 3_600_000;
    try {
      const given = from && to ? [from, from, to] : [null, null, null];
      const { rows } = await api.post("/query", { sql: TREND, params: [size.shift, size.size, since, ...given], limit: 10_000 }, { signal });
      if (key !== trended) return;
      const points = fillIn(rows, since, until, size);
      if (rows.length) trend.show(trendChart(points, trend.title.textContent, size), ["From", "#Decisions", "#Failed", "#p50", "#p95"], trendRows(points));
      else put(trend.body, empty("No decision in this window."));
    } catch (error) {
      fail(trend.body, "The trend", error, () => { trended = ""; drawTrend(wanted()); });
    }
  }

  function drawTimes() {
    const states = insight.states.filter((state) => state.total_ms > 0);
    if (!states.length) return put(times.body, empty("No state was left in this window, so no time is known."));
    const { total_ms: total, waiting_for_person_ms: person } = insight.time;
    times.show(timeBars(states), ["State", "#Visits", "#Working", "#Waiting for a person", "#p50 of a visit", "#p95 of a visit"],
      states.map((state) => [state.state, count(state.visits), duration(state.total_ms - state.waiting_for_person_ms), duration(state.waiting_for_person_ms), duration(state.p50_ms), duration(state.p95_ms)]),
      `${duration(total)} in all, of which ${percent(person / total)} waiting for a person. Time of states that were left.`);
  }

  function drawTrust({ agent }) {
    const list = insight.calibration;
    agents.set([["", "All agents"], ...list.map((one) => [one.agent, one.agent])], agent);
    const one = agent ? list.find((other) => other.agent === agent) : pooled(list);
    if (!one?.count) return put(trust.body, empty("No agent was selected in this window."));
    const over = one.overconfidence;
    trust.show(reliability(one), ["Confidence", "#Stated", "#Succeeded", "#Decisions"],
      one.bins.map((bin) => [`${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`, bin.mean_confidence.toFixed(3), percent(bin.success_rate), count(bin.count)]),
      `Brier score ${one.brier_score.toFixed(3)} (0 is perfect, 0.25 is guessing) over ${count(one.count)} decisions; ${Math.abs(over) < 0.005 ? "neither too sure nor too unsure" : `${(Math.abs(over) * 100).toFixed(1)} points too ${over > 0 ? "sure" : "unsure"}`} on average. On the diagonal, what is said is what happens.`);
  }

  function drawWays(rows, { from, to }) {
    const list = from && to ? rows.filter((row) => row.from_state === from && row.to_state === to) : rows;
    const change = (value) => (value === null ? h("span.quiet", { title: "It did not occur in the window before" }, "new")
      : h("span", { class: value > 0.1 ? "bad" : value < -0.1 ? "good" : "quiet" }, `${value > 0 ? "+" : value < 0 ? "−" : "±"}${count(Math.abs(value) * 100)} %`));
    const ask = (row) => `/sql?q=${encodeURIComponent(`SELECT timestamp, session_id, decision_reason, execution_time_ms, success, error_details\nFROM orchestration_decisions\nWHERE from_state = ${quote(row.from_state)} AND to_state = ${quote(row.to_state)}\nORDER BY execution_time_ms DESC LIMIT 100`)}`;
    put(ways.body, list.length ? plainTable("Transitions", ["Transition", "#Count", "#p50", "#p95", "#p99", "#Share of time", "#Change", "#Success", "#Confidence", "Decisions"], list.slice(0, isLong ? list.length : FIRST).map((row) => [
      transition(row.from_state, row.to_state), count(row.count), duration(row.p50_ms), duration(row.p95_ms), duration(row.p99_ms),
      h("span.share", { vars: { "--part": percent(row.share).replace(" ", "") } }, percent(row.share)), change(row.change), percent(row.success_rate), row.avg_confidence_score?.toFixed(2) ?? "–",
      h("a.link", { href: ask(row) }, "slowest")])) : empty("No decision went this way in this window."),
    h("p.figure-note.quiet", null, !isLong && list.length > FIRST && [h("button.link-button", { onclick: () => { isLong = true; drawWays(rows, { from, to }); } }, `Show ${count(list.length - FIRST)} more`), " "], "Change: average time against the window of the same length before."));
  }

  function drawAgents() {
    if (!insight.agents.length) return put(people.body, empty("No agent was selected in this window."));
    const { rows, scale } = agentRows(insight.agents);
    put(people.body, plainTable("Agents", ["Agent", "Now", "#Decisions", "#Success", `Interval, ${scale}`, "#Average time", "#Confidence"], rows),
      h("p.figure-note.quiet", "Bars: where the true rate lies with 95 % certainty (Wilson); the fewer the decisions, the wider."));
  }

  async function drawGraph({ hours, type }) {
    const name = type || types.select.value;
    types.select.value = name;
    if (!name) return put(graph.body, empty("No session has a workflow type yet."));
    const key = `${hours} ${name}`;
    if (key === drawnGraph) return;
    drawnGraph = key;
    try {
      const { edges } = await api.get("/graph", { workflow_type: name, hours }, { signal });
      if (key !== drawnGraph) return;
      if (!edges.length) return put(graph.body, empty("No session of this type moved in this window."));
      const address = `/api/v1/graph?${new URLSearchParams({ workflow_type: name, hours, format: "svg" })}`;
      graph.show(h("a.picture", { href: address, target: "_blank", title: "Open the picture by itself", tabindex: "0" }, h("img", { src: address, alt: `Graph of ${name}: ${edges.length} transitions; the table below has them all.` })),
        ["From", "To", "#Count", "#p50", "#p95", "#Success"], edges.map((edge) => [edge.from, edge.to, count(edge.count), duration(edge.p50_ms), duration(edge.p95_ms), percent(edge.success_rate)]));
    } catch (error) {
      if (error.name !== "AbortError") put(graph.body, error.status === 404 ? empty("No session of this type moved in this window.") : failed("The graph", error, () => { drawnGraph = ""; drawGraph(wanted()); }));
    }
  }

  let slowest = "";
  function drawSlow() {
    const list = store.dashboard?.performance_stats.bottlenecks;
    if (!list || JSON.stringify(list) === slowest) return;
    slowest = JSON.stringify(list);
    put(slow.body, list.length ? [h("ul.slow", null, list.slice(0, 8).map((one) => h("li",
      mark(one.severity === "high" ? "stuck" : "planned", one.severity), h("bdi.cut", { title: one.description }, stateWords(one.description.replace(/ is slow$/, ""))), h("span.number", duration(one.avg_time_ms))))),
    h("p.figure-note.quiet", `Average time${list.length > 8 ? `; ${list.length - 8} more took over 10 s` : ""}.`)]
      : empty("Nothing took longer than 10 s on average."));
  }

  const ends = [every(60_000, load), store.subscribe(drawSlow), settings.subscribe(() => { if (insight) drawTrend(wanted()); })];
  draw();
  return { changed: draw, unmount() { ends.forEach((end) => end()); } };
}
