// One session: what it is at, how it came there, and what can be done. One selected step drives the graph, the timeline,
// the panel and the lists; it stands in the address. Without one there the newest is shown, and followed.

import { approvals } from "../core/approvals.js";
import { bdi, every, h, press, put } from "../core/dom.js";
import { duration, now, passed, shortID, time } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { typeOf, workflows } from "../core/workflows.js";
import { empty, failed, loading, says } from "../components/feedback.js";
import { chip, idMark, sessionHue, stateWords } from "../components/marks.js";
import { panel } from "../components/panel.js";
import { sessionActions } from "../session/actions.js";
import { sessionGraph } from "../session/graph.js";
import { sessionModel } from "../session/model.js";
import { stepPanel } from "../session/step.js";
import { whyPanel } from "../session/why.js";
import { focus, sessionTabs } from "../session/tabs.js";
import { sessionTimeline } from "../session/timeline.js";

export const title = (params) => `Session ${shortID(params.id)}`;

export function mount(root, { params, signal }) {
  const model = sessionModel(params.id, { signal, changed });
  const graph = sessionGraph(model, { signal, choose: (wanted) => toggleFocus(wanted) });
  const step = stepPanel(model, { choose });
  const timeline = sessionTimeline(model, { choose });
  const tabs = sessionTabs(model, { signal, choose });
  const actions = sessionActions(model, { states: graph.states, done: () => { model.readOn(); } });

  const facts = h("p.session-facts");
  const heading = h("h1", idMark(params.id));
  const state = h("span.session-state");
  const following = press("small.follow", () => setQuery({ step: null }), "Back to the newest step");
  following.hidden = true;
  const head = h("header.session-head", h("div.session-title", null, heading, state), actions.element, facts);
  const graphPanel = panel("Graph");
  graphPanel.body.append(graph.element);
  const stepBox = panel("Step", { tools: [following, step.place], kind: "step-panel" });
  stepBox.body.append(step.element);
  const timePanel = panel("Timeline", { tools: timeline.tools, kind: "time-panel" });
  timePanel.body.append(timeline.element);
  const why = whyPanel(model, { signal });
  let isDriven = false;
  let isOwn = false; // types of that name without a definition are other people's, too
  const all = [head, why.element, h("div.session-columns", null, graphPanel.element, stepBox.element, timePanel.element), tabs.element];
  put(root, loading(6));
  let isShown = false;

  function changed(what) {
    if (what === "failure") {
      const error = model.failure;
      if ((isShown && error.status !== 404) || says(root, error)) return;
      return put(root, error.status === 404
        ? empty(`There is no session ${shortID(params.id)}. It may have been cleaned up.`, { action: h("a.button", { href: "/" }, "To the overview") })
        : failed("The session", error, () => model.load()));
    }
    if (!model.session) return;
    if (!isShown) {
      isShown = true;
      put(root, all);
    }
    if (what === "session") {
      drawHead();
      learn();
    }
    if (what === "steps") {
      timeline.draw();
      tabs.draw();
      drawHead();
      if (model.isComplete) graph.loadSoon();
      select();
    }
  }

  /** Whether a workflow drives it, if that is not known yet. */
  async function learn() {
    if (isDriven) return;
    const known = await workflows().catch(() => []);
    const one = known.find((other) => typeOf(other) === model.session.workflow_type);
    isDriven = Boolean(one);
    isOwn = isDriven && one.source !== "built-in";
    if (isDriven && !signal.aborted) drawHead();
  }

  function drawHead() {
    const session = model.session;
    const current = model.state;
    const visit = model.visits.at(-1);
    const asked = session.outcome ? null : approvals.pending?.find((one) => one.session_id === params.id);
    if (model.isWaiting !== Boolean(asked)) {
      model.isWaiting = Boolean(asked);
      root.classList.toggle("is-waiting", model.isWaiting);
      timeline.draw();
    }
    put(state, model.isPaused && !session.outcome ? chip("planned", "paused") : null, chip(sessionHue(session, { waiting: Boolean(asked) }), session.outcome && session.outcome !== session.current_state ? `${stateWords(current)} · ${session.outcome}` : stateWords(current)),
      visit && !session.outcome ? h("span.quiet", { title: "time in this state" }, `for ${duration(now() - visit.start)}`) : null);
    const context = session.context ?? {};
    // What it is about, where whoever started it said so in one of the usual places.
    const about = [context.title, context.subject, context.commit?.subject].find((text) => text && typeof text === "string");
    put(facts, about ? h("strong.cut", { title: about }, bdi(about)) : null,
      bdi(session.workflow_type ?? "no type"), dot(), `priority ${session.priority}`, dot(), "started ", time(session.created_at), dot(),
      session.outcome ? ["ended ", time(session.updated_at), dot(), `took ${duration(passed(session.created_at, session.updated_at))}`] : ["changed ", time(session.updated_at)],
      context.github_issues?.length ? [dot(), bdi(context.github_issues.slice(0, 6).map((issue) => (typeof issue === "number" ? `#${issue}` : String(issue))).join(" "))] : null);
    actions.draw(isDriven);
    if (model.isComplete) why.draw(isDriven && (isOwn || model.events.some((event) => event.event_type === "run_requested")), asked);
    tabs.draw();
  }

  const dot = () => h("span.dot", { "aria-hidden": "true" }, "·");

  // MARK: The selected step

  function wanted() {
    const number = Number(query().get("step"));
    return Number.isInteger(number) && number >= 1 ? Math.min(number, model.steps.length) - 1 : model.steps.length - 1;
  }

  function select() {
    if (!model.steps.length) return;
    const chosen = model.steps[wanted()];
    // While the log is still coming, its end is not the newest step.
    if (!query().get("step") && !model.isComplete) return;
    following.hidden = chosen.index === model.steps.length - 1;
    step.mark(chosen);
    timeline.mark(chosen);
    graph.mark(chosen, focus());
    tabs.mark(chosen);
  }

  function choose(index) {
    const next = Math.max(0, Math.min(model.steps.length - 1, index));
    setQuery({ step: next === model.steps.length - 1 ? null : next + 1 });
  }

  function toggleFocus(next) {
    const old = focus();
    const isSame = old.node === next.node && old.from === next.from && old.to === next.to;
    setQuery({ node: isSame ? null : next.node, from: isSame ? null : next.from, to: isSame ? null : next.to, tab: null });
  }

  const ticking = every(10_000, () => { if (isShown && !model.session?.outcome) drawHead(); });
  const endApprovals = approvals.subscribe(() => { if (isShown) drawHead(); });
  model.load();
  graph.load();

  const by = (number) => () => { if (model.steps.length) choose(wanted() + number); };
  return {
    changed() {
      if (!isShown) return;
      tabs.draw();
      select();
    },
    keys: {
      ArrowLeft: by(-1), ArrowRight: by(1), j: by(1), k: by(-1), PageUp: by(-10), PageDown: by(10),
      "+": () => timeline.zoom(0.5), "-": () => timeline.zoom(2), Home: () => choose(0), End: () => choose(model.steps.length - 1),
    },
    unmount() {
      ticking();
      endApprovals();
      model.end();
      graph.destroy();
      timeline.destroy();
      tabs.destroy();
    },
  };
}
