#!/usr/bin/env python3
"""Checks that out/summary.md has every section of a checklist; says what is missing, so that the writer can add it."""

import sys

sys.dont_write_bytecode = True
from run import OUT, begin, give, say  # noqa: E402


def main():
    context = begin()
    with open(sys.argv[1], encoding="utf-8") as file:
        expected = [line.strip() for line in file if line.strip()]
    with open(f"{OUT}/summary.md", encoding="utf-8") as file:
        found = [line[3:].strip() for line in file if line.startswith("## ")]
    missing = [name for name in expected if name not in found]
    for name in expected:
        say(f"{name}: {'missing' if name in missing else 'there'}")
    updates = {
        "checks": context.get("checks", 0) + 1, "missing_sections": missing, "fixable_errors": bool(missing),
        "quality_score": round(100 * (len(expected) - len(missing)) / max(1, len(expected))),
    }
    if missing:
        give({
            "outcome": "failure", "trigger": "tests_fail", "context_updates": updates, "confidence": 1,
            "reason": f"the summary lacks: {', '.join(missing)}",
        })
        sys.exit(1)
    give({
        "outcome": "success", "trigger": "tests_pass", "context_updates": updates, "confidence": 1,
        "reason": f"all {len(expected)} sections are there",
    })


if __name__ == "__main__":
    main()
