"""A `rif serve` of its own for the tests, and the API to fill it."""

import http.client
import json
import os
import signal
import subprocess
import tempfile


class Server:
    """Serves a database in a folder of its own; can be stopped and started again at the same address."""

    assets = None  # a folder with the sources of the page, to try them without building the program

    def __init__(self, rif, token=None):
        self.rif = os.path.abspath(rif)
        self.folder = tempfile.TemporaryDirectory(prefix="rif-browser-")
        self.token = token
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        command = [self.rif, "serve", "--json", "--port", str(self.port), "--database", self.path("orchestration.duckdb")]
        if self.assets:
            command += ["--assets", os.path.abspath(self.assets)]
        if self.token:
            with open(self.path("token"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(self.token)
            command += ["--token-file", self.path("token")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RIF_") or name == "RIF_DUCKDB_LIBRARY"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=open(self.path("serve.log"), "a"), text=True, env=environment)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("rif serve did not start: " + open(self.path("serve.log")).read())
        self.address = json.loads(line)["address"]
        self.port = int(self.address.rsplit(":", 1)[1])

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
            self.process.stdout.close()
            self.process = None

    def close(self):
        self.stop()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    # The API

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
            return json.loads(text) if "json" in answer.getheader("Content-Type", "") else text.decode()
        finally:
            connection.close()

    def begin(self, workflow_type="feature_development", priority=0, **context):
        return self.call("POST", "/sessions", {"workflow_type": workflow_type, "priority": priority, "context": context})["session_id"]

    def move(self, session, source, target, reason="Going on", agents=("RIF-Agent",), **updates):
        body = {"from_state": source, "to_state": target, "reason": reason, "agents_selected": list(agents),
                "confidence_score": 0.85, "context_updates": updates}
        return self.call("POST", f"/sessions/{session}/transitions", body)

    def picture(self, session):
        return self.call("GET", f"/sessions/{session}/visualization?format=svg")

    def walk(self, session, states, **more):
        for source, target in zip(states, states[1:]):
            self.move(session, source, target, f"From {source} to {target}", (f"RIF-{target.capitalize()}",), last_step=target, **more)


WAY = ["initialized", "analyzing", "planning", "implementing", "validating", "completed"]
HOSTILE = "<script>alert('name')</script>"


def fill(server):
    """Sessions of every kind; answers the ids that the tests ask about."""
    ids = {}
    for index in range(24):
        session = server.begin(["feature_development", "bugfix", "refactoring"][index % 3], index % 7, github_issues=[100 + index])
        server.walk(session, WAY[: 1 + index % len(WAY)])
    for outcome in ("failed", "cancelled"):
        session = ids[outcome] = server.begin("bugfix", 2)
        server.walk(session, WAY[:3])
        server.call("POST", f"/sessions/{session}/complete", {"outcome": outcome})
    loop = ids["loop"] = server.begin("bugfix", 5, github_issues=[12], nested={"deep": {"er": 1}})
    server.walk(loop, ["initialized", "analyzing", "implementing", "validating", "implementing", "validating"])
    server.call("POST", f"/sessions/{loop}/agents", {"agents": ["RIF-Implementer"], "task_description": "Mend the test"})
    server.call("POST", f"/sessions/{loop}/metrics", {"metric_type": "code", "metric_name": "coverage", "metric_value": 91.5})
    server.call("POST", f"/sessions/{loop}/decisions", {
        "from_state": "validating", "to_state": "completed", "reason": "First attempt", "success": False,
        "error_details": "Two tests failed"})
    hostile = ids["hostile"] = server.begin(HOSTILE, 3, title="\u202egnp.exe", html="<img src=x onerror=alert('context')>")
    server.move(hostile, "initialized", "<svg onload=alert('state')>", "\"><script>alert('reason')</script>",
                ["<b onclick=alert('agent')>", "\u05e9\u05dc\u05d5\u05dd"], key="</script><script>alert('update')</script>")
    big = ids["big"] = server.begin("refactoring", 1, **{f"key_{index:05}": index for index in range(10_000)})
    server.move(big, "initialized", "analyzing", key_00007="changed", key_99999="new")
    ids["moving"] = server.begin("documentation", 4)
    return ids
