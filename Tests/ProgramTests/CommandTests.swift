import RIFModel
import Testing

/// Each command does what it says, for people and with `--json`.
@Suite struct CommandTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func aSessionIsWalkedToItsEnd() async throws {
        let started = try await work.rif(
            "start", "--workflow-type", "feature_development", "--priority", "2", "--context",
            #"{"github_issues": [1, 2]}"#, "--json")
        #expect(started.status == 0, "\(started)")
        let session = try started.json()
        #expect(session["current_state"] == "initialized")
        #expect(session["priority"] == 2)
        #expect(session["outcome"] == JSONValue.null)
        #expect(session["context"] == ["github_issues": [1, 2]])
        let id = try #require(session["session_id"]?.stringValue)

        let moved = try await work.rif(
            "transition", id, "analyzing", "--from", "initialized", "--reason", "Look", "--agent", "A", "--agent", "B",
            "--context-updates", #"{"complexity": "low"}"#, "--confidence", "0.85", "--json"
        ).json()
        #expect(moved["decision_id"]?.stringValue != nil)
        #expect(moved["session"]?["current_state"] == "analyzing")
        #expect(moved["session"]?["context"]?["complexity"] == "low")
        #expect(moved["session"]?["history"]?[1]?["confidence_score"] == 0.85)
        #expect(moved["session"]?["history"]?[1]?["agents_selected"] == ["A", "B"])

        let launched = try await work.rif("launch", id, "--agent", "C", "--task", "Build", "--json").json()
        #expect(launched["assignments"]?["C"]?.stringValue != nil)

        let decision = try await work.rif(
            "record-decision", id, "--from", "x", "--to", "y", "--reason", "Because", "--agent", "A", "--confidence",
            "0.5", "--execution-time-ms", "12", "--failed", "--error-details", "No", "--json"
        ).json()
        #expect(decision["decision_id"]?.stringValue != nil)

        let metric = try await work.rif(
            "record-metric", id, "--type", "t", "--name", "n", "--value", "-1.5", "--metadata", "[1]", "--json"
        ).json()
        #expect(metric["metric_id"]?.stringValue != nil)

        let recovered = try await work.rif("recover", id, "--json").json()
        #expect(recovered["recovered"] == true)
        #expect(recovered["session"]?["current_state"] == "analyzing")

        let listed = try await work.rif("list", "--json").json()
        #expect(listed["sessions"]?.arrayValue?.map { $0["session_id"] } == [.string(id)])

        let history = try await work.rif("history", id, "--json").json()["decisions"]?.arrayValue ?? []
        #expect(history.map { $0["to_state"] } == ["y", "analyzing"])
        #expect(history.first?["success"] == false)
        #expect(history.first?["error_details"] == "No")
        #expect(try await work.rif("history", id, "--limit", "1", "--json").json()["decisions"]?.arrayValue?.count == 1)

        let stats = try await work.rif("stats", id, "--json").json()
        #expect(stats["total_decisions"] == 2)
        #expect(stats["success_rate"] == 0.5)

        let summary = try await work.rif(
            "complete", id, "--final-context", #"{"success": true}"#, "--json"
        ).json()
        #expect(summary["current_state"] == "completed")
        #expect(summary["state_progression"] == ["initialized", "analyzing", "completed"])
        #expect(summary["decision_summary"]?["total"] == 2)

        let shown = try await work.rif("show", id, "--json").json()
        #expect(shown["outcome"] == "completed")
        #expect(shown["context"]?["success"] == true)
        #expect(shown["summary"]?["total_decisions"] == 2)

        #expect(try await work.rif("list", "--json").json()["sessions"] == [])
        #expect(try await work.rif("list", "--all", "--json").json()["sessions"]?.arrayValue?.count == 1)
        let valid = try await work.rif("validate", "--json").json()
        #expect(valid["valid"] == true, "\(valid)")
        #expect(try await work.rif("validate", id, "--json").json()["sessions_checked"] == 1)
    }

