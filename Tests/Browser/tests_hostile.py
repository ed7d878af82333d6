"""What the page promises where the world is hostile: many tabs, slow and broken servers, clocks that are wrong, keys only,
and names that are chosen to do harm."""

import contextlib
import os
import time

from proxy import Proxy
from server import Server, fill
from tests import READY, SECOND, settled, until

PROBLEM = "application/problem+json"
NOISE = ("Failed to load resource", "ERR_", "dynamically imported module")
LIVE = '#live[data-state="live"]'


@contextlib.contextmanager
def proxied(server):
    proxy = Proxy(server)
    try:
        yield proxy
    finally:
        proxy.close()


@contextlib.contextmanager
def own_server(browser, **more):
    server = Server(browser.server.rif, **more)
    try:
        yield server
    finally:
        server.close()


def tab(browser, page, address):
    """One more tab of the same browser."""
    other = page.context.new_page()
    other.on("console", lambda message: browser.say(message.type, message.text))
    other.on("pageerror", lambda error: browser.say("error", str(error)))
    other.goto(address)
    return other


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.ariaLabel || document.activeElement.textContent")


# Tabs


def test_eight_tabs_share_one_stream(browser):
    session = browser.server.begin("bugfix", 1)
    with proxied(browser.server) as proxy:
        address = f"{proxy.address}/sessions/{session}"
        tabs = [browser.page(f"/sessions/{session}", address=proxy.address)]
        while len(tabs) < 8:
            tabs.append(tab(browser, tabs[0], address))
        for one in tabs:
            one.wait_for_selector(LIVE)
            until(one, "document.querySelector('.step-place')?.textContent === '1 of 1'")
        assert proxy.streams == 1, f"{proxy.streams} streams are open: with six a browser has no connection left"
        way = ["initialized", "analyzing", "planning", "implementing"]
        for source, target in zip(way, way[1:]):
            browser.server.move(session, source, target)
            for one in tabs:
                one.wait_for_selector(f".session-state >> text={target}", timeout=10 * SECOND)
            # Whoever reads the stream is closed: another one goes on.
            tabs.pop(0).close()
        tabs[0].keyboard.press("u")
        tabs[0].keyboard.press("t")
        for one in tabs:
            until(one, "document.documentElement.dataset.theme === 'light' && document.getElementById('tools').textContent.includes('UTC')")
        # One that is paused is told what it missed, once it goes on.
        tabs[1].click("#live")
        tabs[1].wait_for_selector('#live[data-state="paused"]')
        browser.server.move(session, "implementing", "validating")
        tabs[0].wait_for_selector(".session-state >> text=validating")
        assert "validating" not in tabs[1].inner_text(".session-state")
        tabs[1].click("#live")
        tabs[1].wait_for_selector(".session-state >> text=validating")
        for one in tabs:
            one.close()


def test_who_logs_in_again_does_so_in_every_tab(browser):
    browser.expected = NOISE
    with own_server(browser, token="a-token-of-more-than-thirty-two-characters") as server, proxied(server) as proxy:
        server.begin("bugfix", 1)
        page = browser.page("/", address=proxy.address)
        page.fill("#token", server.token)
        page.keyboard.press("Enter")
        page.wait_for_selector(".workflows tr.row")
        # In the middle of something the server wants to know who is asking.
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        page.context.clear_cookies()
        page.evaluate("fetch('/api/v1/dashboard')")
        proxy.rule = lambda method, path: ("answer", 401, PROBLEM, '{"detail": "No token", "status": 401}') if "/api/" in path else None
        server.call("POST", "/events", {"event_type": "tick", "data": {}})
        page.wait_for_selector(".login", timeout=20 * SECOND)
        assert not page.locator("dialog[open]").count(), "a dialog lies over the form"
        assert focused(page) == "token"
        asked = len(proxy.seen)
        page.wait_for_timeout(2_500)
        assert len(proxy.seen) - asked <= 3, "a locked page goes on asking"
        proxy.rule = lambda method, path: None
        page.fill("#token", server.token)
        page.keyboard.press("Enter")
        page.wait_for_selector(".workflows tr.row")


# A server that is broken


def test_a_stream_that_breaks_off_again_and_again_is_no_storm(browser):
    browser.expected = (*NOISE, "SyntaxError")
    with proxied(browser.server) as proxy:
        for text in ("retry: 1\n\n", "event: snapshot\ndata: {not json\n\n"):
            proxy.rule = lambda method, path, text=text: ("answer", 200, "text/event-stream", text) if path.startswith("/api/v1/events") else None
            began = time.monotonic()
            page = browser.page("/", address=proxy.address)
            page.wait_for_selector(".workflows tr.row")
            page.wait_for_timeout(6_000)
            asked = proxy.count("/api/v1/events", began)
            assert 2 <= asked <= 6, f"asked {asked} times in six seconds"
            page.wait_for_selector(".notice >> text=Lost the server")
            figures = proxy.count("/api/v1/dashboard", began)
            assert figures <= 10, f"the dashboard was asked for {figures} times"
            proxy.rule = lambda method, path: None
            page.click("#live")
            page.wait_for_selector(LIVE)
            page.wait_for_selector(".notice >> text=The server is back")
            page.close()


