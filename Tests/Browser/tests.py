"""What the web page promises, tried in Chromium. A test is named after its promise."""

import re
import threading
import time

from axe_playwright_python.sync_playwright import Axe
from server import HOSTILE, Server

SECOND = 1_000
READY = ".tiles .tile-value, .graph .node, .page-ready"


def pages(browser):
    """Name → address of every page; those of the bar are read from the bar itself."""
    page = browser.page()
    page.wait_for_selector(READY)
    found = {link.inner_text().strip().lower(): link.get_attribute("href") for link in page.query_selector_all(".pages a")}
    page.context.close()
    browser.contexts.clear()
    loop = f"/sessions/{browser.ids['loop']}"
    return {**found, "session": loop, "session-context": f"{loop}?step=4&tab=context", "session-runs": f"{loop}?tab=runs",
            "session-metrics": f"{loop}?tab=metrics", "session-events": f"{loop}?tab=events", "session-raw": f"{loop}?tab=raw"}


def until(page, condition, arg=None, timeout=10 * SECOND):
    """Waits for a condition: an expression, or a function of `arg`. Playwright's own way needs `eval`, which the policy
    of the page forbids, and the tests must not lift that."""
    test = condition if "=>" in condition.split("(")[0] or condition.startswith("([") or condition.startswith("(") and "=>" in condition[:20] else f"() => {condition}"
    page.evaluate(
        f"""([arg, timeout]) => new Promise((done, fail) => {{
            const end = performance.now() + timeout;
            const holds = {test};
            const look = () => holds(arg) ? done() : performance.now() > end
                ? fail(new Error("waited in vain for: " + holds)) : requestAnimationFrame(look);
            look();
        }})""", [arg, timeout])


