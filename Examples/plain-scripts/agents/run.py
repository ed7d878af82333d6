"""What the Python agents share: what a run gets by its environment, and what it gives back."""

import json
import os
import time

OUT = "out"


def begin():
    """Notes that this attempt runs, and returns the session's context."""
    os.makedirs(OUT, exist_ok=True)
    with open(f"{OUT}/launches.txt", "a", encoding="utf-8") as ledger:
        ledger.write(f"{os.environ['RIF_ASSIGNMENT_ID']} {os.environ['RIF_ATTEMPT']} {os.getpid()}\n")
    with open(os.environ["RIF_CONTEXT_FILE"], encoding="utf-8") as file:
        return json.load(file)


def pause(context):
    """Gives whoever watches the time to do so: `--context pace=1` is a second for each step."""
    time.sleep(float(context.get("pace", 0)))


def say(text):
    """A line for `rif logs -f`."""
    print(text, flush=True)


def give(result):
    """Writes the result whole or not at all: whoever reads it must never find half of it."""
    path = os.environ["RIF_RESULT_FILE"]
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)
