// Elements from data. Text only ever becomes a text node, so a name such as "<script>" is shown and nothing else.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (["value", "checked", "disabled", "hidden"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

const isProps = (value) => value !== null && typeof value === "object" && !(value instanceof Node) && !Array.isArray(value);

function make(create, name, given) {
  const [tag, ...classes] = name.split(".");
  const element = create(tag);
  if (tag === "button") element.type = "button";
  // Names, ids and statements are no words of a language, nor what was written elsewhere.
  if (tag === "input" || tag === "textarea") { element.autocomplete = "off"; element.spellcheck = false; }
  if (classes.length) element.setAttribute("class", classes.join(" "));
  return isProps(given[0]) ? fill(element, given[0], given.slice(1)) : fill(element, null, given);
}

/**
 * `h("button.primary", { onclick: f, vars: { "--part": "40%" } }, "text", element, [more])`. The object may be left out
 * before a text or an element of ours; before what came from elsewhere stands `null`, since that may be an object too.
 */
export const h = (name, ...given) => make((tag) => document.createElement(tag), name, given);

/** Text from elsewhere: its direction is its own. */
export const bdi = (...inside) => h("bdi", null, ...inside);

/** What stands back behind what is beside it. */
export const quiet = (...inside) => h("span.quiet", null, ...inside);

/** A button: `kind` are further classes, `inside` is what it says. */
export const press = (kind, work, ...inside) => h(`button.button${kind && `.${kind}`}`, { onclick: work }, inside);

/** What scrolls by itself, so that a keyboard and a screen reader find it too. */
export const region = (name, label, ...inside) => h(name, { tabindex: "0", role: "region", "aria-label": label }, inside);

/** The same for SVG. */
export const s = (name, ...given) => make((tag) => document.createElementNS(SVG, tag), name, given);

/** `element.addEventListener`, in a word. */
export const on = (element, type, work, options) => element.addEventListener(type, work, options);

const nameOf = (element) => element.dataset.key || element.href || element.ariaLabel || element.textContent;

/** Puts `children` in place of whatever an element holds; what is drawn anew keeps the focus where it had it. */
export function put(element, ...children) {
  const held = document.activeElement;
  const isHeld = held !== element && element.contains(held);
  element.replaceChildren();
  add(element, children);
  if (isHeld) (held.isConnected ? held : [...element.querySelectorAll(held.tagName)].find((one) => nameOf(one) === nameOf(held)))?.focus({ preventScroll: true });
  return element;
}

/** Sets text only where it differs: a screen reader and a selection are left alone by what did not change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of `parent` those of `items`, keeping the elements of items that were there before.
 *
 * @param keyOf item → string
 * @param create item → element
 * @param update (element, item) for those that stay
 */
export function reconcile(parent, items, keyOf, create, update) {
  const known = parent.rifChildren ?? new Map();
  const next = new Map();
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = known.get(key);
    if (element) update?.(element, item);
    else element = create(item);
    next.set(key, element);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const [key, element] of known) if (next.get(key) !== element) element.remove();
  // What stands behind the last one belongs to nobody.
  while (place) {
    const after = place.nextElementSibling;
    place.remove();
    place = after;
  }
  parent.rifChildren = next;
}

/** Calls `work` once in the next frame however often it was asked for. */
export function inFrame(work) {
  let asked = 0;
  return () => {
    if (asked) return;
    asked = requestAnimationFrame(() => { asked = 0; work(); });
  };
}

/** Calls `work` every so many milliseconds in which the page is seen; what comes back ends that. */
export function every(milliseconds, work) {
  const timer = setInterval(() => { if (!document.hidden) work(); }, milliseconds);
  return () => clearInterval(timer);
}

/** Calls `work` once nothing has asked for it for so many milliseconds. */
export function whenQuiet(work, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}
