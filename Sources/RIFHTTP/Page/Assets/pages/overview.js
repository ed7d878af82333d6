// What needs somebody, how it goes, and what is going on.

import { api } from "../core/api.js";
import { approvals } from "../core/approvals.js";
import { h, put } from "../core/dom.js";
import { now } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { store } from "../core/store.js";
import { failed, loading, says } from "../components/feedback.js";
import { attentionStrip } from "../overview/attention.js";
import { figures } from "../overview/figures.js";
import { queuePanel } from "../overview/queue.js";
import { sideColumn } from "../overview/side.js";
import { workflowTable } from "../overview/workflows.js";

export const title = "Overview";

const LOOK_AGAIN = 20_000; // ms; what is stuck changes slowly
const FAILED_AGAIN = 300_000; // ms; without an event that says that one ended
const DAY = 86_400_000;
const MOST_PAGES = 5;

export function mount(root, { signal }) {
  const attention = attentionStrip();
  const tiles = figures({ setHours });
  const table = workflowTable({ signal });
  const side = sideColumn();
  const trouble = h("div");
  const queue = queuePanel({ signal });
  const columns = h("div.overview-columns", null, table.element, side.element);
  const waiting = loading(6);
  put(root, h("h1.only-heard", "Overview"), trouble, attention.element, tiles.element, queue.element, waiting);
  let isShown = false;
  let timer = 0;
  let failuresAt = 0;
  let seen = 0;
  let found = { stuck: [], failures: [] };

  function setHours(hours) { setQuery({ hours: hours === 24 ? null : hours }); }

  function changed() {
    const hours = Number(query().get("hours"));
    store.setHours([1, 24, 168, 720].includes(hours) ? hours : 24);
    table.changed();
    side.changed();
    tiles.changed();
  }

  /** What failed in the last day. */
  async function readFailures() {
    if (now() - failuresAt < FAILED_AGAIN) return found.failures;
    const since = new Date(now() - DAY).toISOString();
    const failures = [];
    let cursor = null;
    for (let page = 0; page < MOST_PAGES && (page === 0 || cursor); page += 1) {
      const answer = await api.get("/sessions", { active: false, outcome: "failed", updated_after: since, limit: 1000, cursor }, { signal });
      failures.push(...answer.sessions);
      cursor = answer.next_cursor;
    }
    failuresAt = now();
    return failures;
  }

  async function look() {
    clearTimeout(timer);
    try {
      const [insight, failures] = await Promise.all([api.get("/insight", { hours: 24 }, { signal }), readFailures()]);
      found = { stuck: insight.stuck ?? [], failures };
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
      // Not beside the dashboard, which would then come later.
      look();
    }
    put(trouble);
    if (change !== "events") {
      needs = attention.draw(dashboard, { ...found, waiting: approvals.pending ?? [] });
      tiles.draw(dashboard);
    }
    table.draw(dashboard, needs);
    columns.classList.toggle("few", [1, 2, 3, 4, 5].includes(dashboard.active_workflows.length) && query().get("show") !== "finished");
    side.draw(dashboard, store.events);
  }

  const end = store.subscribe((change) => {
    if (change === "failure") {
      if (!store.dashboard && !says(trouble, store.failure)) put(trouble, failed("The dashboard", store.failure, () => store.refresh(0)));
    } else {
      draw(change);
    }
    if (change !== "events") return;
    const hasFailed = store.events.some((event) => event.sequence > seen && (event.data?.outcome ?? event.data?.to) === "failed");
    seen = store.events[0]?.sequence ?? 0;
    // Many that fail one after another are read together.
    if (hasFailed && failuresAt) {
      failuresAt = 0;
      clearTimeout(timer);
      timer = setTimeout(look, 2_000);
    }
  });
  const endApprovals = approvals.subscribe(() => draw());
  changed();
  draw();
  return {
    changed() { changed(); draw(); },
    keys: table.keys,
    unmount() {
      end();
      endApprovals();
      queue.destroy();
      clearTimeout(timer);
      table.destroy();
    },
  };
}
