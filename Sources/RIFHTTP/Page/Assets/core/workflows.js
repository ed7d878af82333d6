// The workflows that the server knows; asked for once a minute at most.

import { api } from "./api.js";

let asked = 0;
let answer = null;

/** [{ name, version, initial_state, states, transitions, type, source }]; empty where the server has none. */
export async function workflows({ fresh = false } = {}) {
  if (fresh || !answer || Date.now() - asked > 60_000) {
    asked = Date.now();
    answer = api.get("/workflows").then((document) => document.workflows);
    answer.catch(() => { answer = null; });
  }
  return answer;
}

/** The type of the sessions that follow a workflow. */
export const typeOf = (workflow) => workflow.type ?? workflow.name;
