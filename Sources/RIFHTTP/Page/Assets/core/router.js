// Which page an address shows. The address holds all that somebody would want to link: filters, the selected step.

const listeners = new Set();
let routes = [];

/** `{ name, pattern: "/sessions/:id", load: () => import(…) }`, the first that fits. */
export function setRoutes(list) {
  routes = list.map((route) => ({ ...route, words: route.pattern.split("/").filter(Boolean) }));
}

export function match(pathname) {
  const words = pathname.split("/").filter(Boolean);
  for (const route of routes) {
    if (route.words.length !== words.length) continue;
    const params = {};
    const fits = route.words.every((word, index) => {
      if (!word.startsWith(":")) return word === words[index];
      try { params[word.slice(1)] = decodeURIComponent(words[index]); } catch { return false; }
      return true;
    });
    if (fits) return { route, params };
  }
  return null;
}

export const query = () => new URLSearchParams(location.search);

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of [...listeners]) listener();
}

/** Goes to another address of the page. */
export function go(address, { replace = false } = {}) {
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  tell();
}

/**
 * Changes the query of the address, `null` and "" take a name out of it. Without `push` the step back button does not
 * notice: it leads to the page before, not through every letter of a search.
 */
export function setQuery(changes, { push = false } = {}) {
  const next = query();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString().replaceAll("%2C", ",");
  go(location.pathname + (text ? `?${text}` : ""), { replace: !push });
}

addEventListener("popstate", tell);

// Links within the page need no reload; with a modifier, or to elsewhere, they are the browser's.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  // To a place on this page, such as its content, the browser leads by itself.
  if (!match(link.pathname) || link.hash) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
