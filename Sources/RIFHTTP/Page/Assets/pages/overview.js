// What needs somebody, how it goes, and what is going on.

import { api } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { query, setQuery } from "../core/router.js";
import { store } from "../core/store.js";
import { failed, loading } from "../components/feedback.js";
import { attentionStrip } from "../overview/attention.js";
import { figures } from "../overview/figures.js";
import { sideColumn } from "../overview/side.js";
import { workflowTable } from "../overview/workflows.js";

export const title = "Overview";

const LOOK_AGAIN = 20_000; // ms; stuck and failed sessions change slowly

export function mount(root, { signal }) {
  const attention = attentionStrip();
  const tiles = figures({ setHours });
  const table = workflowTable({ signal });
  const side = sideColumn();
  const trouble = h("div");
  const columns = h("div", { class: "overview-columns" }, table.element, side.element);
  const waiting = loading(6);
  put(root, h("h1", { class: "only-heard" }, "Overview"), trouble, attention.element, tiles.element, waiting);
  let isShown = false;
  let timer = 0;
  let found = { stuck: [], failures: [] };

  function setHours(hours) { setQuery({ hours: hours === 24 ? null : hours }); }

  function changed() {
    const hours = Number(query().get("hours"));
    store.setHours([1, 24, 168, 720].includes(hours) ? hours : 24);
    table.changed();
    side.changed();
    tiles.changed();
  }

  async function look() {
    clearTimeout(timer);
    try {
      const [insight, ended] = await Promise.all([
        api.get("/insight", { hours: Math.max(24, store.hours) }, { signal }),
        api.get("/sessions", { active: false, state: "failed", limit: 200 }, { signal }),
      ]);
      found = { stuck: insight.stuck ?? [], failures: ended.sessions ?? [], insight };
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    timer = setTimeout(look, LOOK_AGAIN);
  }

  let needs = new Map();

  function draw(change = "dashboard") {
    const dashboard = store.dashboard;
    if (!dashboard) return;
    if (!isShown) {
      isShown = true;
      waiting.replaceWith(columns);
    }
    put(trouble);
    if (change !== "events") {
      needs = attention.draw(dashboard, found);
      tiles.draw(dashboard);
    }
    table.draw(dashboard, needs);
    side.draw(dashboard, store.events);
  }

  const end = store.subscribe((change) => {
    if (change === "failure" && !store.dashboard) {
      put(trouble, failed("The dashboard could not be read.", store.failure, () => store.refresh(0)));
    } else {
      draw(change);
    }
    if (change === "events" && ["workflow_complete", "session_start"].includes(store.events[0]?.event_type)) {
      clearTimeout(timer);
      timer = setTimeout(look, 2_000);
    }
  });
  changed();
  draw();
  look();
  return {
    changed() { changed(); draw(); },
    keys: table.keys,
    unmount() {
      end();
      clearTimeout(timer);
      table.destroy();
    },
  };
}
