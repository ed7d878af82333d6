#!/usr/bin/env python3
"""Kills the orchestrator, agents and their keepers at random, and looks whether anything was lost or done twice.

Many sessions drive short agents: some fail and are tried again, one state has three agents at once, one asks for
evidence, some leave processes behind in sessions of their own. Each agent notes its assignment, attempt and pid in a
journal when it begins and when it ends, and holds a lock for its life. After the last recovery:

- every session has ended, and every assignment in it;
- no (assignment, attempt) began twice, no two attempts of one assignment worked at the same time, and none that the
  database does not know ever worked;
- no process of the test is left;
- `rif validate` finds nothing.

    torture.py RIF [--kills N] [--seed N] [--keep]
"""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

WORKFLOW = """
workflow:
  name: torture
  initial_state: gather
  parallel: {max_concurrent: 12}
  states:
    gather: {agent: steady}
    build: {agents: [steady, flaky, messy], requires: [{command: ["./proof.sh"]}]}
    check: {agent: flaky}
    review: {agents: [steady, messy]}
    broken: {final: true}
    done: {final: true}
  transitions:
    - {from: gather, to: build}
    - {from: build, to: check, condition: "built = true"}
    - {from: check, to: build, trigger: again}
    - {from: check, to: review, trigger: fine}
    - {from: review, to: done}
agents:
"""
AGENT = """  {name}:
    kind: command
    command: ["./agent.sh", "{name}"]
    environment: {{FOLDER: "{folder}"}}
    grace_period: "1s"
    timeout: "30s"
    max_concurrent: 6
    retry: {{max_attempts: 12, backoff: constant, initial: "50ms", maximum: "200ms", jitter: 0.5}}
"""
SCRIPT = r"""#!/bin/sh
# One agent: works for up to a second, sometimes fails, sometimes leaves something behind.
note() { echo "$1 $RIF_SESSION_ID $RIF_ASSIGNMENT_ID $RIF_ATTEMPT $$" >> "$FOLDER/journal"; }
exec 9> "$FOLDER/locks/$RIF_ASSIGNMENT_ID"
flock -n 9 || note overlap
note start
chance=$(od -An -N2 -tu2 /dev/urandom)
sleep "0.$((chance % 90))"
case "$1" in
    flaky) [ $((chance % 4)) -eq 0 ] && { note end; exit 3; } ;;
    messy) case $((chance % 5)) in
        0) setsid sleep 300 > /dev/null 2>&1 & ;;
        1) (setsid sh -c 'trap "" TERM; sleep 300' &) ;;
        2) note end; kill -9 $$ ;;
    esac ;;
esac
case "$RIF_STATE" in
    build) echo '{"outcome": "success", "context_updates": {"built": true}}' > "$RIF_RESULT_FILE" ;;
    check) [ $((chance % 8)) -eq 1 ] && trigger=again || trigger=fine
        echo "{\"outcome\": \"success\", \"trigger\": \"$trigger\"}" ;;
esac
note end
"""
PROOF = "#!/bin/sh\nsleep 0.1\n"


ENDED = {"completed", "failed", "cancelled", "timed_out"}


class Failed(Exception):
    """Something that must hold does not."""


