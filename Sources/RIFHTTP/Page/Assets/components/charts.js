// Small pictures of numbers. Each says in words what it shows; exact values are on hover and in a table beside it.

import { h, s } from "../core/dom.js";

/**
 * A line without axes, for a tile: where it was going.
 *
 * @param points [{ value, title }]; a value of null is a gap
 * @param options.kind "bars" or "line"; @param options.hue of the marks; @param options.from, to the range
 */
export function sparkline(points, { label, kind = "line", width = 96, height = 28, hue = "", from = null, to = null } = {}) {
  const values = points.map((point) => point.value).filter((value) => value !== null && Number.isFinite(value));
  const low = from ?? Math.min(...values, kind === "bars" ? 0 : Infinity);
  const high = to ?? Math.max(...values);
  const span = high - low || 1;
  const y = (value) => height - 2 - ((value - low) / span) * (height - 4);
  const svg = s("svg", { class: hue ? `sparkline hue-${hue}` : "sparkline", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  // A single point is no course of anything.
  if (values.length < (kind === "line" ? 2 : 1)) return svg;
  const step = width / Math.max(1, points.length);
  points.forEach((point, index) => {
    if (kind !== "bars" || point.value === null) return;
    const top = y(point.value);
    svg.append(s("rect", {
      class: `spark-bar${index === points.length - 1 ? " last" : ""}`, x: (index * step + 0.75).toFixed(2), y: top.toFixed(2),
      width: Math.max(1, step - 1.5).toFixed(2), height: Math.max(1, height - 1 - top).toFixed(2), rx: 1,
    }, s("title", null, point.title)));
  });
  if (kind === "line") {
    const x = (index) => 2 + (index * (width - 4)) / Math.max(1, points.length - 1);
    let path = "";
    let pen = "M";
    points.forEach((point, index) => {
      if (point.value === null) { pen = "M"; return; }
      path += `${pen}${x(index).toFixed(1)} ${y(point.value).toFixed(1)}`;
      pen = "L";
    });
    svg.append(s("path.line", { d: path }));
    const last = points.findLastIndex((point) => point.value !== null);
    svg.append(s("circle.dot", { cx: x(last), cy: y(points[last].value), r: 2 }));
    svg.append(s("title", null, points.map((point) => point.title).join("\n")));
  }
  return svg;
}

/**
 * Bars from the left with their names and numbers, longest first.
 *
 * @param rows [{ name, value, text, title, hue, onopen, pressed }]
 */
export function bars(rows, { label, maximum = null } = {}) {
  const most = maximum ?? Math.max(1, ...rows.map((row) => row.value));
  return h("ul.bars", { "aria-label": label }, rows.map((row) => {
    const inside = [
      h("span.bars-name", h("bdi", null, row.name)),
      h("span.bars-track", h("span", { class: `bars-bar hue-${row.hue ?? "running"}`, vars: { "--part": `${(row.value / most) * 100}%` } })),
      h("span.bars-value.number", null, row.text ?? String(row.value)),
    ];
    return h("li", null, row.onopen
      ? h("button", { class: "bars-row", title: row.title, "aria-pressed": String(Boolean(row.pressed)), onclick: row.onopen }, inside)
      : h("div.bars-row", { title: row.title }, inside));
  }));
}

/** How far something has come, 0…100. */
export function progress(percentage, hue = "running") {
  return h("span", { class: `progress hue-${hue}`, role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(percentage), "aria-label": "progress" },
    h("span.progress-bar", { vars: { "--part": `${percentage}%` } }));
}
