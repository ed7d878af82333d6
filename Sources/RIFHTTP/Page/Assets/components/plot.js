// Charts with axes: what is seen in the title, exact values on hover, and a table behind each for reading and copying.

import { h, on, put, region, s } from "../core/dom.js";
import { copyButton } from "./marks.js";
import { panel } from "./panel.js";

/** Titles that begin with "#" are those of numbers, on the right. */
export function plainTable(label, titles, rows) {
  const isNumber = titles.map((title) => title.startsWith("#"));
  return region("div.scroll-x", `${label}: table`,
    h("table.plain", { "aria-label": label },
      h("thead", h("tr", null, titles.map((title, at) => h("th", { scope: "col", class: isNumber[at] ? "number" : null }, title.replace("#", ""))))),
      h("tbody", null, rows.map((row) => h("tr", { class: row.kind }, row.map((cell, at) =>
        at ? h("td", { class: `${isNumber[at] ? "number" : ""}${cell === null || cell?.textContent === "–" ? " none" : ""}`, data: { title: titles[at].replace("#", "") } }, cell) : h("th", { scope: "row" }, cell instanceof Node ? cell : h("bdi", null, cell))))))));
}

/** A panel with a chart. `show(chart, titles, rows, note)` puts in a chart and the same as text: rows of strings. */
export function figure(title, { tools = null, kind = "" } = {}) {
  const box = panel(title, { tools, kind: `figure ${kind}` });
  hints(box.body);
  let isOpen = false;
  return {
    ...box,
    show(chart, titles, rows, note = null) {
      const behind = h("div");
      const plain = [titles.map((name) => name.replace("#", "")), ...rows].map((row) => row.join("\t")).join("\n");
      // A long table is made for those who look at it; one that is open says so as soon as it is put in.
      put(box.body, h("div.figure-chart", null, chart), note && h("p.figure-note.quiet", null, note),
        h("details.behind", { open: isOpen, ontoggle: (event) => { isOpen = event.target.open; put(behind, isOpen && [copyButton(plain, "Copy the table"), plainTable(title, titles, rows)]); } },
          h("summary", "The same as a table"), behind));
    },
  };
}

/** `[data-hint]` says its lines beside the pointer. */
function hints(element) {
  const tip = h("div.tip.hint-tip", { "aria-hidden": "true" });
  on(element, "pointermove", (event) => {
    const text = event.target.closest?.("[data-hint]")?.dataset.hint;
    if (!text) return tip.remove();
    if (tip.dataset.of !== text) put(tip, text.split("\n").map((line, at) => h(at ? "span" : "strong", null, line)));
    tip.dataset.of = text;
    if (!tip.isConnected) element.append(tip);
    const right = event.clientX + 14 + tip.offsetWidth > innerWidth;
    tip.style.left = `${right ? Math.max(4, event.clientX - 14 - tip.offsetWidth) : event.clientX + 14}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 4)}px`;
  });
  on(element, "pointerleave", () => tip.remove());
}

/** An SVG as wide as its place, drawn again by `draw(svg, width)` when that changes. */
export function drawing(label, height, draw) {
  const svg = s("svg.plot", { role: "img", "aria-label": label, height });
  let width = 0;
  new ResizeObserver(([entry]) => {
    const next = Math.round(entry.contentRect.width);
    if (!next || next === width) return;
    width = next;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    put(svg);
    draw(svg, width);
  }).observe(svg);
  return svg;
}

const ROUND = [1, 2, 2.5, 5, 10];
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880];

/** Round values from 0 to at least `most`; for milliseconds, such as a clock has. */
export function ticks(most, isTime = false, wanted = 4) {
  const raw = Math.max(most, isTime ? 10 : 1) / wanted;
  let step = 10 ** Math.floor(Math.log10(raw));
  step *= ROUND.find((factor) => factor * step >= raw && !(isTime && factor * step % 1));
  if (isTime && raw > 20_000) step = (MINUTES.find((minutes) => minutes * 60_000 >= raw) ?? Math.ceil(raw / 86_400_000) * 1440) * 60_000;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 || 1 }, (_, at) => at * step);
}
