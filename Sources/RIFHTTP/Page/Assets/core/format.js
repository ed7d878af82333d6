// Numbers, durations and times in words. Times of the server count, not the clock of this machine.

import { h } from "./dom.js";
import { settings } from "./settings.js";

const SET = 30_000; // ms
const DAY = 86_400_000;
let skew = -Infinity;

/**
 * Tells by how much the clock of this machine is off. An answer that was long on its way makes it seem slow: the largest
 * difference is the true one, until it is off by so much that a clock was set.
 */
export function serverTime(text) {
  const next = Date.parse(text) - Date.now();
  if (!(next > skew || next < skew - SET)) return;
  const old = now();
  skew = next;
  if (Math.abs(now() - old) > SET) writeAll();
}

/** Milliseconds since 1970, by the server's clock. */
export const now = () => Date.now() + (Number.isFinite(skew) ? skew : 0);

/** Milliseconds from one time to another, else until now. */
export const passed = (from, until) => (until ? Date.parse(until) : now()) - Date.parse(from);

/** `1,204`. (The first `Intl.NumberFormat` of a page takes 40 ms to load its tables, before anything is shown.) */
export const count = (number) => String(Math.round(number ?? 0)).replace(/\B(?=(\d{3})+$)/g, ",");

/** `93.1 %`, and never `100 %` where it is only nearly so. */
export function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  if (share === 1 || share === 0) return `${share * 100} %`;
  const shown = Math.min(99.9, Math.max(0.1, Math.round(share * 1000) / 10));
  return `${shown} %`;
}

/** `850 ms`, `2.5 s`, `3 m 12 s`, `1 h 5 m`, `2 d 3 h`: as in the pictures and on the command line. */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return "–";
  const ms = Math.max(0, Math.round(milliseconds));
  const seconds = Math.floor(ms / 1000);
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < 3_600_000) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  if (ms < 86_400_000) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} m`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** The same with its largest unit only, for where there is little room: `45 m`. */
export function shortDuration(milliseconds) {
  if (milliseconds >= 1000 && milliseconds < 60_000) return `${Math.floor(milliseconds / 1000)} s`;
  return duration(milliseconds).split(" ").slice(0, 2).join(" ");
}

export function bytes(number) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let place = 0;
  while (number >= 1000 && place < units.length - 1) { number /= 1000; place += 1; }
  return `${place ? number.toFixed(number < 10 ? 1 : 0) : number} ${units[place]}`;
}

/** The first eight characters, as on the command line. */
export const shortID = (id) => (id ?? "").slice(0, 8);

const two = (number) => String(number).padStart(2, "0");

function parts(date) {
  return settings.zone === "utc"
    ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
    : [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
}

/** `2026-11-22 14:02:09.318 UTC`, in the zone that was chosen. */
export function exactTime(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return String(text ?? "");
  const [y, mo, d, hh, mi, ss, ms] = parts(date);
  const zone = settings.zone === "utc" ? "UTC" : offset(date);
  return `${y}-${two(mo)}-${two(d)} ${two(hh)}:${two(mi)}:${two(ss)}.${String(ms).padStart(3, "0")} ${zone}`;
}

/** `14:02:09`, with the day in front where it is another one; `14:02:09.318` where milliseconds matter. */
export function clock(text, isFine = false) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "";
  const [y, mo, d, hh, mi, ss, ms] = parts(date);
  const [ty, tmo, td] = parts(new Date(now()));
  const time = [`${two(hh)}:${two(mi)}:${two(ss)}`, isFine && String(ms).padStart(3, "0")].filter(Boolean).join(".");
  if (y === ty && mo === tmo && d === td) return time;
  return `${[y !== ty && y, two(mo), two(d)].filter(Boolean).join("-")} ${time}`;
}

/** `2 m ago` under a day; `11-21 14:02` after it. */
export function relative(text) {
  const then = Date.parse(text);
  if (!Number.isFinite(then)) return "";
  const passed = now() - then;
  if (passed < -5_000 && passed > -DAY) return `in ${ago(-passed)}`;
  if (Math.abs(passed) < 5_000) return "just now";
  return Math.abs(passed) < DAY ? `${ago(passed)} ago` : clock(text).slice(0, -3);
}

function ago(ms) {
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m`;
  const hours = Math.floor(ms / 3_600_000);
  return hours < 6 ? `${hours} h ${Math.floor(ms / 60_000) % 60} m` : `${hours} h`;
}

function offset(date) {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const hours = `UTC${minutes < 0 ? "−" : "+"}${Math.floor(Math.abs(minutes) / 60)}`;
  return minutes % 60 ? `${hours}:${two(Math.abs(minutes) % 60)}` : hours;
}

const WRITERS = { relative, clock };

/** A `<time>` that keeps itself up to date, with the exact time on hover. `style`: `relative` or `clock`. */
export function time(text, style = "relative") {
  if (!text) return h("span.quiet", "–");
  return h("time", { datetime: text, title: exactTime(text), data: { as: style } }, WRITERS[style](text));
}

function write(element) {
  const text = element.getAttribute("datetime");
  const shown = (WRITERS[element.dataset.as] ?? relative)(text);
  if (element.textContent !== shown) element.textContent = shown;
  element.title = exactTime(text);
}

function writeAll() {
  for (const element of document.querySelectorAll("time[data-as]")) write(element);
}

setInterval(() => { if (!document.hidden) writeAll(); }, 5_000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) writeAll(); });
settings.subscribe(writeAll);