def test_answers_that_are_none_are_said_and_got_over(browser):
    browser.expected = NOISE
    wrongs = {
        "The disk is full": ("answer", 500, PROBLEM, '{"detail": "The disk is full", "status": 500}'),
        "The server answered 502": ("answer", 502, "text/html", "<h1>Bad Gateway</h1>"),
        "no answer of this server": ("answer", 200, "text/html", "<h1>Log in to the hotel’s network</h1>"),
        "cannot be reached": ("reset",),
    }
    with proxied(browser.server) as proxy:
        for words, wrong in wrongs.items():
            proxy.rule = lambda method, path, wrong=wrong: wrong if path.startswith("/api/") else None
            page = browser.page("/", address=proxy.address)
            page.wait_for_selector(f".failure >> text={words}")
            # An alert that is put there anew is read aloud anew.
            page.evaluate("window.alert_ = document.querySelector('.failure')")
            page.wait_for_timeout(2_600)
            assert page.evaluate("alert_.isConnected"), "the same failure is said again and again"
            proxy.rule = lambda method, path: None
            page.wait_for_selector(".workflows tr.row", timeout=20 * SECOND)
            assert not page.locator(".failure").count()
            page.close()
        # Half an answer is none, and what is shown stays.
        page = browser.page("/health", address=proxy.address)
        page.wait_for_selector(".score")
        proxy.rule = lambda method, path: ("cut",) if path.startswith("/api/v1/health") else None
        page.evaluate("document.querySelector('[aria-label=\"Which alerts\"] [data-value=all]').click()")
        page.wait_for_timeout(1_000)
        assert page.locator(".score").count(), "what was known is gone"


def test_a_new_program_behind_an_open_tab_is_no_blank_page(browser):
    browser.expected = NOISE
    with proxied(browser.server) as proxy:
        page = browser.page("/", address=proxy.address)
        page.wait_for_selector(READY)

        def renewed(method, path):
            if path == "/":
                # From here on the tab has what the new program has.
                proxy.rule = lambda method, path: None
                return ("answer", 200, "text/html", '<script src="/assets/another/app.js"></script>')
            return ("answer", 404, PROBLEM, '{"detail": "the page has no such file", "status": 404}') if path.startswith("/assets/") else None

        proxy.rule = renewed
        page.evaluate("window.old = true")
        page.click(".pages [data-page=health]")
        page.wait_for_selector(".score", timeout=20 * SECOND)
        assert not page.evaluate("window.old"), "the tab still runs the old program"
        # Where the server does not answer at all, the page stays and says so.
        proxy.rule = lambda method, path: ("reset",)
        page.click(".pages [data-page=analytics]")
        page.wait_for_selector(".failure >> text=could not be shown")
        proxy.rule = lambda method, path: None
        page.click(".failure .button")
        page.wait_for_selector(".heat")


def test_another_database_is_shown_as_it_is(browser):
    browser.expected = NOISE
    with own_server(browser) as server:
        old = server.begin("bugfix", 1)
        page = browser.page("/", address=server.address)
        page.wait_for_selector(LIVE)
        server.move(old, "initialized", "analyzing", "Of the old one")
        page.wait_for_selector(".events-feed >> text=Of the old one")
        # All that is shown, and all that is remembered, is of the old one: the page begins anew by itself.
        with page.expect_event("load", timeout=60 * SECOND):
            server.stop()
            for name in os.listdir(server.folder.name):
                if name.startswith("orchestration.duckdb"):
                    os.remove(server.path(name))
            server.start()
        page.wait_for_selector("text=No session is active", timeout=40 * SECOND)
        until(page, "!document.querySelector('main').textContent.includes('Of the old one')")


# A server that is slow


