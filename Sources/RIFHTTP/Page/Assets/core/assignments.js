// What an agent's run is at, in words, and what can be said about it.

import { h } from "./dom.js";
import { bytes, clock, count } from "./format.js";
import { chip } from "../components/marks.js";

/** status → [hue, word]. */
const STATUS = {
  queued: ["planned", "queued"], active: ["running", "working"], silent: ["stuck", "silent"], waiting_for_person: ["waiting", "waits for a person"],
  rate_limited: ["planned", "rate limited"], completed: ["done", "completed"], failed: ["failed", "failed"], blocked: ["stuck", "blocked"],
  cancelled: ["cancelled", "cancelled"], timed_out: ["failed", "timed out"],
};

export const runHue = (status) => STATUS[status]?.[0] ?? "planned";
export const isOver = (status) => ["completed", "failed", "blocked", "cancelled", "timed_out"].includes(status);
export const untilOf = (run) => run.rate_limited_until ?? run.until ?? run.result?.until ?? null;

export function runChip(run) {
  const [hue, word] = STATUS[run.status] ?? ["planned", String(run.status ?? "").replaceAll("_", " ")];
  const until = run.status === "rate_limited" && untilOf(run);
  return chip(hue, until ? `${word} until ${clock(until).slice(0, -3)}` : word);
}

/** `12.3 K`: tokens are counted in thousands. */
const short = (number) => (number < 10_000 ? count(number) : number < 1e6 ? `${(number / 1e3).toFixed(number < 1e5 ? 1 : 0)} K` : `${(number / 1e6).toFixed(1)} M`);

export function tokensOf(run) {
  const of = run.tokens;
  if (!of) return null;
  const input = (of.input ?? 0) + (of.cache_read ?? 0) + (of.cache_creation ?? 0);
  return h("span.number", { title: `input ${count(of.input)}, from the cache ${count(of.cache_read)}, into the cache ${count(of.cache_creation)}, output ${count(of.output)}` },
    `${short(input)} in, ${short(of.output ?? 0)} out`);
}

export const costOf = (run) => (run.cost_usd === null || run.cost_usd === undefined ? null : `$ ${run.cost_usd.toFixed(run.cost_usd < 1 ? 3 : 2)}`);

/** How its process ended: `exit 2`, `signal 9`. */
export const endOf = (run) => (run.signal ? `signal ${run.signal}` : run.exit_code === null || run.exit_code === undefined ? null : `exit ${run.exit_code}`);

export const outputOf = (run) => (run.output ? bytes(run.output.stdout_bytes + run.output.stderr_bytes) : null);
