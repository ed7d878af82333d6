import Foundation
import RIFModel
import Testing

/// The HTTP API of the built program, as a client in another language uses it.
@Suite struct ServeTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func aSessionIsDrivenOverHTTP() async throws {
        let server = try await ServerProcess(work)
        let started = try await server.request(
            "POST", "/api/v1/sessions", ["workflow_type": "feature_development", "priority": 7])
        #expect(started.status == 201)
        let id = try #require(started.json["session_id"]?.stringValue)
        let session = "/api/v1/sessions/\(id)"

        let move: JSONValue = [
            "from_state": "initialized", "to_state": "analyzing", "reason": "Begin", "agents_selected": ["A"],
            "context_updates": ["k": 1], "confidence_score": 0.85,
        ]
        let first = try await server.request("POST", session + "/transitions", move, headers: ["Idempotency-Key": "m1"])
        let again = try await server.request("POST", session + "/transitions", move, headers: ["Idempotency-Key": "m1"])
        #expect(first.status == 200)
        #expect(again.status == 200)
        #expect(first.json["decision_id"] == again.json["decision_id"])
        let conflict = try await server.request(
            "POST", session + "/transitions", ["from_state": "initialized", "to_state": "x"])
        #expect(conflict.status == 409)
        #expect(conflict.json["code"] == "state_conflict")

        let launched = try await server.request(
            "POST", session + "/agents", ["agents": ["B"], "task_description": "Build"])
        let assignment = try #require(launched.json["assignments"]?["B"]?.stringValue)
        let patched = try await server.request(
            "PATCH", "/api/v1/assignments/\(assignment)", ["status": "completed", "result": ["ok": true]])
        #expect(patched.json["status"] == "completed")
        #expect(try await server.request("GET", "/api/v1/assignments/\(assignment)").json == patched.json)

        let decision = try await server.request(
            "POST", session + "/decisions", ["from_state": "a", "to_state": "b", "error_details": nil])
        #expect(decision.status == 201)
        let decisions = try await server.request("GET", session + "/decisions?limit=10")
        #expect(decisions.json["decisions"]?.arrayValue?.count == 3)
        let metric = try await server.request(
            "POST", session + "/metrics", ["metric_type": "t", "metric_name": "n", "metric_value": 1.5])
        #expect(metric.status == 201)

        let events = try await server.request("GET", session + "/events")
        let sequence = try #require(events.json["events"]?[0]?["sequence"]?.intValue)
        let past = try await server.request("GET", session + "/at/\(sequence)")
        #expect(past.json["current_state"] == "initialized")
        #expect(try await server.request("GET", session + "/at/0").status == 404)

