// Below the timeline: the same session as lists.

import { api, save as keep } from "../core/api.js";
import { bdi, h, on, press, put, quiet, region, setText } from "../core/dom.js";
import { count, duration, time } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { eventHue, eventLine } from "../components/events.js";
import { empty, fail, loading, notice } from "../components/feedback.js";
import { agentNames, confidence, icon, mark, stateWords, transition } from "../components/marks.js";
import { plainTable } from "../components/plot.js";
import { table } from "../components/table.js";
import { contextTree } from "./context.js";
import { sessionRuns } from "./runs.js";

const TABS = [["decisions", "Decisions"], ["context", "Context"], ["runs", "Agent runs"], ["metrics", "Metrics"], ["events", "Events"], ["raw", "Raw"]];

export function sessionTabs(model, { signal, choose }) {
  const tree = contextTree(model);
  const built = { decisions: decisions(model, choose), context: tree, runs: sessionRuns(model, { signal }), metrics: metrics(model, signal), events: events(model, choose), raw: raw(model) };
  const list = h("div.tabs", { role: "tablist", "aria-label": "Lists" });
  const body = h("div.tab-body", { role: "tabpanel" });
  const counts = {};
  for (const [name, text] of TABS) {
    counts[name] = h("span.tab-count.number");
    list.append(h("button", { role: "tab", id: `tab-${name}`, data: { tab: name }, onclick: () => setQuery({ tab: name === "decisions" ? null : name }) }, text, " ", counts[name]));
  }
  on(list, "keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.stopPropagation();
    const next = (TABS.findIndex(([name]) => name === shown) + by + TABS.length) % TABS.length;
    list.children[next].focus();
    list.children[next].click();
  });
  const element = h("section.panel", { "aria-label": "Lists of the session" }, list, body);
  let shown = "";
  let step = null;

  function draw() {
    const wanted = query().get("tab");
    const name = TABS.some(([tab]) => tab === wanted) ? wanted : "decisions";
    if (name !== shown) {
      shown = name;
      put(body, built[name].element);
      body.setAttribute("aria-labelledby", `tab-${name}`);
      for (const button of list.children) {
        const is = button.dataset.tab === name;
        button.setAttribute("aria-selected", String(is));
        button.setAttribute("tabindex", is ? "0" : "-1");
      }
      built[name].shown?.();
    }
    setText(counts.decisions, count(model.decisions));
    const launched = new Set(model.runs.map((run) => run.id)).size; // a retry is the same run
    setText(counts.runs, launched ? count(launched) : "");
    setText(counts.events, count(model.events.length));
    built[name].draw?.();
    if (step) built[name].mark?.(step);
  }

  return {
    element, draw,
    mark(next) { step = next; built[shown]?.mark?.(next); },
    destroy() { for (const tab of Object.values(built)) tab.destroy?.(); },
  };
}

/** What the graph was clicked for: { node } or { from, to }. */
export function focus() {
  const search = query();
  if (search.get("node")) return { node: search.get("node") };
  if (search.get("from") && search.get("to")) return { from: search.get("from"), to: search.get("to") };
  return {};
}

function decisions(model, choose) {
  const scroller = region("div.list-scroll", "Decisions");
  const only = h("div.tab-tools");
  const nothing = h("div");
  const rows = table({
    label: "Steps", keyOf: (step) => String(step.sequence), rowHeight: () => (innerWidth < 720 ? 84 : 36), scroller,
    signature: (step) => String(step.sequence),
    columns: [
      { name: "index", title: "#", kind: "number", width: "80px", cell: (step) => h("a", { href: `?step=${step.index + 1}`, class: "quiet", onclick: (event) => { event.preventDefault(); choose(step.index); } }, count(step.index + 1)) },
      { name: "when", title: "Time", width: "132px", cell: (step) => time(step.time, "clock") },
      { name: "what", title: "Step", width: "25%", cell: (step) => h("span.line", null, step.success ? null : mark("failed", "failed"), what(step)) },
      { name: "reason", title: "Reason", cell: (step) => h("span", { class: `cut ${step.success ? "" : "bad"}`, title: step.error || step.reason }, bdi(step.error || step.reason)) },
      { name: "agents", title: "Agents", width: "18%", cell: (step) => agentNames(step.agents) },
      { name: "sure", title: "Confidence", kind: "number", width: "100px", cell: (step) => confidence(step.confidence) },
      { name: "took", title: "Took", kind: "number", width: "108px", cell: (step) => duration(step.duration) },
    ],
    onOpen: (step) => choose(step.index),
  });
  scroller.append(rows.element);
  let drawn = "";
  let current = null;

  function draw() {
    const wanted = focus();
    const signature = JSON.stringify([model.steps.length, wanted]);
    if (signature === drawn) return;
    drawn = signature;
    const list = wanted.node ? model.steps.filter((step) => step.from === wanted.node || step.to === wanted.node || step.state === wanted.node)
      : wanted.from ? model.steps.filter((step) => step.from === wanted.from && step.to === wanted.to) : model.steps;
    const isFiltered = wanted.node || wanted.from;
    put(only, isFiltered ? [h("span", "Only ", wanted.node ? ["steps at ", h("strong", bdi(stateWords(wanted.node)))] : transition(wanted.from, wanted.to), `: ${count(list.length)} of ${count(model.steps.length)}`),
      press("small", () => setQuery({ node: null, from: null, to: null }), icon("close"), "Show all")] : null);
    only.hidden = !isFiltered;
    put(nothing, list.length || !model.isComplete ? null : empty(isFiltered ? "No decision goes this way." : "No decisions yet."));
    scroller.hidden = list.length === 0;
    rows.setRows(list);
    if (current) rows.select(String(current.sequence));
  }

  return {
    element: h("div", null, only, scroller, nothing), draw,
    mark(step) { current = step; rows.select(String(step.sequence)); },
    shown() { drawn = ""; },
    destroy() { rows.destroy(); },
  };
}

