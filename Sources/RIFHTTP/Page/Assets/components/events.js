// An event in words, the same wherever one is listed.

import { h } from "../core/dom.js";
import { duration } from "../core/format.js";
import { stateWords, transition } from "./marks.js";

/** The hue of how it ended. Names may be anything, also those of what every object has. */
export const ENDS = { __proto__: null, completed: "done", failed: "failed", cancelled: "cancelled" };

/** The hue of what an event means; none for what is only noted. */
export function eventHue(event) {
  const data = event.data ?? {};
  switch (event.event_type) {
    case "transition_error": case "error_occurred": case "agent_output_lost": return "failed";
    case "alert_raised": case "agent_silent": case "timeout_fired": case "agent_rate_limited": return "stuck";
    case "approval_requested": return "waiting";
    case "alert_cleared": return "done";
    case "decision_recorded": return data.success === false ? "failed" : "planned";
    case "workflow_complete": return ENDS[data.outcome] ?? "done";
    case "session_cancelled": return "cancelled";
    case "state_transition": return ENDS[data.to] ?? "running";
    case "session_start": case "agent_launch": case "agent_started": return "running";
    default: return "planned";
  }
}

/** What happened, as nodes for one line. */
export function eventLine(event) {
  const data = event.data ?? {};
  switch (event.event_type) {
    case "state_transition":
      return [transition(data.from, data.to), data.reason ? h("span.quiet", h("bdi", null, data.reason)) : null];
    case "transition_error":
      return [transition(data.from, data.to), h("span.bad", "refused"), h("span.quiet", h("bdi", null, data.error ?? ""))];
    case "decision_recorded":
      return [transition(data.from, data.to), h("span", { class: data.success === false ? "bad" : "quiet" }, data.success === false ? "failed" : "noted"),
        h("span.quiet", h("bdi", null, data.error || data.reason || ""))];
    case "session_start": return ["started", h("span.quiet", h("bdi", stateWords(data.workflow_type)))];
    case "workflow_complete": return [h("span", null, data.outcome ?? "completed"), h("span.quiet", `after ${duration(data.total_duration)}`)];
    case "agent_launch": return [h("bdi", null, data.agent), h("span.quiet", h("bdi", null, data.task_description ?? "launched"))];
    case "agent_finished": case "assignment_updated": return [h("bdi", null, data.agent ?? "agent"), h("span.quiet", stateWords(data.status))];
    case "session_recovery": return ["recovered", h("span.quiet", `in ${stateWords(data.current_state)}`)];
    case "state_saved": return ["state saved", h("span.quiet", stateWords(data.current_state))];
    case "alert_raised": case "alert_cleared":
      return [h("span", null, event.event_type === "alert_raised" ? "alert" : "over"), h("span.quiet", null, data.message ?? data.check ?? "")];
    default: return [h("bdi", stateWords(event.event_type)), h("span.quiet", h("bdi", null, data.agent ?? data.question ?? short(data)))];
  }
}

function short(data) {
  const text = JSON.stringify(data) ?? "";
  return text === "{}" ? "" : text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

