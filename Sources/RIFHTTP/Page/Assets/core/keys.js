// Keys. A page says which it wants; a field that is being written in keeps its own.

const layers = [];
let pending = "";
let pendingTimer = 0;

/**
 * `bindings`: key → work; `"g o"` is two keys after one another. Later layers win. What comes back takes it away.
 * Work that returns false leaves the key to the browser.
 */
export function bind(bindings) {
  layers.push(bindings);
  return () => {
    const place = layers.indexOf(bindings);
    if (place >= 0) layers.splice(place, 1);
  };
}

function isWriting(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function find(key) {
  for (let index = layers.length - 1; index >= 0; index -= 1) if (layers[index][key]) return layers[index][key];
  return null;
}

addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (isWriting(target)) {
    if (event.key === "Escape") target.blur();
    return;
  }
  // These belong to a button or a link that has the focus.
  if ((event.key === "Enter" || event.key === " ") && target.closest("button, a, summary, [role=button]")) return;
  // What scrolls by itself is scrolled.
  if (/^(Arrow|Page|Home|End)/.test(event.key) && target.closest("[role=region], [role=log], pre")) return;
  const combined = pending ? `${pending} ${event.key}` : "";
  const work = (combined && find(combined)) || find(event.key);
  clearTimeout(pendingTimer);
  pending = "";
  if (work) {
    if (work(event) !== false) event.preventDefault();
  } else if (layers.some((layer) => Object.keys(layer).some((key) => key.startsWith(`${event.key} `)))) {
    pending = event.key;
    pendingTimer = setTimeout(() => { pending = ""; }, 1_200);
  }
});
