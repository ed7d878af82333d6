// How well the system is, why, since when; whether what is stored agrees with itself; and reports to take away.

import { api, save, sessionID } from "../core/api.js";
import { bdi, h, press, put, quiet } from "../core/dom.js";
import { count, duration, now, passed, time } from "../core/format.js";
import { live } from "../core/live.js";
import { query, setQuery } from "../core/router.js";
import { dialog } from "../components/dialog.js";
import { empty, fail, failed, loading } from "../components/feedback.js";
import { LEVELS, chip, mark, stateWords } from "../components/marks.js";
import { chooser, panel, segmented } from "../components/panel.js";
import { plainTable } from "../components/plot.js";
import { checksTable, measured, what } from "../components/checks.js";

export const title = "Health";

const KINDS = { markdown: ["md", "text/markdown", "Markdown"], html: ["html", "text/html", "HTML"], json: ["json", "application/json", "JSON"] };
const AGAIN = 15_000; // ms

export function mount(root, { signal }) {
  const score = panel("Health");
  const which = segmented("Which alerts", [["open", "Open"], ["all", "Open and past"]], "open", (value) => setQuery({ alerts: value === "open" ? null : value }));
  const alerts = panel("Alerts", { tools: which.element });
  score.body.append(loading(5));
  alerts.body.append(loading(3));
  put(root, h("header.page-head", h("h1", "Health and alerts")),
    h("div.stack", null, score.element, alerts.element, h("div.pair", null, integrity(signal), reports(signal))));
  let timer = 0;
  let shown = "";

  async function look() {
    clearTimeout(timer);
    try {
      const [health, { alerts: list }] = await Promise.all([api.get("/health", {}, { signal }), api.get("/alerts", { all: wanted() === "all" ? true : null, limit: 200 }, { signal })]);
      // What has the focus or a selection stays, unless something changed.
      drawScore(health);
      const signature = JSON.stringify([wanted(), list]);
      if (signature !== shown) drawAlerts(list);
      shown = signature;
      root.classList.add("page-ready");
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!shown) { put(score.body, failed("The health", error, look)); put(alerts.body); }
    }
    timer = setTimeout(look, AGAIN);
  }

  const wanted = () => (query().get("alerts") === "all" ? "all" : "open");

  function drawScore(health) {
    const hue = LEVELS[health.status] ?? "planned";
    const lost = health.checks.filter((check) => check.points);
    put(score.body, h("div.score", h("strong.score-value", null, health.health_score), h("span", chip(hue, health.status)),
      h("p", null, lost.length ? `100 ${lost.map((check) => `− ${check.points} for ${stateWords(check.name)}`).join(" ")} = ${health.health_score}` : "Of 100 points none is lost: every check is in order.",
        quiet("healthy from 90, warning from 70; checked ", time(health.last_check)))),
    checksTable(health));
  }

  function drawAlerts(list) {
    which.set(wanted());
    const isOpen = (alert) => !alert.cleared_at;
    const rows = [...list].sort((a, b) => isOpen(b) - isOpen(a) || passed(a.raised_at, b.raised_at));
    put(alerts.body, rows.length ? plainTable("Alerts", ["Alert", "What was found", "#Measured", "#Limit", "Raised", "Over", "#Lasted"], rows.map((alert) => [
      h("span.line", mark(isOpen(alert) ? (alert.severity === "critical" ? "failed" : "stuck") : "done", isOpen(alert) ? "open" : "over"), stateWords(alert.check)),
      what(alert), measured(alert.measured, alert.unit), quiet(measured(alert.limit, alert.unit)),
      time(alert.raised_at), alert.cleared_at ? time(alert.cleared_at) : h("strong.bad", "still open"), duration(passed(alert.raised_at, alert.cleared_at))]))
      : empty(wanted() === "open" ? "No alert is open." : "No alert was ever raised."));
  }

  const end = live.on("event", (event) => { if (event.event_type.startsWith("alert_")) look(); });
  which.set(wanted());
  look();
  return { changed() { which.set(wanted()); look(); }, unmount() { end(); clearTimeout(timer); } };
}

const sessionField = (id) => h("input", { id, type: "text", placeholder: "all sessions" });

function integrity(signal) {
  const box = panel("Does what is stored agree with itself?");
  const session = sessionField("integrity-session");
  const start = h("button.button.primary", { type: "submit" }, "Check now");
  const found = h("div", { role: "status" });
  const words = (problem) => (typeof problem === "string" ? problem : problem.message ?? JSON.stringify(problem));
  async function check(event) {
    event?.preventDefault();
    start.disabled = true;
    put(found, loading(1));
    try {
      const id = await sessionID(session.value, { signal });
      const report = await api.get("/maintenance/integrity", { session_id: id }, { signal });
      put(found, h("p.line", mark(report.valid ? "done" : "failed", null), h("strong", null, report.valid ? "Everything agrees." : `It does not: ${count(report.errors.length)} found.`),
        quiet(`${count(report.sessions_checked)} session${report.sessions_checked === 1 ? "" : "s"} checked, warnings: ${count(report.warnings.length)}, `, time(report.timestamp))),
      h("ul.findings", [["failed", report.errors], ["stuck", report.warnings]].map(([hue, list]) => list.slice(0, 200).map((one) => h("li", mark(hue, hue === "failed" ? "error" : "warning"), bdi(words(one)))))));
    } catch (error) {
      fail(found, "The check could not be made.", error, check);
    }
    start.disabled = false;
  }
  box.body.append(h("form.health-form", { onsubmit: check },
    h("p.quiet", "Orphan rows, states that the log does not lead to, broken sequences, times that run backwards."),
    h("div.field", h("label", { for: "integrity-session" }, "Session ", quiet("id or its beginning; empty for all")), session), h("div", null, start), found));
  return box.element;
}

function reports(signal) {
  const box = panel("Report");
  const session = sessionField("report-session");
  const hours = chooser("Timeframe", [["24", "last 24 hours"], ["168", "last 7 days"], ["720", "last 30 days"]], "24", () => {});
  const trouble = h("div", { role: "status" });
  async function write(format) {
    const id = await sessionID(session.value, { signal });
    const text = await api.post("/reports", { format, timeframe_hours: Number(hours.select.value), ...(id && { session_id: id }) }, { as: "text", signal });
    return [text, `rif-report${id ? `-${id.slice(0, 8)}` : ""}-${new Date(now()).toISOString().slice(0, 10)}.${KINDS[format][0]}`];
  }
  const attempt = (work) => async function again(event) {
    put(trouble);
    const button = event?.target;
    if (button) button.disabled = true;
    try { await work(); } catch (error) { fail(trouble, "The report could not be written.", error, () => again()); }
    if (button) button.disabled = false;
  };
  const read = attempt(async () => {
    const [text] = await write("markdown");
    dialog("Report", h("pre.raw", { tabindex: "0" }, text), { kind: "wide" });
  });
  box.body.append(h("div.health-form",
    h("p.quiet", "What happened, figures, and recommendations with their reasons."),
    h("div.field", h("label", { for: "report-session" }, "Session ", quiet("id or its beginning; empty for all")), session),
    h("div", null, hours.element),
    h("div.health-buttons", press("primary", read, "Read it"),
      Object.entries(KINDS).map(([format, [, type, word]]) => press("", attempt(async () => { const [text, name] = await write(format); save(name, text, type); }), `Download ${word}`))), trouble));
  return box.element;
}
