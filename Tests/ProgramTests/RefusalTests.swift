import RIFModel
import Testing

/// Wrong input at every option: one clear line that names it, the value and what was expected; exit 2.
@Suite struct RefusalTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    /// What is typed, and what the message must say.
    struct Mistake: Sendable, CustomStringConvertible {
        var arguments: [String]
        var words: [String]
        var description: String { arguments.joined(separator: " ") }

        init(_ arguments: String..., says words: String...) {
            self.arguments = arguments
            self.words = words
        }
    }

    /// Mistakes that show without looking into a database.
    static let mistakes = [
        Mistake("start", "--priority", "high", says: "--priority", "\"high\"", "whole number"),
        Mistake("start", "--priority", "1.5", says: "--priority", "1.5"),
        Mistake("start", "--priority", "4294967296", says: "--priority", "4294967296", "out of range"),
        Mistake("start", "--priority", "99999999999999999999", says: "--priority", "out of range"),
        Mistake("start", "--priority", says: "--priority"),
        Mistake("start", "--context", "[1]", says: "--context", "an array", "object"),
        Mistake("start", "--context", "{\"a\":\n  1,}", says: "--context", "line 2, column 5"),
        Mistake("start", "--context", "", says: "--context", "line 1, column 1"),
        Mistake("start", "--context", "{\"a\": \"\\u0000\"}", says: "--context", "line 1"),
        Mistake("start", "--context", "@missing.json", says: "--context", "missing.json", "No such file"),
        Mistake("start", "--workflow-type", "", says: "--workflow-type", "empty"),
        Mistake("start", "--workflow-type", "a\tb", says: "--workflow-type", "control character"),
        Mistake("start", "--database", "", says: "--database", "empty"),
        Mistake("start", "extra", says: "extra"),
        Mistake("start", "--colour", says: "--colour"),
        Mistake("transition", "a", says: "<to-state>"),
        Mistake("transition", "a", "b", "--confidence", "1.5", says: "--confidence", "1.5", "0 to 1"),
        Mistake("transition", "a", "b", "--confidence", "-0.1", says: "--confidence", "-0.1", "0 to 1"),
        Mistake("transition", "a", "b", "--confidence", "nan", says: "--confidence", "nan", "0 to 1"),
        Mistake("transition", "a", "b", "--confidence", "sure", says: "--confidence", "\"sure\"", "0 to 1"),
        Mistake("transition", "a", "b", "--context-updates", "7", says: "--context-updates", "7", "object"),
        Mistake("launch", "a", says: "--agent", "at least one"),
        Mistake("complete", "a", "--outcome", "done", says: "--outcome", "\"done\"", "completed, failed or cancelled"),
        Mistake("complete", "a", "--final-context", "null", says: "--final-context", "object"),
        Mistake("show", says: "<session>"),
        Mistake("show", "a", "--at", "x", says: "--at", "\"x\"", "whole number"),
        Mistake("show", "a", "--at", "-1", says: "--at", "-1"),
        Mistake("list", "--limit", "0", says: "--limit", "0", "1 to 1000"),
        Mistake("list", "--limit", "1001", says: "--limit", "1001", "1 to 1000"),
        Mistake("list", "--limit", "ten", says: "--limit", "\"ten\"", "1 to 1000"),
        Mistake("history", "a", "--limit", "-5", says: "--limit", "-5"),
        Mistake("record-decision", "a", "--from", "x", says: "--to"),
        Mistake(
            "record-decision", "a", "--from", "x", "--to", "y", "--execution-time-ms", "-1",
            says: "--execution-time-ms", "-1"),
        Mistake(
            "record-decision", "a", "--from", "x", "--to", "y", "--confidence", "2", says: "--confidence", "2"),
        Mistake("record-metric", "a", "--type", "t", "--name", "n", says: "--value"),
        Mistake(
            "record-metric", "a", "--type", "t", "--name", "n", "--value", "much", says: "--value", "\"much\"", "number"
        ),
        Mistake("record-metric", "a", "--type", "t", "--name", "n", "--value", "inf", says: "--value", "inf", "finite"),
        Mistake("record-metric", "a", "--type", "t", "--name", "n", "--value", "1e39", says: "--value", "1e+39"),
        Mistake(
            "record-metric", "a", "--type", "t", "--name", "n", "--value", "1", "--metadata", "{", says: "--metadata",
            "line 1, column 2"),
        Mistake("cleanup", "--days", "-1", says: "--days", "-1"),
        Mistake("cleanup", "--days", "soon", says: "--days", "\"soon\""),
        Mistake("backup", says: "<file>"),
        Mistake("backup", "", says: "FILE", "empty"),
        Mistake("restore", "", says: "FILE", "empty"),
        Mistake("demo", "--commits", "0", says: "--commits", "1 to 1000"),
        Mistake("demo", "--repo", "nowhere", says: "--repo", "\"nowhere\""),
        Mistake("demo", "--database", ":memory:", says: "--database", ":memory:", "file"),
        Mistake("show", "a", "--database", ":memory:", says: "--database", ":memory:", "file"),
        Mistake("help", "nothing", says: "\"nothing\""),
        Mistake("lst", says: "\"lst\"", "'list'"),
        Mistake("--json", "list", says: "--json", "after"),
        Mistake("\u{1B}[31m", says: "\\u{1B}[31m"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamed(_ mistake: Mistake) async throws {
        let ran = try await work.rif(mistake.arguments)
        #expect(ran.status == 2, "\(ran)")
        for word in mistake.words { #expect(ran.errors.contains(word), "\"\(word)\" is missing in \(ran)") }
        #expect(ran.errors.hasPrefix("rif: "), "\(ran)")
        #expect(ran.errors.split(separator: "\n").count <= 2, "\(ran)")
        // The wrong order prints the problem document as well.
        #expect(ran.output.isEmpty || mistake.arguments.contains("--json"), "\(ran)")
        #expect(!work.exists("test.duckdb") && !work.exists(".demo"), "\(ran)")
    }

    @Test func withJSONAMistakeIsAProblemDocument() async throws {
        try expectProblem(try await work.rif("list", "--limit", "0", "--json"), 2, code: "unprocessable")
        try expectProblem(try await work.rif("list", "--colour", "--json"), 2, code: "invalid_request")
        try expectProblem(try await work.rif("start", "--priority", "x", "--json"), 2, code: "invalid_request")
        try expectProblem(try await work.rif("list", "--json"), 5, code: "storage_unavailable")
    }

    @Test func mistakesThatTheRulesFindNameTheOption() async throws {
        let id = try await work.start()
        let long = String(repeating: "x", count: 129)
        expectRefusal(try await work.rif("transition", id, ""), 2, saying: "TO_STATE", "empty")
        expectRefusal(try await work.rif("transition", id, long), 2, saying: "TO_STATE", "129")
        expectRefusal(try await work.rif("transition", id, "b", "--agent", "a\nb"), 2, saying: "--agent", "\\n")
        expectRefusal(
            try await work.rif("transition", id, "b", "--reason", String(repeating: "r", count: 16_385)), 2,
            saying: "--reason", "16385")
        expectRefusal(
            try await work.rif("transition", id, "b", "--idempotency-key", ""), 2, saying: "--idempotency-key")
        expectRefusal(try await work.rif("launch", id, "--agent", "a", "--agent", "a"), 2, saying: "--agent", "twice")
        expectRefusal(
            try await work.rif("record-decision", id, "--from", "a", "--to", ""), 2, saying: "--to", "empty")
        expectRefusal(
            try await work.rif("record-metric", id, "--type", "", "--name", "n", "--value", "1"), 2, saying: "--type")
        let big = #"{"a": ""# + String(repeating: "x", count: 1 << 20) + #""}"#
        expectRefusal(
            try await work.rif("transition", id, "b", "--context-updates", "-", input: big), 2, saying: "1048576")
        #expect(try await work.rif("show", id, "--json").json()["current_state"] == "initialized")
    }

    // MARK: - The other exit codes

    @Test func aConflictIsExit3AndRecorded() async throws {
        let id = try await work.start()
        let ran = try await work.rif("transition", id, "planning", "--from", "analyzing")
        expectRefusal(ran, 3, saying: "--from", "\"analyzing\"", "\"initialized\"")
        try expectProblem(
            try await work.rif("transition", id, "planning", "--from", "analyzing", "--json"), 3,
            code: "state_conflict")
        let decisions = try await work.rif("history", id, "--json").json()["decisions"]?.arrayValue ?? []
        #expect(decisions.map { $0["success"] } == [false, false])
        #expect(decisions.first?["error_details"]?.stringValue?.contains("initialized") == true)
        #expect(try await work.rif("history", id).output.contains("✗ analyzing → planning"))

        try await work.rif("complete", id)
        for command in [["transition", id, "x"], ["complete", id], ["launch", id, "--agent", "a"]] {
            try expectProblem(try await work.rif(command + ["--json"]), 3, code: "session_finished")
        }
    }

    @Test func anUnknownSessionIsExit4() async throws {
        try await work.start()
        let commands = [
            ["show"], ["history"], ["recover"], ["complete"], ["stats"], ["validate"], ["launch", "--agent", "a"],
            ["record-decision", "--from", "a", "--to", "b"],
            ["record-metric", "--type", "a", "--name", "b", "--value", "1"],
        ]
        for command in commands {
            expectRefusal(try await work.rif(command + ["ffffffff"]), 4, saying: "\"ffffffff\"")
        }
        try expectProblem(try await work.rif("transition", "ffffffff", "x", "--json"), 4, code: "not_found")
        // No pattern: these signs stand for themselves.
        expectRefusal(try await work.rif("show", "%"), 4, saying: "\"%\"")
        expectRefusal(try await work.rif("show", "' OR 1=1 --"), 4, saying: "no session")
        expectRefusal(try await work.rif("show", ""), 2, saying: "SESSION", "empty")
    }

    @Test func aMissingDatabaseIsExit5AndNoneIsMade() async throws {
        let commands = [
            ["list"], ["show", "a"], ["history", "a"], ["validate"], ["stats"], ["cleanup", "--dry-run"], ["cleanup"],
            ["backup", "b.duckdb"], ["checkpoint"], ["compact"], ["transition", "a", "b"], ["complete", "a"],
        ]
        for command in commands {
            expectRefusal(try await work.rif(command), 5, saying: "no database", "test.duckdb")
        }
        #expect(try await work.rif("doctor").status <= 1)
        #expect(!work.exists("test.duckdb") && !work.exists("test.duckdb.lock"))
    }

    @Test func aDamagedFileIsExit5AndLeftAlone() async throws {
        try work.write("This is no database.", to: "test.duckdb")
        for command in [["list"], ["start"], ["validate"]] {
            let ran = try await work.rif(command)
            #expect(ran.status == 5, "\(ran)")
        }
        #expect(try await work.rif("doctor").status == 1)
        try expectProblem(try await work.rif("start", "--json"), 5, code: "storage_unavailable")
    }
}
