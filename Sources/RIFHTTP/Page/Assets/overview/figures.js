// Five figures of a window of time, and the health score that opens to its parts.

import { h, on, put } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { store } from "../core/store.js";
import { sparkline } from "../components/charts.js";
import { LEVELS, icon, mark } from "../components/marks.js";
import { checksTable } from "../components/checks.js";
import { chooser } from "../components/panel.js";

const WINDOWS = [[1, "last hour"], [24, "last 24 h"], [168, "last 7 days"], [720, "last 30 days"]];

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
    const trends = days(dashboard.performance_stats.trends);
    const word = WINDOWS.find(([hours]) => hours === store.hours)?.[1] ?? "";
    decisions.set(count(total), total ? `${rate(total)} an hour · ${word}` : word,
      sparkline(trends.map((day) => ({ value: day.decisions ?? 0, title: `${day.date}: ${count(day.decisions ?? 0)} decisions` })), { kind: "bars", label: "Decisions a day, 14 days" }));
    success.set(total ? percent(good / total) : "–", word,
      sparkline(trends.map((day) => ({ value: day.success_rate ?? null, title: `${day.date}: ${day.decisions ? percent(day.success_rate) : "no decisions"}` })),
        { label: "Share of successes a day, 14 days", from: Math.min(0.8, ...trends.map((day) => day.success_rate ?? 1)), to: 1 }));
    const slowest = transitions.reduce((worst, entry) => (entry[1].p95_ms > (worst?.[1].p95_ms ?? 0) ? entry : worst), null);
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

/** Fourteen days up to today; a day without decisions is not in the answer. */
function days(trends) {
  const known = new Map(trends.map((day) => [day.date, day]));
  const last = trends[0]?.date ?? new Date().toISOString().slice(0, 10);
  const start = Date.parse(`${last}T00:00:00Z`);
  return Array.from({ length: 14 }, (_, index) => {
    const date = new Date(start - (13 - index) * 86_400_000).toISOString().slice(0, 10);
    return known.get(date) ?? { date };
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
