// The frame around the pages: which one is shown, the bar above it, keys that work everywhere.
//
// A page is an ES module in pages/ with
//
//   export const title = "Overview";                 // for the window's title; or a function of the params
//   export function mount(root, context) { … }       // builds the page in `root`, an empty <main>
//
// `context`: { params, signal } with the params of the route's pattern, and a signal that is aborted when the page is
// left: hand it to `api.get` and `addEventListener`. `mount` returns
//
//   { changed?(), keys?, unmount?() }
//
// `changed` is called when the query of the address changed (router.query() has it), `keys` are bindings for keys.js,
// `unmount` ends subscriptions and timers. A further page is a module and a line in PAGES.

import { api, whenUnauthorized } from "./core/api.js";
import { approvals } from "./core/approvals.js";
import { h, put, setText } from "./core/dom.js";
import { bind } from "./core/keys.js";
import { live } from "./core/live.js";
import { go, match, onChange, setRoutes } from "./core/router.js";
import { settings } from "./core/settings.js";
import { store } from "./core/store.js";
import { dialog } from "./components/dialog.js";
import { failed, loading } from "./components/feedback.js";
import { searchBox } from "./frame/search.js";
import { liveMark } from "./frame/livemark.js";
import { showLogin } from "./frame/login.js";
import { icon } from "./components/marks.js";

/** In the order of the bar; `key` follows a `g`. Pages without a title are not in the bar. */
const PAGES = [
  { name: "overview", pattern: "/", title: "Overview", key: "o", load: () => import("./pages/overview.js") },
  { name: "session", pattern: "/sessions/:id", load: () => import("./pages/session.js") },
  { name: "approvals", pattern: "/approvals", title: "Approvals", key: "a", load: () => import("./pages/approvals.js") },
  { name: "workflows", pattern: "/workflows", title: "Workflows", key: "w", load: () => import("./pages/workflows.js") },
  { name: "analytics", pattern: "/analytics", title: "Analytics", key: "n", load: () => import("./pages/analytics.js") },
  { name: "sql", pattern: "/sql", title: "SQL", key: "q", load: () => import("./pages/sql.js") },
  { name: "events", pattern: "/events", title: "Events", key: "e", load: () => import("./pages/events.js") },
  { name: "health", pattern: "/health", title: "Health", key: "h", load: () => import("./pages/health.js") },
];

const main = document.getElementById("main");
let page = null;

async function show() {
  const found = match(location.pathname);
  const name = found?.route.name ?? "";
  const address = location.pathname;
  if (page && page.address === address) return page.mounted?.changed?.();
  leave();
  const controller = new AbortController();
  const isFirst = !main.className;
  const mine = page = { address, controller, mounted: null, unbind: null };
  listPages();
  closeMenu();
  if (!found) {
    document.title = "Not found · RIF";
    return put(main, failed("There is no page here.", new Error("Perhaps the link is an old one."), () => go("/")));
  }
  // Seen only where the page's file is still on its way.
  if (!isFirst) put(main, loading(6));
  try {
    const module = await found.route.load();
    if (page !== mine) return;
    put(main);
    main.className = `page page-${name}`;
    scrollTo(0, 0);
    const title = typeof module.title === "function" ? module.title(found.params) : module.title;
    document.title = `${title} · RIF`;
    // Who hears the page is told where they are; who uses keys begins at its top.
    main.setAttribute("aria-label", title);
    if (!isFirst) main.focus({ preventScroll: true });
    mine.mounted = module.mount(main, { params: found.params, signal: controller.signal }) ?? null;
    if (mine.mounted?.keys) mine.unbind = bind(mine.mounted.keys);
  } catch (error) {
    if (page !== mine) return;
    console.error(error);
    put(main, failed("This page could not be shown.", error, () => renew(true)));
    renew();
  }
}

/** Reloads from a server that answers; unasked, where it has another program by now, whose files have other names. */
async function renew(isAsked = false) {
  const text = await fetch("/", { cache: "no-store" }).then((response) => (response.ok ? response.text() : ""), () => "");
  if (text.includes("/assets/") && (isAsked || !text.includes(new URL(".", import.meta.url).pathname))) location.reload();
}

function lock() {
  leave();
  live.pause();
  document.body.classList.add("is-locked");
  showLogin(main);
}

const badge = h("span.badge.number");
approvals.subscribe(() => {
  const number = approvals.pending?.length ?? 0;
  setText(badge, number ? String(number) : "");
  badge.title = `${number} waiting for you`;
  menuButton.classList.toggle("has-news", number > 0);
});

