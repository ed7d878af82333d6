// Rows of one height, of which only those exist that can be seen: ten thousand cost as much as forty.

import { h, inFrame, reconcile } from "../core/dom.js";

const BAR = 56; // pixels that the bar covers, and a breath

/**
 * @param options.rowHeight pixels; the same for all (a function where it depends on the width of the window)
 * @param options.keyOf row → string
 * @param options.create row → element; @param options.update (element, row)
 * @param options.scroller the element that scrolls, else the window
 * @param options.tag of the container: "div", or "tbody" (then fillers are rows)
 * @returns { element, setRows, scrollTo, refresh, destroy }
 */
export function windowed({ rowHeight, keyOf, create, update, scroller = null, tag = "div", columns = 1 }) {
  const isTable = tag === "tbody";
  const height = () => (typeof rowHeight === "function" ? rowHeight() : rowHeight);
  const filler = () => (isTable
    ? h("tr.filler", { "aria-hidden": "true" }, h("td", { colspan: columns }))
    : h("div.filler", { "aria-hidden": "true" }));
  const above = filler();
  const below = filler();
  const element = h(tag);
  let rows = [];
  let shown = "";

  function range() {
    const size = height();
    const box = element.getBoundingClientRect();
    const view = scroller ? scroller.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    const first = Math.max(0, Math.floor((view.top - box.top) / size) - 8);
    const last = Math.min(rows.length, Math.ceil((view.bottom - box.top) / size) + 8);
    return [Math.min(first, rows.length), Math.max(last, Math.min(rows.length, first + 20))];
  }

  function setHeight(row, pixels) {
    (isTable ? row.firstElementChild : row).style.setProperty("height", `${pixels}px`);
    row.hidden = pixels === 0;
  }

  function draw(always) {
    if (!element.isConnected) return;
    const [first, last] = range();
    const signature = `${first}-${last}-${rows.length}`;
    if (!always && signature === shown) return;
    shown = signature;
    const size = height();
    setHeight(above, first * size);
    setHeight(below, (rows.length - last) * size);
    const visible = rows.slice(first, last).map((row, index) => ({ row, index: first + index }));
    reconcile(element, [{ filler: above, name: "above" }, ...visible, { filler: below, name: "below" }],
      (item) => (item.filler ? `filler ${item.name}` : keyOf(item.row)),
      (item) => item.filler ?? numbered(create(item.row, item.index), item.index),
      (node, item) => { if (!item.filler) { update?.(node, item.row, item.index); numbered(node, item.index); } });
  }

  function numbered(node, index) {
    if (isTable) node.setAttribute("aria-rowindex", String(index + 2));
    return node;
  }

  const drawSoon = inFrame(() => draw(false));
  const target = scroller ?? window;
  target.addEventListener("scroll", drawSoon, { passive: true });
  addEventListener("resize", drawSoon, { passive: true });

  return {
    element,
    setRows(next) { rows = next; draw(true); },
    refresh() { draw(true); },
    /** Brings a row into view, if it is not. */
    scrollTo(index) {
      if (index < 0 || index >= rows.length) return;
      // What is drawn at the new place may move it a little; the second time it is where it stays.
      for (let pass = 0; pass < 2; pass += 1) {
        const size = height();
        const top = element.getBoundingClientRect().top + index * size;
        const view = scroller ? scroller.getBoundingClientRect() : { top: BAR, bottom: innerHeight };
        // The heads of columns stay at the top of what scrolls.
        const head = scroller && isTable ? size : 0;
        if (top < view.top + head) target.scrollBy({ top: top - view.top - head });
        else if (top + size > view.bottom) target.scrollBy({ top: top + size - view.bottom });
        draw(false);
      }
    },
    destroy() {
      target.removeEventListener("scroll", drawSoon);
      removeEventListener("resize", drawSoon);
    },
  };
}
