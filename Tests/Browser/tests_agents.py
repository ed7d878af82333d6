"""What the pages of workflows and agents promise: approvals, runs with their output, the queue, definitions.

They need an agent that can be run without anything else: a shell.
"""

import os
import subprocess
import time

from axe_playwright_python.sync_playwright import Axe
from server import Server
from tests import SECOND, settled, until

WORKFLOW = """
agents:
  builder:
    kind: command
    command: ["sh", "-c", "printf '\\\\033[32mgreen\\\\033[0m <script>alert(1)</script>\\\\n'; for n in 1 2 3; do echo line $n; done; echo wrong >&2"]
workflow:
  name: asked_pipeline
  initial_state: building
  states:
    building: {agent: builder}
    asking: {agent: human, question: "Shall it be <b>released</b>?"}
    released: {final: true}
    failed: {final: true}
  transitions:
    - {from: building, to: asking}
    - {from: asking, to: failed, trigger: rejected}
    - {from: asking, to: released}
"""


def run_workflow(browser):
    """A session that has built, and asks."""
    path = browser.server.path("asked.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(WORKFLOW)
    subprocess.run(
        [browser.server.rif, "run", "--workflow", path, "--no-wait", "--json", "--database", browser.server.path("orchestration.duckdb")],
        check=False, capture_output=True, timeout=60, cwd=os.path.dirname(path))
    until_asked = time.monotonic() + 20
    while time.monotonic() < until_asked:
        pending = browser.server.call("GET", "/approvals?status=pending")["approvals"]
        mine = [one for one in pending if "released" in one["question"]]
        if mine:
            return mine[-1]
        time.sleep(0.1)
    raise AssertionError("nothing was asked")


def test_every_path_that_is_asked_for_is_there(browser):
    asked = []
    page = browser.page("/")
    page.on("response", lambda answer: asked.append((answer.status, answer.url)))
    for path in ("/", f"/sessions/{browser.ids['loop']}?tab=runs"):
        page.goto(browser.server.address + path)
        settled(page)
        page.wait_for_load_state()
    assert not [one for one in asked if one[0] == 404], asked


def test_a_question_is_answered_with_the_keyboard(browser):
    approval = run_workflow(browser)
    page = browser.page("/")
    settled(page)
    page.wait_for_selector(".attention-list >> text=Shall it be <b>released</b>?")
    page.wait_for_selector(".pages .badge:not(:empty)")
    browser.shot(page, "overview-waiting-light-1280")
    page.keyboard.press("g")
    page.keyboard.press("a")
    until(page, "location.pathname === '/approvals'")
    page.wait_for_selector(".ask")
    while page.locator(".ask.selected").count() == 0 or page.get_attribute(".ask.selected", "data-id") != approval["approval_id"]:
        page.keyboard.press("j")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [rule["help"] for rule in found]
    browser.shot(page, "approvals-light-1280")
    page.keyboard.press("Enter")
    page.keyboard.type("It is ready")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f'.ask[data-id="{approval["approval_id"]}"]', state="detached")
    after = [one for one in browser.server.call("GET", "/approvals?status=approved")["approvals"] if one["approval_id"] == approval["approval_id"]]
    assert after and after[0]["reason"] == "It is ready", after


def test_who_comes_second_is_told(browser):
    browser.expected = ("409",)
    approval = run_workflow(browser)
    page = browser.page(f"/approvals?id={approval['approval_id']}")
    card = f'.ask[data-id="{approval["approval_id"]}"]'
    page.wait_for_selector(card)
    page.route("**/api/v1/approvals?*", lambda route: route.abort())
    browser.expected = ("409", "ERR_FAILED")
    browser.server.call("POST", f"/approvals/{approval['approval_id']}", {"decision": "rejected", "reason": "Not yet"})
    page.click(f"{card} .primary")
    page.wait_for_selector(f"{card} .form-error >> text=Not done")


def test_a_run_shows_what_it_wrote(browser):
    approval = run_workflow(browser)
    page = browser.page(f"/sessions/{approval['session_id']}?tab=runs")
    settled(page)
    page.click(".run-head >> text=builder")
    page.wait_for_selector(".output-line >> text=green <script>alert(1)</script>")
    page.wait_for_selector(".output-line >> text=line 3")
    page.click(".output-box >> text=stderr")
    page.wait_for_selector(".output-line >> text=wrong")
    browser.shot(page, "session-run-light-1280")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [rule["help"] for rule in found]


def test_a_definition_is_listed_drawn_and_checked(browser):
    run_workflow(browser)
    page = browser.page("/workflows")
    page.wait_for_selector("text=asked_pipeline")
    until(page, "document.querySelector('.workflow-picture img')?.naturalWidth > 0")
    page.fill("#definition", WORKFLOW.replace("to: released", "to: nowhere"))
    page.click("text=Check it")
    page.wait_for_selector(".problems >> text=nowhere", timeout=5 * SECOND)
    page.fill("#definition", WORKFLOW)
    page.click("text=Check it")
    page.wait_for_selector("text=It can be run.")
    browser.shot(page, "workflows-light-1280")


def test_what_waits_for_a_person_says_so_wherever_it_is_seen(browser):
    approval = run_workflow(browser)
    page = browser.page(f"/sessions/{approval['session_id']}?tab=runs")
    settled(page)
    page.wait_for_selector(".session-state .hue-waiting")
    page.wait_for_selector(".page-session.is-waiting .graph .current")
    assert page.get_attribute(".why-for .primary", "href") == f"/approvals?id={approval['approval_id']}"
    page.wait_for_selector(".run")
    assert page.inner_text("#tab-runs .tab-count") == str(page.locator(".run").count())
    page.goto(browser.server.address)
    settled(page)
    # Whoever waits for a person stands before what failed, in the strip and in the table.
    for first in (".attention-list li", ".workflows tr.row"):
        page.wait_for_selector(f"{first} >> nth=0 >> .hue-waiting")


def test_the_parts_of_the_health_fit_a_phone(browser):
    page = browser.page("/", 390, 844)
    settled(page)
    page.click("button.tile")
    page.wait_for_selector("#health-parts table")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} pixels too wide"
    small = page.evaluate("[...document.querySelectorAll('.button, .select, .icon-button')].filter((one) => one.offsetHeight && one.offsetHeight < 40 && !one.closest('.figures-window')).map((one) => one.outerHTML.slice(0, 80))")
    assert not small, small


def test_what_has_ended_is_shown_while_nothing_is_active(browser):
    server = Server(browser.server.rif)
    try:
        session = server.begin()
        server.call("POST", f"/sessions/{session}/complete", {"outcome": "completed"})
        page = browser.page("/", address=server.address)
        page.wait_for_selector(f".workflows tr.row a[href$='{session}']")
        assert "No session is active" in page.inner_text(".workflows .lead")
        fresh = server.begin()
        page.wait_for_selector(f".workflows tr.row a[href$='{fresh}']", timeout=5 * SECOND)
        until(page, "!document.querySelector('.workflows .lead').textContent")
    finally:
        server.close()
