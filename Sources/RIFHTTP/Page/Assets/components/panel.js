// A titled part of a page.

import { h } from "../core/dom.js";

let made = 0;

/** `<section>` with a heading, tools to its right, and a body to put things into: `{ element, body, head, title }`. */
export function panel(title, { tools = null, kind = "", level = 2 } = {}) {
  const id = `panel-${made += 1}`;
  const heading = h(`h${level}`, { id, class: "panel-title" }, title);
  const head = h("header.panel-head", null, heading, tools && h("div.panel-tools", null, tools));
  const body = h("div.panel-body");
  return { element: h("section", { class: `panel ${kind}`, "aria-labelledby": id }, head, body), body, head, title: heading };
}

/** Buttons of which one is chosen; `choose(value)` is called with another one. */
export function segmented(label, options, chosen, choose) {
  const group = h("div.segmented", { role: "group", "aria-label": label });
  const set = (value) => {
    for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.value === String(value)));
  };
  for (const [value, text] of options) {
    group.append(h("button", { data: { value }, onclick: () => { set(value); choose(value); } }, text));
  }
  set(chosen);
  return { element: group, set };
}

/** A labelled `<select>`; `options`: [[value, text], …]. */
export function chooser(label, options, chosen, choose) {
  const select = h("select", { "aria-label": label, onchange: () => choose(select.value) });
  const set = (list, value) => {
    select.replaceChildren(...list.map(([of, text]) => h("option", { value: of }, text)));
    select.value = value ?? "";
  };
  set(options, chosen);
  return { element: h("span.select", null, select), select, set };
}
