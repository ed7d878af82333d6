// What a person can do to a session. Each asks once more, says what will happen, and does nothing twice.

import { api, newKey } from "../core/api.js";
import { bdi, h, on } from "../core/dom.js";
import { notice } from "../components/feedback.js";
import { formDialog } from "../components/dialog.js";
import { icon, stateWords } from "../components/marks.js";

const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

/** The JSON object that a person wrote; nothing where nothing was. */
export function object(text, field) {
  if (!text.trim()) return undefined;
  let value;
  try { value = JSON.parse(text); } catch (error) { throw new Error(`${field} is no JSON: ${error.message}`); }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error(`${field} must be a JSON object, such as {"reviewed": true}.`);
  return value;
}

/** Buttons for the head of the page; `states` answers the names that are worth offering. */
export function sessionActions(model, { states, done }) {
  const path = model.path;

  async function send(to, body, key, said) {
    await api.post(path + to, body, { key });
    notice(said);
    done();
  }

  function transition() {
    const from = model.state;
    const key = newKey();
    formDialog("Move to another state", {
      explain: ["The session is in ", h("strong", bdi(stateWords(from))), ". If it has moved on by the time you send this, nothing happens and you are told."],
      fields: [
        { name: "to", label: "To state", required: true, list: states().filter((name) => name !== from) },
        { name: "reason", label: "Reason", required: true, kind: "area", rows: 2 },
        { name: "agents", label: "Agents", hint: "Names, with commas between them." },
        { name: "confidence", label: "Confidence", kind: "number", value: "1", min: 0, max: 1, step: "0.01", required: true },
        { name: "context", label: "Context updates", kind: "area", code: true, rows: 3, hint: "A JSON object; its keys replace those of the context." },
      ],
      confirm: "Move it",
      submit: (given) => send("/transitions", {
        from_state: from, to_state: given.to, reason: given.reason, agents_selected: names(given.agents),
        confidence_score: Number(given.confidence), context_updates: object(given.context, "Context updates"),
      }, key, `Moved to ${stateWords(given.to)}.`),
    });
  }

  /** What the server does with a session that follows a workflow. */
  function ask(verb, { title, explain, confirm, said, danger = false }) {
    const key = newKey();
    formDialog(title, { explain, fields: [{ name: "reason", label: "Reason", kind: "area", rows: 2, required: danger }], confirm, danger,
      submit: ({ reason }) => send(`/${verb}`, reason ? { reason } : {}, key, said) });
  }

  const run = () => ask("run", { title: "Run the session", explain: "Its agents are launched, one state after another, until it ends or waits for something.", confirm: "Run it", said: "The session runs." });
  const pause = () => ask("pause", { title: "Pause the session", explain: "Nothing new starts. An agent at work goes on to its end, and its result is kept.", confirm: "Pause it", said: "The session is paused." });
  const resume = () => ask("resume", { title: "Resume the session", explain: "It is looked at again, and goes on where it can.", confirm: "Resume it", said: "The session goes on." });

  function cancel() {
    ask("cancel", { title: "Cancel the session", explain: "Its agents are ended first. It cannot be taken up again; what it decided stays in the log.", confirm: "Cancel the session", said: "The session is being cancelled.", danger: true });
  }

  function finish() {
    const key = newKey();
    formDialog("Complete the session", {
      explain: "The session ends, and its active assignments with it. It cannot be taken up again.",
      fields: [
        { name: "outcome", label: "Outcome", kind: "select", options: [["completed", "completed"], ["failed", "failed"]] },
        { name: "reason", label: "Reason", required: true, kind: "area", rows: 2, hint: "Kept in the context as “completion_reason”." },
      ],
      confirm: "Complete it", danger: true,
      submit: ({ outcome, reason }) => send("/complete", { outcome, final_context: { completion_reason: reason } }, key, `The session ended as ${outcome}.`),
    });
  }

  function recover() {
    const key = newKey();
    formDialog("Recover the session", {
      explain: "Takes the session up again after an interruption and notes that in its log. Its state stays as it is.",
      fields: [], confirm: "Recover it", submit: () => send("/recover", {}, key, "The session is recovered."),
    });
  }

  const button = (text, work, kind = "") => h("button", { class: `button ${kind}`, type: "button", onclick: work }, text);
  const driving = { run: button("Run…", run, "primary"), pause: button("Pause…", pause), resume: button("Resume…", resume, "primary") };
  const move = button("Transition…", transition);
  const more = h("details.menu", h("summary.button", { "aria-label": "More actions" }, icon("more")),
    h("div.menu-body", { onclick: () => { more.open = false; } }, button("Complete…", finish), button("Recover…", recover)));
  on(more, "focusout", (event) => { if (!more.contains(event.relatedTarget)) more.open = false; });
  const element = h("div.actions", null, Object.values(driving), move, button("Cancel…", cancel, "danger"), more);

  function draw(isDriven = false) {
    element.hidden = Boolean(model.session?.outcome);
    const isAtWork = model.runs.some((one) => one.end === null);
    driving.run.hidden = !isDriven || model.isPaused || isAtWork || model.isWaiting;
    driving.pause.hidden = !isDriven || model.isPaused;
    driving.resume.hidden = !isDriven || !model.isPaused;
    move.classList.toggle("primary", driving.run.hidden && driving.resume.hidden && !model.isWaiting);
  }

  return { element, draw };
}
