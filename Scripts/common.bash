# Sourced by the other scripts: the repository's root, and how we talk. Kept to what bash 3.2 (macOS) knows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints a command, then runs it. Standard input is closed, so nothing here can wait for a person.
run() {
    printf '$ %s\n' "$*"
    "$@" </dev/null
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "'$1' was not found. $2"
}

need_swift() {
    need swift "Install Swift 6.2 or newer (https://www.swift.org/install) and see that it is on your PATH."
}

need_python() {
    need python3 "Install Python 3.9 or newer and see that it is on your PATH."
}

# NUL-separated, for xargs -0: the project's own Swift files, never those of a build folder or a dependency.
swift_files() {
    need_python
    python3 Scripts/swiftsource.py files
}
