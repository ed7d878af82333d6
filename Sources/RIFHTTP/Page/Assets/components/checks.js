// The parts of the health score: what each check measured, what it may be, and what to do where it is out of order.

import { h, quiet } from "../core/dom.js";
import { bytes, count, duration, percent, time } from "../core/format.js";
import { mark, stateWords } from "./marks.js";
import { plainTable } from "./plot.js";

export function measured(value, unit) {
  switch (unit) {
    case "ms": return duration(value);
    case "share": return percent(value);
    case "answers": return value ? "answers" : "silent";
    case "MB/h": return `${value < 0 ? "−" : ""}${bytes(Math.abs(Math.round(value * 1e6)))}/h`;
    default: return `${count(value)} ${value === 1 ? unit.replace(/s$/, "") : unit}`;
  }
}

/** What an alert says, and what to do about it. */
export const what = (alert) => h("span.health-do", null, `${alert.message}. `, alert.action && quiet(`${alert.action}.`));

const none = () => quiet("–");

export function checksTable(health) {
  const said = new Map(health.alerts.map((alert) => [alert.check, alert]));
  return plainTable("Checks", ["Check", "#Measured", "#Limit", "#Points", "Since", "What to do"], [...health.checks ?? []].sort((a, b) => a.ok - b.ok).map((check) => {
    const alert = said.get(check.name);
    return [h("span.line", mark(check.ok ? "done" : "failed", check.ok ? "in order" : "out of order"), stateWords(check.name)),
      measured(check.measured, check.unit), check.unit === "answers" ? none() : quiet(measured(check.limit, check.unit)), check.points ? h("strong.bad", `−${check.points}`) : none(),
      check.since ? time(check.since) : null, alert ? what(alert) : null];
  }));
}
