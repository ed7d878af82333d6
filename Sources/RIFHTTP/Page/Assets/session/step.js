// The selected step: what was decided, and what it made of the context; with the slider that leads through all of them.

import { bdi, h, put, quiet, whenQuiet } from "../core/dom.js";
import { count, duration, exactTime, now, time } from "../core/format.js";
import { fail, loading } from "../components/feedback.js";
import { ENDS, agentNames, chip, confidence, icon, stateWords, transition } from "../components/marks.js";
import { SIGNS, diff, preview } from "./diff.js";

const SHOWN = 60;
const KINDS = { start: "started", move: "", refused: "refused", noted: "noted", saved: "state saved", end: "ended" };

export function stepPanel(model, { choose }) {
  const range = h("input", { type: "range", min: 1, max: 1, value: 1, "aria-label": "Step", oninput: () => choose(Number(range.value) - 1) });
  const button = (name, label, work) => h("button.icon-button", { "aria-label": label, title: label, onclick: work }, icon(name));
  const back = button("back", "Step before (←)", () => current && choose(current.index - 1));
  const forward = button("forward", "Next step (→)", () => current && choose(current.index + 1));
  const place = h("span.step-place.number");
  const head = h("div.step-slider", null, back, range, forward);
  const body = h("div.step-body");
  const changes = h("div.changes");
  const element = h("div.step", null, head, body, changes);
  let current = null;
  let shown = -1;
  put(body, loading(2));

  function mark(step) {
    const isNew = step?.sequence !== shown;
    current = step;
    range.max = String(Math.max(1, model.steps.length));
    range.value = String((step?.index ?? 0) + 1);
    range.setAttribute("aria-valuetext", step ? `Step ${step.index + 1} of ${model.steps.length}` : "");
    put(place, step ? `${count(step.index + 1)} of ${count(model.steps.length)}` : "");
    back.disabled = !step || step.index === 0;
    forward.disabled = !step || step.index === model.steps.length - 1;
    if (!step || !isNew) return;
    shown = step.sequence;
    drawStep(step);
    // The last changes stay until the next ones are known, so nothing jumps while the slider is moved.
    drawChanges(step);
  }

  function drawStep(step) {
    const hue = !step.success ? "failed" : step.kind === "end" ? ENDS[step.to] ?? "done" : null;
    put(body,
      h("p.step-what", null, step.kind === "move" || step.kind === "refused" || step.kind === "noted" ? transition(step.from, step.to) : bdi(stateWords(step.state)),
        hue ? chip(hue, step.kind === "end" ? "ended" : step.kind === "refused" ? "refused" : "failed") : KINDS[step.kind] ? quiet(KINDS[step.kind]) : null),
      step.reason ? h("p.step-reason", bdi(step.reason)) : null,
      step.error ? h("p.step-error", bdi(step.error)) : null,
      h("dl.facts",
        fact("Agents", step.agents.length ? agentNames(step.agents) : null),
        fact("Confidence", step.confidence === null ? null : confidence(step.confidence)),
        fact("Took", step.duration === null ? null : h("span.number", duration(step.duration))),
        fact("At", [h("span.number", exactTime(step.time)), now() - step.at < 86_400_000 ? [" ", quiet(time(step.time))] : null])));
  }

  const fact = (name, value) => (value === null ? null : [h("dt", null, name), h("dd", null, value)]);

  const drawChanges = whenQuiet(async (step) => {
    try {
      const before = step.index > 0 ? model.steps[step.index - 1] : null;
      const [old, fresh] = await Promise.all([before ? model.context(before) : {}, model.context(step)]);
      if (current?.sequence !== step.sequence) return;
      const found = before ? diff(old, fresh) : [];
      put(changes, h("h3", "Context"),
        !before ? h("p.quiet", `Began with ${count(Object.keys(fresh).length)} key${Object.keys(fresh).length === 1 ? "" : "s"}.`)
          : found.length ? changeList(found) : h("p.quiet", "This step left the context as it was."));
    } catch (error) {
      if (current?.sequence === step.sequence) fail(changes, "The context", error, () => drawChanges(step));
    }
  }, 40);

  return { element, place, mark };
}

/** What changed, one line for each key. */
export function changeList(found) {
  return [
    h("ul.diff", null, found.slice(0, SHOWN).map((one) =>
      h("li", { class: `diff-${one.kind}` },
        h("span.diff-sign", { role: "img", "aria-label": one.kind }, SIGNS[one.kind]),
        h("bdi.diff-path", null, one.path.join(".") || "context"), ": ",
        one.kind === "changed" ? [h("del", bdi(preview(one.before))), h("span.arrow", { role: "img", "aria-label": "became" }, "→")] : null,
        one.kind === "removed" ? h("del", bdi(preview(one.before))) : h("ins", bdi(preview(one.after, 200)))))),
    found.length > SHOWN ? h("p.quiet", `and ${count(found.length - SHOWN)} more; the Context tab has all of them.`) : null,
  ];
}