function what(step) {
  switch (step.kind) {
    case "start": return [bdi(stateWords(step.state)), quiet(" started")];
    case "end": return [bdi(stateWords(step.to)), quiet(" ended")];
    case "saved": return [bdi(stateWords(step.state)), quiet(" saved")];
    case "noted": return [transition(step.from, step.to), quiet(" noted")];
    default: return transition(step.from, step.to);
  }
}

function metrics(model, signal) {
  const body = h("div");
  let asked = -1;
  async function load() {
    if (asked === model.events.length) return;
    asked = model.events.length;
    if (!body.childElementCount) put(body, loading(3));
    try {
      const { metrics: list } = await api.get(`${model.path}/metrics`, { limit: 1000 }, { signal });
      put(body, list.length ? plainTable("Metrics", ["Name", "Type", "#Value", "Metadata", "Time"], list.map((one) => [
        one.metric_name, h("bdi.quiet", null, one.metric_type), String(one.metric_value), h("span.wide.mono", null, one.metadata && Object.keys(one.metadata).length ? JSON.stringify(one.metadata) : ""), time(one.timestamp)]))
        : empty("No metrics were recorded.", { command: `rif record-metric ${model.id.slice(0, 8)} --type code --name coverage --value 91.5` }));
    } catch (error) {
      fail(body, "The metrics", error, () => { asked = -1; load(); });
    }
  }
  return { element: body, draw: load };
}

function events(model, choose) {
  const scroller = region("div.list-scroll", "Events");
  const rows = table({
    label: "Events", keyOf: (event) => String(event.sequence), rowHeight: () => (innerWidth < 720 ? 84 : 32), scroller, signature: (event) => String(event.sequence),
    columns: [
      { name: "index", title: "Sequence", kind: "number", width: "96px", cell: (event) => count(event.sequence) },
      { name: "when", title: "Time", width: "132px", cell: (event) => time(event.timestamp, "clock") },
      { name: "type", title: "Type", width: "200px", cell: (event) => h("span.line", mark(eventHue(event), null), h("span.mono.cut", null, event.event_type)) },
      { name: "reason", title: "What happened", cell: (event) => h("span.event-line", null, eventLine(event)) },
    ],
    onOpen: (event) => {
      const step = model.steps.find((one) => one.sequence >= event.sequence);
      if (step) choose(step.index);
    },
  });
  scroller.append(rows.element);
  let drawn = -1;
  return { element: scroller, shown() { drawn = -1; }, draw() { if (drawn !== model.events.length) rows.setRows([...model.events].reverse()); drawn = model.events.length; }, mark(step) { rows.select(String(step.sequence)); }, destroy: () => rows.destroy() };
}

function raw(model) {
  const text = h("pre.raw", { tabindex: "0" });
  const download = press("small", save, "Download JSON");
  async function save() {
    try { keep(`session-${model.id}.json`, await api.get(model.path, {}, { as: "text" }), "application/json"); } catch (error) { notice(error.message, "failed"); }
  }
  return {
    element: h("div", h("div.tab-tools", quiet("As the API has it, without its history"), download), text),
    draw() {
      const json = JSON.stringify(model.session, null, 2) ?? "";
      const shown = json.length > 200_000 ? `${json.slice(0, 200_000)}\n… ${count(json.length)} characters; the download has all of them` : json;
      if (text.textContent !== shown) put(text, shown);
    },
  };
}
