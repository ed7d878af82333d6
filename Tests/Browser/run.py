"""Runs the tests of the web page: every function of the files below whose name begins with test_, in their order.

Each gets a `Browser` of its own; what the console says is part of every test. Screenshots go to Screenshots/.
"""

import argparse
import os
import sys
import time
import traceback

from playwright.sync_api import sync_playwright

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tests  # noqa: E402
import tests_agents  # noqa: E402
import tests_hostile  # noqa: E402
import tests_long  # noqa: E402
from server import Server, fill  # noqa: E402

SCREENSHOTS = "Screenshots"


class Browser:
    """Pages that are watched: an error in a console, a broken policy or a dialog fails the test."""

    def __init__(self, chromium, server, ids):
        self.chromium = chromium
        self.server = server
        self.ids = ids
        self.contexts = []
        self.complaints = []
        self.notes = []
        # What a test expects to be said, such as that a server cannot be reached while it is stopped.
        self.expected = ()

    def page(self, path="/", width=1280, height=900, theme="light", address=None, before=None):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce", has_touch=width < 500)
        self.contexts.append(context)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        page.on("console", lambda message: self.say(message.type, f"{message.text} {message.location.get('url', '')}"))
        page.on("pageerror", lambda error: self.say("error", str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"a dialog said {dialog.message!r}"), dialog.dismiss()))
        page.goto((address or self.server.address) + path)
        return page

    def say(self, kind, text):
        if kind in ("error", "warning") and not any(part in text for part in self.expected):
            self.complaints.append(f"console {kind}: {text}")

    def shot(self, page, name):
        os.makedirs(SCREENSHOTS, exist_ok=True)
        page.screenshot(path=os.path.join(SCREENSHOTS, f"{name}.png"))

    def note(self, text):
        """A figure that was measured."""
        self.notes.append(text)

    def close(self):
        for context in self.contexts:
            context.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rif", required=True)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--assets", help="a folder with the sources of the page, instead of what is part of the program")
    parser.add_argument("names", nargs="*", help="only tests with this in their name")
    options = parser.parse_args()
    Server.assets = options.assets
    wanted = [
        (name, test) for file in (tests, tests_agents, tests_long, tests_hostile) for name, test in vars(file).items()
        if name.startswith("test_") and (not options.names or any(part in name for part in options.names))]
    if not wanted:
        sys.exit("no test has that in its name")
    started = time.monotonic()
    failures = 0
    server = Server(options.rif)
    try:
        ids = fill(server)
        with sync_playwright() as playwright:
            # Chromium refuses its sandbox to root, which is who runs in most containers.
            chromium = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
            for name, test in wanted:
                began = time.monotonic()
                browser = Browser(chromium, server, ids)
                trouble = ""
                try:
                    test(browser)
                except Exception:  # A test that fails must not keep the others from running.
                    trouble = traceback.format_exc(limit=-3)
                    for number, context in enumerate(browser.contexts):
                        for page in context.pages:
                            browser.shot(page, f"failed-{name}-{number}")
                trouble += "".join(f"    {line}\n" for line in dict.fromkeys(browser.complaints))
                browser.close()
                failures += bool(trouble)
                seconds = time.monotonic() - began
                print(f"{'FAIL' if trouble else 'ok  '}  {name[5:].replace('_', ' ')} ({seconds:.1f} s)", flush=True)
                for line in browser.notes:
                    print(f"        {line}")
                if trouble:
                    print(trouble, flush=True)
            chromium.close()
    finally:
        server.close()
    print(f"{len(wanted)} browser tests, {failures} failed, {time.monotonic() - started:.0f} s; pictures in {SCREENSHOTS}/")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
