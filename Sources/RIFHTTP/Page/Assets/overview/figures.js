// Five figures of a window of time, and the health score that opens to its parts.

import { h, on, put } from "../core/dom.js";
import { clock, count, duration, percent } from "../core/format.js";
import { store } from "../core/store.js";
import { sparkline } from "../components/charts.js";
import { LEVELS, icon, mark } from "../components/marks.js";
import { checksTable } from "../components/checks.js";
import { chooser } from "../components/panel.js";

const WINDOWS = [[1, "last hour"], [24, "last 24 h"], [168, "last 7 days"], [720, "last 30 days"]];
const HOUR = 3_600_000;

export function figures({ setHours }) {
  const parts = h("div.health-parts", { id: "health-parts" });
  parts.hidden = true;
  const health = tile("Health", { button: true });
  const active = tile("Active sessions");
  const decisions = tile("Decisions");
  const success = tile("Success");
  const step = tile("Slowest p95");
  const windows = chooser("Window of time", WINDOWS.map(([hours, text]) => [String(hours), text]), String(store.hours), (value) => setHours(Number(value)));
  const element = h("section.figures", { "aria-label": "Figures" },
    h("div.tiles", null, health.element, active.element, decisions.element, success.element, step.element),
    parts, h("div.figures-window", null, windows.element));
  on(health.element, "click", () => {
    parts.hidden = !parts.hidden;
    health.element.setAttribute("aria-expanded", String(!parts.hidden));
  });

  function draw(dashboard) {
    drawHealth(dashboard.system_health);
    const load = dashboard.performance_stats.current_load;
    active.set(count(load.active_sessions), `${load.load_level} load${load.high_priority_sessions ? ` · ${count(load.high_priority_sessions)} urgent` : ""}`);
    const transitions = Object.entries(dashboard.transition_metrics.performance_by_transition);
    const total = dashboard.transition_metrics.total_transitions;
    const good = transitions.reduce((sum, [, row]) => sum + row.count * row.success_rate, 0);
    const stats = dashboard.performance_stats;
    const inHours = store.hours <= 24;
    const trends = inHours ? course(stats.hours, Date.parse(`${dashboard.timestamp.slice(0, 13)}:00Z`), 24, HOUR, (begin) => clock(begin).slice(0, -3))
      : course(stats.trends, Date.parse(stats.trends[0]?.date ?? dashboard.timestamp.slice(0, 10)), 14, 24 * HOUR, (begin) => new Date(begin).toISOString().slice(0, 10));
    const span = inHours ? "an hour, 24 hours" : "a day, 14 days";
    const word = WINDOWS.find(([hours]) => hours === store.hours)?.[1] ?? "";
    decisions.set(count(total), total ? `${rate(total)} an hour · ${word}` : word,
      sparkline(trends.map((day) => ({ value: day.decisions ?? 0, title: `${day.date}: ${count(day.decisions ?? 0)} decisions` })), { kind: "bars", label: `Decisions ${span}` }));
    success.set(total ? percent(good / total) : "–", word,
      sparkline(trends.map((day) => ({ value: day.success_rate ?? null, title: `${day.date}: ${day.decisions ? percent(day.success_rate) : "no decisions"}` })),
        { label: `Share of successes ${span}`, from: Math.min(0.8, ...trends.map((day) => day.success_rate ?? 1)), to: 1 }));
    // Among thousands of rare ones some are always slow.
    const slowest = transitions.reduce((worst, entry) => (entry[1].count * 200 >= total && entry[1].p95_ms > (worst?.[1].p95_ms ?? 0) ? entry : worst), null);
    step.set(slowest ? duration(slowest[1].p95_ms) : "–", slowest ? slowest[0].replaceAll("_", " ").replace("->", " → ") : word);
  }

  function drawHealth(health_) {
    const hue = LEVELS[health_.status] ?? "planned";
    const bad = health_.checks?.filter((check) => !check.ok) ?? [];
    health.set([mark(hue, null), String(health_.health_score)], bad.length ? bad.map((check) => check.name.replaceAll("_", " ")).join(", ") : "all checks pass", icon("down"));
    health.element.dataset.hue = hue;
    if (parts.hidden && parts.childElementCount) return;
    put(parts, checksTable(health_));
  }

  return {
    element, draw,
    changed() { windows.select.value = String(store.hours); },
  };
}

const rate = (total) => {
  const perHour = total / store.hours;
  return perHour >= 10 ? count(perHour) : perHour.toFixed(1);
};

/** The last steps of time; one without decisions is not in the answer. */
function course(list, last, number, step, name) {
  const known = new Map(list.map((one) => [Date.parse(one.begin ?? one.date), one]));
  return Array.from({ length: number }, (_, at) => {
    const begin = last - (number - 1 - at) * step;
    return { date: name(begin), ...known.get(begin) };
  });
}

function tile(label, { button = false } = {}) {
  const value = h("span.tile-value.number", "–");
  const note = h("span.tile-note");
  const picture = h("span.tile-picture");
  const element = h(button ? "button" : "div", { class: "tile", ...(button && { "aria-expanded": "false", "aria-controls": "health-parts" }) },
    h("span.tile-label", null, label), value, note, picture);
  let shown = "";
  return {
    element,
    set(text, words = "", drawing = null) {
      put(value, text);
      put(note, words);
      note.title = words;
      const signature = drawing ? new XMLSerializer().serializeToString(drawing) : "";
      if (signature !== shown) { shown = signature; put(picture, drawing); }
    },
  };
}
