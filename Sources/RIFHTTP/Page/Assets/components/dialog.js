// Questions that stand in front of the page.

import { h, on, put } from "../core/dom.js";
import { notice } from "./feedback.js";
import { icon } from "./marks.js";

let made = 0;

/** Shows `content` in front of everything until it is closed: `{ element, close }`. Escape closes it too. */
export function dialog(title, content, { kind = "", onClose = null } = {}) {
  const id = `dialog-${made += 1}`;
  const element = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": id },
    h("header.dialog-head", h("h2", { id }, title),
      h("button.icon-button", { "aria-label": "Close", onclick: () => element.close() }, icon("close"))),
    content);
  const before = document.activeElement;
  on(element, "close", () => {
    element.remove();
    // To where it came from; where that is shut or gone, to what is nearest.
    (before?.closest("details:not([open])")?.firstElementChild ?? (before?.isConnected ? before : document.getElementById("main"))).focus();
    onClose?.();
  });
  // A click beside it closes it, like anywhere else.
  on(element, "mousedown", (event) => { if (event.target === element) element.close(); });
  document.body.append(element);
  element.showModal();
  return { element, close: () => element.close() };
}

/**
 * A form in a dialog.
 *
 * @param options.fields [{ name, label, hint, kind ("text", "area", "select", "number"), value, options, required, list }]
 * @param options.explain what will happen, in a sentence
 * @param options.submit values → promise; what it throws is shown and the form stays
 * @param options.confirm the button's word; @param options.danger whether it cannot be taken back
 */
export function formDialog(title, { fields, explain = null, submit, confirm, danger = false }) {
  const error = h("p.form-error", { role: "alert" });
  error.hidden = true;
  const inputs = {};
  const rows = fields.map((field) => {
    const id = `field-${made += 1}`;
    const props = { id, name: field.name, required: field.required, spellcheck: field.kind === "area" ? "true" : null };
    let input;
    if (field.kind === "select") {
      input = h("select", props, field.options.map(([value, text]) => h("option", { value }, text)));
    } else if (field.kind === "area") {
      input = h("textarea", { ...props, rows: field.rows ?? 3, class: field.code ? "code" : null });
    } else {
      input = h("input", { ...props, type: field.kind ?? "text", list: field.list ? `${id}-list` : null, step: field.step, min: field.min, max: field.max });
    }
    if (field.value !== undefined) input.value = field.value;
    inputs[field.name] = input;
    if (field.hint) input.setAttribute("aria-describedby", `${id}-hint`);
    return h("div.field",
      h("label", { for: id }, field.label, field.required ? null : h("span.quiet", " optional")),
      field.kind === "select" ? h("span.select", null, input) : input,
      field.list && h("datalist", { id: `${id}-list` }, field.list.map((value) => h("option", { value }))),
      field.hint && h("p.hint", { id: `${id}-hint` }, field.hint));
  });
  const send = h("button", { class: `button ${danger ? "danger" : "primary"}`, type: "submit" }, confirm);
  const form = h("form.form", { method: "dialog", onsubmit: work },
    explain && h("p.explain", null, explain), rows, error,
    h("footer.dialog-foot",
      h("button.button", { onclick: () => box.close() }, "Keep as it is"), send));
  const box = dialog(title, form);
  (inputs[fields[0]?.name] ?? send).focus();

  async function work(event) {
    event.preventDefault();
    // It keeps the focus, so it is not disabled.
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    put(send, "Sending…");
    error.hidden = true;
    try {
      await submit(Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])));
      box.close();
    } catch (problem) {
      // Whoever closed it meanwhile is told elsewhere.
      if (!form.isConnected) notice(problem.message, "failed");
      put(error, problem.message);
      error.hidden = false;
    }
    form.ariaBusy = null;
    put(send, confirm);
  }
  return box;
}