        let done = try await server.request("POST", session + "/complete", ["outcome": "completed"])
        #expect(done.json["total_decisions"] == 3)
        let late = try await server.request(
            "POST", session + "/transitions", ["from_state": "completed", "to_state": "x"])
        #expect(late.json["code"] == "session_finished")
        #expect(await server.end() == 0)
    }

    @Test func theListIsPagedWithoutLossWhileSessionsMove() async throws {
        let server = try await ServerProcess(work)
        var ids: Set<String> = []
        for index in 0..<23 {
            let started = try await server.request("POST", "/api/v1/sessions", ["priority": .int(Int64(index % 3))])
            ids.insert(try #require(started.json["session_id"]?.stringValue))
        }
        var seen: [String] = []
        var cursor: String?
        repeat {
            let page = try await server.request(
                "GET", "/api/v1/sessions?limit=5" + (cursor.map { "&cursor=\($0)" } ?? ""))
            let sessions = page.json["sessions"]?.arrayValue ?? []
            seen += sessions.compactMap { $0["session_id"]?.stringValue }
            cursor = page.json["next_cursor"]?.stringValue
            if let last = seen.last {
                _ = try await server.request(
                    "POST", "/api/v1/sessions/\(last)/transitions",
                    ["from_state": "initialized", "to_state": "analyzing"])
            }
        } while cursor != nil
        #expect(seen.count == ids.count)
        #expect(Set(seen) == ids)
        #expect(await server.end() == 0)
    }

    @Test func figuresPicturesAndReportsAreServed() async throws {
        let id = try await work.start("--workflow-type", "bugfix")
        try await work.rif("transition", id, "analyzing")
        let server = try await ServerProcess(work)
        let dashboard = try await server.request("GET", "/api/v1/dashboard?tz=Europe/Berlin")
        #expect(dashboard.json["integration"]?["active_session_id"] == JSONValue.null)
        #expect(dashboard.json["active_workflows"]?[0]?["session_id"] == .string(id))
        let section = try await server.request("GET", "/api/v1/dashboard/state_distribution")
        #expect(section.json["by_state"] == ["analyzing": 1])
        #expect(try await server.request("GET", "/api/v1/dashboard/nothing").status == 404)
        #expect(try await server.request("GET", "/api/v1/dashboard?tz=Mars").json["code"] == "invalid_request")
        #expect(try await server.request("GET", "/api/v1/health").json["health_score"] == 100)
        #expect(try await server.request("GET", "/api/v1/stats?session_id=\(id)").json["total_decisions"] == 1)
        #expect(try await server.request("GET", "/api/v1/maintenance/integrity").json["valid"] == true)

        for (format, type) in [
            ("json", "application/json"), ("mermaid", "text/plain"), ("dot", "text/vnd.graphviz"),
            ("svg", "image/svg+xml"),
        ] {
            let drawn = try await server.raw("GET", "/api/v1/sessions/\(id)/visualization?format=\(format)")
            #expect(drawn.status == 200)
            #expect((drawn.headers["Content-Type"] as? String)?.hasPrefix(type) == true, "\(format)")
        }
        for (format, beginning) in [("json", "{"), ("markdown", "# "), ("html", "<!doctype html>")] {
            let report = try await server.raw("POST", "/api/v1/reports", ["format": .string(format)])
            #expect(report.status == 200)
            let text = String(decoding: report.data, as: UTF8.self).lowercased()
            #expect(text.hasPrefix(beginning), "\(format): \(text.prefix(40))")
        }
        let query = try await server.request(
            "POST", "/api/v1/query",
            ["sql": "SELECT current_state FROM orchestration_state WHERE priority = ?", "params": [0]])
        #expect(query.json["rows"] == [["analyzing"]])
        #expect(try await server.request("POST", "/api/v1/query", ["sql": "ATTACH 'x'"]).status == 400)

        let backup = try await server.request("POST", "/api/v1/maintenance/backup", ["path": "a/b.duckdb"])
        #expect(backup.json["bytes"]?.intValue ?? 0 > 0)
        #expect(work.exists("backups/a/b.duckdb"))
        for path in ["/etc/x", "../x", "a/../../x", "a/b.duckdb", ""] {
            #expect(
                try await server.request("POST", "/api/v1/maintenance/backup", ["path": .string(path)]).status == 400,
                "\(path)")
        }
        let cleaned = try await server.request("POST", "/api/v1/maintenance/cleanup", ["days_old": 0, "dry_run": true])
        #expect(cleaned.json == ["removed": 0])
        #expect(await server.end() == 0)
    }

    /// What is wrong is named: the field, the value, what was expected.
    @Test(arguments: [
        (#"{"to_state": "a"}"#, 400, "from_state"), (#"{"from_state": 1, "to_state": "a"}"#, 400, "from_state"),
        (#"{"from_state": "initialized", "to_state": ""}"#, 422, "to_state"),
        (#"{"from_state": "initialized", "to_state": "a", "confidence_score": 2}"#, 422, "confidence_score"),
        (#"{"from_state": "initialized", "to_state": "a", "agents_selected": ["a", 1]}"#, 400, "agents_selected[1]"),
        (#"{"from_state": "initialized", "to_state": "a\u0000"}"#, 400, "NUL"), ("[]", 400, "object"),
        ("{", 400, "JSON"),
    ]) func aBadBodyIsRefused(body: String, status: Int, word: String) async throws {
        let server = try await ServerProcess(work)
        let id = try await work.start()
        var request = try await server.request("GET", "/api/v1/sessions/\(id)")
        let before = request.json
        let ran = try await work.run(
            "/usr/bin/env",
            [
                "curl", "-s", "-o", "answer.json", "-w", "%{http_code}", "-H", "Content-Type: application/json", "-d",
                body,
                server.address + "/api/v1/sessions/\(id)/transitions",
            ])
        try #require(ran.status == 0, "curl is needed: \(ran)")
        #expect(ran.output == "\(status)")
        let problem = try String(contentsOfFile: work.path("answer.json"), encoding: .utf8)
        #expect(problem.contains(word), "\(problem)")
        request = try await server.request("GET", "/api/v1/sessions/\(id)")
        #expect(request.json == before)
        #expect(await server.end() == 0)
    }

    @Test func whatIsNotThereIsAProblemDocument() async throws {
        let server = try await ServerProcess(work)
        let unknown = "0199f3a2-7c1e-7d3b-9a41-5f0c2e8b6d17"
        for path in ["", "/summary", "/visualization", "/events", "/decisions", "/metrics", "/at/1"] {
            let answer = try await server.request("GET", "/api/v1/sessions/\(unknown)\(path)")
            #expect(answer.status == 404, "\(path)")
            #expect(answer.json["code"] == "not_found", "\(path)")
        }
        let method = try await server.request("DELETE", "/api/v1/sessions")
        #expect(method.status == 405)
        #expect(method.headers["Allow"] as? String == "GET, HEAD, POST")
        #expect(try await server.request("POST", "/rif/command", [:]).status == 404)
        #expect(await server.end() == 0)
    }
}
