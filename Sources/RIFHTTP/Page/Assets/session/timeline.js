// When the session was in which state, and who worked on it. Painted on a canvas: ten thousand steps are one picture.

import { runHue } from "../core/assignments.js";
import { bdi, every, h, inFrame, on, press, put } from "../core/dom.js";
import { clock, duration, exactTime, shortDuration } from "../core/format.js";
import { settings } from "../core/settings.js";
import { ENDS, stateWords } from "../components/marks.js";
import { endOf } from "./model.js";
import { timeScale } from "./scale.js";

const LANE = 24;
const HEAD = 38;
const MOST_STATES = 14;
const MOST_AGENTS = 10;
const PAINTS = {
  ink: "var(--ink)", "ink-2": "var(--ink-2)", "ink-3": "var(--ink-3)", line: "var(--line)", "line-strong": "var(--line-strong)", surface: "var(--surface)",
  accent: "var(--accent)", running: "var(--running)", done: "var(--done)", failed: "var(--failed)", cancelled: "var(--cancelled)", waiting: "var(--waiting)", stuck: "var(--stuck)",
};

export function sessionTimeline(model, { choose }) {
  const labels = h("div.lanes", { "aria-hidden": "true" });
  const canvas = h("canvas.timeline-canvas", { role: "img" });
  const brush = h("div.brush");
  const tip = h("div.tip");
  brush.hidden = tip.hidden = true;
  // The selected step lies on a canvas of its own: moving through ten thousand of them paints nothing else anew.
  const above = h("canvas.timeline-above", { "aria-hidden": "true" });
  const stage = h("div.stage", null, canvas, above, brush, tip);
  const reset = press("small", () => zoomTo(null), "Whole time");
  reset.hidden = true;
  const gaps = h("button.button.small", { "aria-pressed": "true", onclick: () => {
    compress = !compress;
    gaps.setAttribute("aria-pressed", String(compress));
    put(gaps, compress ? "Long gaps: shortened" : "Long gaps: true to time");
    draw();
  } }, "Long gaps: shortened");
  const element = h("div.timeline", null, labels, stage);

  let compress = true;
  let range = null;
  let scale = null;
  let lanes = [];
  let words = [];
  let width = 0;
  let selected = null;
  let paints = null;
  let named = "";
  let isTold = false; // what came by then of a log that is still being read would be painted for nothing

  function zoomTo(next) {
    range = next;
    reset.hidden = !next;
    draw();
  }

  // A step may be of a clock that is ahead.
  const last = () => Math.max(endOf(model), model.steps.at(-1).at);

  /** Around the selected step, by keys. */
  function zoom(factor) {
    const [start, end] = [model.visits[0].start, last()];
    const [from, to] = range ?? [start, end];
    const size = Math.max(2, (to - from) * factor);
    const left = Math.max(start, Math.min(selected.at - size / 2, end - size));
    zoomTo(size < (end - start) * 0.9 ? [left, left + size] : null);
  }

  function buildLanes() {
    const names = [...new Set(model.visits.map((visit) => visit.state))];
    const shown = names.slice(0, MOST_STATES);
    const end = last();
    const list = shown.map((name) => ({ kind: "state", name, bars: [] }));
    const rest = names.length > shown.length ? { kind: "state", name: `${names.length - shown.length} more states`, bars: [] } : null;
    if (rest) list.push(rest);
    const byName = new Map(list.map((lane) => [lane.name, lane]));
    for (const visit of model.visits) {
      const lane = byName.get(visit.state) ?? rest;
      const isEnd = visit.state in ENDS && visit.end === null;
      lane.bars.push({ start: visit.start, end: visit.end ?? (isEnd ? visit.start : end), step: visit.step, hue: isEnd ? ENDS[visit.state] : visit.end === null && !model.session?.outcome ? (model.isWaiting ? "waiting" : "running") : null, text: visit.state });
    }
    const agents = [...new Set(model.runs.map((run) => run.agent))].slice(0, MOST_AGENTS);
    for (const name of agents) {
      list.push({ kind: "agent", name, bars: model.runs.filter((run) => run.agent === name).map((run) => ({
        start: run.start, end: run.end ?? end, left: model.visits.find((visit) => visit.state === run.state && visit.end > run.start)?.end, hue: ["done", "planned", "cancelled"].includes(runHue(run.status)) ? null : runHue(run.status),
        text: run.task || run.status, run,
      })) });
    }
    lanes = list;
  }

  function drawLabels() {
    const signature = JSON.stringify(lanes.map((lane) => [lane.kind, lane.name]));
    if (signature === named) return;
    named = signature;
    put(labels, h("div.lane-head"), lanes.map((lane, index) => h("div", { class: `lane ${lane.kind}${lane.kind === "agent" && lanes[index - 1]?.kind === "state" ? " first" : ""}`, title: lane.name }, bdi(lane.kind === "state" ? stateWords(lane.name) : lane.name))));
  }

  function sized(one, height) {
    const ratio = devicePixelRatio || 1;
    one.width = Math.round(width * ratio);
    one.height = Math.round(height * ratio);
    one.style.setProperty("width", `${width}px`);
    one.style.setProperty("height", `${height}px`);
    const pen = one.getContext("2d");
    pen.scale(ratio, ratio);
    return pen;
  }

  const heightOf = () => HEAD + lanes.length * LANE + 4;

  const colours = () => {
    const style = getComputedStyle(element);
    // A canvas does not know light-dark(); a property of an element resolves it.
    const probe = h("span");
    element.append(probe);
    const found = { font: style.fontFamily };
    for (const [name, colour] of Object.entries(PAINTS)) {
      probe.style.setProperty("color", colour);
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  };

  function paint() {
    if (!element.isConnected) return;
    stage.classList.toggle("skeleton", !isTold || !model.visits.length);
    if (!isTold || !model.visits.length) return;
    buildLanes();
    const from = model.visits[0].start;
    const end = Math.max(last(), from + 1);
    const steps = model.steps.map((step) => step.at);
    const moments = [...steps];
    for (const run of model.runs) { moments.push(run.start); if (run.end) moments.push(run.end); }
    scale = timeScale(moments, { start: range ? range[0] : from, end: range ? range[1] : end, compress, steps });
    drawLabels();
    width = stage.clientWidth;
    const height = heightOf();
    const pen = sized(canvas, height);
    canvas.setAttribute("aria-label", `Timeline from ${exactTime(from)} to ${exactTime(end)}: ${model.visits.length} visits of ${lanes.filter((lane) => lane.kind === "state").length} states. The decisions below have the same as a table.`);
    paints = colours();
    pen.font = `11px ${paints.font}`;
    pen.textBaseline = "middle";
    axis(pen, paints, height);
    words = [];
    lanes.forEach((lane, index) => paintLane(pen, paints, lane, HEAD + index * LANE));
    breaks(pen, paints, height);
    const crosses = failures();
    for (const word of words) {
      if (crosses.some(({ x, y }) => Math.abs(y - word.y) < 2 && x > word.x - 8 && x < word.x + pen.measureText(word.text).width + 8)) continue;
      pen.fillStyle = word.colour;
      pen.fillText(word.text, word.x, word.y);
    }
    paintFailures(pen, paints, crosses);
    paintSelected();
  }
  const draw = inFrame(paint);

  const px = (t) => scale.toX(t) * (width - 2) + 1;

  function axis(pen, paints, height) {
    const many = Math.max(2, Math.min(7, Math.floor(width / 130)));
    pen.fillStyle = paints["ink-3"];
    pen.strokeStyle = paints.line;
    let day = "";
    for (let index = 0; index <= many; index += 1) {
      const x = Math.round((index / many) * (width - 2)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, HEAD - 4);
      pen.lineTo(x, height);
      pen.stroke();
      const words = tick(scale.toTime(index / many), scale.toTime(Math.min(1, (index + 1) / many)) - scale.toTime(Math.max(0, (index - 1) / many))).split(" ");
      // A day is named where it begins.
      const text = words.length > 1 && words[0] === day ? words[1] : words.join(" ");
      if (words.length > 1) day = words[0];
      pen.textAlign = index === 0 ? "left" : index === many ? "right" : "center";
      pen.fillText(text, index === 0 ? 2 : index === many ? width - 2 : x, 10);
    }
    pen.textAlign = "left";
  }

  /** As exact as the distance to its neighbours asks for. */
  function tick(moment, span) {
    return span < 4_000 ? clock(moment, true).split(" ").at(-1) : span > 600_000 ? clock(moment).slice(0, -3) : clock(moment);
  }

  function paintLane(pen, paints, lane, top) {
    let lastX = -2;
    const isState = lane.kind === "state";
    for (const bar of lane.bars) {
      if (bar.end < scale.start || bar.start > scale.end) continue;
      const x = px(Math.max(bar.start, scale.start));
      const size = Math.max(2, px(Math.min(bar.end, scale.end)) - x);
      // What falls on a pixel that is painted already cannot be seen.
      if (!bar.hue && x + size < lastX + 1) continue;
      lastX = x + size;
      const isMoment = bar.start === bar.end;
      pen.fillStyle = bar.hue ? paints[bar.hue] : paints["line-strong"];
      pen.beginPath();
      if (isMoment) pen.roundRect(Math.min(x, width - 6) - 5, top + 6, 10, 12, 5);
      else pen.roundRect(x, top + (isState ? 4 : 6), size > 3 ? size - 1 : size, isState ? LANE - 8 : LANE - 12, size > 6 ? 3 : 0);
      // Who works stands back behind what the session is at.
      pen.globalAlpha = isState ? 1 : 0.55;
      if (bar.left < bar.end) {
        // It was told to work for a state that was left: whether it still does, nobody said.
        const split = Math.max(x, px(bar.left));
        pen.globalAlpha = 0.18;
        pen.fill();
        pen.globalAlpha = 0.55;
        pen.beginPath();
        pen.roundRect(x, top + 6, Math.max(2, split - x), LANE - 12, 2);
      }
      pen.fill();
      pen.globalAlpha = 1;
      const text = isState ? duration(bar.end - bar.start) : "";
      if (text && size > pen.measureText(text).width + 14) {
        words.push({ text, x: x + 6, y: top + LANE / 2 + 0.5, colour: bar.hue ? paints.surface : paints.ink });
      }
    }
  }

  function breaks(pen, paints, height) {
    let free = 0;
    for (const gap of scale.breaks) {
      const x = gap.x * (width - 2) + 1;
      const text = `⋯ ${shortDuration(gap.end - gap.start)} ⋯`;
      const size = pen.measureText(text).width;
      const left = Math.min(width - size - 2, Math.max(2, x - size / 2));
      if (left > free) {
        pen.fillStyle = paints["ink-2"];
        pen.fillText(text, left, 26);
        free = left + size + 8;
      }
      pen.fillStyle = paints.surface;
      pen.fillRect(x - 3, HEAD - 2, 6, height);
      pen.strokeStyle = paints["line-strong"];
      pen.setLineDash([2, 3]);
      for (const side of [-3.5, 2.5]) {
        pen.beginPath();
        pen.moveTo(Math.round(x) + side, HEAD - 2);
        pen.lineTo(Math.round(x) + side, height);
        pen.stroke();
      }
      pen.setLineDash([]);
    }
  }

  function failures() {
    const found = [];
    const lastX = new Map();
    for (const step of model.steps) {
      if (step.success || step.at < scale.start || step.at > scale.end) continue;
      const index = lanes.findIndex((lane) => lane.kind === "state" && lane.name === step.state);
      if (index < 0) continue;
      const x = px(step.at);
      // Where they stand closer than they are wide, one stands for its neighbours.
      if (x - (lastX.get(index) ?? -Infinity) < 9) continue;
      lastX.set(index, x);
      found.push({ x, y: HEAD + index * LANE + LANE / 2 });
    }
    return found;
  }

  function paintFailures(pen, paints, crosses) {
    for (const { x, y } of crosses) {
      pen.beginPath();
      pen.moveTo(x - 3.5, y - 3.5);
      pen.lineTo(x + 3.5, y + 3.5);
      pen.moveTo(x + 3.5, y - 3.5);
      pen.lineTo(x - 3.5, y + 3.5);
      // On a ground of its own, so that it is seen on every bar.
      for (const [colour, size] of [["surface", 6], ["failed", 2]]) {
        pen.strokeStyle = paints[colour];
        pen.lineWidth = size;
        pen.stroke();
      }
    }
    pen.lineWidth = 1;
  }

  function paintSelected() {
    if (!scale || !paints) return;
    const height = heightOf();
    const pen = sized(above, height);
    if (!selected || selected.at < scale.start || selected.at > scale.end) return;
    const x = px(selected.at);
    const place = lanes.findIndex((lane) => lane.name === selected.state && lane.kind === "state");
    const bar = lanes[place]?.bars.find((one) => one.step === selected.index);
    if (bar && bar.start !== bar.end) {
      pen.strokeStyle = paints.accent;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.roundRect(x, HEAD + place * LANE + 4, Math.max(2, px(Math.min(bar.end, scale.end)) - x - 1), LANE - 8, 3);
      pen.stroke();
    }
    pen.fillStyle = paints.accent;
    pen.fillRect(x - 0.75, HEAD - 4, 1.5, height);
    const tip = Math.min(width - 5, Math.max(5, x));
    pen.beginPath();
    pen.moveTo(tip - 5, HEAD - 8);
    pen.lineTo(tip + 5, HEAD - 8);
    pen.lineTo(x, HEAD - 2);
    pen.fill();
  }

  const markSoon = inFrame(paintSelected);

  // MARK: Pointing

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x, y: event.clientY - box.top, time: scale.toTime(Math.min(1, Math.max(0, (x - 1) / (width - 2)))) };
  }

  function barAt(place) {
    const lane = lanes[Math.floor((place.y - HEAD) / LANE)];
    if (!lane) return null;
    let best = null;
    for (const bar of lane.bars) {
      const x0 = px(Math.max(bar.start, scale.start)) - 4;
      const x1 = px(Math.min(bar.end, scale.end)) + 4;
      if (place.x >= x0 && place.x <= x1 && (!best || x1 - x0 < best.size)) best = { bar, size: x1 - x0 };
    }
    return best ? { lane, bar: best.bar } : null;
  }

  let began = null;
  on(canvas, "pointerdown", (event) => {
    if (!scale || event.button !== 0) return;
    began = at(event);
    canvas.setPointerCapture(event.pointerId);
  });
  on(canvas, "pointermove", (event) => {
    if (!scale) return;
    const place = at(event);
    if (began && Math.abs(place.x - began.x) > 4) {
      brush.hidden = false;
      tip.hidden = true;
      brush.style.setProperty("left", `${Math.min(place.x, began.x)}px`);
      brush.style.setProperty("width", `${Math.abs(place.x - began.x)}px`);
      return;
    }
    point(place);
  });
  on(canvas, "pointerup", (event) => {
    if (!began || !scale) return;
    const place = at(event);
    brush.hidden = true;
    if (Math.abs(place.x - began.x) > 4) {
      const [from, to] = [began.time, place.time].sort((a, b) => a - b);
      if (to - from >= 1) zoomTo([from, to]);
    } else {
      const found = barAt(place);
      const step = found?.bar.step ?? stepBefore(found?.bar.start ?? place.time);
      if (step !== undefined) choose(step);
    }
    began = null;
  });
  on(canvas, "pointercancel", () => { began = null; brush.hidden = true; });
  on(canvas, "pointerleave", () => { tip.hidden = true; });
  on(canvas, "dblclick", () => zoomTo(null));

  function stepBefore(time) {
    const later = model.steps.findIndex((step) => step.at > time);
    return later < 0 ? model.steps.length - 1 : Math.max(0, later - 1);
  }

  function point(place) {
    const found = barAt(place);
    const gap = scale.breaks.find((one) => Math.abs(one.x * (width - 2) - place.x) < 8);
    tip.hidden = !found && !gap;
    canvas.classList.toggle("points", Boolean(found));
    if (tip.hidden) return;
    if (gap && !found?.bar.run) {
      put(tip, h("strong", `${duration(gap.end - gap.start)} without a step`), h("span", `${clock(gap.start)} to ${clock(gap.end)}`));
    } else {
      const { bar, lane } = found;
      put(tip, h("strong", bdi(lane.kind === "state" ? stateWords(bar.text) : lane.name)),
        lane.kind === "agent" ? h("span", bdi(`${bar.text} · ${bar.run.status}`)) : null,
        h("span", null, bar.start === bar.end ? "" : duration(bar.end - bar.start), " from ", clock(bar.start)));
    }
    const room = stage.clientWidth;
    tip.style.setProperty("left", `${Math.min(Math.max(0, place.x + 12), Math.max(0, room - tip.offsetWidth - 4))}px`);
    tip.style.setProperty("top", `${place.y + 14}px`);
  }

  const watcher = new ResizeObserver(draw);
  watcher.observe(stage);
  const stop = settings.subscribe(draw);
  // An active session's last bar grows.
  const ticking = every(5_000, () => { if (!model.session?.outcome && !range) draw(); });

  return {
    element, tools: [reset, gaps],
    draw() { isTold = true; draw(); },
    mark(step) { selected = step; markSoon(); },
    zoom(factor) { if (scale && selected) zoom(factor); },
    destroy() { watcher.disconnect(); stop(); ticking(); },
  };
}
