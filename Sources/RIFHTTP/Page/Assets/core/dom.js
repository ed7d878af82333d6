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

/** `h("button", { class: "x", onclick: f, vars: { "--part": "40%" } }, "text", element, [more])` */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Puts `children` in place of whatever an element holds. */
export function put(element, ...children) {
  element.replaceChildren();
  add(element, children);
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

/** Calls `work` once nothing has asked for it for so many milliseconds. */
export function whenQuiet(work, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}
