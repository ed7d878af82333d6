// The questions that wait for a person, what ends first in front: the exact words, the choices, and what happens when
// nobody answers.

import { api } from "../core/api.js";
import { approvals } from "../core/approvals.js";
import { bdi, every, h, on, press, put, quiet, reconcile } from "../core/dom.js";
import { duration, exactTime, now, time } from "../core/format.js";
import { query, setQuery } from "../core/router.js";
import { empty, fail, failed, loading, notice } from "../components/feedback.js";
import { idMark, mark, sessionLink, stateWords } from "../components/marks.js";

export const title = "Approvals";

const WORDS = { __proto__: null, approved: "Approve", rejected: "Reject" };
const word = (choice) => WORDS[choice] ?? stateWords(choice);
const SOON = 600_000; // ms before a deadline that is close

export function mount(root, { signal }) {
  const list = h("ul.asks");
  const rest = h("div");
  const decided = h("details.panel.asks-decided", { open: innerWidth >= 1200, ontoggle: () => { if (decided.open) loadDecided(); } }, h("summary", "Decided before"));
  const decidedList = h("div");
  decided.append(decidedList);
  put(root, h("header.page-head", h("h1", "Approvals")), rest, list, decided);
  put(rest, loading(3));
  const kept = new Map(); // id → approval: what was refused stays to be read
  const cards = new Map(); // id → its element, with what was written there

  function draw() {
    if (approvals.failure && !approvals.pending) return put(rest, failed("The approvals", approvals.failure, approvals.refresh));
    if (!approvals.pending) return;
    root.classList.add("page-ready");
    const shown = [...approvals.pending];
    for (const [id, one] of kept) if (!shown.some((other) => other.approval_id === id)) shown.unshift(one);
    put(rest, shown.length ? null : h("div.panel", null, empty("Nothing waits for you. A state with “agent: human” or “user_required: true” asks here.", { command: "rif run --workflow FILE" })));
    reconcile(list, shown, (one) => one.approval_id, (one) => cards.get(one.approval_id) ?? card(one), (element) => element.rifTick());
    const wanted = query().get("id");
    for (const element of list.children) element.classList.toggle("selected", element.dataset.id === wanted);
    if (wanted !== scrolled) {
      scrolled = wanted;
      list.querySelector(".selected")?.scrollIntoView({ block: "nearest" });
    }
  }
  let scrolled = null;

  function card(approval) {
    const id = approval.approval_id;
    const reason = h("textarea", { rows: 2, id: `reason-${id}`, placeholder: "Why; it is kept with the decision" });
    const said = h("p.form-error", { role: "alert" });
    const end = h("p.ask-end");
    const choices = approval.choices?.length ? approval.choices : ["approved", "rejected"];
    const buttons = choices.map((choice, at) => h("button", { class: `button${choice === "rejected" ? " danger" : at === 0 ? " primary" : ""}`, onclick: () => decide(choice) }, word(choice)));
    if (approval.choices?.length && !choices.includes("rejected")) buttons.push(h("button", { class: "button danger", onclick: () => decide("rejected") }, "Reject"));
    said.hidden = true;
    on(reason, "keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) buttons[0].click(); });

    async function decide(choice) {
      for (const button of buttons) button.disabled = true;
      const after = element.nextElementSibling ?? element.previousElementSibling;
      try {
        await approvals.decide(approval, choice, reason.value.trim());
        kept.delete(id);
        notice(`${word(choice)}: ${approval.question}`.slice(0, 120));
        setQuery({ id: after?.dataset.id ?? null });
        if (decided.open) loadDecided();
      } catch (error) {
        // What stands here is over where somebody else was first; elsewhere it can be tried again.
        const isOver = error.status === 409 || error.status === 404;
        kept.set(id, approval);
        put(said, isOver ? `Not done: ${error.message} ` : error.message, isOver ? press("small", () => { kept.delete(id); approvals.refresh(); }, "Take it away") : null);
        said.hidden = false;
        if (!isOver) for (const button of buttons) button.disabled = false;
        draw();
      }
    }

    const element = h("li.panel.ask", { data: { id } },
      h("p.ask-about", mark("waiting"), idMark(approval.session_id, { link: sessionLink(approval.session_id) }), bdi(stateWords(approval.state)), quiet("asked ", time(approval.created_at))),
      h("p.ask-question", bdi(approval.question)), end,
      h("div.field.writes", h("label", { for: `reason-${id}` }, "Reason ", quiet("optional")), reason), said,
      h("div.ask-choices.writes", null, buttons));
    element.rifTick = () => {
      if (!approval.deadline) return put(end, quiet("It waits until somebody answers."));
      const left = Date.parse(approval.deadline) - now();
      const then = approval.default_choice ? ["“", h("strong", bdi(word(approval.default_choice))), "” is taken"] : "the workflow goes on as its timeout says";
      element.classList.toggle("soon", left < SOON);
      put(end, left > 0 ? `Without an answer, in ${duration(left)} ` : "The time is over: ", then, quiet(` (${exactTime(approval.deadline)})`));
    };
    element.rifTick();
    cards.set(id, element);
    return element;
  }

  async function loadDecided() {
    try {
      const answers = await Promise.all(["approved", "rejected", "expired"].map((status) => api.get("/approvals", { status }, { signal })));
      const all = answers.flatMap((answer) => answer.approvals).sort((a, b) => (b.decided_at ?? "").localeCompare(a.decided_at ?? "")).slice(0, 100);
      put(decidedList, all.length ? h("ul.asks-list", null, all.map((one) => h("li",
        mark({ approved: "done", rejected: "failed", expired: "cancelled" }[one.status] ?? "planned", one.status), idMark(one.session_id, { link: sessionLink(one.session_id) }),
        h("span", h("strong", bdi(stateWords(one.decision ?? one.status))), one.decided_by ? quiet(" by ", bdi(one.decided_by)) : null), time(one.decided_at),
        h("bdi.cut", null, one.question), h("bdi.cut.quiet", null, one.reason ?? "")))) : empty("Nothing was decided yet."));
    } catch (error) {
      fail(decidedList, "What was decided", error, loadDecided);
    }
  }

  const stop = approvals.subscribe(draw);
  const ticking = every(1_000, () => { for (const element of list.children) element.rifTick?.(); });
  approvals.refresh();
  draw();

  const move = (by) => {
    const all = [...list.children];
    const at = all.findIndex((element) => element.classList.contains("selected"));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) setQuery({ id: next.dataset.id });
  };
  return {
    changed: draw,
    keys: { j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => { const field = list.querySelector(".selected textarea"); field?.focus(); return Boolean(field); } },
    unmount() { stop(); ticking(); },
  };
}
