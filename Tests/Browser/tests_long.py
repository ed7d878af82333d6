"""What the page promises about long sessions."""

import http.client
import json
import threading

from tests import until

STEPS = 10_000
TOGETHER = 16  # connections: what they send in the same moment is one commit
ROUND = 500  # steps that stay in a state before the session moves on
GAP = 700  # other events between some of the steps: they do not stand as close together everywhere
WAY = ["analyzing", "planning", "implementing", "validating", "reviewing"]


def send(server, requests):
    """Sends requests, each a path and a body, over connections of their own."""
    waiting = iter(requests)
    lock = threading.Lock()
    failures = []

    def work():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        try:
            while not failures:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    break
                connection.request("POST", "/api/v1" + request[0], json.dumps(request[1]), {"Content-Type": "application/json", "Prefer": "return=minimal"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status >= 400:
                    failures.append(text)
        except OSError as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(TOGETHER)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures, failures[0]


def long_session(server):
    """Ten thousand steps: in each state a number of attempts, then one step on."""
    session = server.begin("loop")
    move = lambda source, target: (f"/sessions/{session}/transitions", {
        "from_state": source, "to_state": target, "reason": f"From {source}", "agents_selected": ["RIF-Agent"], "confidence_score": 0.9})
    source = "initialized"
    for number in range(STEPS // ROUND):
        target = WAY[number % len(WAY)]
        send(server, [move(source, target)])
        send(server, [move(target, target)] * (ROUND - 1))
        if number in (4, 9):
            send(server, [("/events", {"event_type": "tick", "data": {}})] * GAP)
        source = target
    return session


def test_ten_thousand_steps_open_and_scroll(browser):
    session = long_session(browser.server)
    page = browser.page("/health")
    page.wait_for_selector(".page-ready")
    # The page before is done with its own beginning, as it is when somebody chooses a session.
    page.wait_for_timeout(1_000)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if f"/sessions/{session}/events" in request.url else None)
    page.evaluate("window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => Math.round(one.duration)))).observe({ type: 'longtask' })")
    took = page.evaluate(
        """(path) => new Promise((done) => {
            const began = performance.now();
            history.pushState(null, "", path);
            dispatchEvent(new PopStateEvent("popstate"));
            const text = (selector) => document.querySelector(selector)?.textContent;
            const isOpen = () => text(".step-place") === "10,001 of 10,001" && text(".list-scroll tr.selected .column-index") === "10,001" && text(".graph .node");
            const look = () => isOpen() ? done(performance.now() - began) : requestAnimationFrame(look);
            look();
        })""", f"/sessions/{session}")
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