def test_a_slow_server_is_asked_once_and_waited_for(browser):
    session = browser.server.begin("bugfix", 1)
    with proxied(browser.server) as proxy:
        page = browser.page(f"/sessions/{session}", address=proxy.address)
        page.wait_for_selector(".graph .node")
        page.wait_for_selector(LIVE)
        proxy.rule = lambda method, path: ("late", 2) if path.startswith(("/api/", "/assets/")) else None
        page.click("text=Transition…")
        page.fill("[name=to]", "analyzing")
        page.fill("[name=reason]", "Slowly")
        page.focus("dialog .primary")
        for _ in range(3):
            page.keyboard.press("Enter")
        page.wait_for_selector("dialog >> text=Sending…")
        assert focused(page) == "Sending…", "the focus is lost while it is sent"
        page.wait_for_selector("dialog", state="detached")
        assert proxy.count("/transitions") == 1, "it was sent more than once"
        page.wait_for_selector(".session-state >> text=analyzing")
        # A page whose file is on its way is a skeleton, not the dead page before.
        page.keyboard.press("g")
        page.keyboard.press("e")
        page.wait_for_selector("main > .loading")
        assert not page.locator(".graph").count()
        # The log is read from the stream, which may begin late.
        proxy.rule = lambda method, path: ("late", 6) if "last_event_id" in path else None
        page.wait_for_selector(".log li", timeout=30 * SECOND)
        proxy.rule = lambda method, path: None
        # Enter waits for what is being looked for.
        page.wait_for_selector(LIVE)
        proxy.rule = lambda method, path: ("late", 2) if "sessions?q=" in path else None
        page.keyboard.press("/")
        page.keyboard.type(session)
        page.keyboard.press("Enter")
        page.wait_for_selector(".session-state", timeout=20 * SECOND)
        assert session in page.url
        proxy.rule = lambda method, path: None
        # What was asked for first comes last, and is not taken for the answer.
        page.goto(f"{proxy.address}/sql")
        page.wait_for_selector(READY)
        slow = iter([("late", 3)])
        proxy.rule = lambda method, path: next(slow, None) if path.endswith("/query") else None
        page.fill(".sql-text", "SELECT 'first' AS word")
        page.keyboard.press("Control+Enter")
        until(page, "location.search.includes('first')")
        page.evaluate("history.pushState(null, '', '/sql?q=' + encodeURIComponent(\"SELECT 'second' AS word\")); dispatchEvent(new PopStateEvent('popstate'))")
        page.wait_for_selector(".sql-scroll >> text=second")
        page.wait_for_timeout(3_500)
        assert "first" not in page.inner_text(".sql-scroll")


# Keys only