function listPages() {
  const name = match(location.pathname)?.route.name;
  put(pages, PAGES.filter((entry) => entry.title).map((entry) =>
    h("a", { href: entry.pattern, data: { page: entry.name }, title: `${entry.title} (g ${entry.key})`, "aria-current": entry.name === name ? "page" : null },
      entry.title, entry.name === "approvals" ? [" ", badge] : null)));
}

/** The document says what its reader may do. Who may see nothing is asked for a token, and nothing else is asked for. */
function begin() {
  const { rights, token } = document.documentElement.dataset;
  if (rights === "none") return lock();
  document.body.classList.toggle("read-only", rights === "read");
  document.getElementById("log-out").hidden = token !== "true";
  store.refresh(0);
  live.start();
  show();
  approvals.refresh();
}

function leave() {
  document.querySelector("dialog[open]")?.close();
  page?.controller.abort();
  page?.unbind?.();
  page?.mounted?.unmount?.();
  page = null;
}

// MARK: - The bar

const pages = document.getElementById("pages");
const menuButton = document.getElementById("menu-button");

function closeMenu() {
  document.body.classList.remove("menu-open");
  menuButton.setAttribute("aria-expanded", "false");
}

function buildBar() {
  listPages();
  menuButton.addEventListener("click", () => {
    const isOpen = document.body.classList.toggle("menu-open");
    menuButton.setAttribute("aria-expanded", String(isOpen));
  });
  const theme = h("button.icon-button", { onclick: () => settings.nextTheme() });
  const zone = h("button.text-button", { onclick: () => settings.nextZone() });
  const write = () => {
    put(theme, icon({ system: "system", light: "sun", dark: "moon" }[settings.theme]));
    theme.setAttribute("aria-label", `Theme: ${settings.theme}`);
    theme.title = `Theme: ${settings.theme} (t)`;
    put(zone, settings.zone === "utc" ? "UTC" : "Local");
    zone.title = `Times are ${settings.zone === "utc" ? "in UTC" : "in local time"} (u)`;
    zone.setAttribute("aria-label", `Times: ${settings.zone === "utc" ? "UTC" : "local"}`);
  };
  write();
  settings.subscribe(write);
  const help = h("button.icon-button", { "aria-label": "Keys", title: "Keys (?)", onclick: showHelp }, icon("help"));
  const search = searchBox();
  const logOut = h("button.text-button", { id: "log-out", onclick: async () => {
    await api.post("/logout", {}, { as: "response" }).catch(() => {});
    location.reload();
  } }, "Log out");
  logOut.hidden = true;
  put(document.getElementById("tools"), search.element, liveMark(), zone, theme, help, logOut);
  return search;
}

// MARK: - Keys

const KEYS = [
  ["/", "Search sessions"],
  ...PAGES.filter((entry) => entry.key).map((entry) => [`g ${entry.key}`, `Go to ${entry.title}`]),
  ["j  k", "Next and previous row"],
  ["Enter", "Open the selected row"],
  ["f", "Filter the table, or write the statement"],
  ["Ctrl Enter", "Run the statement"],
  ["← →", "Step by step through a session"],
  ["Home End", "First and last step"],
  ["+ -", "Nearer and farther in the timeline"],
  ["↑ ↓", "Within the graph, from state to state"],
  ["t", "Theme: as the system, light, dark"],
  ["u", "Times: local or UTC"],
  ["p", "Pause or go on with live events"],
  ["Esc", "Close, or leave a field"],
  ["?", "This list"],
];

function showHelp() {
  dialog("Keys", h("dl.keys", null, KEYS.map(([key, text]) => [
    h("dt", null, key.split(/\s+/).map((one) => h("kbd", null, one))), h("dd", null, text)])));
}

function bindKeys(search) {
  const keys = {
    "/": () => search.focus(),
    "?": showHelp,
    t: () => settings.nextTheme(),
    u: () => settings.nextZone(),
    p: () => document.getElementById("live").click(),
    Escape: () => {
      const open = document.querySelector(".menu[open]");
      if (open) open.open = false;
      if (document.body.classList.contains("menu-open")) menuButton.focus(); else open?.firstElementChild.focus();
      closeMenu();
      return false;
    },
  };
  for (const entry of PAGES) if (entry.key) keys[`g ${entry.key}`] = () => go(entry.pattern);
  bind(keys);
}

// MARK: - Begin

setRoutes(PAGES);
bindKeys(buildBar());
onChange(show);
whenUnauthorized(lock);
live.on("state", ({ name }) => {
  if (name === "locked") lock();
  // Somebody logged in, in another tab.
  else if (name === "live" && document.body.classList.contains("is-locked")) location.reload();
});
begin();
