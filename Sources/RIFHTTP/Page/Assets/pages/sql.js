// Questions in SQL, reading only: the statement, the schema beside it, the answer below it.

import { api, save } from "../core/api.js";
import { bdi, h, on, press, put, quiet, region } from "../core/dom.js";
import { count, duration } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { dialog } from "../components/dialog.js";
import { empty, fail, loading } from "../components/feedback.js";
import { sessionLink } from "../components/marks.js";
import { panel, segmented } from "../components/panel.js";
import { table } from "../components/table.js";
import { EXAMPLES } from "../sql/examples.js";

export const title = "SQL";

const KEPT = "rif.sql";
const LONGEST = 6_000; // characters of a statement in an address
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

function history() {
  try { return JSON.parse(localStorage.getItem(KEPT) ?? "[]").filter((one) => typeof one === "string"); } catch { return []; }
}

function remember(sql) {
  try { localStorage.setItem(KEPT, JSON.stringify([sql, ...history().filter((one) => one !== sql)].slice(0, 50))); } catch { /* not remembered, that is all */ }
}

export function mount(root, { signal }) {
  const editor = h("textarea.code.sql-text", { rows: 7, "aria-label": "SQL statement", autocapitalize: "off", placeholder: "SELECT …" });
  const start = h("button.button.primary", { title: "Ctrl+Enter", onclick: () => (running ? running.abort() : ask()) }, "Run");
  const limit = segmented("Rows at most", [["1000", "1,000 rows"], ["10000", "10,000"]], "1000", (value) => { most = Number(value); });
  const download = h("button.button", { disabled: true, onclick: saveCSV }, "Download CSV");
  const said = h("span.quiet.number", { role: "status" });
  const console_ = panel("Statement", { tools: quiet("It only reads. ", h("kbd", "Ctrl"), " ", h("kbd", "Enter"), " runs it.") });
  console_.body.append(editor, h("div.sql-tools", null, start, limit.element, download, said));
  const answer = panel("Answer", { kind: "sql-answer" });
  const side = panel("Schema", { kind: "sql-side" });
  side.title.replaceWith(segmented("Beside the statement", [["schema", "Schema"], ["examples", "Examples"], ["history", "History"]], "schema", show).element);
  side.element.removeAttribute("aria-labelledby");
  side.element.setAttribute("aria-label", "Help with the statement");
  put(root, h("h1.only-heard", "SQL"), h("div.sql", null, console_.element, side.element, answer.element));
  root.classList.add("page-ready");
  let most = 1000;
  let running = null;
  let result = null;
  let rows = null;
  let asked = null;

  async function ask() {
    const sql = editor.value.trim();
    if (!sql) return;
    running?.abort();
    asked = sql;
    setQuery({ q: sql.length > LONGEST ? null : sql }, { push: true });
    const mine = running = new AbortController();
    on(signal, "abort", () => mine.abort(), { once: true });
    put(start, "Stop");
    put(said, "Running…");
    const began = performance.now();
    try {
      result = await api.post("/query", { sql, limit: most }, { signal: mine.signal });
      remember(sql);
      draw(performance.now() - began);
    } catch (error) {
      if (mine !== running) return;
      put(said, error.name === "AbortError" ? "Stopped." : "");
      if (error.name !== "AbortError") {
        result = null;
        clear();
        put(answer.body, h("div.failure.sql-error", { role: "alert" }, h("pre", null, error.message), error.isTemporary && press("", ask, "Try again")));
      }
    }
    download.disabled = !result;
    running = null;
    put(start, "Run");
  }

  function clear() {
    rows?.destroy();
    rows = null;
  }

  const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

  function cell(value, name) {
    if (value === null) return quiet("null");
    const written = text(value);
    return name === "session_id" && written ? h("a.id-text", { href: sessionLink(written) }, written) : h("bdi", { class: `cut${name.endsWith("_id") ? " id-text" : ""}`, title: written.length > 24 ? written.slice(0, 2000) : null }, written.slice(0, 400));
  }

  function draw(took) {
    clear();
    const { columns, types, rows: list, truncated } = result;
    put(said, `${count(list.length)} row${list.length === 1 ? "" : "s"} in ${duration(took)}`);
    if (truncated) said.append(h("strong.sql-cut", ` · cut: there are more rows than these`));
    if (!list.length) return put(answer.body, empty("No row answers this."));
    const wide = columns.map((name, at) => {
      const longest = list.slice(0, 200).reduce((sum, row) => Math.max(sum, row[at] === null ? 4 : text(row[at]).length), name.length);
      return Math.min(360, 32 + longest * 7.6);
    });
    const scroller = region("div.sql-scroll", "Rows");
    const keyed = list.map((row, index) => ({ row, index }));
    rows = table({
      label: "Answer", scroller, rowHeight: 28, keyOf: (one) => String(one.index), signature: (one) => String(one.index),
      columns: columns.map((name, at) => ({ name: "sql", title: h("span", { title: types[at] }, name), kind: NUMBER.test(types[at]) ? "number" : "", width: `${wide[at]}px`, cell: (one) => cell(one.row[at], name) })),
      onOpen: (one) => dialog(`Row ${count(one.index + 1)}`, h("dl.sql-record", null, columns.map((name, at) =>
        [h("dt", null, name, quiet(types[at])), h("dd", null, one.row[at] === null ? quiet("null") : bdi(text(one.row[at])))])), { kind: "wide" }),
    });
    rows.element.classList.remove("cards");
    rows.element.style.setProperty("min-width", `${wide.reduce((sum, width) => sum + width, 0)}px`);
    scroller.append(rows.element);
    put(answer.body, scroller);
    rows.setRows(keyed);
  }

  function saveCSV() {
    const field = (value) => {
      const written = value === null ? "" : text(value);
      return /[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
    };
    save("answer.csv", [result.columns, ...result.rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n", "text/csv");
  }

  // MARK: Beside it

  let schema = null;

  function insert(name) {
    editor.setRangeText(name, editor.selectionStart, editor.selectionEnd, "end");
    editor.focus();
  }

  async function show(which) {
    if (which === "schema") return showSchema();
    const list = which === "examples" ? EXAMPLES : history().map((sql) => [sql, sql]);
    put(side.body, list.length ? h("ul", { class: `sql-list ${which}` }, list.map(([name, sql]) =>
      h("li", h("button", { title: sql, onclick: () => { editor.value = sql; ask(); } }, name)))) : empty("What you run is kept here, in this browser only."));
  }

  async function showSchema() {
    if (!schema) put(side.body, loading(4));
    try {
      if (!schema) {
        const { rows: found } = await api.post("/query", { sql: "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' ORDER BY table_name, ordinal_position" }, { signal });
        schema = Map.groupBy(found, ([name]) => name);
      }
      put(side.body, [...schema].map(([name, columns]) => h("details.sql-table", { open: innerWidth > 1000 && /_(decisions|state)$/.test(name) },
        h("summary", h("span.mono", null, name)),
        h("ul", h("li", h("button", { onclick: () => { editor.value = `FROM ${name} LIMIT 100`; ask(); }, class: "link-button" }, "Show rows")),
          columns.map(([, column, type]) => h("li", h("button", { title: "Write it into the statement", onclick: () => insert(column) }, h("span.mono", null, column), quiet(type.toLowerCase()))))))));
    } catch (error) {
      fail(side.body, "The schema", error, showSchema);
    }
  }

  on(editor, "keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    ask();
  });

  function changed() {
    const wanted = query().get("q");
    if (!wanted || wanted === asked) return;
    editor.value = wanted;
    ask();
  }

  showSchema();
  editor.value = EXAMPLES[0][1];
  put(answer.body, empty("Run the statement to see its answer here, or begin with an example."));
  changed();
  const move = (by) => () => { if (rows) rows.move(by); else return false; };
  return { changed, keys: { f: () => editor.focus(), j: move(1), k: move(-1), Enter: (event) => (rows ? rows.open(event) : false) }, unmount: clear };
}
