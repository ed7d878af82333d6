import Foundation
import RIFModel
import Testing

/// Sessions by prefix, JSON from everywhere, hostile text, several processes at once.
@Suite struct InputTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func aSessionIsNamedByAnyUnambiguousPrefix() async throws {
        let first = try await work.start()
        let second = try await work.start()
        let common = zip(first, second).prefix { $0 == $1 }.count
        let prefix = String(first.prefix(common + 1))
        #expect(try await work.rif("show", prefix, "--json").json()["session_id"] == .string(first))
        #expect(try await work.rif("show", first.uppercased(), "--json").json()["session_id"] == .string(first))
        expectRefusal(
            try await work.rif("show", String(first.prefix(common))), 2, saying: "SESSION", first, second)

        // What a list shows can be typed.
        let shown = try await work.rif("list").output.split(separator: "\n").dropFirst()
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(shown.count == 2)
        for (short, id) in zip(shown, [first, second]) {
            #expect(short.count >= 8 && short.count < 36)
            #expect(try await work.rif("show", short, "--json").json()["session_id"] == .string(id))
        }
    }

    @Test func jsonComesInlineFromAFileOrFromStandardInput() async throws {
        let text = #"{"a": [1, 2.5, "é"]}"#
        try work.write(text, to: "context.json")
        let expected: JSONValue = ["a": [1, 2.5, "é"]]
        for (word, input) in [(text, ""), ("@context.json", ""), ("-", text)] {
            let session = try await work.rif("start", "--context", word, "--json", input: input).json()
            #expect(session["context"] == expected, "\(word)")
        }
        try work.write("{\n\"a\" 1}", to: "broken.json")
        expectRefusal(
            try await work.rif("start", "--context", "@broken.json"), 2, saying: "--context", "broken.json",
            "line 2, column 5")
        expectRefusal(
            try await work.rif("start", "--context", "-", input: "{"), 2, saying: "--context", "standard input",
            "line 1, column 2")
    }

    @Test func anIdempotencyKeyTwiceIsOneTransition() async throws {
        let id = try await work.start()
        let arguments = ["transition", id, "analyzing", "--from", "initialized", "--idempotency-key", "k 1", "--json"]
        let first = try await work.rif(arguments).json()
        let second = try await work.rif(arguments).json()
        #expect(first["decision_id"] == second["decision_id"])
        #expect(try await work.rif("history", id, "--json").json()["decisions"]?.arrayValue?.count == 1)
        let other = try await work.rif("transition", id, "planning", "--idempotency-key", "k 1")
        #expect(other.status == 2, "\(other)")
    }

    @Test func hostileTextComesBackAsItWasAndReachesNoTerminal() async throws {
        let id = try await work.start("--workflow-type", "'; DROP TABLE orchestration_state; --")
        let reason = "\u{1B}[31mred\u{1B}]0;title\u{7}\r\n\"quoted\" '\u{202E}back 👩‍💻 日本語 e\u{301}"
        let state = "état \"x\" 日本 🚀"
        let moved = try await work.rif("transition", id, state, "--reason", reason, "--agent", "O'Neil; --")
        #expect(moved.status == 0, "\(moved)")
        let session = try await work.rif("show", id, "--json").json()
        #expect(session["current_state"] == .string(state))
        #expect(session["history"]?[1]?["reason"] == .string(reason))
        #expect(session["workflow_type"] == "'; DROP TABLE orchestration_state; --")
        for command in [["show", id], ["history", id], ["list"], ["recover", id], ["complete", id]] {
            let ran = try await work.rif(command)
            #expect(ran.status == 0, "\(ran)")
            for scalar in ["\u{1B}", "\u{7}", "\r", "\u{202E}"] as [Unicode.Scalar] {
                #expect(!ran.output.unicodeScalars.contains(scalar), "\(command) prints U+\(scalar.value)")
            }
        }
    }

    @Test func columnsStandBelowEachOtherWhateverTheyHold() async throws {
        for type in ["plain", "日本語", "e\u{301}te\u{301}", "🚀"] { try await work.start("--workflow-type", type) }
        let lines = try await work.rif("list").output.split(separator: "\n")
        try #require(lines.count == 5)
        // The column behind the types ends at the same place on the screen: count what stands before its end.
        let columns = lines.map { line -> Int in
            let end = line.range(of: "0  -  ")?.lowerBound ?? line.range(of: "O  AGENTS")?.lowerBound ?? line.startIndex
            return line[..<end].reduce(0) { $0 + (["日", "本", "語", "🚀"].contains($1) ? 2 : 1) }
        }
        #expect(columns[0] > 0 && Set(columns).count == 1, "\(columns) \(lines)")
    }

    @Test func processesAtOnceAllSucceed() async throws {
        try await work.start()
        let ran = try await withThrowingTaskGroup(of: Ran.self) { group in
            for number in 0..<8 {
                group.addTask { [work] in
                    try await work.rif("start", "--workflow-type", "type \(number)", "--json")
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(ran.allSatisfy { $0.status == 0 }, "\(ran)")
        let listed = try await work.rif("list", "--json").json()["sessions"]?.arrayValue ?? []
        #expect(listed.count == 9)
        let id = try #require(listed.first?["session_id"]?.stringValue)
        let moves = try await withThrowingTaskGroup(of: Ran.self) { group in
            for number in 0..<8 { group.addTask { [work] in try await work.rif("transition", id, "step \(number)") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(moves.allSatisfy { $0.status == 0 }, "\(moves)")
        #expect(try await work.rif("history", id, "--json").json()["decisions"]?.arrayValue?.count == 8)
        #expect(try await work.rif("validate", "--json").json()["valid"] == true)
    }

    @Test func theDatabaseIsWhereOneSays() async throws {
        #expect(try await work.rif("start", "--database", "a/b/c.duckdb").status == 0)
        #expect(work.exists("a/b/c.duckdb") && !work.exists("test.duckdb"))
        #expect(try await work.rif("start", environment: ["RIF_DATABASE": ""]).status == 0)
        #expect(work.exists("knowledge/orchestration.duckdb"))
        let hint = try await work.rif("list", "--database", "a/b/c.duckdb", "--state", "x").output
        #expect(hint.contains("--database a/b/c.duckdb"), "\(hint)")
        let memory = try await work.rif("start", "--database", ":memory:", "--json")
        #expect(memory.status == 0, "\(memory)")
        #expect(try await work.rif("list", "--database", ":memory:", "--json").json() == ["sessions": []])
    }

    @Test func theZoneOfAnOldFileCanBeNamedEverywhere() async throws {
        let id = try await work.start("--assume-zone", "Europe/Berlin")
        #expect(try await work.rif("list", "--assume-zone", "Nowhere").status == 0, "a file of ours needs no zone")
        #expect(try await work.rif("show", id, "--assume-zone", "UTC").status == 0)
        expectRefusal(try await work.rif("list", "--assume-zone", ""), 2, saying: "--assume-zone", "Europe/Berlin")
        #expect(try await work.rif("restore", "--help").output.contains("--assume-zone <zone>"))
    }

    @Test func loggingIsAskedFor() async throws {
        #expect(try await work.rif("start").errors.isEmpty)
        expectRefusal(
            try await work.rif("list", environment: ["RIF_LOG": "loud"]), 2, saying: "RIF_LOG", "\"loud\"", "debug")
    }

    /// `rif list | head -1`, and an output that nobody takes.
    @Test func aReaderThatGoesAwayIsNoFailure() async throws {
        for _ in 0..<3 { try await work.start() }
        let script = "\(Workspace.program) list --all --json | true; echo ${PIPESTATUS[0]}"
        let ran = try await work.run("/bin/bash", ["-c", script], environment: ["RIF_DATABASE": work.database])
        #expect(ran.output == "0\n" && ran.errors.isEmpty, "\(ran)")
        #if os(Linux)
        let full = try await work.run(
            "/bin/bash", ["-c", "\(Workspace.program) list > /dev/full"], environment: ["RIF_DATABASE": work.database])
        #expect(full.status == 1 && full.errors.contains("could not be written"), "\(full)")
        #endif
    }
}