class Torture:
    def __init__(self, rif, folder, kills, chance):
        self.rif, self.folder, self.kills, self.chance = rif, folder, kills, chance
        self.database = os.path.join(folder, "db")
        self.orchestrator = None
        self.address = None
        self.counts = collections.Counter()
        self.started = 0
        self.log = open(os.path.join(folder, "log"), "ab")
        self.environment = dict(os.environ, RIF_DATABASE=self.database)
        os.makedirs(os.path.join(folder, "config"))
        os.makedirs(os.path.join(folder, "locks"))
        names = ("steady", "flaky", "messy")
        text = WORKFLOW + "".join(AGENT.format(name=name, folder=folder) for name in names)
        self.write("config/rif-workflow.yaml", text)
        self.write("agent.sh", SCRIPT, 0o755)
        self.write("proof.sh", PROOF, 0o755)
        self.write("journal", "")

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    # --- The orchestrator

    def begin(self, serving):
        """Starts an orchestrator; one that serves is waited for until it answers."""
        words = ["serve", "--port", "0"] if serving else ["run", "--all"]
        self.counts["serve" if serving else "run"] += 1
        self.orchestrator = subprocess.Popen(
            [self.rif, *words, "--json"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if serving else self.log, stderr=self.log, start_new_session=True)
        self.address = None
        if serving:
            line = self.orchestrator.stdout.readline()
            if not line:
                raise Failed(f"rif serve ended with {self.orchestrator.wait()} before it answered")
            self.address = json.loads(line)["address"]

    def add(self, count):
        """Adds sessions, by a server's API."""
        for _ in range(count):
            body = {"workflow_type": "torture", "priority": self.chance.randrange(3)}
            session = self.post("/sessions", body)["session_id"]
            self.post(f"/sessions/{session}/run", {})
            self.started += 1

    def post(self, path, body):
        request = urllib.request.Request(
            self.address + "/api/v1" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def ask(self, *words):
        done = subprocess.run(
            [self.rif, *words, "--json"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=300, check=False)
        if done.returncode not in (0, 1):
            raise Failed(f"rif {' '.join(words)} ended with {done.returncode}: {done.stderr.decode()[-800:]}")
        return json.loads(done.stdout)

    def finished(self):
        return self.orchestrator.poll() is not None

    # --- Killing

    def processes(self):
        """Those of the test, by pid: (parent, kind)."""
        found = {}
        mark = self.folder.encode()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                with open(f"/proc/{name}/environ", "rb") as file:
                    surroundings = file.read()
                with open(f"/proc/{name}/stat", "rb") as file:
                    state, parent = file.read().rpartition(b")")[2].split()[:2]
            except OSError:
                continue
            if state in (b"Z", b"X") or (mark not in surroundings and not any(mark in word for word in words)):
                continue
            is_agent = b"RIF_SESSION_ID=" in surroundings or b"RIF_CONTEXT_FILE=" in surroundings
            kind = "keeper" if b"agent-shim" in words else "agent" if is_agent else "other"
            found[int(name)] = (int(parent), kind)
        return found

    def kill(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
            return True
        except ProcessLookupError:
            return False

    def strike(self):
        """One act of violence."""
        target = self.chance.choices(("orchestrator", "keeper", "agent", "both"), (50, 15, 20, 15))[0]
        victims = []
        if target != "orchestrator":
            wanted = ("keeper", "agent") if target == "both" else (target,)
            running = sorted(pid for pid, (_, kind) in self.processes().items() if kind in wanted)
            if not running:
                target = "orchestrator"
            else:
                victims = self.chance.sample(running, min(len(running), self.chance.randint(1, 4)))
        if target in ("orchestrator", "both"):
            victims.insert(self.chance.randint(0, len(victims)), self.orchestrator.pid)
        struck = sum(self.kill(pid) for pid in victims)
        if struck:
            self.counts[target] += 1
        if target in ("orchestrator", "both"):
            self.orchestrator.wait()
        return struck > 0

    def run(self):
        done = 0
        self.begin(serving=True)
        self.add(min(12, 3 + self.kills // 8))
        while done < self.kills:
            # clock: the moment of a kill is what is left to chance.
            time.sleep(self.chance.uniform(0.02, 0.9))
            if self.strike():
                done += 1
            if not self.finished():
                if self.address and self.chance.random() < 0.3:
                    self.add(1)
                continue
            serving = self.chance.random() < 0.3
            if self.orchestrator.returncode in (0, 1) or not self.unfinished():
                serving = True
                self.begin(serving)
                self.add(self.chance.randint(2, 6))
            else:
                self.begin(serving)
        self.kill(self.orchestrator.pid)
        self.orchestrator.wait()

    def unfinished(self):
        """A cheap guess: the journal tells how much has been done."""
        return self.chance.random() < 0.85

    # --- Afterwards

    def recover(self):
        """The last recovery: everything is driven to its end."""
        self.begin(serving=False)
        try:
            code = self.orchestrator.wait(timeout=180)
        except subprocess.TimeoutExpired:
            stuck = self.waiting()
            raise Failed(f"the last 'rif run --all' did not end: {stuck}") from None
        if code not in (0, 1):
            raise Failed(f"the last 'rif run --all' ended with {code}")

    def waiting(self):
        """What the sessions that have not ended wait for."""
        stuck = []
        for session in self.ask("list")["sessions"]:
            found = self.ask("assignments", session["session_id"])["assignments"]
            stuck += [session["current_state"]] + [
                [one[key] for key in ("agent", "status", "attempt", "reason", "not_before")]
                for one in found if one["status"] not in ENDED]
        return json.dumps(stuck)[:3000]

    def judge(self):
        problems = []
        sessions = self.ask("list", "--all", "--limit", "1000")["sessions"]
        if len(sessions) < self.started:
            problems.append(f"{self.started} sessions were acknowledged, {len(sessions)} are there")
        problems += [f"session {s['session_id']} has not ended: {s['current_state']}" for s in sessions if not s["outcome"]]
        outcomes = collections.Counter(s["outcome"] for s in sessions)
        if not outcomes["completed"]:
            problems.append("no session was completed")
        known = {}
        for session in sessions:
            for one in self.ask("assignments", session["session_id"])["assignments"]:
                known[one["assignment_id"]] = one
                if one["status"] not in ENDED:
                    problems.append(f"assignment {one['assignment_id']} is {one['status']}")
        begun = collections.Counter()
        with open(os.path.join(self.folder, "journal"), encoding="utf-8") as file:
            for line in file:
                word, _, assignment, attempt, pid = line.split()
                if word == "overlap":
                    problems.append(f"{assignment} worked twice at once, attempt {attempt}, pid {pid}")
                if word == "start":
                    begun[assignment, int(attempt)] += 1
        problems += [f"{key} began {count} times" for key, count in begun.items() if count > 1]
        for assignment, attempt in begun:
            if assignment not in known or attempt > known[assignment]["attempt"]:
                problems.append(f"nobody knows of {assignment}, attempt {attempt}")
        for assignment, one in known.items():
            if one["status"] == "completed" and (assignment, one["attempt"]) not in begun:
                problems.append(f"{assignment} is completed, but its attempt {one['attempt']} never worked")
        # clock: what has just ended may take a moment to leave the table.
        time.sleep(0.2)
        left = {pid: kind for pid, (_, kind) in self.processes().items()}
        for pid in left:
            problems.append(f"process {pid} ({left[pid]}) is left: {self.words(pid)}")
        report = self.ask("validate")
        if not report["valid"]:
            problems.append(f"rif validate: {json.dumps(report)[:2000]}")
        return problems, outcomes, len(known), sum(begun.values())

    def words(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return file.read().replace(b"\0", b" ").decode(errors="replace")[:200]
        except OSError:
            return "gone meanwhile"

    def clean(self):
        if self.orchestrator and self.orchestrator.poll() is None:
            self.kill(self.orchestrator.pid)
            self.orchestrator.wait()
        for _ in range(3):
            for pid in self.processes():
                self.kill(pid)


def main():
    parser = argparse.ArgumentParser(description="Kill agents and their orchestrator at random.")
    parser.add_argument("rif")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true", help="leave the folder behind")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 30)
    folder = tempfile.mkdtemp(prefix="rif-torture-")
    print(f"{options.kills} kills, seed {seed}, in {folder}", flush=True)
    begun = time.monotonic()
    torture = Torture(os.path.abspath(options.rif), folder, options.kills, random.Random(seed))
    problems = ["it did not come to its end"]
    try:
        torture.run()
        recovering = time.monotonic()
        torture.recover()
        recovered = time.monotonic() - recovering
        problems, outcomes, assignments, attempts = torture.judge()
        print(
            f"killed {dict(torture.counts)}; {sum(outcomes.values())} sessions {dict(outcomes)}, {assignments} assignments, "
            f"{attempts} attempts; last recovery {recovered:.1f} s, all {time.monotonic() - begun:.1f} s")
    except Failed as failure:
        problems = [str(failure)]
    finally:
        torture.clean()
    for problem in problems[:40]:
        print("FAILED:", problem)
    if problems or options.keep:
        print("kept:", folder)
    else:
        shutil.rmtree(folder)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
