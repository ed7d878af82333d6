// The small things that mean the same everywhere: the mark of a state, chips, ids.

import { h, s } from "../core/dom.js";
import { shortID } from "../core/format.js";

/** hue → its word. Each hue has a shape of its own too, for who cannot tell the colours apart. */
export const HUES = {
  planned: "planned", running: "running", waiting: "waiting for a person", stuck: "stuck", done: "done",
  failed: "failed", cancelled: "cancelled",
};

const SHAPES = {
  planned: [["circle", { cx: 8, cy: 8, r: 4.25, "stroke-dasharray": "2 1.6" }]],
  running: [["circle", { cx: 8, cy: 8, r: 4, class: "full" }]],
  waiting: [["path", { d: "M8 3.2 12.8 8 8 12.8 3.2 8Z", class: "full" }]],
  stuck: [["path", { d: "M8 2.8 13.6 12.6H2.4Z", class: "full" }], ["path", { d: "M8 6.4v2.8M8 10.9v.1", class: "cut" }]],
  done: [["path", { d: "m3.4 8.4 3 3 6.2-6.6", class: "thick" }]],
  failed: [["path", { d: "m4.2 4.2 7.6 7.6M11.8 4.2l-7.6 7.6", class: "thick" }]],
  cancelled: [["circle", { cx: 8, cy: 8, r: 4.6 }], ["path", { d: "m4.9 11.1 6.2-6.2" }]],
};

/** The mark of a hue; its word is said to who does not see it. */
export function mark(hue, label = HUES[hue]) {
  const shapes = (SHAPES[hue] ?? SHAPES.planned).map(([tag, props]) => s(tag, props));
  const props = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return s("svg", { class: `mark hue-${hue}`, viewBox: "0 0 16 16", ...props }, shapes);
}

/** A word on a tint of its hue, with its mark. */
export function chip(hue, text, { title } = {}) {
  return h("span", { class: `chip hue-${hue}`, title }, mark(hue, null), h("bdi", null, text));
}

/** The hue of how something ended. */
export const ENDS = { __proto__: null, completed: "done", failed: "failed", cancelled: "cancelled" };

/** The hue of how well the system is. */
export const LEVELS = { healthy: "done", warning: "stuck", critical: "failed" };

/** What a session is at: by its outcome, else by what it needs. */
export function sessionHue(session, { waiting = false } = {}) {
  const end = ENDS[session.outcome ?? session.current_state];
  if (end) return end;
  const agents = Object.values(session.agent_assignments ?? {});
  if (waiting || agents.includes("waiting_for_person")) return "waiting";
  if (agents.includes("silent")) return "stuck";
  return "running";
}

/** `in_review` → `in review`: states as words. The exact name stays in titles and tables. */
export const stateWords = (name) => String(name ?? "").replaceAll("_", " ");

/** Eight characters, the end where it tells apart what was made in the same minute; a click copies all. */
export function idMark(id, { link = null } = {}) {
  const text = [shortID(id), id?.length > 12 ? h("span.id-end", `…${id.slice(-4)}`) : null];
  return h("span.id",
    link ? h("a", { href: link, class: "id-text", title: id }, text) : h("span.id-text", { title: id }, text),
    copyButton(id, `Copy the id …${id?.slice(-4)}`));
}

export function copyButton(text, label) {
  const button = h("button.copy", { "aria-label": label, title: label, onclick: copy },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
      s("rect", { x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.5 }),
      s("path", { d: "M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" })));
  async function copy(event) {
    event.preventDefault();
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(text);
      button.dataset.done = "copied";
    } catch {
      button.dataset.done = "not allowed";
    }
    // Said too, since it has the focus.
    button.setAttribute("aria-label", button.dataset.done);
    setTimeout(() => { delete button.dataset.done; button.setAttribute("aria-label", label); }, 1_500);
  }
  return button;
}

export const sessionLink = (id, query = "") => `/sessions/${encodeURIComponent(id)}${query}`;

/** Who works, or worked: names one after another, what is too long is cut by CSS. */
export function agentNames(names) {
  return names?.length ? h("bdi.agents", { title: names.join(", ") }, names.join(", ")) : h("span.quiet", "–");
}

/** A decision's confidence, always in the same place and width. */
export function confidence(value) {
  if (value === null || value === undefined) return h("span.number.quiet", "–");
  return h("span", { class: `number confidence${value < 0.5 ? " low" : ""}`, title: `confidence ${value}` }, value.toFixed(2));
}

/** `a → b`, as everywhere. */
export function transition(from, to) {
  return h("span.transition", h("bdi", stateWords(from)), h("span.arrow", { role: "img", "aria-label": "to" }, "→"), h("bdi", stateWords(to)));
}

/** A small picture for buttons, by name. */
export function icon(name) {
  return s("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, (ICONS[name] ?? []).map((d) => s("path", { d })));
}

const ICONS = {
  search: ["M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Z", "m10.8 10.8 3 3"],
  sun: ["M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z", "M8 1.8v1M8 13.2v1M1.8 8h1M13.2 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M12.4 3.6l-.7.7M4.3 11.7l-.7.7"],
  moon: ["M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6Z"],
  system: ["M2.5 3.5h11v7h-11Z", "M6 13.5h4M8 10.5v3"],
  help: ["M6 6a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.6v.1", "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4Z"],
  back: ["M10 3.5 5.5 8l4.5 4.5"],
  forward: ["M6 3.5 10.5 8 6 12.5"],
  close: ["m4 4 8 8M12 4l-8 8"],
  more: ["M3.5 8v.01M8 8v.01M12.5 8v.01"],
  plus: ["M8 3.5v9M3.5 8h9"],
  minus: ["M3.5 8h9"],
  fit: ["M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"],
  down: ["m4.5 6.5 3.5 3.5 3.5-3.5"],
  pause: ["M5.5 4v8M10.5 4v8"],
  play: ["M5 3.5v9l7.5-4.5Z"],
};
