// The workflows that sessions can follow, as tables and pictures; and a check of a definition before it is used.

import { api, newKey } from "../core/api.js";
import { bdi, h, press, put, quiet } from "../core/dom.js";
import { count } from "../core/format.js";
import { go, query } from "../core/router.js";
import { typeOf, workflows } from "../core/workflows.js";
import { formDialog } from "../components/dialog.js";
import { empty, fail, loading } from "../components/feedback.js";
import { mark, sessionLink, stateWords } from "../components/marks.js";
import { panel } from "../components/panel.js";
import { plainTable } from "../components/plot.js";
import { object } from "../session/actions.js";

export const title = "Workflows";

const many = (value) => (Array.isArray(value) ? value.length : value);

export function mount(root, { signal }) {
  const box = panel("Definitions");
  const picture = panel("Graph");
  const check = panel("Check a definition");
  picture.element.hidden = true;
  put(box.body, loading(3));
  put(root, h("header.page-head", h("h1", "Workflows")), h("div.stack", null, box.element, picture.element, check.element));
  let list = [];

  async function load() {
    try {
      list = await workflows({ fresh: true });
      draw();
    } catch (error) {
      fail(box.body, "The workflows", error, load);
    }
    root.classList.add("page-ready");
  }

  function draw() {
    put(box.body, list.length ? plainTable("Workflows", ["Name", "Version", "Begins at", "#States", "#Transitions", "From", "Start"], list.map((one) => [
      h("a.link", { href: `?name=${encodeURIComponent(one.name)}` }, bdi(one.name)), one.version ?? "–", bdi(stateWords(one.initial_state)), count(many(one.states)), count(many(one.transitions)),
      h("bdi.quiet.mono", null, one.source ?? "–"), press("small.writes", () => start(one), "Start one…")]))
      : empty("No session has followed a workflow yet. Write a definition, and run it:", { command: "rif workflow init issue.yaml && rif run --workflow issue.yaml" }));
    show();
  }

  function show() {
    const one = list.find((other) => other.name === query().get("name")) ?? list[0];
    picture.element.hidden = !one;
    if (!one) return;
    const address = `/api/v1/workflows/${encodeURIComponent(one.name)}/graph?format=svg`;
    put(picture.title, bdi(one.name));
    if (picture.body.querySelector("img")?.getAttribute("src") === address) return;
    put(picture.body, h("a.picture.workflow-picture", { href: address, target: "_blank", title: "Open the picture by itself" },
      h("img", { src: address, alt: `Graph of ${one.name}: ${count(many(one.states))} states, ${count(many(one.transitions))} transitions.`, onerror: (event) => put(event.target.parentElement.parentElement, empty("The picture could not be read.")) })));
  }

  function start(one) {
    const key = newKey();
    formDialog(`Start ${one.name}`, {
      explain: ["It begins at ", h("strong", bdi(stateWords(one.initial_state))), ", and its agents are launched."],
      fields: [{ name: "priority", label: "Priority", kind: "number", value: "0", required: true }, { name: "context", label: "Context", kind: "area", code: true, rows: 4, hint: "A JSON object, such as {\"github_issues\": [123]}." }],
      confirm: "Start it",
      submit: async (given) => {
        const session = await api.post("/sessions", { workflow_type: typeOf(one), priority: Number(given.priority), context: object(given.context, "Context") }, { key });
        await api.post(`/sessions/${encodeURIComponent(session.session_id)}/run`, {}, { key });
        go(sessionLink(session.session_id));
      },
    });
  }

  // MARK: The check

  const text = h("textarea", { id: "definition", class: "code", rows: 10, placeholder: "workflow:\n  name: issue_pipeline\n  states:\n    …" });
  const button = h("button.button.primary", { type: "submit" }, "Check it");
  const found = h("div", { role: "status" });

  async function look(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      say(await api.post("/workflows/check", { text: text.value }, { signal }));
    } catch (error) {
      fail(found, "It could not be checked.", error, null);
    }
    button.disabled = false;
  }

  const at = (one) => (one.line ? h("button.link-button.number", { onclick: () => select(one) }, `${one.line}:${one.column ?? 1}`) : null);

  function select({ line, column = 1 }) {
    const place = text.value.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    text.focus();
    text.setSelectionRange(place, place + 1);
  }

  function say({ ok, workflow, problems = [], unused = [] }) {
    put(found, h("p.line", mark(ok ? "done" : "failed", null), h("strong", null, ok ? "It can be run." : "It cannot be run yet."),
      workflow ? quiet(bdi(workflow.name ?? ""), `: ${count(many(workflow.states))} states, ${count(many(workflow.transitions))} transitions`) : null),
    problems.length || unused.length ? h("ul.findings.problems",
      problems.map((one) => h("li", mark(one.severity === "error" ? "failed" : "stuck", one.severity), at(one), h("span", bdi(one.message), one.remedy ? quiet(` ${one.remedy}`) : null))),
      unused.map((one) => h("li", mark("planned", "unused"), at(one), h("span", h("code", null, one.path), quiet(" is not acted on"))))) : null);
  }

  put(check.body, h("form.health-form", { onsubmit: look }, h("div.field", h("label", { for: "definition" }, "Definition ", quiet("YAML or JSON; nothing is stored")), text), h("div", null, button), found));
  load();
  return { changed: show };
}