def test_the_focus_is_always_somewhere(browser):
    page = browser.page("/")
    settled(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'main'")
    page.keyboard.press("Tab")
    # What needs attention is drawn anew beneath the focus.
    stuck = browser.server.begin("bugfix", 9)
    browser.server.call("POST", f"/sessions/{stuck}/decisions", {"from_state": "initialized", "to_state": "analyzing", "reason": "No", "success": False, "error_details": "Nothing works"})
    page.wait_for_selector(".attention >> text=Nothing works", timeout=20 * SECOND)
    assert page.evaluate("document.activeElement.closest('main') !== null"), "the skip link leads nowhere"
    page.focus(".pages [data-page=health]")
    page.keyboard.press("Enter")
    settled(page)
    until(page, "document.activeElement.id === 'main' && document.activeElement.ariaLabel === 'Health'")
    page.go_back()
    settled(page)
    until(page, "document.activeElement.id === 'main' && document.activeElement.ariaLabel === 'Overview'")
    # A dialog out of a menu gives the focus back to what opened the menu.
    page.goto(f"{browser.server.address}/sessions/{browser.ids['loop']}")
    page.wait_for_selector(".graph .node")
    page.focus(".menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('dialog') && document.activeElement.matches('.menu summary')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('.menu').open && document.activeElement.matches('.menu summary')")
    # A page that is left takes its question with it.
    page.click("text=Transition…")
    page.wait_for_selector("dialog[open]")
    page.go_back()
    settled(page)
    until(page, "!document.querySelector('dialog')")


def test_the_graph_is_one_stop_and_arrows_lead_through_it(browser):
    page = browser.page(f"/sessions/{browser.ids['loop']}")
    settled(page)
    assert page.locator(".graph [tabindex='0']").count() == 1
    page.focus(".graph [tabindex='0']")
    met = []
    for _ in range(page.locator(".graph [role=button]").count()):
        met.append(focused(page))
        page.keyboard.press("ArrowDown")
    assert len(set(met)) == len(met) and focused(page) == met[0], met
    assert any(name.startswith("Validating, current") for name in met) and any("→" in name for name in met), met
    page.keyboard.press("Enter")
    until(page, "/node=|from=/.test(location.search)")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate("document.activeElement.closest('.graph')")
    # What is drawn anew leaves the focus where it was.
    session = browser.server.begin("bugfix", 1)
    browser.server.walk(session, ["initialized", "analyzing"])
    page.goto(f"{browser.server.address}/sessions/{session}")
    page.wait_for_selector(LIVE)
    page.wait_for_selector(".graph .node")
    page.focus('.graph [aria-label^="Analyzing,"]')
    browser.server.move(session, "analyzing", "planning")
    page.wait_for_selector('.graph [aria-label^="Planning, current"]')
    assert focused(page).startswith("Analyzing, visited")


def test_tables_tabs_and_the_console_need_no_mouse(browser):
    page = browser.page("/sql?q=SELECT+n,+9007199254740993::HUGEINT+AS+big+FROM+range(3)+AS+numbers(n)")
    page.wait_for_selector(".sql-scroll tr.row")
    page.focus(".sql-text")
    page.keyboard.press("Tab")
    assert focused(page) == "Run", "the Tab key is caught"
    page.evaluate("document.activeElement.blur()")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("dialog[open] >> text=9007199254740993")
    assert page.inner_text("dialog h2") == "Row 2"
    page.keyboard.press("Escape")
    page.goto(f"{browser.server.address}/sessions/{browser.ids['loop']}")
    settled(page)
    page.focus("#tab-decisions")
    page.keyboard.press("ArrowRight")
    until(page, "location.search === '?tab=context' && document.activeElement.id === 'tab-context'")
    page.keyboard.press("ArrowLeft")
    until(page, "location.search === '' && document.activeElement.id === 'tab-decisions'")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_selector("text=Whole time")
    page.keyboard.press("-")
    page.keyboard.press("-")
    page.wait_for_selector("text=Whole time", state="hidden")
    # Keys that scroll a list do not lead through the steps behind it.
    page.focus(".list-scroll")
    page.keyboard.press("Home")
    page.wait_for_timeout(200)
    assert page.evaluate("location.search") == ""
    phone = browser.page("/", width=390)
    settled(phone)
    phone.focus("#menu-button")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    until(phone, "document.activeElement.matches('.pages a')")
    phone.keyboard.press("Escape")
    until(phone, "document.activeElement.id === 'menu-button' && !document.body.classList.contains('menu-open')")


# Clocks


def test_a_clock_that_is_off_or_jumps_by_a_week_changes_nothing(browser):
    week = 7 * 86_400
    session = browser.server.begin("bugfix", 1)
    for shift in (week, -week):
        page = browser.page("/health")
        page.clock.install(time=time.time() + shift)
        page.goto(f"{browser.server.address}/sessions/{session}")
        page.wait_for_selector(".graph .node")
        page.wait_for_selector(LIVE)
        assert "started just now" in page.inner_text(".session-facts") or "ago" in page.inner_text(".session-facts"), page.inner_text(".session-facts")
        page.goto(f"{browser.server.address}/")
        settled(page)
        page.wait_for_selector(LIVE)
        # Set while the page is open, to the other side.
        page.clock.set_system_time(time.time() - shift)
        state = browser.server.call("GET", f"/sessions/{session}")["current_state"]
        target = "analyzing" if state == "initialized" else "planning"
        browser.server.move(session, state, target, f"After a jump to {target}")
        page.wait_for_selector(f".feed >> text=After a jump to {target}", timeout=20 * SECOND)
        # The figures follow as before: they are not asked for at a time that never comes.
        page.wait_for_selector(f".events-feed >> text={target}", timeout=20 * SECOND)
        until(page, "(text) => { const row = [...document.querySelectorAll('.feed:not(.events-feed) li')].find((one) => one.textContent.includes(text)); return row && /just now|\\d+ (s|m) ago/.test(row.querySelector('time').textContent); }",
              arg=f"After a jump to {target}", timeout=40 * SECOND)
        page.close()


# Names


def test_names_of_what_every_object_has_are_names(browser):
    nasty = ["constructor", "__proto__", "toString", "hasOwnProperty"]
    session = browser.server.begin("constructor", 1, **{name: 1 for name in nasty}, exact=9007199254740993, wide=-9223372036854775807)
    way = ["initialized", "constructor", "__proto__", "constructor", "x" * 128]
    for source, target in zip(way, way[1:]):
        browser.server.move(session, source, target, "Two\nlines \u202e and \u200b nothing", nasty, **{name: {name: target} for name in nasty}, emoji="👩‍👩‍👧‍👦")
    browser.server.call("POST", "/events", {"event_type": "constructor", "session_id": session, "data": {"__proto__": 1}})
    for path in ("/", "/analytics?measure=constructor", "/events?type=constructor", f"/sessions/{session}", f"/sessions/{session}?tab=events", f"/sessions/{session}?tab=raw"):
        page = browser.page(path)
        settled(page)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{path} is {over} pixels too wide"
        page.close()
    page = browser.page(f"/sessions/{session}?tab=context&step=2")
    # What a step changed is seen, whatever its name.
    for name in nasty:
        page.wait_for_selector(f".changes .diff-changed:has(.diff-path:text-is('{name}'))")
    page.wait_for_selector(".tree-row >> text=9007199254740993")
    page.wait_for_selector(".tree-row >> text=-9223372036854775807")
    page.click("#tab-raw")
    page.wait_for_selector(".raw >> text=9007199254740993")
    assert "9007199254740992" not in page.inner_text(".raw")
