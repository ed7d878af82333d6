// A table of rows of one height, windowed; on a phone each row is a card.

import { h, put } from "../core/dom.js";
import { windowed } from "./windowed.js";

/**
 * @param options.columns [{ name, title, kind ("number", "grow", …: classes), width (CSS), cell: row → node or text }]
 * @param options.keyOf row → string
 * @param options.rowHeight pixels, or a function
 * @param options.onOpen (row, event): click, or Enter on the selected row
 * @param options.rowClass row → class names
 * @param options.changed (old, new) → whether the row shows once that it changed
 * @param options.signature row → text that differs where the row must be drawn anew; else it keeps focus and selection
 * @param options.label what the table is, for who does not see it
 * @param options.scroller the element that scrolls, else the window
 * @returns { element, setRows(rows), select(index), move(by), selected, onSelect, destroy }
 */
export function table({ columns, keyOf, rowHeight = 40, onOpen = null, rowClass = null, label, scroller = null, changed = null, signature = JSON.stringify }) {
  const head = h("thead", h("tr", null, columns.map((column) =>
    h("th", { scope: "col", class: `column-${column.name} ${column.kind ?? ""}` }, column.title))));
  const body = windowed({
    tag: "tbody", columns: columns.length, rowHeight, keyOf, scroller, create, update,
  });
  const group = h("colgroup", null, columns.map((column) => h("col", { vars: column.width ? { width: column.width } : {} })));
  const element = h("table.table.cards", { "aria-label": label }, group, head, body.element);
  let rows = [];
  let selectedKey = null;
  let places = null;

  function fill(row, item) {
    row.rifItem = item;
    row.rifSignature = signature(item);
    const key = keyOf(item);
    row.style.setProperty("height", `${typeof rowHeight === "function" ? rowHeight() : rowHeight}px`);
    row.className = `row ${rowClass?.(item) ?? ""}${key === selectedKey ? " selected" : ""}${onOpen ? " can-open" : ""}`;
    current(row, key === selectedKey);
    put(row, columns.map((column) =>
      h("td", { class: `column-${column.name} ${column.kind ?? ""}`, data: { title: column.title } }, column.cell(item))));
  }

  function placeOf(key) {
    places ??= new Map(rows.map((row, index) => [keyOf(row), index]));
    return places.get(key) ?? -1;
  }

  function create(item) {
    const row = h("tr", { onclick: (event) => {
      if (!onOpen || event.target.closest("a, button") || String(getSelection())) return;
      onOpen(row.rifItem, event);
    } });
    fill(row, item);
    return row;
  }

  function update(row, item) {
    const isSelected = keyOf(item) === selectedKey;
    if (row.rifSignature !== signature(item)) {
      const flashes = changed?.(row.rifItem, item);
      fill(row, item);
      if (flashes) flash(row);
    } else if (row.classList.contains("selected") !== isSelected) {
      row.classList.toggle("selected", isSelected);
      current(row, isSelected);
    }
  }

  const result = {
    element,
    onSelect: null,
    get selected() { return rows[placeOf(selectedKey)] ?? null; },
    get rows() { return rows; },
    setRows(next) {
      rows = next;
      places = null;
      element.setAttribute("aria-rowcount", String(rows.length + 1));
      body.setRows(rows);
    },
    select(key, { scroll = true } = {}) {
      selectedKey = key;
      const index = placeOf(key);
      if (scroll && index >= 0) body.scrollTo(index);
      body.refresh();
      result.onSelect?.(result.selected);
    },
    /** To the next row, or the one before; the first one where none is selected. */
    move(by) {
      if (!rows.length) return;
      const at = placeOf(selectedKey);
      const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
      result.select(keyOf(rows[next]));
    },
    /** Opens the selected one; false where there is none. */
    open(event) { return result.selected ? void onOpen(result.selected, event) : false; },
    refresh() { body.refresh(); },
    destroy() { body.destroy(); },
  };
  return result;
}

/** Shows once that something changed. */
export function flash(element) {
  element.classList.remove("flash");
  void element.offsetWidth; // The animation begins anew only after a layout.
  element.classList.add("flash");
}

function current(row, is) {
  if (is) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
}