    @Test func peopleAreToldWhatHappenedAndWhatToTypeNext() async throws {
        let started = try await work.rif("start", "--workflow-type", "feature_development")
        #expect(started.output.contains("Started session "), "\(started)")
        #expect(started.output.contains("rif transition "), "\(started)")
        let id = try #require(started.output.split(separator: "\n").first?.split(separator: " ").last.map(String.init))

        let moved = try await work.rif("transition", id, "analyzing", "--agent", "RIF-Analyst", "--reason", "Triage")
        #expect(moved.output.hasPrefix("initialized → analyzing\n"), "\(moved)")
        let launched = try await work.rif("launch", id, "--agent", "RIF-Builder")
        #expect(launched.output.contains("1 agent at work"), "\(launched)")
        let list = try await work.rif("list")
        #expect(list.output.contains("SESSION"), "\(list)")
        #expect(list.output.contains("RIF-Analyst, RIF-Builder"), "\(list)")
        let shown = try await work.rif("show", id)
        for word in [id, "analyzing", "feature_development", " UTC", "Triage", "RIF-Analyst"] {
            #expect(shown.output.contains(word), "\(word) is missing in \(shown)")
        }
        let history = try await work.rif("history", id)
        #expect(history.output.contains("✓ initialized → analyzing"), "\(history)")
        #expect(try await work.rif("recover", id).output.contains("It is in analyzing"))
        #expect(try await work.rif("stats").output.contains("1, 1 of them active"))
        #expect(try await work.rif("validate").output.contains("✓ Valid: 1 session checked."))
        #expect(
            try await work.rif("record-decision", id, "--from", "a", "--to", "b").output.hasPrefix("Recorded decision ")
        )
        #expect(
            try await work.rif("record-metric", id, "--type", "a", "--name", "b", "--value", "1").output
                .hasPrefix("Recorded metric "))
        let completed = try await work.rif("complete", id, "--outcome", "failed")
        #expect(completed.output.contains("is failed"), "\(completed)")
        let empty = try await work.rif("list")
        #expect(empty.output.hasPrefix("No active sessions. Start one: rif start"), "\(empty)")
    }

    @Test func aSessionIsShownAsItWas() async throws {
        let id = try await work.start()
        try await work.rif("transition", id, "analyzing")
        try await work.rif("transition", id, "planning")
        let first = try await work.rif("show", id, "--at", "1", "--json").json()
        #expect(first["current_state"] == "initialized")
        let later = try await work.rif("show", id, "--at", "9223372036854775807", "--json").json()
        #expect(later["current_state"] == "planning")
        try expectProblem(try await work.rif("show", id, "--at", "0", "--json"), 4, code: "not_found")
    }

    @Test func listsAreFiltered() async throws {
        let low = try await work.start("--workflow-type", "a")
        let high = try await work.start("--workflow-type", "b", "--priority", "9")
        try await work.rif("transition", low, "analyzing")
        func ids(_ arguments: String...) async throws -> [String?] {
            let listed = try await work.rif(["list", "--json"] + arguments).json()
            return listed["sessions"]?.arrayValue?.map { $0["session_id"]?.stringValue } ?? []
        }
        #expect(try await ids() == [high, low])
        #expect(try await ids("--limit", "1") == [high])
        #expect(try await ids("--state", "analyzing") == [low])
        #expect(try await ids("--workflow-type", "b") == [high])
        #expect(try await work.rif("list", "--state", "nowhere").output.contains("rif list --all"))
    }

    @Test func theDatabaseIsLookedAfter() async throws {
        let id = try await work.start()
        try await work.rif("complete", id)

        let counted = try await work.rif("cleanup", "--days", "0", "--dry-run", "--json").json()
        #expect(counted == ["removed": 1, "dry_run": true])
        #expect(try await work.rif("cleanup", "--json").json() == ["removed": 0])

        let backup = try await work.rif("backup", "copy.duckdb", "--json").json()
        #expect(backup["bytes"]?.intValue ?? 0 > 0)
        #expect(work.exists("copy.duckdb"))
        expectRefusal(try await work.rif("backup", "copy.duckdb"), 1, saying: "copy.duckdb")
        #expect(try await work.rif("backup", "copy.duckdb", "--force").status == 0)

        #expect(try await work.rif("cleanup", "--days", "0", "--json").json() == ["removed": 1])
        #expect(try await work.rif("list", "--all", "--json").json() == ["sessions": []])

        let restored = try await work.rif("restore", "copy.duckdb", "--json").json()
        #expect(restored["sessions"] == 1)
        #expect(restored["database"]?.stringValue?.hasSuffix("/test.duckdb") == true)
        #expect(try await work.rif("list", "--all", "--json").json()["sessions"]?.arrayValue?.count == 1)

        let checkpoint = try await work.rif("checkpoint", "--json").json()
        #expect(checkpoint["sessions_folded"]?.intValue != nil)
        let compacted = try await work.rif("compact", "--json").json()
        #expect(compacted["bytes_before"]?.intValue ?? 0 > 0)
        #expect(compacted["bytes_after"]?.intValue ?? 0 > 0)

        let doctor = try await work.rif("doctor", "--json")
        let report = try doctor.json()
        #expect(doctor.status == 0, "\(doctor)")
        #expect(report["ok"] == true)
        for check in report["checks"]?.arrayValue ?? [] {
            #expect(Set(check.objectValue?.keys ?? [:].keys) == ["name", "ok", "detail", "remedy"])
        }
        for command in ["checkpoint", "compact", "doctor"] {
            #expect(try await work.rif(command).status == 0)
        }
    }

    @Test func helpVersionAndCompletionsNeedNoDatabase() async throws {
        #expect(try await work.rif("--version").output.hasPrefix("rif "))
        for shell in ["bash", "zsh", "fish"] {
            let script = try await work.rif("--generate-completion-script", shell)
            #expect(script.status == 0)
            #expect(script.output.contains("record-decision"))
        }
        let help = try await work.rif("--help")
        let commands = [
            "start", "transition", "launch", "complete", "recover", "list", "show", "history", "record-decision",
            "record-metric", "cleanup", "validate", "stats", "backup", "restore", "checkpoint", "compact", "demo",
            "doctor", "visualize",
        ]
        for command in commands {
            #expect(help.output.contains("  \(command) "))
            let own = try await work.rif(command, "--help")
            #expect(own.status == 0)
            #expect(own.output.contains("Example"), "\(own)")
            #expect(own.output.contains("--database") && own.output.contains("--json"), "\(own)")
        }
        #expect(!work.exists("test.duckdb"))
    }
}
