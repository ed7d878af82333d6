// Where the time went, who did what how well, and how far to trust what they say of themselves.

import { bdi, h, s } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { mark, stateWords } from "../components/marks.js";
import { drawing, ticks } from "../components/plot.js";

const STATES = 15; // with a bar

/** One stacked bar a state. */
export function timeBars(states) {
  const steps = ticks(states[0].total_ms, true, innerWidth < 720 ? 2 : 4);
  const total = states.reduce((sum, state) => sum + state.total_ms, 0);
  const part = (value) => ({ "--part": `${(value / steps.at(-1)) * 100}%` });
  return h("div.times", { role: "img", "aria-label": `Time in ${states.length} states, most in ${stateWords(states[0].state)}` },
    states.slice(0, STATES).map((state) => {
      const person = state.waiting_for_person_ms;
      return h("div.time-row", { data: { hint: `${state.state}\n${duration(state.total_ms)} in ${count(state.visits)} visits, ${percent(state.total_ms / total)} of all time\n${duration(state.total_ms - person)} working · ${duration(person)} waiting for a person\na visit: p50 ${duration(state.p50_ms)} · p95 ${duration(state.p95_ms)}` } },
        h("bdi.cut", stateWords(state.state)),
        h("span.time-track", h("span.hue-running", { vars: part(state.total_ms - person) }), h("span.hue-waiting", { vars: part(person) })),
        h("span.number", duration(state.total_ms)), h("span.number.quiet", percent(state.total_ms / total)));
    }),
    h("div.time-row.time-axis", h("span"), h("span.time-track", null, steps.map((step) => h("span", { vars: { left: part(step)["--part"] } }, step ? duration(step).replace(/ 0 .$/, "") : "0")))));
}

/** Success with its interval, on one scale for all. */
export function agentRows(agents) {
  const low = Math.min(0.9, Math.floor(Math.min(...agents.map((agent) => (agent.total_tasks ? agent.success_rate_interval[0] : 1))) * 10) / 10);
  const at = (value) => `${((value - low) / (1 - low)) * 100}%`;
  return {
    scale: `${percent(low)} … 100 %`,
    rows: agents.map((agent) => {
      const [from, to] = agent.success_rate_interval;
      return [bdi(agent.agent), h("span.line", mark(agent.status === "active" ? "running" : "planned", null), agent.status), count(agent.total_tasks), ...(agent.total_tasks ? [] : ["–", null, "–", "–"]), percent(agent.success_rate),
        h("span.interval", { role: "img", "aria-label": `${percent(from)} to ${percent(to)}`, title: `${percent(from)} to ${percent(to)}, by ${count(agent.successful)} of ${count(agent.total_tasks)}`, vars: { "--from": at(from), "--to": at(to), "--at": at(agent.success_rate) } }),
        duration(agent.avg_execution_time_ms), agent.avg_confidence?.toFixed(2) ?? "–"].slice(0, 7);
    }),
  };
}

/** All agents as one: bins and scores weighted by their decisions. */
export function pooled(list) {
  const bins = new Map();
  const sum = { count: 0, brier_score: 0, overconfidence: 0 };
  for (const one of list) {
    sum.count += one.count;
    for (const key of ["brier_score", "overconfidence"]) sum[key] += one[key] * one.count;
    for (const bin of one.bins) {
      const old = bins.get(bin.from) ?? { ...bin, count: 0, mean_confidence: 0, success_rate: 0 };
      const n = old.count + bin.count;
      for (const key of ["mean_confidence", "success_rate"]) old[key] = (old[key] * old.count + bin[key] * bin.count) / n;
      old.count = n;
      bins.set(bin.from, old);
    }
  }
  for (const key of ["brier_score", "overconfidence"]) sum[key] /= sum.count || 1;
  return { ...sum, bins: [...bins.values()].sort((a, b) => a.from - b.from) };
}

export function reliability(one) {
  const most = Math.max(...one.bins.map((bin) => bin.count));
  return drawing(`Stated confidence against the share that succeeded; Brier score ${one.brier_score.toFixed(3)}`, 300, (svg, whole) => {
    const width = Math.min(whole, 420);
    const [left, top, right, bottom] = [(whole - width) / 2 + 48, 22, (whole + width) / 2 - 22, 256];
    // Where nothing is below a half, the upper half has all the room.
    const low = Math.min(...one.bins.flatMap((bin) => [bin.mean_confidence, bin.success_rate])) < 0.5 ? 0 : 0.5;
    const part = (value) => (value - low) / (1 - low);
    const x = (value) => left + part(value) * (right - left);
    const y = (value) => bottom - part(value) * (bottom - top);
    for (let at = 0; at <= 5; at += 1) {
      const value = low + (at * (1 - low)) / 5;
      svg.append(s("path.rule", { d: `M${left} ${y(value)}H${right}M${x(value)} ${top}V${bottom}` }),
        s("text.axis.end", { x: left - 8, y: y(value) + 4 }, `${Math.round(value * 100)} %`), s("text.axis.middle-text", { x: x(value), y: bottom + 18 }, value.toFixed(1)));
    }
    svg.append(s("path.diagonal", { d: `M${x(low)} ${y(low)}L${x(1)} ${y(1)}` }), s("text.axis.middle-text", { x: (left + right) / 2, y: bottom + 38 }, "stated confidence → share that succeeded ↑"));
    for (const bin of [...one.bins].sort((a, b) => b.count - a.count)) {
      svg.append(s("circle.bin", { cx: x(bin.mean_confidence), cy: y(bin.success_rate), r: 4 + 14 * Math.sqrt(bin.count / most),
        "data-hint": `Confidence ${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}\n${bin.mean_confidence.toFixed(3)} stated on average\n${percent(bin.success_rate)} succeeded\n${count(bin.count)} decisions` }));
    }
  });
}
