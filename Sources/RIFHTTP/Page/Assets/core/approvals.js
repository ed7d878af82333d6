// The questions that wait for a person: asked for once, and again when one was asked or decided.

import { api, newKey } from "./api.js";
import { whenQuiet } from "./dom.js";
import { live } from "./live.js";

const listeners = new Set();
let round = 0; // an answer to an earlier question is not taken

function tell() {
  for (const listener of [...listeners]) {
    try { listener(); } catch (error) { console.error(error); }
  }
}

export const approvals = {
  /** Those that are pending, what ends first in front; null as long as it is not known. */
  pending: null,
  failure: null,

  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  async refresh() {
    const mine = round += 1;
    try {
      const { approvals: list } = await api.get("/approvals", { status: "pending" });
      if (mine !== round) return;
      const end = (one) => (one.deadline ? Date.parse(one.deadline) : Infinity);
      approvals.pending = list.sort((a, b) => end(a) - end(b) || Date.parse(a.created_at) - Date.parse(b.created_at));
      approvals.failure = null;
    } catch (error) {
      approvals.failure = error;
    }
    tell();
  },

  /** Takes it out of the list at once; what the server refuses is put back, and thrown. */
  async decide(approval, decision, reason) {
    const { approval_id: id } = approval;
    const before = approvals.pending;
    round += 1;
    approvals.pending = before?.filter((one) => one.approval_id !== id) ?? null;
    tell();
    try {
      return await api.post(`/approvals/${encodeURIComponent(id)}`, { decision, reason }, { key: newKey() });
    } catch (error) {
      if (!approvals.pending?.some((one) => one.approval_id === id) && before) approvals.pending = [approval, ...approvals.pending ?? []];
      tell();
      throw error;
    } finally {
      again();
    }
  },
};

const again = whenQuiet(() => approvals.refresh(), 300);

const ABOUT = ["approval_requested", "approval_decided", "timeout_fired", "session_cancelled", "workflow_complete"];
live.on("event", (event) => { if (ABOUT.includes(event.event_type)) again(); });
live.on("state", ({ name }) => { if (name === "live") again(); });
