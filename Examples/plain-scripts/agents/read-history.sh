#!/bin/sh
# Reads the history of the repository whose files the counter lists. An agent may be any program: this one is a shell
# script, and its result is the last line that it prints.
set -eu

mkdir -p out
printf '%s %s %s\n' "$RIF_ASSIGNMENT_ID" "$RIF_ATTEMPT" "$$" >>out/launches.txt

# The list is one of this session, or it is not there yet: then another attempt does better.
owner=
[ ! -f out/files.txt ] || read -r owner root <out/files.txt
if [ "$owner" != "$RIF_SESSION_ID" ]; then
    echo '{"outcome": "failure", "reason": "the list of files is not there yet"}'
    exit 75
fi

pace=$(sed -n 's/.*"pace" *: *\([0-9.]*\).*/\1/p' "$RIF_CONTEXT_FILE")
files=$(($(wc -l <out/files.txt) - 1))
# Without a history there are no commits, which is a result, too.
history() { git -C "$root" log "$@" 2>/dev/null || true; }

commits=$(history --format=%h | wc -l | tr -d ' ')
echo "$commits commits"
sleep "${pace:-0}"
authors=$(history --format=%an | sort -u | wc -l | tr -d ' ')
echo "$authors authors"
sleep "${pace:-0}"
newest=$(history -1 --format=%cs)
oldest=$(history --format=%cs | tail -n 1)
echo "from $oldest to $newest"
sleep "${pace:-0}"

printf '{"outcome": "success", "confidence": 0.9, "reason": "%s commits on %s files", ' "$commits" "$files"
printf '"context_updates": {"commits": %s, "authors": %s, "oldest": "%s", "newest": "%s"}}\n' \
    "$commits" "$authors" "$oldest" "$newest"
