// What stands where data should be: nothing yet, nothing at all, or what went wrong.

import { h, press, put } from "../core/dom.js";
import { icon } from "./marks.js";

/** In the shape of what is on its way. */
export function loading(lines = 3) {
  return h("div.loading", { role: "progressbar", "aria-label": "Loading" },
    Array.from({ length: lines }, () => h("div.skeleton.skeleton-row")));
}

/** Says what is not there, and what to do so that it will be. `command` is shown so that it can be copied. */
export function empty(text, { command = null, action = null } = {}) {
  return h("div.empty", h("p", null, text), command && h("code.command", null, command), action);
}

/** Says what failed and offers another attempt. `what` is a sentence, or the name of what could not be read. */
export function failed(what, error, retry) {
  return h("div.failure", { role: "alert" },
    h("p", h("strong", null, what.endsWith(".") ? what : `${what} could not be read.`), " ", error?.message ?? String(error)),
    retry && press("", retry, "Try again"));
}

/** Says so in `place`, unless the page was left while it was asked for. */
export function fail(place, what, error, retry) {
  if (error.name !== "AbortError") put(place, failed(what, error, retry));
}

/** Whether that stands there already: it is read aloud once, not at every attempt. */
export const says = (place, error) => place.querySelector(".failure")?.textContent.includes(error.message);

/** A short word at the edge of the screen about what was just done. */
export function notice(text, kind = "done") {
  const place = document.getElementById("notices");
  const element = h("div", { class: `notice ${kind}` }, text,
    h("button.icon-button", { "aria-label": "Close", onclick: () => element.remove() }, icon("close")));
  place.append(element);
  setTimeout(() => element.remove(), kind === "failed" ? 12_000 : 5_000);
}
