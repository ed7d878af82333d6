// What an agent writes, as it writes it. Lines of one height, windowed: sixteen megabytes are a list like any other.

import { api } from "../core/api.js";
import { h, on, put, setText } from "../core/dom.js";
import { bytes, count } from "../core/format.js";
import { failed } from "../components/feedback.js";
import { segmented } from "../components/panel.js";
import { windowed } from "../components/windowed.js";

const ROW = 18;
const LONGEST = 2_000; // characters of one line; the rest of it is the next one
const SOON = 800; // ms
const LATE = 4_000;

// Colours, cursors and titles of a terminal, and what else cannot be seen. Nothing of it is acted on.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A line as it stood in the end: what follows a return is written over what was there. */
export function plainLine(text) {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  return line.slice(line.lastIndexOf("\r") + 1).replace(ESCAPES, "");
}

/** `isActive` answers whether more may come. */
export function outputView(run, { signal, isActive }) {
  const scroller = h("div.output", { tabindex: "0", role: "log", "aria-live": "off", "aria-label": `Output of ${run.agent}` });
  const said = h("span.quiet.number");
  const trouble = h("div");
  const pause = toggle("Pause", () => { if (!isOn(pause)) read(); });
  const follow = toggle("Follow", () => toEnd(), true);
  const streams = segmented("Stream", [["stdout", "stdout"], ["stderr", "stderr"]], "stdout", begin);
  const list = windowed({
    rowHeight: ROW, keyOf: (row) => String(row.at), scroller, create: (row) => h("div.output-line", null, row.text),
    update: (element, row) => setText(element, row.text),
  });
  scroller.append(list.element);
  const element = h("div.output-box", h("div.tab-tools", null, streams.element, follow, pause, said), trouble, scroller);
  let stream = "stdout";
  let lines = [];
  let rest = "";
  let offset = 0;
  let decoder = new TextDecoder();
  let timer = 0;
  let wait = SOON;
  let round = 0;
  let isReading = false;
  let isEnded = false;

  function toggle(text, work, on = false) {
    return h("button.button.small.toggle", { "aria-pressed": String(on), onclick: (event) => {
      event.currentTarget.setAttribute("aria-pressed", String(!isOn(event.currentTarget)));
      work();
    } }, text);
  }
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";

  function begin(next) {
    stream = next;
    round += 1;
    isReading = isEnded = false;
    lines = [];
    rest = "";
    offset = 0;
    decoder = new TextDecoder();
    wait = SOON;
    show();
    read();
  }

  function take(text) {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    parts.forEach(add);
    // Without an end for so long it is no line.
    if (rest.length > 20 * LONGEST) { add(rest); rest = ""; }
  }

  function add(part) {
    const line = plainLine(part);
    for (let start = 0; start === 0 || start < line.length; start += LONGEST) lines.push({ at: lines.length, text: line.slice(start, start + LONGEST) });
  }

  /** One answer may be megabytes: they are taken in as they come, and the page goes on in between. */
  async function read() {
    clearTimeout(timer);
    if (isReading || isOn(pause) || !element.isConnected) return;
    isReading = true;
    const mine = round;
    const last = !isActive();
    try {
      const response = await api.get(`/assignments/${encodeURIComponent(run.assignment_id)}/output`, { stream, after: offset }, { signal, as: "response" });
      const reader = response.body.getReader();
      let size = 0;
      for (;;) {
        const { value, done } = await reader.read();
        if (mine !== round) { reader.cancel(); return; }
        if (done) break;
        size += value.length;
        offset += value.length;
        take(decoder.decode(value, { stream: true }));
        showSoon();
      }
      isReading = false;
      offset = Number(response.headers.get("X-Next-Offset") ?? offset);
      wait = size ? SOON : Math.min(LATE, wait * 1.5);
      // One answer may not be all: there is more as long as something comes.
      isEnded = last && size === 0;
      put(trouble);
      follow.hidden = pause.hidden = isEnded;
      if (!isEnded) timer = setTimeout(read, size && last ? 0 : wait);
    } catch (error) {
      if (error.name === "AbortError" || mine !== round) return;
      isReading = false;
      put(trouble, failed("The output", error, read));
      timer = setTimeout(read, LATE);
    }
    show();
  }

  let asked = 0;
  function showSoon() { asked ||= setTimeout(show, 60); }

  function show() {
    clearTimeout(asked);
    asked = 0;
    const partial = plainLine(rest);
    const rows = partial ? [...lines, { at: lines.length, text: partial.slice(0, LONGEST) }] : lines;
    scroller.style.setProperty("height", `${Math.min(420, Math.max(3, rows.length) * ROW + 18)}px`);
    list.setRows(rows);
    if (isOn(follow)) toEnd();
    const cut = run.output?.truncated && stream === "stdout" ? ", the middle was not kept" : "";
    setText(said, rows.length ? `${count(rows.length)} line${rows.length === 1 ? "" : "s"}, ${bytes(offset)}${cut}` : isEnded ? `Nothing was written to ${stream}.` : "Nothing yet");
  }

  function toEnd() {
    if (!isOn(follow)) return;
    scroller.scrollTop = scroller.scrollHeight;
    list.refresh();
  }

  // Who scrolls up wants to read; at the end it follows again.
  let top = 0;
  on(scroller, "scroll", () => {
    const isUp = scroller.scrollTop < top - 2;
    top = scroller.scrollTop;
    if (isUp) follow.setAttribute("aria-pressed", "false");
    else if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 4) follow.setAttribute("aria-pressed", "true");
  }, { passive: true });

  return {
    element,
    begin: () => begin(stream),
    /** Its status changed: what was written last is read at once. */
    more() {
      wait = SOON;
      if (!isEnded) read();
    },
    destroy() { round += 1; clearTimeout(timer); clearTimeout(asked); list.destroy(); },
  };
}
