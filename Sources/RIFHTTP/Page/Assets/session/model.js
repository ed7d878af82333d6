// A session as its log tells it: steps, visits of states, runs of agents. Read page by page, then kept up to date by the
// live events; where the stream broke off, the log is read on from there, so nothing is missed.

import { api } from "../core/api.js";
import { now } from "../core/format.js";
import { live } from "../core/live.js";

const PAGE = 1_000;
const TOGETHER = 120; // ms for which events are gathered before they are shown

/** Events that are steps: what the session decided, and what was done to its state. */
const STEPS = {
  session_start: "start", session_imported: "start", state_transition: "move", transition_error: "refused",
  decision_recorded: "noted", state_saved: "saved", workflow_complete: "end",
};

export function sessionModel(id, { signal, changed }) {
  const contexts = new Map();
  let isReading = false;
  let isStale = true;
  let retry = 0;

  const model = {
    id,
    /** As `GET /sessions/{id}` has it, without its history; null until it came. */
    session: null,
    /** The state that it is in, as far as is known: events come before the facts follow. */
    get state() { return (this.session?.outcome ? null : this.steps.at(-1)?.state) ?? this.session?.current_state ?? ""; },
    /** Oldest first: { index, sequence, kind, from, to, state, at, time, reason, agents, confidence, duration, success, error, decisionID } */
    steps: [],
    /** { state, start, end (null: still there), step } */
    visits: [],
    /** { id, agent, task, state, status, start, end, result } */
    runs: [],
    /** Everything that the log has about it, oldest first. */
    events: [],
    failure: null,
    /** Whether all of the log has come. */
    isComplete: false,

    async load() {
      try {
        this.session = await api.get(`/sessions/${encodeURIComponent(id)}`, { history: false }, { signal });
        this.failure = null;
        changed("session");
        await this.readOn();
      } catch (error) {
        if (error.name === "AbortError") return;
        this.failure = error;
        changed("failure");
        if (error.isTemporary && !retry) retry = setTimeout(() => { retry = 0; this.load(); }, 3_000);
      }
    },

    /** Reads the log from where it is known to. */
    async readOn() {
      if (isReading) { isStale = true; return; }
      isReading = true;
      try {
        do {
          isStale = false;
          for (;;) {
            const after = this.events.at(-1)?.sequence ?? 0;
            const page = await api.get(`/sessions/${encodeURIComponent(id)}/events`, { after, limit: PAGE }, { signal });
            for (const event of page.events) add(event);
            if (page.events.length < PAGE) break;
            // The first page is shown at once, a long log then only as a whole.
            if (after === 0) changed("steps");
          }
        } while (isStale);
        this.isComplete = true;
        changed("steps");
      } catch (error) {
        if (error.name !== "AbortError") isStale = true;
      }
      isReading = false;
    },

    /** The context after a step: a promise. What was asked for once is kept. */
    context(step) {
      const key = step.sequence;
      if (!contexts.has(key)) {
        const answer = api.get(`/sessions/${encodeURIComponent(id)}/at/${key}`, { history: false }, { signal }).then((session) => session.context ?? {});
        answer.catch(() => contexts.delete(key));
        contexts.set(key, answer);
        if (contexts.size > 24) contexts.delete(contexts.keys().next().value);
      }
      return contexts.get(key);
    },

    end() { for (const stop of endings) stop(); clearInterval(polling); clearTimeout(retry); clearTimeout(showing); clearTimeout(refreshing); },
  };

  function add(event) {
    if (event.sequence <= (model.events.at(-1)?.sequence ?? 0)) return;
    model.events.push(event);
    note(event);
    const kind = STEPS[event.event_type];
    if (!kind) return;
    const data = event.data ?? {};
    const before = model.steps.at(-1)?.state ?? data.from ?? "";
    const step = {
      index: model.steps.length, sequence: event.sequence, kind, time: event.timestamp, at: Date.parse(event.timestamp),
      from: data.from ?? before, to: data.to ?? null, state: before, reason: data.reason ?? "", agents: data.agents_selected ?? [],
      confidence: data.confidence_score ?? null, duration: data.duration ?? null, success: kind !== "refused" && data.success !== false,
      error: data.error ?? null, decisionID: data.decision_id ?? null,
    };
    if (kind === "start") step.state = step.to = data.state ?? data.current_state ?? "initialized";
    if (kind === "move") step.state = data.to;
    if (kind === "saved") step.state = step.to = data.current_state ?? before;
    if (kind === "end") step.state = step.to = data.outcome ?? "completed";
    model.steps.push(step);
    const visit = model.visits.at(-1);
    if (kind === "move" || !visit || visit.state !== step.state) {
      if (visit) visit.end = step.at;
      model.visits.push({ state: step.state, start: step.at, end: null, step: step.index, agents: step.agents });
    }
  }

  function note(event) {
    const data = event.data ?? {};
    const at = Date.parse(event.timestamp);
    if (event.event_type === "agent_launch" || (event.event_type === "agent_started" && !model.runs.some((run) => run.id === data.assignment_id))) {
      model.runs.push({ id: data.assignment_id, agent: data.agent ?? "?", task: data.task_description ?? "", state: data.state ?? model.steps.at(-1)?.state ?? "", status: "active", start: at, end: null, result: null });
    }
    if (event.event_type === "assignment_updated" || event.event_type === "agent_finished") {
      const run = model.runs.find((one) => one.id === data.assignment_id);
      if (run) {
        run.status = data.status ?? run.status;
        run.result = data.result ?? run.result;
        run.end = run.status === "active" ? null : at;
      }
    }
    if (event.event_type === "workflow_complete" || (event.event_type === "state_transition" && ["completed", "failed", "cancelled"].includes(data.to))) {
      const status = (data.outcome ?? data.to) === "completed" ? "completed" : "cancelled";
      for (const run of model.runs) if (run.end === null) { run.end = at; run.status = status; }
    }
  }

  const endings = [
    live.on("event", (event) => {
      if (event.session_id !== id) return;
      if (!model.isComplete) { isStale = true; return; }
      add(event);
      if (!showing) showing = setTimeout(() => { showing = 0; changed("steps"); refresh(); }, TOGETHER);
    }),
    // Events that came while the line was broken are in the log.
    live.on("snapshot", () => { if (model.session) { model.readOn(); refresh(); } }),
  ];
  const polling = setInterval(() => {
    if (!document.hidden && model.session && !["live", "paused"].includes(live.state.name)) model.readOn();
  }, 3_000);

  let showing = 0;
  let refreshing = 0;
  /** Facts that events do not say follow a moment later. */
  function refresh() {
    clearTimeout(refreshing);
    refreshing = setTimeout(async () => {
      try {
        model.session = await api.get(`/sessions/${encodeURIComponent(id)}`, { history: false }, { signal });
        changed("session");
      } catch { /* the next event asks again */ }
    }, 300);
  }
  return model;
}

/** The end of a session's time: its last event, or now while it is active. */
export function endOf(model) {
  return model.session?.outcome ? model.events.length ? Date.parse(model.events.at(-1).timestamp) : now() : now();
}
