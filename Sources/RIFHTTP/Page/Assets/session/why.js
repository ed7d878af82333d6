// Why a session does not go on: the ways out of its state, and what each of them lacks.

import { api } from "../core/api.js";
import { bdi, h, put, quiet } from "../core/dom.js";
import { mark, stateWords } from "../components/marks.js";
import { panel } from "../components/panel.js";

export function whyPanel(model, { signal }) {
  const box = panel("Why does it wait?", { kind: "why" });
  box.element.hidden = true;
  let asked = "";

  /** Asks where it may be waiting, once for each state of affairs. */
  async function draw(isDriven, asking = null) {
    const key = isDriven && model.session && !model.session.outcome ? `${model.events.at(-1)?.sequence} ${model.session.updated_at} ${asking?.approval_id}` : "";
    if (key === asked) return;
    asked = key;
    if (!key) { box.element.hidden = true; return; }
    try {
      const why = await api.get(`${model.path}/explain`, {}, { signal });
      if (asked === key) show(why, asking);
    } catch (error) {
      if (error.name !== "AbortError" && asked === key) box.element.hidden = true;
    }
  }

  function show({ candidates = [], waiting_for: waitingFor }, asking) {
    const isAtWork = model.runs.some((run) => run.end === null && ["active", "queued"].includes(run.status));
    box.element.hidden = isAtWork || model.isPaused || (!waitingFor && candidates.some((one) => one.holds));
    const words = typeof waitingFor === "string" ? waitingFor : waitingFor ? waitingFor.question ?? waitingFor.why ?? JSON.stringify(waitingFor) : "";
    put(box.body, asking ? h("p.why-for", "It waits for you: ", h("strong", bdi(asking.question)), h("a.button.primary", { href: `/approvals?id=${encodeURIComponent(asking.approval_id)}` }, "Answer…")) : words ? h("p.why-for", "It waits for ", bdi(words), ".") : null,
      candidates.length ? h("ul.why-ways", null, candidates.map((one) => h("li",
        mark(one.holds ? "done" : "planned", one.holds ? "holds" : "does not hold"), h("span", "→ ", h("strong", bdi(stateWords(one.to_state)))),
        h("span", null, one.trigger ? quiet(`on ${one.trigger}`) : null, " ", h("code", null, one.condition || "always")),
        h("span.why-missing", null, one.holds ? quiet("holds") : one.missing?.length ? one.missing.map((lack) => h("span", h("code", null, lack.identifier), lack.value === null || lack.value === undefined ? " is not known" : [" is ", h("code", null, JSON.stringify(lack.value))])) : quiet("does not hold")))))
        : h("p.why-for.quiet", "No transition leads out of this state."));
  }

  return { element: box.element, draw };
}
