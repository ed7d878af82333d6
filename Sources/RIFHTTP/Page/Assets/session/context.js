// The whole context at a step, as a tree; what the step changed is marked. Windowed: a context may have 10,000 keys.

import { bdi, h, on, put, quiet, region, whenQuiet } from "../core/dom.js";
import { count } from "../core/format.js";
import { empty, fail, loading } from "../components/feedback.js";
import { windowed } from "../components/windowed.js";
import { SIGNS, diff, preview } from "./diff.js";

const ROW = 24;

const own = (node, name) => (Object.hasOwn(node ?? {}, name) ? node[name] : undefined);
const isBranch = (value) => value !== null && typeof value === "object" && Object.keys(value).length > 0;

export function contextTree(model) {
  const filter = h("input", { type: "search", class: "filter", "aria-label": "Filter the context", placeholder: "Filter keys and values" });
  const onlyChanges = h("input", { type: "checkbox" });
  const size = h("span.quiet.number");
  const scroller = region("div.tree-scroll", "Context");
  const said = h("div");
  const list = windowed({ rowHeight: ROW, keyOf: (row) => row.key, create: make, update: (element, row) => put(fresh(element, row), inside(row)), scroller });
  scroller.append(list.element);
  const element = h("div.context", h("div.tab-tools", null, filter, h("label.check", null, onlyChanges, " only what this step changed"), size), said, scroller);
  const open = new Set();
  let value = null;
  let before = null;
  let kinds = new Map();
  let current = null;

  on(filter, "input", whenQuiet(() => { scroller.scrollTop = 0; draw(); }, 120));
  on(onlyChanges, "change", draw);

  function make(row) { return fresh(h("div", null, inside(row)), row); }
  function fresh(element, row) { element.className = row.kind ? `tree-row diff-${row.kind}` : "tree-row"; element.style.setProperty("--depth", row.depth); return element; }

  function inside(row) {
    const name = [h("span.diff-sign", null, SIGNS[row.kind] ?? ""), h("bdi.tree-key", null, row.name), ": "];
    if (!row.branch) return [name, row.kind === "changed" ? [h("del", bdi(preview(row.before))), h("span.arrow", "→")] : null,
      h(row.kind === "removed" ? "del" : "bdi", { class: `tree-value ${row.value === null ? "null" : typeof row.value}`, title: preview(row.value, 4000) }, preview(row.value, 300))];
    const keys = Object.keys(row.value).length;
    return [h("button", { class: "tree-fold", "aria-expanded": String(row.isOpen), onclick: () => { if (open.has(row.key)) open.delete(row.key); else open.add(row.key); draw(); } }, name),
      quiet(row.isOpen ? `${count(keys)} ${Array.isArray(row.value) ? "items" : "keys"}` : preview(row.value, 100))];
  }

  function draw() {
    if (value === null) return;
    const words = filter.value.trim().toLowerCase();
    const rows = [];
    // Keys that a step took away are shown where they stood.
    const walk = (node, old, path, depth) => {
      const keys = [...new Set([...Object.keys(node ?? {}), ...(old && typeof old === "object" && !Array.isArray(node) ? Object.keys(old) : [])])];
      for (const name of keys) {
        const here = [...path, name];
        const key = here.join("\u0000");
        const isGone = !Object.hasOwn(node ?? {}, name);
        const now = isGone ? old[name] : node[name];
        const kind = isGone ? (before ? "removed" : null) : kinds.get(key) ?? null;
        const branch = isBranch(now) && kind !== "changed";
        const row = { key, name, value: now, before: own(old, name), depth, branch, kind, isOpen: open.has(key) || Boolean(words) || onlyChanges.checked };
        const mark = rows.length;
        const fits = (!words || name.toLowerCase().includes(words) || (!branch && preview(now, 2000).toLowerCase().includes(words))) && (!onlyChanges.checked || kind);
        rows.push(row);
        if (branch && row.isOpen) walk(now, isGone ? null : own(old, name), here, depth + 1);
        if (!fits && rows.length === mark + 1) rows.pop();
      }
    };
    walk(value, before ?? value, [], 0);
    list.setRows(rows);
    scroller.style.setProperty("height", `${Math.min(520, Math.max(ROW, rows.length * ROW) + 2)}px`);
    put(said, rows.length ? null : empty(words || onlyChanges.checked ? "Nothing in the context fits." : "The context is empty."));
    put(size, `${count(Object.keys(value).length)} key${Object.keys(value).length === 1 ? "" : "s"}`);
  }

  const load = whenQuiet(async (step) => {
    try {
      const earlier = step.index > 0 ? model.steps[step.index - 1] : null;
      const [old, next] = await Promise.all([earlier ? model.context(earlier) : null, model.context(step)]);
      if (current?.sequence !== step.sequence) return;
      before = old;
      value = next;
      kinds = new Map(old ? diff(old, next).map((one) => [one.path.join("\u0000"), one.kind]) : []);
      // What changed deep inside is worth opening, as long as it is not everything.
      if (kinds.size <= 200) for (const key of kinds.keys()) {
        const parts = key.split("\u0000");
        for (let length = 1; length < parts.length; length += 1) open.add(parts.slice(0, length).join("\u0000"));
      }
      draw();
    } catch (error) {
      fail(said, "The context", error, () => load(step));
    }
  }, 60);

  return {
    element,
    mark(step) {
      if (current?.sequence === step.sequence) return;
      current = step;
      if (value === null) put(said, loading(4));
      load(step);
    },
    shown() { list.refresh(); },
    destroy() { list.destroy(); },
  };
}