def settled(page):
    page.wait_for_selector(READY)
    until(page, "!document.querySelector('main .loading')")
    # Whatever was asked for by drawing has been drawn a frame later.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_every_page_fits_is_accessible_and_says_nothing_to_the_console(browser):
    axe = Axe()
    shown = pages(browser)
    for width, height, theme in ((1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")):
        page = browser.page("/", width, height, theme)
        for name, path in shown.items():
            page.goto(browser.server.address + path)
            settled(page)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{name} at {width} is {over} pixels too wide"
            browser.shot(page, f"{name}-{theme}-{width}")
            # A dark phone is the dark page and the narrow page; the lists of a session differ by their lists only.
            if (width, theme) == (390, "dark") or ("-" in name and (width, theme) != (1280, "light")):
                continue
            found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            said = [f"{rule['id']}: {rule['help']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]
            assert not said, f"{name} {theme} {width}:\n" + "\n".join(said)


def test_a_transition_through_the_api_is_seen_within_a_second(browser):
    session = browser.ids["moving"]
    overview = browser.page("/")
    detail = browser.page(f"/sessions/{session}")
    for page in (overview, detail):
        settled(page)
        page.wait_for_selector('#live[data-state="live"]')
    overview.evaluate("window.stayed = detail = true")
    for target, page, where in (("analyzing", overview, ".workflows tbody"), ("planning", detail, ".session-state")):
        source = browser.server.call("GET", f"/sessions/{session}")["current_state"]
        browser.server.move(session, source, target, f"Seen at {target}")
        began = time.monotonic()
        if page is overview:
            until(page, "([id, word]) => [...document.querySelectorAll('.workflows tr.row')].some((row) => row.querySelector(`a[href$=\"${id}\"]`) && row.querySelector('.state-name')?.textContent === word)",
                arg=[session, target], timeout=SECOND)
        else:
            until(page, "([where, word]) => document.querySelector(where)?.textContent.includes(word)", arg=[where, target], timeout=SECOND)
        browser.note(f"seen after {(time.monotonic() - began) * 1000:.0f} ms {'in the table' if page is overview else 'on the page of the session'}")
    assert overview.evaluate("window.stayed"), "the page was loaded anew"


def test_one_step_drives_graph_panel_list_and_address(browser):
    page = browser.page(f"/sessions/{browser.ids['loop']}")
    settled(page)
    until(page, "document.querySelector('.step-place').textContent === '7 of 7'")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    until(page, "location.search === '?step=5'")
    assert page.inner_text(".step-what").startswith("validating"), page.inner_text(".step-what")
    assert page.inner_text(".list-scroll tr.selected .column-index") == "5"
    assert page.get_attribute(".graph .node.here", "aria-label").startswith("Implementing")
    until(page, "document.querySelector('.changes .diff')?.textContent.includes('last_step')")
    page.reload()
    settled(page)
    until(page, "document.querySelector('.step-place').textContent === '5 of 7'")
    page.keyboard.press("End")
    until(page, "location.search === ''")
    page.click('.graph .node[aria-label^="Analyzing"] .box')
    until(page, "location.search.includes('node=analyzing')")
    assert page.locator(".list-scroll tr.row").count() == 2
    page.click(".tab-tools .button")
    until(page, "!location.search.includes('node')")


def test_the_graph_lies_where_the_picture_puts_it(browser):
    session = browser.ids["loop"]
    page = browser.page(f"/sessions/{session}")
    settled(page)
    drawn = page.evaluate(
        "[...document.querySelectorAll('.graph .box')].map((box) => ['x', 'y', 'width', 'height'].map((name) => Number(box.getAttribute(name)).toFixed(1)))")
    picture = [
        [f"{float(number):.1f}" for number in numbers]
        for numbers in re.findall(r'class="box" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"', browser.server.picture(session))]
    assert drawn and drawn == picture, f"{drawn} is not {picture}"


def test_keys_lead_everywhere(browser):
    page = browser.page("/")
    settled(page)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] >> text=Next and previous row")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.get_attribute("tr.selected a.id-text", "title")
    page.keyboard.press("Enter")
    until(page, "(id) => location.pathname === `/sessions/${id}`", arg=first)
    settled(page)
    page.keyboard.press("g")
    page.keyboard.press("o")
    until(page, "location.pathname === '/'")
    settled(page)
    page.keyboard.press("/")
    page.keyboard.type(browser.ids["loop"])
    page.wait_for_selector(".found-row")
    page.keyboard.press("Enter")
    until(page, "(id) => location.pathname === `/sessions/${id}`", arg=browser.ids["loop"])
    page.go_back()
    settled(page)
    page.keyboard.press("f")
    page.keyboard.type("bugfix")
    until(page, "location.search === '?q=bugfix'")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    until(page, "document.documentElement.dataset.theme === 'light'")
    page.keyboard.press("t")
    page.reload()
    settled(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark", "the theme is not remembered"
    assert page.input_value(".filter") == "bugfix", "the filter is not in the address"
    page.keyboard.press("u")
    assert "UTC" in page.inner_text("#tools")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip') || getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus is not seen"


def test_actions_ask_first_and_show_refusals(browser):
    session = browser.server.begin("bugfix", 1)
    page = browser.page(f"/sessions/{session}")
    settled(page)
    page.click("text=Transition…")
    page.fill("[name=to]", "analyzing")
    page.fill("[name=reason]", "By hand")
    page.fill("[name=context]", "[1]")
    page.click("dialog .primary")
    page.wait_for_selector("dialog .form-error >> text=must be a JSON object")
    page.fill("[name=context]", '{"by": "hand"}')
    browser.server.move(session, "initialized", "planning")
    browser.expected = ("409",)
    page.click("dialog .primary")
    page.wait_for_selector("dialog .form-error >> text=planning")
    page.keyboard.press("Escape")
    page.wait_for_selector(".session-state >> text=planning")
    page.click("text=Transition…")
    page.fill("[name=to]", "implementing")
    page.fill("[name=reason]", "By hand")
    page.click("dialog .primary")
    page.wait_for_selector(".session-state >> text=implementing")
    page.click("text=Cancel…")
    page.fill("[name=reason]", "Duplicate")
    page.click("dialog .danger")
    page.wait_for_selector(".session-state >> text=cancelled")
    after = browser.server.call("GET", f"/sessions/{session}")
    assert after["outcome"] == "cancelled" and after["history"][-1]["reason"] == "Duplicate", after


def test_hostile_names_are_text(browser):
    session = browser.ids["hostile"]
    for path in ("/", "/analytics", "/events", "/sql?q=FROM+orchestration_decisions+ORDER+BY+sequence+DESC", f"/sessions/{session}", f"/sessions/{session}?tab=context", f"/sessions/{session}?tab=events", f"/sessions/{session}?tab=raw"):
        page = browser.page(path)
        settled(page)
        until(page, "(name) => document.querySelector('main').textContent.includes(name)", arg=HOSTILE if path in ("/", "/events") else "alert('state')")
        foreign = page.evaluate("document.querySelectorAll('main script, main img:not(.picture img), main [onload], main [onclick], main [onerror], main b').length")
        assert foreign == 0, f"{path} has {foreign} elements that no page of ours makes"
    page.keyboard.press("/")
    page.keyboard.type("<script>")
    page.wait_for_selector(".found-row")


def test_a_cell_of_the_heat_map_filters(browser):
    page = browser.page("/analytics?hours=1")
    settled(page)
    ways = page.locator("table[aria-label=Transitions].plain tbody tr")
    assert ways.count() > 3
    page.click(".heat[aria-label^='validating → implementing']")
    until(page, "location.search.includes('from=validating&to=implementing')")
    assert ways.count() == 1
    assert page.locator(".heat[aria-pressed=true]").count() == 1
    assert page.evaluate("document.activeElement.matches('.heat[aria-pressed=true]')"), "the focus is lost"
    page.wait_for_selector(".only .button")
    page.hover(".heat[aria-pressed=true]")
    page.wait_for_selector(".hint-tip >> text=validating → implementing")
    page.click("text=p95")
    until(page, "location.search.includes('measure=p95')")
    page.click(".only .button")
    until(page, "!location.search.includes('from')")
    page.click("a.link >> nth=0")
    page.wait_for_selector(".sql-scroll tr.row")


def test_sql_answers_refuses_and_remembers(browser):
    page = browser.page("/sql?q=SELECT+42+AS+answer")
    page.wait_for_selector(".sql-scroll >> text=42")
    page.fill(".sql-text", "SELECT * FROM range(5000) AS numbers(n)")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".sql-cut")
    until(page, "location.search.includes('range')")
    assert page.locator(".sql-scroll tr.row").count() < 100, "the rows are no window"
    with page.expect_download() as download:
        page.click("text=Download CSV")
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        lines = file.read().split("\r\n")
    assert lines[:2] == ["n", "0"] and len(lines) == 1002, lines[:3]
    browser.expected = ("400",)
    page.fill(".sql-text", "DELETE FROM orchestration_state")
    page.click(".sql-tools .primary")
    page.wait_for_selector(".sql-error pre")
    page.go_back()
    page.wait_for_selector(".sql-scroll tr.row")
    page.click(".sql-side >> text=History")
    assert page.locator(".sql-list li").count() == 2
    page.click(".sql-side >> text=Examples")
    for number in range(page.locator(".sql-list li").count()):
        asked = page.locator(".sql-list button").nth(number)
        asked.click()
        until(page, "document.querySelector('.sql-tools .primary').textContent === 'Run'")
        assert not page.locator(".sql-error").count(), f"{asked.inner_text()}: {page.inner_text('.sql-error')}"


def test_events_come_in_and_older_ones_on_demand(browser):
    for number in range(220):
        browser.server.call("POST", "/events", {"event_type": "tick", "data": {"n": number}})
    page = browser.page("/events")
    settled(page)
    page.wait_for_selector('#live[data-state="live"]')
    browser.server.call("POST", "/events", {"event_type": "deployed", "data": {"version": "1.2"}})
    page.wait_for_selector(".log li:first-child >> text=deployed", timeout=SECOND)
    page.click(".log li:first-child summary")
    page.wait_for_selector(".log pre >> text=1.2")
    before = page.locator(".log li").count()
    page.click("text=Load older events")
    until(page, "(before) => document.querySelectorAll('.log li').length > before", arg=before)
    loop = browser.ids["loop"]
    page.fill(".filter", loop)
    until(page, "(id) => location.search === `?session=${id}`", arg=loop)
    told = len(browser.server.call("GET", f"/sessions/{loop}/events?limit=1000")["events"])
    until(page, "(told) => document.querySelectorAll('.log li').length === told", arg=told)
    page.reload()
    settled(page)
    assert page.locator(".log li").count() == told


def test_health_opens_checks_and_reports(browser):
    page = browser.page("/health")
    settled(page)
    score = browser.server.call("GET", "/health")["health_score"]
    assert str(score) in page.inner_text(".score")
    page.click("text=Check now")
    page.wait_for_selector("text=sessions checked")
    page.fill("#report-session", browser.ids["loop"])
    with page.expect_download() as download:
        page.click("text=Download Markdown")
    with open(download.value.path(), encoding="utf-8") as file:
        assert browser.ids["loop"] in file.read()
    page.click("text=Read it")
    page.wait_for_selector("dialog[open] pre")


def test_ten_thousand_keys_are_a_window(browser):
    page = browser.page(f"/sessions/{browser.ids['big']}?tab=context")
    page.wait_for_selector(".tree-row.diff-changed >> text=key_00007")
    assert page.locator(".tree-row").count() < 120
    page.evaluate("document.querySelector('.tree-scroll').scrollTop = 1e9")
    page.wait_for_selector(".tree-row.diff-added >> text=key_99999")
    page.fill(".context .filter", "key_05")
    until(page, "document.querySelector('.tree-row .tree-key')?.textContent === 'key_05000'")
    page.check(".check input")
    page.fill(".context .filter", "")
    until(page, "document.querySelectorAll('.tree-row').length === 2")


def test_the_page_goes_on_after_the_server_restarts(browser):
    browser.expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
    session = browser.server.begin("bugfix", 6)
    page = browser.page(f"/sessions/{session}")
    overview = browser.page("/")
    for one in (page, overview):
        settled(one)
        one.wait_for_selector('#live[data-state="live"]')
    browser.server.stop()
    page.wait_for_selector('#live[data-state="reconnecting"]')
    overview.wait_for_selector('#live[data-state="reconnecting"]')
    assert overview.locator(".workflows tr.row").count() > 5, "what was known is gone"
    browser.shot(overview, "overview-reconnecting")
    browser.server.start()
    # What happens before the page is back must not be missed.
    browser.server.move(session, "initialized", "analyzing", "While you were away")
    began = time.monotonic()
    page.wait_for_selector(".session-state >> text=analyzing", timeout=10 * SECOND)
    overview.wait_for_selector(".feed >> text=While you were away", timeout=10 * SECOND)
    page.wait_for_selector('#live[data-state="live"]')
    browser.note(f"back after {time.monotonic() - began:.1f} s")
    browser.server.move(session, "analyzing", "planning", "Live again")
    page.wait_for_selector(".session-state >> text=planning", timeout=SECOND)
    # The state comes with the event, the list of steps with a reading of its own.
    until(page, "document.querySelector('.step-place')?.textContent === '3 of 3'")


def test_a_token_is_asked_for_where_the_server_wants_one(browser):
    browser.expected = ("401",)
    server = Server(browser.server.rif, token="a-token-of-more-than-thirty-two-characters")
    try:
        page = browser.page("/", address=server.address)
        page.wait_for_selector(".login")
        browser.shot(page, "login-light-1280")
        page.fill("#token", "wrong")
        page.click(".login .primary")
        page.wait_for_selector(".login >> text=not the token")
        page.fill("#token", server.token)
        page.click(".login .primary")
        page.wait_for_selector(".workflows >> text=No session is active")
        browser.shot(page, "overview-empty-light-1280")
        page.click("#log-out")
        page.wait_for_selector(".login")
    finally:
        server.close()


def test_what_cannot_be_shown_says_so(browser):
    browser.expected = ("404",)
    page = browser.page("/sessions/0199f3a2-7c1e-7d3b-9a41-5f0c2e8b6d17")
    page.wait_for_selector("text=There is no session 0199f3a2")
    page = browser.page("/")
    settled(page)
    browser.expected = ("500", "ERR_FAILED")
    page.route("**/api/v1/sessions/*/visualization*", lambda route: route.fulfill(status=500, content_type="application/problem+json", body='{"detail": "The disk is full", "code": "internal"}'))
    page.evaluate("(id) => history.pushState(null, '', `/sessions/${id}`)", browser.ids["loop"])
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    page.wait_for_selector(".failure >> text=The disk is full")
    page.unroute("**/api/v1/sessions/*/visualization*")
    page.click(".failure .button")
    page.wait_for_selector(".graph .node")


PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
NOTE_FIGURES = """new MutationObserver((_, self) => {
    if (!document.querySelector(".overview-columns")) return;
    window.figuresAt = performance.now();
    self.disconnect();
}).observe(document, { childList: true, subtree: true });"""


def test_it_is_quick(browser):
    # The least that a browser takes for any page of this server: an answer of eighteen letters, shown as text.
    browser.expected = ("/favicon.ico",)
    paint, shown, least = [], [], []
    page = None
    for _ in range(7):
        if page:
            page.close()
        page = browser.page("/", before=NOTE_FIGURES)
        settled(page)
        paint.append(page.evaluate(PAINT))
        shown.append(page.evaluate("window.figuresAt"))
        empty = browser.page("/healthz")
        until(empty, "performance.getEntriesByName('first-contentful-paint').length > 0")
        least.append(empty.evaluate(PAINT))
        empty.close()
    size = page.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('/assets/')).reduce((sum, one) => sum + one.decodedBodySize, 0)")
    middle = lambda list: sorted(list)[len(list) // 2]
    browser.note(f"first paint after {middle(paint):.0f} ms, figures after {middle(shown):.0f} ms, {size // 1000} KB of files; a page of one word: {middle(least):.0f} ms")
    page.evaluate("window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => Math.round(one.duration)))).observe({ type: 'longtask' })")
    stop = threading.Event()
    sent = []

    def report():
        while not stop.is_set():
            browser.server.call("POST", "/events", {"event_type": "tick", "data": {"n": len(sent)}})
            sent.append(time.monotonic())

    began = time.monotonic()
    workers = [threading.Thread(target=report) for _ in range(3)]
    for worker in workers:
        worker.start()
    while len(sent) < 300 and time.monotonic() - began < 6:
        page.wait_for_timeout(100)
    stop.set()
    for worker in workers:
        worker.join()
    rate = len(sent) / (time.monotonic() - began)
    longest = max(page.evaluate("window.long"), default=0)
    browser.note(f"longest task {longest} ms while {rate:.0f} events/s arrived")
    assert longest <= 120, f"a task of {longest} ms"
    assert size <= 200_000, f"{size} bytes of files"
