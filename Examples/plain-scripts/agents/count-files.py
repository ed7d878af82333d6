#!/usr/bin/env python3
"""Counts the files and lines of a repository, language by language, and gives the figures to the session."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
from run import OUT, begin, give, pause, say  # noqa: E402

LANGUAGES = {
    ".swift": "Swift", ".c": "C", ".h": "C", ".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript",
    ".ts": "TypeScript", ".css": "CSS", ".html": "HTML", ".md": "Markdown", ".yaml": "YAML", ".yml": "YAML",
    ".json": "JSON", ".sh": "Shell", ".bash": "Shell", ".go": "Go", ".rs": "Rust", ".java": "Java", ".rb": "Ruby",
}


def repository(context):
    """The one that the context names, else the one around this folder, else this folder."""
    place = context.get("repository") or "."
    found = subprocess.run(
        ["git", "-C", place, "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else os.path.abspath(place)


def tracked(root):
    """Files that git knows; without git, all but hidden ones."""
    found = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
    if found.returncode == 0:
        return [os.fsdecode(name) for name in found.stdout.split(b"\0") if name]
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names += [os.path.relpath(os.path.join(folder, name), root) for name in files if not name.startswith(".")]
    return names


def language(path):
    """By the ending; of a file without one, by its first line."""
    ending = os.path.splitext(path)[1].lower()
    if ending:
        return LANGUAGES.get(ending, "Other")
    with open(path, "rb") as file:
        first = file.readline(100)
    if first.startswith(b"#!"):
        return "Python" if b"python" in first else "Shell" if b"sh" in first else "Other"
    return "Other"


def main():
    context = begin()
    root = repository(context)
    files = [name for name in tracked(root) if os.path.isfile(os.path.join(root, name))]
    publish_list(root, files)
    lines = {}
    done = 0
    for name in files:
        with open(os.path.join(root, name), "rb") as file:
            lines[name] = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
        # Ten times, however many files there are: enough to watch.
        if 10 * len(lines) // len(files) > done:
            done = 10 * len(lines) // len(files)
            say(f"{len(lines)} of {len(files)} files")
            pause(context)

    counts = {}
    for name in files:
        count = counts.setdefault(language(os.path.join(root, name)), {"files": 0, "lines": 0})
        count["files"] += 1
        count["lines"] += lines[name]

    largest = sorted(lines, key=lambda path: -lines[path])[:5]
    give({
        "outcome": "success",
        "context_updates": {
            "files": len(files), "lines": sum(lines.values()), "languages": counts,
            "largest": [{"path": os.fsencode(path).decode("utf-8", "replace"), "lines": lines[path]} for path in largest],
        },
        # What we cannot name, we are less sure of.
        "confidence": round(1 - counts.get("Other", {"files": 0})["files"] / max(1, len(files)) / 2, 2),
        "reason": f"{len(lines)} files, {len(counts)} languages",
    })


def publish_list(root, files):
    """The list that the historian waits for; its first line says whose it is, since an older one may lie there."""
    path = f"{OUT}/files.txt"
    with open(path + ".new", "wb") as file:
        file.write(f"{os.environ['RIF_SESSION_ID']} {root}\n".encode("utf-8", "surrogateescape"))
        file.writelines(os.fsencode(name) + b"\n" for name in files)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
