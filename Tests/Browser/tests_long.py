"""What the page promises about long sessions. The log is answered by the test itself: ten thousand steps through the API
would take longer than all other tests together."""

import json
import re
import urllib.parse

from tests import until

STEPS = 10_000
GAP = 7  # of other sessions' events stand between two pages of this one's
WAY = ["analyzing", "planning", "implementing", "validating", "reviewing"]


def sequence(index):
    """Where a step stands in the log: not everywhere as close to its neighbours."""
    return index + 1 + (index // 1500) * GAP * 100


def event(index, session):
    shared = {"sequence": sequence(index), "session_id": session, "timestamp": f"2026-11-01T{index // 3600:02}:{index // 60 % 60:02}:{index % 60:02}.000000Z"}
    if index == 0:
        return {**shared, "event_type": "session_start", "data": {"state": "initialized", "workflow_type": "loop"}}
    source = "initialized" if index == 1 else WAY[(index - 2) % 5]
    return {**shared, "event_type": "state_transition", "data": {
        "from": source, "to": WAY[(index - 1) % 5], "reason": f"Step {index}", "agents_selected": ["RIF-Agent"], "confidence_score": 0.9,
        "duration": 1000, "decision_id": f"decision-{index}"}}


def test_ten_thousand_steps_open_and_scroll(browser):
    session = browser.server.begin("loop")
    log = [event(index, session) for index in range(STEPS + 1)]
    asked = []

    def answer(route):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(route.request.url).query)
        after = int(query["after"][0])
        asked.append(after)
        route.fulfill(status=200, content_type="application/json", body=json.dumps({"events": [one for one in log if one["sequence"] > after][:1000]}))

    page = browser.page("/health")
    page.wait_for_selector(".page-ready")
    page.route(re.compile(f"/sessions/{session}/events"), answer)
    page.route(re.compile(f"/sessions/{session}/at/"), lambda route: route.fulfill(status=200, content_type="application/json", body='{"context": {}}'))
    page.evaluate("window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => Math.round(one.duration)))).observe({ type: 'longtask' })")
    took = page.evaluate(
        """(path) => new Promise((done) => {
            const began = performance.now();
            history.pushState(null, "", path);
            dispatchEvent(new PopStateEvent("popstate"));
            const look = () => /^10,001 of 10,001$/.test(document.querySelector(".step-place")?.textContent) ? done(performance.now() - began) : requestAnimationFrame(look);
            look();
        })""", f"/sessions/{session}")
    until(page, "document.querySelector('.list-scroll tr.selected .column-index')?.textContent === '10,001'")
    # As it is in the log: nothing twice, nothing left out, whatever lies between.
    assert page.inner_text(".tabs [data-tab=decisions] .tab-count") == "10,000"
    assert page.inner_text(".tabs [data-tab=events] .tab-count") == "10,001"
    assert len(asked) <= 24, f"{len(asked)} pages were asked for"
    browser.note(f"10,001 steps open after {took:.0f} ms, {len(asked)} pages of the log, longest task {max(page.evaluate('long'), default=0)} ms")
    nodes = page.evaluate("document.querySelectorAll('main *').length")
    assert nodes < 1500, f"{nodes} elements"
    scrolled = page.evaluate(
        """async () => {
            const list = document.querySelector(".list-scroll");
            const frames = [];
            for (let at = 0, last = performance.now(); at < 60; at += 1) {
                list.scrollTop = at * 6000;
                await new Promise(requestAnimationFrame);
                frames.push(performance.now() - last);
                last = performance.now();
            }
            return frames.sort((a, b) => a - b)[54];
        }""")
    browser.note(f"scrolling: nine frames in ten within {scrolled:.0f} ms")
    for key, place in (("Home", "1 of 10,001"), ("PageDown", "11 of 10,001"), ("End", "10,001 of 10,001")):
        page.keyboard.press(key)
        until(page, "(place) => document.querySelector('.step-place').textContent === place", arg=place)
