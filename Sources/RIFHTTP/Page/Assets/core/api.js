// The public API of version 1. Everything that the page knows comes through here.

const BASE = "/api/v1";
const PATIENCE = 60_000; // ms

/** What went wrong, in the server's own words where it had some. */
export class Failure extends Error {
  constructor(message, { status = 0, code = "", body = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = body;
  }

  /** Nobody answered, or nobody who knows what it is about, or not now: trying again may help. */
  get isTemporary() { return this.status === 0 || this.status === 429 || this.status >= 500; }
}

let onUnauthorized = () => {};

/** What to do once the server wants to know who is asking. */
export function whenUnauthorized(work) { onUnauthorized = work; }

// A number that is exact in the answer and would not be here. Written again, it is as it was.
const exact = (_, value, context) => (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source) ? BigInt(context.source) : value);
BigInt.prototype.toJSON = function () { return JSON.rawJSON(String(this)); };
function parse(text) {
  const answer = JSON.parse(text, /[^.\d]\d{16,}[,\]}]/.test(text) ? exact : undefined);
  if (Object(answer) !== answer) throw new SyntaxError();
  return answer;
}

async function request(method, path, { body, key, signal, as = "json" } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  // A question that is never answered must not keep the next one from being asked; what was sent to be done is waited for.
  const limits = [signal, method === "GET" && as !== "response" && AbortSignal.timeout(PATIENCE)].filter(Boolean);
  try {
    const response = await fetch(path === "/login" || path === "/logout" ? path : BASE + path, {
      method, headers, signal: AbortSignal.any(limits), body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
    });
    if (!response.ok) throw await failure(response);
    if (as === "response") return response;
    const text = await response.text();
    return as === "text" ? text : response.status === 204 ? null : parse(text);
  } catch (error) {
    if (signal?.aborted || error instanceof Failure) throw error;
    throw new Failure(error instanceof SyntaxError ? "What came is no answer of this server." : error.name === "TimeoutError" ? "The server did not answer within a minute." : "The server cannot be reached.");
  }
}

async function failure(response) {
  let problem = null;
  try { problem = await response.json(); } catch { /* an answer that is no problem document */ }
  if (response.status === 401) onUnauthorized();
  return new Failure(problem?.detail ?? `The server answered ${response.status}.`, {
    status: response.status, code: problem?.code ?? "", body: problem,
  });
}

export const api = {
  /** `path` below /api/v1; `query` without the members that are null or empty. */
  get(path, query, options) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== null && value !== undefined && value !== "") search.set(name, value);
    }
    const text = search.toString();
    return request("GET", text ? `${path}?${text}` : path, options);
  },

  /** With the same `key` again, the first answer comes back and nothing is done twice. */
  post(path, body, options) { return request("POST", path, { body: body ?? {}, ...options }); },
};

/** The session that an id, or the beginning of one, belongs to; "" for nothing. Throws what to write instead. */
export async function sessionID(text, options) {
  const start = text.trim().toLowerCase();
  if (!start) return "";
  const { rows } = await api.post("/query", { sql: "SELECT session_id FROM orchestration_state WHERE starts_with(session_id, ?) LIMIT 2", params: [start] }, options);
  if (rows.length === 1) return rows[0][0];
  throw new Failure(rows.length ? `More than one session begins with “${start}”; write more of it.` : `No session begins with “${start}”.`);
}

/** Lets a person keep a text as a file. */
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A new idempotency key. (`crypto.randomUUID` exists on https and loopback only.) */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
