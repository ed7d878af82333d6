// The sessions as a table: active ones by need, or finished ones page by page.

import { api } from "../core/api.js";
import { bdi, every, h, on, press, put, setText, whenQuiet } from "../core/dom.js";
import { count, duration, passed, shortDuration, time } from "../core/format.js";
import { go, query, setQuery } from "../core/router.js";
import { progress } from "../components/charts.js";
import { empty, failed, loading } from "../components/feedback.js";
import { ENDS, agentNames, idMark, mark, sessionHue, sessionLink, stateWords } from "../components/marks.js";
import { chooser, panel, segmented } from "../components/panel.js";
import { table } from "../components/table.js";

const NEED = { waiting: 0, failed: 1, stuck: 2 };
const START = "rif start --workflow-type feature_development";
/** What a session is about, as far as there is room: the first issue, and how many more. */
function issuesOf({ issues = [], issues_count: all }) {
  const names = issues.map((issue) => (typeof issue === "number" ? `#${issue}` : issue));
  return names.length ? h("bdi", { title: names.join(" ") }, names[0], all > 1 ? ` +${all - 1}` : "") : all ? `${all} issues` : null;
}

const isNarrow = () => innerWidth < 720;

export function workflowTable({ signal }) {
  const box = panel("Workflows", { kind: "workflows" });
  const filter = h("input", { type: "search", class: "filter", "aria-label": "Filter the table", placeholder: "Filter" });
  const which = segmented("Which sessions", [["active", "Active"], ["finished", "Finished"]], "active", (value) => setQuery({ show: value === "active" ? null : value, state: null }));
  const state = chooser("State", [["", "Any state"]], "", (value) => setQuery({ state: value }));
  const type = chooser("Workflow type", [["", "Any type"]], "", (value) => setQuery({ type: value }));
  const shownCount = h("span.quiet.number.table-count");
  // Who filters hears how many are left; what comes and goes by itself is not read aloud.
  const tellCount = (text) => {
    shownCount.ariaLive = document.activeElement === filter ? "polite" : "off";
    setText(shownCount, text);
  };
  box.head.append(h("div.panel-tools", null, which.element, filter, state.element, type.element, shownCount));
  const held = h("p.held.quiet", "The order is held while the pointer is over the table.");
  held.hidden = true;
  const lead = h("p.lead.quiet");
  const nothing = h("div");
  const more = h("div.more");

  let needs = new Map();
  let dashboard = null;
  let order = [];
  let isHeld = false;
  let finished = null;
  let options = "";

  const rows = table({
    label: "Workflows", keyOf: (row) => row.session_id, rowHeight: () => (isNarrow() ? 116 : 52),
    columns: [
      { name: "session", title: "Session", width: "24%", cell: (row) => [
        h("span.two", h("span.two-first", mark(hueOf(row)), idMark(row.session_id, { link: sessionLink(row.session_id) })),
          h("span.two-second", h("bdi", { title: row.workflow_type }, row.workflow_type ?? "no type"), row.priority ? h("span.priority", { title: "priority" }, `P${row.priority}`) : null))] },
      { name: "state", title: "State", width: "22%", cell: (row) => stateCell(row) },
      { name: "last", title: "Last decision", cell: (row) => lastCell(row) },
      { name: "age", title: "Age", kind: "number", width: "88px", cell: (row) => h("span.two",
        h("span.two-first", { title: row.created_at }, shortDuration(ageOf(row))), h("span.two-second", null, issuesOf(row))) },
    ],
    rowClass: (row) => (needs.has(row.session_id) ? `needs need-${needs.get(row.session_id).hue}` : ""),
    signature: (row) => JSON.stringify([row.current_state, row.priority, row.progress_percentage, row.last_decision?.decision_id, row.active_agents, row.updated_at, row.issues_count, needs.get(row.session_id)?.hue]),
    changed: (old, row) => old.current_state !== row.current_state || old.last_decision?.decision_id !== row.last_decision?.decision_id,
    onOpen: (row, event) => {
      const address = sessionLink(row.session_id);
      if (event.metaKey || event.ctrlKey) open(address, "_blank"); else go(address);
    },
  });
  box.body.append(lead, rows.element, nothing, more, held);
  on(rows.element, "pointerenter", () => { isHeld = true; });
  on(rows.element, "pointerleave", () => { isHeld = false; held.hidden = true; show(); });

  function hueOf(row) {
    const need = needs.get(row.session_id);
    return need ? need.hue : sessionHue(row);
  }

  function stateCell(row) {
    const hue = hueOf(row);
    const part = row.progress_percentage;
    return h("span.two",
      h("span.two-first", h("bdi.state-name", { title: row.current_state }, stateWords(row.current_state)),
        needs.has(row.session_id) ? h("span", { class: `need-word hue-${hue}`, title: needs.get(row.session_id).why }, { failed: "failed", stuck: "stuck", waiting: "waiting" }[hue]) : null),
      h("span.two-second", null, part === undefined ? `took ${duration(passed(row.created_at, row.updated_at))}`
        : [progress(part), h("span.number", `${part} %`)]));
  }

  function lastCell(row) {
    const decision = row.last_decision;
    if (decision === undefined) return h("span.two", h("span.two-first", "ended ", time(row.updated_at)), h("span.two-second", agentNames(Object.keys(row.agent_assignments ?? {}))));
    if (!decision) return h("span.two", h("span.two-first.quiet", "no decision yet"), h("span.two-second", agentNames(row.active_agents)));
    const text = decision.success ? decision.reason || "no reason given" : decision.error_details || decision.reason;
    return h("span.two",
      h("span", { class: `two-first cut${decision.success ? "" : " bad"}`, title: text }, bdi(text)),
      h("span.two-second", null, row.active_agents?.length ? agentNames(row.active_agents) : agentNames(decision.agents_selected), time(decision.timestamp)));
  }

  const ageOf = (row) => passed(row.created_at);

  function wanted() {
    const search = query();
    return { show: search.get("show") === "finished" ? "finished" : "active", q: search.get("q") ?? "", state: search.get("state") ?? "", type: search.get("type") ?? "" };
  }

  /** Active sessions that fit: by need, then priority, then age. */
  function sorted(list, { q, state: wantedState, type: wantedType }) {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = list.filter((row) => {
      if (wantedState && row.current_state !== wantedState) return false;
      if (wantedType && row.workflow_type !== wantedType) return false;
      if (!words.length) return true;
      const text = [row.session_id, row.workflow_type, row.current_state, stateWords(row.current_state), row.last_decision?.reason, ...(row.active_agents ?? [])].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const rank = (row) => NEED[needs.get(row.session_id)?.hue] ?? 3;
    fits.sort((a, b) => rank(a) - rank(b) || b.priority - a.priority || (a.created_at < b.created_at ? -1 : 1));
    if (!isHeld || !order.length) return fits;
    // A row does not move away from under the pointer; new ones come last.
    const places = new Map(order.map((key, index) => [key, index]));
    const place = (row) => places.get(row.session_id) ?? order.length;
    const still = [...fits].sort((a, b) => place(a) - place(b));
    held.hidden = still.every((row, index) => row === fits[index]);
    return still;
  }

  function show() {
    if (!dashboard) return;
    const want = wanted();
    put(nothing);
    const all = dashboard.active_workflows;
    // Where nothing is going on, what has been is worth more than an empty table.
    if (want.show === "finished" || !all.length) return showFinished(want);
    finished = null;
    put(more);
    put(lead);
    const list = sorted(all, want);
    order = list.map((row) => row.session_id);
    rows.element.hidden = list.length === 0;
    rows.setRows(list);
    tellCount(list.length === all.length ? count(all.length) : `${count(list.length)} of ${count(all.length)}`);
    if (!list.length) put(nothing, empty("No active session fits the filter.", { action: clearButton() }));
  }

  const clearButton = () => press("", () => setQuery({ q: null, state: null, type: null }), "Take the filter away");

  // MARK: Finished sessions, which may be many: page by page.

  function showFinished(want) {
    const key = JSON.stringify([want.q, want.state, want.type]);
    if (finished?.key === key) return drawFinished();
    finished = { key, rows: [], cursor: null, isLoading: false, error: null };
    loadMore(want);
  }

  async function loadMore(want) {
    const mine = finished;
    mine.isLoading = true;
    mine.error = null;
    drawFinished();
    try {
      const page = await api.get("/sessions", { active: false, state: want.state, workflow_type: want.type, q: want.q, limit: 200, cursor: mine.cursor }, { signal });
      mine.rows.push(...page.sessions);
      mine.cursor = page.next_cursor;
    } catch (error) {
      if (error.name === "AbortError") return;
      mine.error = error;
    }
    mine.isLoading = false;
    if (finished === mine) drawFinished();
  }

  function drawFinished() {
    const { rows: list, cursor, isLoading, error } = finished;
    rows.element.hidden = list.length === 0;
    // The server's order is by priority; what is known whole can be shown as it ended.
    rows.setRows(cursor ? [...list] : list.toSorted((a, b) => passed(a.updated_at, b.updated_at)));
    const want = wanted();
    const isQuiet = want.show === "active";
    put(lead, isQuiet && list.length ? ["No session is active. These have ended; start another with ", h("code", null, START)] : null);
    tellCount(`${count(list.length)}${cursor ? "+" : ""}`);
    put(nothing, !list.length && !isLoading && !error ? want.q || want.state || want.type ? empty("No finished session fits.", { action: clearButton() }) : isQuiet ? empty("No session is active. Start one:", { command: START }) : empty("No session has ended yet.") : null, !list.length && isLoading ? loading(5) : null,
      error ? failed("Finished sessions", error, () => loadMore(wanted())) : null);
    put(more, cursor ? h("button.button", { disabled: isLoading, onclick: () => loadMore(wanted()) }, isLoading ? "Loading…" : "Load 200 more") : null);
  }

  // MARK: The filter

  const write = whenQuiet(() => setQuery({ q: filter.value.trim() }), 150);
  on(filter, "input", write);

  function setOptions() {
    const want = wanted();
    const distribution = dashboard?.state_distribution;
    const states = new Set(Object.keys(want.show === "finished" ? ENDS : distribution?.by_state ?? {}));
    const types = new Set(Object.keys(distribution?.by_workflow_type ?? {}).filter(Boolean));
    if (want.state) states.add(want.state);
    if (want.type) types.add(want.type);
    const signature = JSON.stringify([[...states], [...types], want]);
    if (signature === options) return;
    options = signature;
    state.set([["", "Any state"], ...[...states].sort().map((name) => [name, stateWords(name)])], want.state);
    type.set([["", "Any type"], ...[...types].sort().map((name) => [name, name])], want.type);
  }

  // Ages grow without any event.
  const ticking = every(10_000, () => {
    for (const row of rows.element.querySelectorAll("tr.row")) {
      const cell = row.querySelector(".column-age .two-first");
      if (cell && row.rifItem) cell.textContent = shortDuration(ageOf(row.rifItem));
    }
  });

  return {
    element: box.element,
    draw(next, nextNeeds) {
      dashboard = next;
      needs = nextNeeds;
      setOptions();
      show();
    },
    changed() {
      const want = wanted();
      if (document.activeElement !== filter) filter.value = want.q;
      which.set(want.show);
      isHeld = false;
      setOptions();
      show();
    },
    keys: {
      j: () => rows.move(1), k: () => rows.move(-1), ArrowDown: () => rows.selected && rows.move(1), ArrowUp: () => rows.selected && rows.move(-1),
      Enter: rows.open,
      f: () => { filter.focus(); filter.select(); },
    },
    destroy() { ticking(); rows.destroy(); },
  };
}
