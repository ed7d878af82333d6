// Transitions from state to state, as heat.

import { bdi, h, region } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { ENDS, stateWords } from "../components/marks.js";

export const MEASURES = {
  __proto__: null,
  count: { word: "Count", title: "How often each transition was decided", of: (row) => row.count, text: count, hue: "ink" },
  p95: { word: "p95", title: "Time within which 95 % of each transition’s decisions came", of: (row) => row.p95_ms, text: duration, hue: "stuck" },
  failures: { word: "Failures", title: "Share of each transition’s decisions that failed", of: (row) => 1 - row.success_rate, text: percent, hue: "failed" },
};

export const MOST = 20; // states on each side; the table has them all

const WAY = ["initialized", "analyzing", "planning", "architecting", "implementing", "validating"];

/** In the order in which sessions mostly come through them: the usual states, then others as the ways lead, then ends. */
function places(rows) {
  const found = new Set(WAY);
  const follow = (name) => {
    found.add(name);
    for (const row of rows) if (row.from_state === name && !found.has(row.to_state)) follow(row.to_state);
  };
  const sources = rows.map((row) => row.from_state);
  for (const name of [...WAY, ...sources.filter((name) => !rows.some((row) => row.to_state === name)), ...sources]) follow(name);
  const order = [...found].filter((name) => !(name in ENDS)).concat(Object.keys(ENDS));
  return (name) => order.indexOf(name);
}

export function heatMap(rows, measure, chosen, choose) {
  const { of, text, hue } = MEASURES[measure];
  const place = places([...rows].sort((a, b) => b.count - a.count));
  const names = (key) => {
    const sums = Object.create(null);
    for (const row of rows) sums[row[key]] = (sums[row[key]] ?? 0) + row.count;
    return Object.keys(sums).sort((a, b) => sums[b] - sums[a]).slice(0, MOST).sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  };
  const [sources, targets] = [names("from_state"), names("to_state")];
  const known = new Map(rows.map((row) => [`${row.from_state}\n${row.to_state}`, row]));
  const most = Math.max(...rows.map(of)) || 1;
  const cell = (row) => {
    const isChosen = row.from_state === chosen.from && row.to_state === chosen.to;
    const facts = `${row.from_state} → ${row.to_state}\n${count(row.count)} decisions, ${percent(1 - row.success_rate)} failed\np50 ${duration(row.p50_ms)} · p95 ${duration(row.p95_ms)} · p99 ${duration(row.p99_ms)}`;
    return h("button", {
      type: "button", class: `heat hue-${hue}`, "aria-pressed": String(isChosen), "aria-label": facts.replaceAll("\n", ", "), data: { hint: facts },
      // By the root, else one frequent transition leaves all others white.
      vars: { "--heat": `${(Math.sqrt(of(row) / most) * 44 + 4).toFixed(1)}%` }, onclick: () => choose(isChosen ? null : row),
    }, text(of(row)));
  };
  return region("div.scroll-x", "Heat map", h("table.heatmap", { "aria-label": "Transitions" },
    h("thead", h("tr", h("th.corner", "from ↓ to →"), targets.map((name) => h("th", { scope: "col", title: name }, h("span", bdi(stateWords(name))))))),
    h("tbody", null, sources.map((from) => h("tr", h("th", { scope: "row", title: from }, bdi(stateWords(from))),
      targets.map((to) => { const row = known.get(`${from}\n${to}`); return h("td", null, row ? cell(row) : null); }))))));
}
