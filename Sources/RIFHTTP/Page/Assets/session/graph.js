// The session as a graph, drawn where the server's layout puts everything: the same places as in the SVG picture.

import { api } from "../core/api.js";
import { h, on, put, s, whenQuiet } from "../core/dom.js";
import { now } from "../core/format.js";
import { empty, failed } from "../components/feedback.js";
import { icon, stateWords } from "../components/marks.js";

const ARROW = 9;
const PAD = 16;
const READABLE = 0.7;
const SETTLED = 2_000; // ms by which the clocks of server and browser may differ here

export function sessionGraph(model, { signal, choose }) {
  const scene = s("g");
  const svg = s("svg.graph", { role: "group", "aria-label": "Graph of states" }, scene);
  const button = (name, label, work) => h("button.icon-button", { "aria-label": label, title: label, onclick: work }, icon(name));
  const trouble = h("div");
  const element = h("div.graph-box", null, svg, trouble,
    h("div.graph-tools", button("plus", "Larger", () => zoom(1.25)), button("minus", "Smaller", () => zoom(0.8)), button("fit", "All of it", () => fit())));
  let layout = null;
  let asked = 0;
  let seen = 0;
  let view = { x: 0, y: 0, scale: 1 };
  let isFitted = true;
  let parts = { nodes: new Map(), edges: new Map() };

  async function load() {
    const mine = asked = now();
    try {
      const next = await api.get(`${model.path}/visualization`, { format: "layout" }, { signal });
      if (mine !== asked) return;
      const isSame = layout && layout.width === next.width && layout.height === next.height && layout.nodes.length === next.nodes.length;
      layout = next;
      put(trouble);
      draw();
      // What is tall gets the height to be read, within reason.
      const columns = element.closest(".session-columns");
      columns?.style.setProperty("--graph-height", `${Math.round(Math.min(580, Math.max(320, layout.height * 0.9 + 80)))}px`);
      columns?.classList.toggle("tall", layout.height > Math.max(400, layout.width));
      if (!isSame || isFitted) fit(false);
      mark(last.step, last.focus);
    } catch (error) {
      if (error.name !== "AbortError" && !layout) put(trouble, failed("The graph", error, load));
    }
  }
  const loadAgain = whenQuiet(load, 250);
  /** A graph that was asked for after the newest step has that too. */
  function loadSoon() {
    const newest = model.steps.at(-1);
    if (newest && newest.sequence !== seen && (seen || asked - SETTLED < newest.at)) loadAgain();
    seen = newest?.sequence ?? 0;
  }

  // MARK: Drawing

  function draw() {
    parts = { nodes: new Map(), edges: new Map(), labels: {} };
    if (!layout.nodes.length) return put(trouble, empty("This session has no states yet."));
    const order = layout.edges.map((_, index) => index).sort((a, b) => layout.edges[a].count + layout.edges[a].moves - layout.edges[b].count - layout.edges[b].moves);
    put(scene, (layout.planned_edges ?? []).map(planned), order.map((index) => edge(layout.edges[index])), layout.nodes.map(node), layout.edges.map(edgeLabel));
    if (!scene.contains(document.activeElement)) enter(parts.nodes.values().next().value);
  }

  // All of it is one stop of the Tab key, however many states there are: the arrow keys lead from one to the next.
  let stop = null;
  function enter(group) {
    stop?.setAttribute("tabindex", "-1");
    stop = group;
    stop?.setAttribute("tabindex", "0");
  }

  /** Brings what has the focus into view. */
  function show(group) {
    const [box, one] = [svg, group].map((element) => element.getBoundingClientRect());
    const x = (box.left + box.right - one.left - one.right) / 2;
    const y = (box.top + box.bottom - one.top - one.bottom) / 2;
    if (Math.abs(x) * 2 + one.width <= box.width && Math.abs(y) * 2 + one.height <= box.height) return;
    isFitted = false;
    view.x += x;
    view.y += y;
    apply();
  }

  function pressable(group, label, focus) {
    group.setAttribute("tabindex", "-1");
    group.dataset.key = JSON.stringify(focus);
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", label);
    on(group, "click", () => { if (!wasDragged) choose(focus); });
    on(group, "focus", () => { enter(group); show(group); });
    on(group, "keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const all = [...scene.querySelectorAll("[role=button]")];
      if (by) all[(all.indexOf(group) + by + all.length) % all.length].focus();
      else if (event.key === "Enter" || event.key === " ") choose(focus);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return group;
  }

  function node(item) {
    const { x, y, width, height } = item.rect;
    const isCurrent = item.status === "current";
    const inset = isCurrent ? 4 : 0;
    const lines = item.lines;
    let base = y + height / 2 - (17 * lines.length + (item.note ? 15 : 0)) / 2 + 12.5;
    const text = lines.map((line, index) => s("text", { x: x + width / 2, y: base + index * 17 }, line));
    base += lines.length * 17;
    const group = s("g", { class: ["node", item.status, isCurrent && (layout.outcome ?? "running")].filter(Boolean).join(" ") },
      s("title", [`${item.id} (${item.status})`, ...item.agents].join("\n")),
      isCurrent ? s("rect.ring", { x, y, width, height, rx: 8 }) : null,
      s("rect.box", { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset, rx: 8 - inset }),
      text, item.note ? s("text.note", { x: x + width / 2, y: base - 1 }, item.note) : null);
    parts.nodes.set(item.id, group);
    return pressable(group, `${item.label}, ${item.status}. Show its decisions.`, { node: item.id });
  }

  const pair = ([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`;

  /** The line ends within the head of its arrow. */
  function edge(item) {
    const points = item.points.map((point) => [...point]);
    if (points.length < 4) return null;
    const tip = points.at(-1);
    const from = points.at(-2);
    const distance = Math.max(Math.hypot(from[0] - tip[0], from[1] - tip[1]), 0.001);
    const dx = (from[0] - tip[0]) / distance;
    const dy = (from[1] - tip[1]) / distance;
    const length = ARROW + item.width;
    const wing = 3.2 + item.width * 0.8;
    const at = (back, aside = 0) => [tip[0] + dx * back - dy * aside, tip[1] + dy * back + dx * aside];
    const end = at(length * 0.6);
    const before = [from[0] + end[0] - tip[0], from[1] + end[1] - tip[1]];
    points.splice(-2, 2, before, end);
    let path = `M${pair(points[0])}`;
    for (let index = 1; index + 2 < points.length; index += 3) path += `C${points.slice(index, index + 3).map(pair).join(" ")}`;
    const group = s("g", { class: `edge ${item.health}${item.refused ? " refused" : ""}${item.count === 0 ? " moved" : ""}` },
      s("title", null, item.description),
      s("path.grip", { d: path }), s("path.line", { d: path, "stroke-width": item.width }),
      s("path.head", { d: `M${[at(0), at(length, wing), at(length, -wing)].map(pair).join("L")}Z` }));
    if (item.health === "ahead") return group;
    parts.edges.set(`${item.from}\n${item.to}`, group);
    return pressable(group, `${item.description}. Show these decisions.`, { from: item.from, to: item.to });
  }

  /** A way that the workflow knows and nobody went: where the server gives it no line, a straight one. */
  function planned(item) {
    const rect = (id) => layout.nodes.find((one) => one.id === id)?.rect;
    const [from, to] = [rect(item.from), rect(item.to)];
    if (!from || !to) return null;
    let points = item.points;
    if (!points?.length) {
      const centre = (one) => [one.x + one.width / 2, one.y + one.height / 2];
      const [a, b] = [centre(from), centre(to)];
      // From edge to edge of the two boxes.
      const cut = (one, [x, y], [dx, dy]) => {
        const part = Math.min(dx ? one.width / 2 / Math.abs(dx) : Infinity, dy ? one.height / 2 / Math.abs(dy) : Infinity, 0.5);
        return [x + dx * part, y + dy * part];
      };
      const way = [b[0] - a[0], b[1] - a[1]];
      const [start, end] = [cut(from, a, way), cut(to, b, [-way[0], -way[1]])];
      const between = (part) => [start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part];
      points = [start, between(1 / 3), between(2 / 3), end];
    }
    const words = item.label ? `${stateWords(item.from)} → ${stateWords(item.to)}: ${item.label}` : `${stateWords(item.from)} → ${stateWords(item.to)}`;
    const group = edge({ ...item, points, width: 1.25, health: "ahead", description: words, count: 1 });
    const middle = points[Math.floor(points.length / 2)];
    if (item.label && !item.points) group.append(s("text.note", { x: middle[0], y: middle[1] }, item.label));
    return group;
  }

  function edgeLabel(item) {
    const rect = item.label_rect;
    if (!rect || !item.label) return null;
    return parts.labels[`${item.from}\n${item.to}`] = s("g", { class: `edge-label ${item.health}` }, s("rect", { x: rect.x, y: rect.y, width: rect.width, height: rect.height }),
      s("text", { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 + 4 }, item.label));
  }

  // MARK: Which step

  let last = { step: null, focus: {} };
  let firsts = null;

  /** Lights the step, and dims what was not yet there; `focus`: what the decisions are filtered by. */
  function mark(step, focus) {
    last = { step, focus };
    if (!layout || !step) return;
    if (!firsts || firsts.count !== model.steps.length) firsts = first();
    const isLast = step.index === model.steps.length - 1;
    for (const [id, group] of parts.nodes) {
      group.classList.toggle("later", !isLast && (firsts.nodes.get(id) ?? Infinity) > step.index);
      group.classList.toggle("here", step.state === id);
      group.classList.toggle("focused", focus.node === id);
    }
    const taken = step.from && step.to ? `${step.from}\n${step.to}` : "";
    for (const [key, group] of parts.edges) {
      for (const one of [group, parts.labels[key]]) one?.classList.toggle("later", !isLast && (firsts.edges.get(key) ?? Infinity) > step.index);
      group.classList.toggle("here", key === taken && step.kind !== "start");
      group.classList.toggle("focused", key === `${focus.from}\n${focus.to}`);
    }
  }

  function first() {
    const nodes = new Map();
    const edges = new Map();
    for (const step of model.steps) {
      for (const name of [step.from, step.state, step.to]) if (name && !nodes.has(name)) nodes.set(name, step.index);
      const key = `${step.from}\n${step.to}`;
      if (!edges.has(key)) edges.set(key, step.index);
    }
    return { nodes, edges, count: model.steps.length };
  }

  // MARK: Zoom and pan

  function apply() { scene.setAttribute("transform", `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.scale.toFixed(4)})`); }

  /** All of it; or, where that would be too small to read, the part around the current state at a size that is not. */
  function fit(isAsked = true) {
    if (!layout) return;
    isFitted = true;
    const box = svg.getBoundingClientRect();
    const scale = Math.min(1.15, (box.width - 2 * PAD) / layout.width, (box.height - 2 * PAD) / layout.height);
    const current = layout.nodes.find((one) => one.id === last.step?.state) ?? layout.nodes.find((one) => one.status === "current");
    if (scale < READABLE && !isAsked && current) {
      const place = (start, size, room, whole) => (whole * READABLE < room ? (room - whole * READABLE) / 2 : Math.min(PAD, Math.max(room - whole * READABLE - PAD, room / 2 - (start + size / 2) * READABLE)));
      view = {
        scale: READABLE, x: place(current.rect.x, current.rect.width, box.width, layout.width),
        y: place(current.rect.y, current.rect.height, box.height, layout.height),
      };
      return apply();
    }
    view = { scale: Math.max(0.05, scale), x: (box.width - layout.width * scale) / 2, y: (box.height - layout.height * scale) / 2 };
    apply();
  }

  function zoom(factor, center = null) {
    const box = svg.getBoundingClientRect();
    const at = center ?? [box.width / 2, box.height / 2];
    const scale = Math.min(4, Math.max(0.05, view.scale * factor));
    view = { scale, x: at[0] - ((at[0] - view.x) / view.scale) * scale, y: at[1] - ((at[1] - view.y) / view.scale) * scale };
    isFitted = false;
    apply();
  }

  on(svg, "wheel", (event) => {
    // Without a modifier the wheel is the page's.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 240), [event.clientX - box.left, event.clientY - box.top]);
  }, { passive: false });

  const fingers = new Map();
  let wasDragged = false;
  on(svg, "pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    wasDragged = false;
  });
  on(svg, "pointermove", (event) => {
    const old = fingers.get(event.pointerId);
    if (!old) return;
    const next = [event.clientX, event.clientY];
    if (!wasDragged && Math.hypot(next[0] - old[0], next[1] - old[1]) < 4) return;
    if (!wasDragged) svg.setPointerCapture(event.pointerId);
    wasDragged = true;
    isFitted = false;
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const box = svg.getBoundingClientRect();
      zoom(Math.hypot(next[0] - other[0], next[1] - other[1]) / Math.max(1, Math.hypot(old[0] - other[0], old[1] - other[1])),
        [(next[0] + other[0]) / 2 - box.left, (next[1] + other[1]) / 2 - box.top]);
    } else {
      view.x += next[0] - old[0];
      view.y += next[1] - old[1];
      apply();
    }
    fingers.set(event.pointerId, next);
  });
  for (const name of ["pointerup", "pointercancel"]) on(svg, name, (event) => {
    fingers.delete(event.pointerId);
    setTimeout(() => { wasDragged = false; });
  });
  const watcher = new ResizeObserver(() => { if (isFitted) fit(false); });
  watcher.observe(svg);

  return { element, load, loadSoon, mark, states: () => layout?.nodes.map((one) => one.id) ?? [], destroy() { watcher.disconnect(); } };
}
