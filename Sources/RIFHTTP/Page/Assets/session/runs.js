// The runs of a session's agents: what each is at, what it wrote, and a way to end it.

import { api, newKey } from "../core/api.js";
import { costOf, endOf, isOver, outputOf, runChip, tokensOf } from "../core/assignments.js";
import { bdi, h, press, put, quiet, reconcile, whenQuiet } from "../core/dom.js";
import { count, duration, passed, time } from "../core/format.js";
import { live } from "../core/live.js";
import { query, setQuery } from "../core/router.js";
import { formDialog } from "../components/dialog.js";
import { empty, failed, loading, notice } from "../components/feedback.js";
import { chip, stateWords } from "../components/marks.js";
import { outputView } from "./output.js";

const AGAIN = 5_000; // ms, as long as something is at work

export function sessionRuns(model, { signal }) {
  const list = h("ul.runs");
  const rest = h("div");
  const element = h("div", null, list, rest);
  let runs = null;
  let view = null;
  let timer = 0;
  let isAsked = false;

  async function load() {
    clearTimeout(timer);
    try {
      runs = (await api.get("/assignments", { session_id: model.id }, { signal })).assignments;
      draw();
      view?.output.more();
      if (runs.some((run) => !isOver(run.status))) timer = setTimeout(load, AGAIN);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!runs) put(rest, failed("The runs", error, load)); else timer = setTimeout(load, AGAIN);
    }
  }
  const loadSoon = whenQuiet(load, 200);

  function draw() {
    if (!element.isConnected || !runs) return;
    const order = [...runs].sort((a, b) => isOver(a.status) - isOver(b.status) || (b.started_at ?? "9").localeCompare(a.started_at ?? "9"));
    reconcile(list, order, (run) => run.assignment_id, create, update);
    // Agents that were selected and never launched have a status, but no run.
    const launched = new Set(runs.map((run) => run.agent));
    const selected = Object.entries(model.session?.agent_assignments ?? {}).filter(([agent]) => !launched.has(agent));
    put(rest, !runs.length && !selected.length ? empty("No agent was launched.", { command: `rif run ${model.id.slice(0, 8)} --workflow FILE` }) : null,
      selected.length ? h("p.runs-selected", quiet("Selected by a decision, not launched here: "), selected.map(([agent, status]) => [chip("planned", `${agent}: ${stateWords(status)}`), " "])) : null);
    const wanted = query().get("run");
    if (view && view.id !== wanted) close();
    if (wanted && !view) open(wanted);
  }

  function create(run) {
    const item = h("li.run");
    update(item, run);
    return item;
  }

  function update(item, run) {
    const signature = JSON.stringify(run);
    if (item.rifSignature === signature) return;
    item.rifSignature = signature;
    const toggle = () => setQuery({ run: query().get("run") === run.assignment_id ? null : run.assignment_id });
    const head = h("button.run-head", { "aria-expanded": String(view?.id === run.assignment_id), onclick: toggle },
      runChip(run), h("strong", bdi(run.agent)), h("bdi.quiet", stateWords(run.state ?? "")),
      h("span.run-task", bdi(run.result?.reason || run.task_description || "")),
      h("span.number.quiet.run-figures", [run.attempt > 1 ? `attempt ${run.attempt}` : "", costOf(run), endOf(run), outputOf(run)].filter(Boolean).join(" · ")),
      h("span.number.run-took", null, run.started_at ? duration(passed(run.started_at, run.ended_at)) : "–"));
    if (item.firstElementChild) item.firstElementChild.replaceWith(head); else item.append(head);
    if (view?.id === run.assignment_id) put(view.facts, facts(run));
  }

  const find = (id) => runs.find((run) => run.assignment_id === id);

  function open(id) {
    const run = find(id);
    const item = list.rifChildren?.get(id);
    if (!run || !item) return;
    const place = h("div.run-facts", null, facts(run));
    view = { id, facts: place, item, output: outputView(run, { signal, isActive: () => !isOver(find(id)?.status) }) };
    view.body = h("div.run-body", null, place, view.output.element);
    item.append(view.body);
    item.firstElementChild.setAttribute("aria-expanded", "true");
    view.output.begin();
  }

  function close() {
    view.output.destroy();
    view.body.remove();
    view.item.firstElementChild.setAttribute("aria-expanded", "false");
    view = null;
  }

  const fact = (name, value) => (value === null || value === undefined || value === "" ? null : h("div", h("dt", null, name), h("dd", null, value)));

  function facts(run) {
    const earlier = run.attempts ?? [];
    return [h("dl.run-list", null, fact("Task", run.task_description && bdi(run.task_description)), fact("Kind", run.kind), fact("Attempt", run.attempt && count(run.attempt)), fact("Process", run.pid),
      fact("Started", run.started_at && time(run.started_at)), fact("Last output", run.last_output_at && time(run.last_output_at)), fact("Ended", run.ended_at && [time(run.ended_at), " ", endOf(run) ?? ""]),
      fact("Tokens", tokensOf(run)), fact("Cost", costOf(run)), fact("Result", run.result && bdi([run.result.outcome, run.result.reason].filter(Boolean).join(": ")))),
    earlier.map((one) => h("p.run-earlier", quiet(`Attempt ${one.attempt}`), runChip(one), endOf(one) ?? "", " ", bdi(one.result?.reason ?? ""), " ", one.ended_at && time(one.ended_at))),
    isOver(run.status) ? null : press("small.danger.writes", () => cancel(run), "Cancel this run…")];
  }

  function cancel(run) {
    const key = newKey();
    formDialog(`Cancel the run of ${run.agent}`, {
      explain: "The agent is asked to end, and ended if it does not. The session then goes on as the workflow says.",
      fields: [{ name: "reason", label: "Reason", required: true, kind: "area", rows: 2 }], confirm: "Cancel the run", danger: true,
      submit: async ({ reason }) => {
        await api.post(`/assignments/${encodeURIComponent(run.assignment_id)}/cancel`, { reason }, { key });
        notice("The run is being cancelled.");
        load();
      },
    });
  }

  const stop = live.on("event", (event) => {
    if (isAsked && event.session_id === model.id && /^(agent_|assignment_|workflow_complete|session_)/.test(event.event_type)) loadSoon();
  });

  return {
    element,
    shown() {
      if (!runs) put(rest, loading(3));
      isAsked = true;
      load();
    },
    draw,
    destroy() { stop(); clearTimeout(timer); if (view) close(); },
  };
}
