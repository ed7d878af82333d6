// The search of the bar: sessions by id, workflow type, state or context, wherever one is.

import { api } from "../core/api.js";
import { h, on, put, whenQuiet } from "../core/dom.js";
import { shortID } from "../core/format.js";
import { go } from "../core/router.js";
import { icon, mark, sessionHue, sessionLink, stateWords } from "../components/marks.js";

export function searchBox() {
  const input = h("input", {
    type: "search", role: "combobox", "aria-label": "Search sessions", "aria-expanded": "false", "aria-controls": "found",
    "aria-autocomplete": "list", placeholder: "Search sessions",
  });
  const list = h("div", { id: "found", class: "found", role: "listbox", "aria-label": "Sessions found" });
  list.hidden = true;
  const element = h("div.search", { role: "search" }, icon("search"), input, h("kbd", { "aria-hidden": "true" }, "/"), list);
  let sessions = [];
  let chosen = -1;
  let isEntered = false;
  let controller = null;

  const look = whenQuiet(async () => {
    const text = input.value.trim();
    controller?.abort();
    if (!text) return close();
    const mine = controller = new AbortController();
    try {
      const answer = await api.get("/sessions", { q: text, limit: 8 }, { signal: mine.signal });
      sessions = answer.sessions;
      chosen = sessions.length ? 0 : -1;
      draw(text, Boolean(answer.next_cursor));
      if (isEntered && document.activeElement === input) enter();
    } catch (error) {
      if (error.name === "AbortError") return;
      put(list, h("p.found-note", null, error.message));
      open();
    }
  }, 120);

  function draw(text, more) {
    put(list, sessions.map((session, index) =>
      h("a.found-row", { role: "option", id: `found-${index}`, href: sessionLink(session.session_id), "aria-selected": String(index === chosen), tabindex: "-1", onclick: close },
        mark(sessionHue(session)), h("span.mono", null, shortID(session.session_id), h("span.quiet", `…${session.session_id.slice(-4)}`)),
        h("bdi.found-type", null, session.workflow_type ?? ""), h("bdi.quiet", stateWords(session.current_state)))),
    sessions.length ? (more ? h("p.found-note", "There are more: write more of it.") : null)
      : h("p.found-note", "No session has “", h("bdi", null, text), "” in its id, type, state or context."));
    open();
  }

  function enter() {
    isEntered = chosen < 0 && input.value.trim() !== "";
    if (!sessions[chosen] || list.hidden) return;
    go(sessionLink(sessions[chosen].session_id));
    input.value = "";
    input.blur();
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (chosen >= 0) input.setAttribute("aria-activedescendant", `found-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(by) {
    if (!sessions.length) return;
    chosen = (chosen + by + sessions.length) % sessions.length;
    [...list.querySelectorAll("[role=option]")].forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
    open();
  }

  on(input, "input", () => {
    // What was found for other words is not opened by Enter; it waits for what is found for these.
    chosen = -1;
    isEntered = false;
    look();
  });
  on(input, "focus", () => { if (input.value.trim() && sessions.length) open(); });
  on(input, "blur", () => setTimeout(close, 150));
  on(input, "keydown", (event) => {
    if (event.key === "ArrowDown") { choose(1); event.preventDefault(); }
    if (event.key === "ArrowUp") { choose(-1); event.preventDefault(); }
    if (event.key === "Enter") enter();
    if (event.key === "Escape") { input.value = ""; isEntered = false; close(); }
  });
  return { element, focus() { input.focus(); input.select(); } };
}
