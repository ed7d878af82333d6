#!/usr/bin/env python3
"""What the program promises about agents, played with real processes: `rif run`, followers, kills, people.

    scenes.py RIF [NAME…]

Each scene has a folder of its own; whatever it starts ends with it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SCENES = []


def scene(function):
    SCENES.append(function)
    return function


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, expected {wanted!r}")


class Stage:
    """A project folder with a workflow of one working state, and a database."""

    def __init__(self, rif, script, state=None, transitions=None, **agent):
        self.rif = rif
        self.folder = tempfile.mkdtemp(prefix="rif-scene-")
        self.database = os.path.join(self.folder, "db")
        self.environment = dict(os.environ, RIF_DATABASE=self.database)
        self.started = []
        self.write("w.yaml", script, state, transitions, **agent)

    def write(self, name, script, state=None, transitions=None, **agent):
        states = {"a": {"agent": "one", **(state or {})}, "b": {"final": True}, "c": {"final": True}}
        ways = transitions or [{"from": "a", "to": "b"}]
        command = {"command": ["sh", "-c", script], "grace_period": "1s", **agent}
        # JSON is YAML.
        document = {
            "workflow": {"name": "scene", "initial_state": "a", "states": states, "transitions": ways},
            "agents": {"one": command}}
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(document, file)

    def run(self, *words):
        done = subprocess.run(
            [self.rif, *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    def ask(self, *words):
        code, text, errors = self.run(*words, "--json")
        if code != 0:
            raise AssertionError(f"rif {' '.join(words)} ended with {code}: {errors}")
        return json.loads(text)

    def begin(self, *words):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            process = subprocess.Popen(
                [self.rif, *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        self.started.append(process)
        return process

    def until(self, what, condition):
        """Waits for something to become true; a database that is not there yet is no reason to give up."""
        for _ in range(600):
            try:
                found = condition()
            except AssertionError:
                found = None
            if found:
                return found
            # clock: between two looks at other processes.
            time.sleep(0.1)
        raise AssertionError(f"never: {what}")

    def assignments(self):
        return self.ask("assignments")["assignments"]

    def sessions(self):
        return self.ask("list", "--all")["sessions"]

    def working(self, count=1):
        """Waits until so many agents work."""
        self.until(
            f"{count} agents at work", lambda: sum(one["status"] == "active" for one in self.assignments()) == count)

    def left(self):
        """Processes of agents, and of commands that prove something."""
        found = []
        mark = f"RIF_CONTEXT_FILE={self.folder}".encode()
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read():
                        found.append(int(name))
            except OSError:
                pass
        return found

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        for _ in range(3):
            for pid in self.left():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        shutil.rmtree(self.folder)


@scene
def a_follower_takes_over(rif):
    """Two runs of one session have the same exit code, also where the one that drove is killed."""
    for killed in (False, True):
        stage = Stage(rif, "sleep 3")
        try:
            owner = stage.begin("run", "--workflow", "w.yaml")
            stage.working()
            follower = stage.begin("run", stage.sessions()[0]["session_id"])
            stage.until("a follower", lambda: "drives" in open(stage.folder + "/log", encoding="utf-8").read())
            if killed:
                owner.kill()
            else:
                expect(owner.wait(60), 0, "the owner")
            expect(follower.wait(60), 0, "the follower")
            expect([one["attempt"] for one in stage.assignments()], [1], "attempts")
        finally:
            stage.close()


@scene
def agents_of_others_go_on(rif):
    """A run that is done does not end the agents of those that follow it."""
    stage = Stage(rif, "sleep 2")
    try:
        stage.write("long.yaml", "sleep 8")
        owner = stage.begin("run", "--workflow", "w.yaml")
        stage.working()
        others = [stage.begin("run", "--workflow", "long.yaml") for _ in range(2)]
        expect(owner.wait(60), 0, "the owner")
        expect([other.wait(60) for other in others], [0, 0], "the followers")
        expect({(one["status"], one["attempt"]) for one in stage.assignments()}, {("completed", 1)}, "assignments")
    finally:
        stage.close()


@scene
def a_command_meets_an_owner_that_begins(rif):
    """What is asked while an owner opens the database is answered by it, not refused after a long wait."""
    stage = Stage(rif, "sleep 4")
    try:
        stage.begin("run", "--workflow", "w.yaml")
        begun = time.monotonic()
        stage.until("an answer", lambda: stage.assignments())
        # clock: without the owner's answer it would be as long as the lock is waited for.
        if time.monotonic() - begun > 15:
            raise AssertionError("the answer came late")
    finally:
        stage.close()


@scene
def nothing_works_for_a_session_that_was_ended(rif):
    """After a kill, an agent whose session somebody completes is ended by the next recovery."""
    stage = Stage(rif, "sleep 600")
    try:
        owner = stage.begin("run", "--workflow", "w.yaml")
        stage.working()
        owner.kill()
        owner.wait()
        stage.ask("complete", stage.sessions()[0]["session_id"])
        if not stage.left():
            raise AssertionError("the agent ended too early for this to show anything")
        stage.ask("recover")
        stage.until("no process is left", lambda: not stage.left())
    finally:
        stage.close()


@scene
def evidence_is_not_looked_for_twice_at_once(rif):
    """A command that proves something ends with whoever waits for it: after a kill, a stop, and a cancel."""
    stage = Stage(rif, "true", {"requires": [{"command": ["sh", "-c", "echo $$ >> proofs; exec sleep 600"]}]})

    def proofs():
        path = os.path.join(stage.folder, "proofs")
        return len(open(path, encoding="utf-8").read().split()) if os.path.exists(path) else 0

    try:
        owner = stage.begin("run", "--workflow", "w.yaml")
        stage.until("a proof", lambda: proofs() == 1)
        owner.kill()
        owner.wait()
        owner = stage.begin("run", "--all")
        stage.until("a second proof", lambda: proofs() == 2)
        stage.until("the first one is gone", lambda: len(stage.left()) == 2)
        owner.send_signal(signal.SIGINT)
        expect(owner.wait(60), 130, "the owner")
        expect(stage.left(), [], "processes")
        owner = stage.begin("run", "--all")
        stage.until("a third proof", lambda: proofs() == 3)
        stage.ask("cancel", stage.sessions()[0]["session_id"])
        expect(owner.wait(60), 1, "the owner of a cancelled session")
        expect(stage.left(), [], "processes")
    finally:
        stage.close()


@scene
def a_state_begins_anew_after_its_timeout(rif):
    """Never two agents at once for one state."""
    script = 'echo start >> notes; trap "echo end >> notes; exit 1" TERM; sleep 600 & wait'
    stage = Stage(
        rif, script, {"timeout": "2s", "on_timeout": "retry", "retry": {"max_attempts": 2}})
    try:
        expect(stage.run("run", "--workflow", "w.yaml")[0], 1, "the run")
        with open(os.path.join(stage.folder, "notes"), encoding="utf-8") as file:
            expect(file.read().split(), ["start", "end", "start", "end"], "notes")
    finally:
        stage.close()


@scene
def a_failure_keeps_what_it_says(rif):
    """Reason and context updates of a result file count with another exit status, too."""
    words = {"outcome": "success", "reason": "its own words", "context_updates": {"k": 1}}
    stage = Stage(rif, f"echo '{json.dumps(words)}' > $RIF_RESULT_FILE; exit 3")
    try:
        expect(stage.run("run", "--workflow", "w.yaml")[0], 1, "the run")
        found = stage.assignments()[0]
        expect(found["result"]["reason"], "its own words", "the reason")
        expect(found["exit_code"], 3, "the exit code")
        expect(stage.ask("show", found["session_id"])["context"]["k"], 1, "the context")
    finally:
        stage.close()


@scene
def a_limit_that_is_not_waited_for(rif):
    """`park_on_rate_limit: false` holds for a result that is taken after a crash, too."""
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    result = json.dumps({"outcome": "rate_limited", "until": until})
    stage = Stage(rif, f"while [ ! -e go ]; do sleep 0.1; done; echo '{result}'", park_on_rate_limit=False)
    try:
        owner = stage.begin("run", "--workflow", "w.yaml")
        stage.working()
        owner.kill()
        owner.wait()
        open(os.path.join(stage.folder, "go"), "w", encoding="utf-8").close()
        stage.until("the agent has ended", lambda: not stage.left())
        expect(stage.run("run", "--all")[0], 1, "the run")
        expect([one["status"] for one in stage.assignments()], ["failed"], "assignments")
    finally:
        stage.close()


@scene
def a_pause_lets_agents_end(rif):
    """With --no-wait, too; and an agent that somebody else reports for is waited for by nobody."""
    stage = Stage(rif, "sleep 3")
    try:
        owner = stage.begin("run", "--workflow", "w.yaml", "--no-wait")
        stage.working()
        stage.ask("pause", stage.sessions()[0]["session_id"])
        expect(owner.wait(60), 6, "the run")
        expect([(one["status"], one["attempt"]) for one in stage.assignments()], [("completed", 1)], "assignments")
        stage.write("outside.yaml", "true", kind="external")
        expect(stage.run("run", "--workflow", "outside.yaml", "--no-wait")[0], 6, "the run of an agent outside")
    finally:
        stage.close()


def main():
    rif, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    failed = 0
    for play in SCENES:
        if names and play.__name__ not in names:
            continue
        begun = time.monotonic()
        try:
            play(rif)
            words = "ok"
        except (AssertionError, KeyError, subprocess.TimeoutExpired) as error:
            words, failed = f"FAILED: {error}", failed + 1
        print(f"{play.__name__}: {words} ({time.monotonic() - begun:.1f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
