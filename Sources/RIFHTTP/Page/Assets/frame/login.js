// The form for who has not said who they are.

import { h, put } from "../core/dom.js";
import { api } from "../core/api.js";

export function showLogin(root) {
  if (root.querySelector(".login")) return;
  const error = h("p.form-error", { role: "alert" });
  error.hidden = true;
  const input = h("input", { id: "token", type: "password", required: true, autocomplete: "current-password" });
  const send = h("button.button.primary", { type: "submit" }, "Log in");
  root.className = "page";
  put(root, h("form.login.panel", { onsubmit: work },
    h("h1", "This server wants a token"),
    h("p.quiet", "It is in the file that “rif serve --token-file” names. The login lasts 12 hours, in a cookie that scripts cannot read."),
    h("div.field", h("label", { for: "token" }, "Token"), input), error, send));
  input.focus();

  async function work(event) {
    event.preventDefault();
    send.disabled = true;
    error.hidden = true;
    try {
      await api.post("/login", { token: input.value }, { as: "response" });
      location.reload();
    } catch (problem) {
      put(error, problem.status === 401 ? "That is not the token of this server." : problem.message);
      error.hidden = false;
      input.select();
    }
    send.disabled = false;
  }
}
