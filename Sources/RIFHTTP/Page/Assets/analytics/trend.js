// How decisions went over time: the band from p50 to p95, and below it how many there were and how many failed.

import { h, s } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { settings } from "../core/settings.js";
import { drawing, ticks } from "../components/plot.js";

const HOUR = 3_600_000;
const two = (number) => String(number).padStart(2, "0");

/** How wide a bucket is, in milliseconds, and by how much days of this zone are behind UTC. */
export function buckets(hours) {
  const size = hours <= 1 ? HOUR / 12 : hours <= 24 ? HOUR : hours <= 168 ? 6 * HOUR : 24 * HOUR;
  const shift = settings.zone === "utc" ? 0 : -new Date().getTimezoneOffset() * 60_000;
  return { size, shift, word: { 300_000: "5 minutes", 3_600_000: "hour", 21_600_000: "6 hours", 86_400_000: "day" }[size] };
}

export const TREND = `SELECT (epoch_ms(timestamp) + ?) // ? AS place, count(*) AS n, count(*) FILTER (NOT success) AS failed,
  quantile_cont(execution_time_ms, 0.5) AS p50, quantile_cont(execution_time_ms, 0.95) AS p95
FROM orchestration_decisions
WHERE timestamp >= epoch_ms(?::BIGINT)::TIMESTAMP AND (? IS NULL OR (from_state = ? AND to_state = ?))
GROUP BY place ORDER BY place`;

/** `rows` of TREND → every bucket of the window, also those without decisions. */
export function fillIn(rows, since, until, { size, shift }) {
  const known = new Map(rows.map(([place, ...values]) => [Number(place), values]));
  const first = Math.floor((since + shift) / size);
  const last = Math.floor((until + shift) / size);
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const [n = 0, failed = 0, p50 = null, p95 = null] = known.get(first + at) ?? [];
    const date = new Date((first + at) * size);
    const day = `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    const hour = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    return { n, failed, p50, p95, hour, day, name: size < 24 * HOUR ? `${day} ${hour}` : day };
  });
}

export function trendChart(points, label, { size }) {
  const [top, split, bottom, left] = [12, 168, 236, 68];
  const steps = ticks(Math.max(...points.map((point) => point.p95 ?? 0)), true);
  const numbers = ticks(Math.max(...points.map((point) => point.n)), false);
  const y = (value) => split - (value / steps.at(-1)) * (split - top);
  return drawing(label, 262, (svg, width) => {
    const step = (width - left - 8) / points.length;
    const x = (at) => left + (at + 0.5) * step;
    const bar = (value) => (value / numbers.at(-1)) * (bottom - split - 20);
    for (const value of steps) svg.append(s("path.rule", { d: `M${left} ${y(value)}H${width - 8}` }), s("text.axis.end", { x: left - 8, y: y(value) + 4 }, value ? duration(value).replace(/ 0 .$/, "") : "0"));
    for (const value of [0, numbers.at(-1)]) svg.append(s("path.rule", { d: `M${left} ${bottom - bar(value)}H${width - 8}` }), s("text.axis.end", { x: left - 8, y: bottom - bar(value) + 4 }, count(value)));
    let run = [];
    const close = () => {
      if (run.length > 1) {
        const line = (key) => run.map((at) => `${x(at).toFixed(1)} ${y(points[at][key]).toFixed(1)}`);
        svg.append(s("path.band", { d: `M${[...line("p95"), ...line("p50").reverse()].join("L")}Z` }),
          s("path.band-edge", { d: `M${line("p95").join("L")}` }), s("path.middle", { d: `M${line("p50").join("L")}` }));
      } else for (const at of run) svg.append(s("path.whisker", { d: `M${x(at)} ${y(points[at].p50)}V${y(points[at].p95)}` }), s("circle.dot", { cx: x(at), cy: y(points[at].p50), r: 2.5 }));
      run = [];
    };
    points.forEach((point, at) => { if (point.n) run.push(at); else close(); });
    close();
    // Where a bucket is part of a day, days are named at midnight, hours at whole ones.
    const named = points.map((_, at) => at).filter((at) => size >= 24 * HOUR || (size > HOUR ? points[at].hour === "00:00" : true));
    const every = Math.ceil(64 * named.length / (width - left));
    points.forEach((point, at) => {
      const wide = Math.max(1, step - Math.min(2, step / 4));
      if (point.n) svg.append(s("rect.column", { x: x(at) - wide / 2, y: bottom - bar(point.n), width: wide, height: bar(point.n) }));
      if (point.failed) svg.append(s("rect.column.failing", { x: x(at) - wide / 2, y: bottom - Math.max(1, bar(point.failed)), width: wide, height: Math.max(1, bar(point.failed)) }));
      if (named.includes(at) && named.indexOf(at) % every === 0 && x(at) < width - 24) svg.append(s("text.axis.middle-text", { x: x(at), y: bottom + 18 }, size < 6 * HOUR ? point.hour : point.day));
      svg.append(s("rect.target", { x: x(at) - step / 2, y: top, width: step, height: bottom - top, "data-hint": point.n ? `${point.name}\np50 ${duration(point.p50)} · p95 ${duration(point.p95)}\n${count(point.n)} decisions, ${count(point.failed)} failed` : `${point.name}\nno decisions` }));
    });
  });
}

export const trendRows = (points) => points.filter((point) => point.n).map((point) =>
  [point.name, count(point.n), percent(point.failed / point.n), duration(point.p50), duration(point.p95)]);

export const legend = (...entries) => h("span.legend", null, entries.map(([kind, text]) => h("span", h("i", { class: kind }), text)));
