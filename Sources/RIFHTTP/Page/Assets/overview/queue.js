// Which agents are at work, and which wait for their turn. Nothing is shown while nothing is at work.

import { api } from "../core/api.js";
import { bdi, h, put, whenQuiet } from "../core/dom.js";
import { count, time } from "../core/format.js";
import { live } from "../core/live.js";
import { idMark, mark, sessionLink } from "../components/marks.js";
import { panel } from "../components/panel.js";

const AGAIN = 10_000; // ms

export function queuePanel({ signal }) {
  const free = h("span.quiet.number");
  const box = panel("Agents at work", { tools: free, kind: "queue" });
  box.element.hidden = true;
  let timer = 0;
  let shown = "";

  async function load() {
    clearTimeout(timer);
    try {
      draw(await api.get("/queue", {}, { signal }));
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    timer = setTimeout(load, AGAIN);
  }

  function draw({ running = [], waiting = [], limits = {} }) {
    const signature = JSON.stringify([running, waiting, limits]);
    if (signature === shown) return;
    shown = signature;
    box.element.hidden = !running.length && !waiting.length;
    put(free, limits.max_concurrent ? `${count(running.length)} of ${count(limits.max_concurrent)} places taken` : `${count(running.length)} at work`, waiting.length ? `, ${count(waiting.length)} waiting` : "");
    const row = (one, hue, words, link) => h("li", mark(hue), h("a.queue-agent", { href: link }, bdi(one.agent)), idMark(one.session_id, { link: sessionLink(one.session_id) }),
      h("span.cut.quiet", { title: words }, bdi(words)), time(one.since));
    put(box.body, h("ul.queue-list",
      running.map((one) => row(one, "running", one.pid ? `process ${one.pid}` : "", sessionLink(one.session_id, `?tab=runs&run=${encodeURIComponent(one.assignment_id)}`))),
      waiting.map((one) => row(one, "planned", `${one.position}. ${one.why ?? "waits for its turn"}`, sessionLink(one.session_id, "?tab=runs")))));
  }

  const soon = whenQuiet(load, 300);
  const stop = live.on("event", (event) => { if (event.event_type.startsWith("agent_")) soon(); });
  load();
  return { element: box.element, destroy() { stop(); clearTimeout(timer); } };
}
