#!/usr/bin/env python3
"""Writes out/summary.md from what the session knows. What a check found missing is added the next time."""

import os
import sys

sys.dont_write_bytecode = True
from run import OUT, begin, give, say  # noqa: E402


def languages(context):
    yield "| language | files | lines |"
    yield "|---|---:|---:|"
    for name, count in sorted(context["languages"].items(), key=lambda item: -item[1]["lines"]):
        yield f"| {name} | {count['files']} | {count['lines']} |"


def history(context):
    yield f"- commits: {context['commits']}"
    yield f"- authors: {context['authors']}"
    if context["commits"]:
        yield f"- from {context['oldest']} to {context['newest']}"


def largest_files(context):
    for file in context["largest"]:
        yield f"- `{file['path']}`: {file['lines']} lines"


SECTIONS = {"Languages": languages, "History": history, "Largest files": largest_files}


def main():
    context = begin()
    # What everybody wants, what there was before, and what a check found missing.
    wanted = ["Languages", "History"] + context.get("sections", []) + context.get("missing_sections", [])
    wanted = list(dict.fromkeys(wanted))
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        give({"outcome": "failure", "reason": f"nobody told me how to write {', '.join(unknown)}"})
        sys.exit(1)
    text = f"# Summary\n\n{context['files']} files, {context['lines']} lines.\n"
    for name in wanted:
        text += f"\n## {name}\n\n" + "".join(line + "\n" for line in SECTIONS[name](context))
        say(f"wrote {name}")
    with open(f"{OUT}/summary.md.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{OUT}/summary.md.new", f"{OUT}/summary.md")
    give({
        "outcome": "success", "context_updates": {"sections": wanted, "words": len(text.split())}, "confidence": 0.8,
        "reason": f"{len(wanted)} sections, {len(text.split())} words",
    })


if __name__ == "__main__":
    main()
