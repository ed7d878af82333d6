// Whether what is seen is what is: live, paused, or trying again.

import { h, put, setText } from "../core/dom.js";
import { live, pauseByHand } from "../core/live.js";

const WORDS = {
  connecting: ["Connecting", "The event stream is being opened"],
  live: ["Live", "Events are shown as they happen. Press p to pause."],
  paused: ["Paused", "Nothing is shown until you go on. Press p."],
  locked: ["Locked", "The server wants a token"],
};

export function liveMark() {
  const text = h("span.live-text");
  const button = h("button.live", { id: "live", onclick: toggle },
    h("span.live-dot", { "aria-hidden": "true" }), text);
  let timer = 0;

  function toggle() {
    if (live.state.name === "reconnecting") live.retryNow();
    else pauseByHand(live.state.name !== "paused");
  }

  function write() {
    clearTimeout(timer);
    const state = live.state;
    button.dataset.state = state.name;
    let [word, why] = WORDS[state.name] ?? ["", ""];
    let told = why;
    if (state.name === "reconnecting") {
      const left = Math.min(20, Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000)));
      const gone = Math.max(0, Math.round((Date.now() - state.since) / 1000));
      word = left ? `Reconnecting in ${left} s` : "Reconnecting";
      why = `Lost the server ${gone} s ago, trying again. Click to try now.`;
      told = "Press to try now.";
      timer = setTimeout(write, 500);
    }
    setText(text, word);
    button.title = why;
    button.setAttribute("aria-label", `Live events: ${state.name}. ${told}`);
  }

  live.on("state", () => {
    write();
    announce();
  });
  write();
  return button;
}

// Said once when it breaks and once when it is back, not at every attempt.
let broken = false;
let saying = 0;
function announce() {
  clearTimeout(saying);
  const isBroken = live.state.name === "reconnecting";
  if (isBroken === broken || (live.state.name !== "live" && !isBroken)) return;
  // What lasts no two seconds is no news: a server that hangs up at once is not back.
  const passed = Math.abs(Date.now() - live.state.since);
  if (passed < 2_000) {
    saying = setTimeout(announce, 2_000 - passed);
    return;
  }
  broken = isBroken;
  document.body.classList.toggle("is-stale", broken);
  const place = document.getElementById("notices");
  put(place, broken
    ? h("div.notice.failed", "Lost the server. What you see is the last that was known; trying again.",
      h("button.button.small", { onclick: () => live.retryNow() }, "Try now"))
    : h("div.notice.done", "The server is back; everything is up to date."));
  if (!broken) setTimeout(() => put(place), 3_000);
}
