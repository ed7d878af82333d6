// A session as its log tells it: steps, visits of states, runs of agents. Read page by page, then kept up to date by the
// live events; where the stream broke off, the log is read on from there, so nothing is missed.

import { api } from "../core/api.js";
import { now } from "../core/format.js";
import { live } from "../core/live.js";

const PAGE = 1_000;
const AT_ONCE = 4; // pages that are asked for at the same time; a browser keeps six connections, and the stream holds one
const PATIENCE = 1_000; // ms after which a part of the log is better than none
const TOGETHER = 120; // ms for which events are gathered before they are shown

/** Events that are steps: what the session decided, and what was done to its state. */
const STEPS = {
  __proto__: null, // events have names of anybody's choice
  session_start: "start", session_imported: "start", state_transition: "move", transition_error: "refused",
  decision_recorded: "noted", state_saved: "saved", workflow_complete: "end",
};

export function sessionModel(id, { signal, changed }) {
  const path = `/sessions/${encodeURIComponent(id)}`;
  const contexts = new Map();
  let isReading = false;
  let isStale = false; // whether something came that what is being read may not have
  let retry = 0;

  const model = {
    id,
    path,
    /** As `GET /sessions/{id}` has it, without its history; null until it came. */
    session: null,
    /** The state that it is in, as far as is known: events come before the facts follow. */
    get state() { return (this.session?.outcome ? null : this.steps.at(-1)?.state) ?? this.session?.current_state ?? ""; },
    /** Oldest first: { index, sequence, kind, from, to, state, at, time, reason, agents, confidence, duration, success, error, decisionID } */
    steps: [],
    /** How many of them are decisions. */
    decisions: 0,
    /** { state, start, end (null: still there), step } */
    visits: [],
    /** { id, agent, task, state, status, start, end, result } */
    runs: [],
    /** Everything that the log has about it, oldest first. */
    events: [],
    failure: null,
    /** Whether a person paused it. */
    isPaused: false,
    /** Whether all of the log has come. */
    isComplete: false,

    async load() {
      try {
        // The facts and the log do not wait for one another.
        const facts = api.get(path, { history: false }, { signal });
        const first = pageAfter(0);
        first.catch(() => {});
        this.session = await facts;
        this.failure = null;
        changed("session");
        await this.readOn(first);
      } catch (error) {
        if (error.name === "AbortError") return;
        this.failure = error;
        changed("failure");
        if (error.isTemporary && !retry) retry = setTimeout(() => { retry = 0; this.load(); }, 3_000);
      }
    },

    /** Reads the log from where it is known to; `first`: the promise of its next page, where it was asked for already. */
    async readOn(first = null) {
      if (isReading) { isStale = true; return; }
      isReading = true;
      const known = this.events.length;
      try {
        await readAll(first ?? pageAfter(last()));
        while (isStale) {
          isStale = false;
          await readAll(pageAfter(last()));
        }
        const wasComplete = this.isComplete;
        this.isComplete = true;
        if (!wasComplete || this.events.length !== known) tellSteps();
      } catch (error) {
        if (error.name !== "AbortError") isStale = true;
      }
      isReading = false;
    },

    /** The context after a step: a promise. What was asked for once is kept. */
    context(step) {
      const key = step.sequence;
      if (!contexts.has(key)) {
        // What the facts were read after is what they have; everything earlier is asked for.
        const isNewest = step === this.steps.at(-1) && this.isComplete && this.session.updated_at === step.time && this.session.context;
        const answer = isNewest ? Promise.resolve(this.session.context)
          : api.get(`${path}/at/${key}`, { history: false }, { signal }).then((session) => session.context ?? {});
        answer.catch(() => contexts.delete(key));
        contexts.set(key, answer);
        if (contexts.size > 24) contexts.delete(contexts.keys().next().value);
      }
      return contexts.get(key);
    },

    end() { for (const stop of endings) stop(); clearInterval(polling); clearTimeout(retry); clearTimeout(showing); clearTimeout(refreshing); },
  };

  let shown = performance.now();
  function tellSteps() {
    shown = performance.now();
    changed("steps");
  }

  const last = () => model.events.at(-1)?.sequence ?? 0;
  const pageAfter = (after) => api.get(`${path}/events`, { after, limit: PAGE }, { signal }).then((page) => page.events);

  /**
   * A long log is read several pages at a time. Where a page begins is not known before the one in front has come, but
   * sequences lie about as close together as they did so far: what two pages both have is taken once, and behind a gap
   * nothing is taken before it is closed.
   */
  async function readAll(first) {
    const ask = (after, page = pageAfter(after)) => {
      page.catch(() => {});
      return { after, page };
    };
    const ahead = [ask(last(), first)];
    for (;;) {
      const page = await ahead[0].page;
      if (ahead[0].after > last()) { ahead.unshift(ask(last())); continue; }
      const { after } = ahead.shift();
      for (const event of page) add(event);
      if (page.length < PAGE) return;
      const width = page.at(-1).sequence - page[0].sequence + 1;
      while (ahead.length < AT_ONCE) ahead.push(ask(Math.max(last(), (ahead.at(-1)?.after ?? after) + width)));
      if (performance.now() - shown > PATIENCE) tellSteps();
    }
  }

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
    if (step.decisionID || kind === "refused") model.decisions += 1;
    const visit = model.visits.at(-1);
    if (kind === "move" || !visit || visit.state !== step.state) {
      if (visit) visit.end = step.at;
      model.visits.push({ state: step.state, start: step.at, end: null, step: step.index, agents: step.agents });
    }
  }

  function note(event) {
    const data = event.data ?? {};
    const at = Date.parse(event.timestamp);
    if (event.event_type === "session_paused") model.isPaused = true;
    if (event.event_type === "session_resumed") model.isPaused = false;
    const known = model.runs.findLast((run) => run.id === data.assignment_id);
    if (event.event_type === "agent_silent" && known) known.status = "silent";
    if (event.event_type === "agent_rate_limited" && known) known.status = "rate_limited";
    // A retry is the same assignment; what it does is another stretch of time.
    if (event.event_type === "agent_launch" || (event.event_type === "agent_started" && (!known || known.end !== null))) {
      model.runs.push({ id: data.assignment_id, agent: data.agent ?? "?", task: data.task_description ?? "", state: data.state ?? model.steps.at(-1)?.state ?? "", status: "active", start: at, end: null, result: null });
    }
    if (event.event_type === "assignment_updated" || event.event_type === "agent_finished") {
      if (known) {
        known.status = data.status ?? (event.event_type === "agent_finished" ? "completed" : known.status);
        known.result = data.result ?? known.result;
        known.end = ["active", "queued", "silent", "waiting_for_person", "rate_limited"].includes(known.status) ? null : at;
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
      if (!model.isComplete || isReading) { isStale = true; return; }
      add(event);
      if (!showing) showing = setTimeout(() => { showing = 0; changed("steps"); refresh(); }, TOGETHER);
    }),
    // Events that came while the line was broken are in the log.
    live.on("snapshot", () => {
      if (!model.session) { isStale = true; return; }
      model.readOn();
      refresh();
    }),
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
        const session = await api.get(path, { history: false }, { signal });
        // Answers may overtake one another.
        if (session.updated_at < model.session.updated_at) return;
        model.session = session;
        changed("session");
      } catch (error) {
        // The next event asks again; what was cleaned up is gone.
        if (error.status !== 404) return;
        model.failure = error;
        changed("failure");
      }
    }, 300);
  }
  return model;
}

/** The end of a session's time: its last event, or now while it is active. */
export function endOf(model) {
  return model.session?.outcome ? model.events.length ? Date.parse(model.events.at(-1).timestamp) : now() : now();
}
