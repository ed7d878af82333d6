import Foundation
import RIFModel
import Testing

/// One process owns the database, and every command goes through it.
@Suite struct OwnerTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func everyCommandSaysTheSameThroughAnOwner() async throws {
        let server = try await ServerProcess(work)
        #expect(server.ready["database"]?.stringValue?.hasSuffix("/test.duckdb") == true)
        try work.write(#"{"from_file": true}"#, to: "context.json")
        let id = try await work.start("--workflow-type", "bugfix", "--context", "@context.json")
        let moved = try await work.rif(
            "transition", id, "analyzing", "--context-updates", "-", "--agent", "A", "--json", input: #"{"piped": 1}"#)
        #expect(moved.status == 0, "\(moved)")
        let context = try moved.json()["session"]?["context"]
        #expect(context?["from_file"] == true)
        #expect(context?["piped"] == 1)

        // Seen at once by the other door.
        let seen = try await server.request("GET", "/api/v1/sessions/\(id)")
        #expect(seen.json["current_state"] == "analyzing")

        // Files land where the command was typed, and in the server's words errors are the same.
        let drawn = try await work.rif("visualize", id, "--format", "svg", "-o", "graph.svg")
        #expect(drawn.status == 0, "\(drawn)")
        #expect(work.exists("graph.svg"))
        expectRefusal(try await work.rif("transition", id, "x", "--from", "planning"), 3, saying: "analyzing")
        expectRefusal(try await work.rif("show", "ffffffff"), 4, saying: "ffffffff")
        expectRefusal(try await work.rif("list", "--limit", "0"), 2, saying: "--limit")
        try expectProblem(
            try await work.rif("sql", "DROP TABLE orchestration_state", "--json"), 1, code: "invalid_request")
        let rows = try await work.rif("sql", "SELECT count(*) FROM orchestration_decisions", "--json").json()["rows"]
        #expect(rows == [[2]])

        let exported = try await work.rif("export", "out", "--format", "csv", "--json")
        #expect(exported.status == 0, "\(exported)")
        #expect(work.exists("out/orchestration_state.csv"))
        #expect(try await work.rif("backup", "copy.duckdb").status == 0)
        #expect(work.exists("copy.duckdb"))
        #expect(try await work.rif("top", "--once").output.contains("analyzing"))
        #expect(await server.end() == 0)
        for left in ["test.duckdb.sock", "test.duckdb.owner"] { #expect(!work.exists(left), "\(left)") }

        // And without an owner everything is there.
        let shown = try await work.rif("show", id, "--json").json()
        #expect(shown["current_state"] == "analyzing")
    }

    @Test func aSecondServerIsToldWhoOwnsTheDatabase() async throws {
        let server = try await ServerProcess(work)
        let second = try await work.rif("serve", "--port", "0")
        expectRefusal(
            second, 5, saying: "served already", "\(server.ready["pid"]?.intValue ?? -1)", server.address)
        expectRefusal(try await work.rif("restore", "nothing.duckdb"), 5)
        #expect(await server.end() == 0)
    }

    @Test func whatAKilledServerLeavesHindersNobody() async throws {
        let server = try await ServerProcess(work)
        let id = try await work.start()
        await server.end(SIGKILL)
        #expect(work.exists("test.duckdb.sock"))
        #expect(try await work.rif("transition", id, "analyzing").status == 0)
        let next = try await ServerProcess(work)
        let session = try await next.request("GET", "/api/v1/sessions/\(id)")
        #expect(session.json["current_state"] == "analyzing")
        #expect(await next.end() == 0)
    }

    /// Two command lines work while the server is killed: every command succeeds, and what each did is there once.
    @Test func commandsGoOnWhenTheirOwnerDies() async throws {
        let server = try await ServerProcess(work)
        let first = try await work.start()
        let second = try await work.start()
        let steps = 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in [first, second] {
                group.addTask { [work] in
                    for step in 0..<steps {
                        let ran = try await work.rif("transition", id, "step-\(step)", "--reason", "\(step)")
                        #expect(ran.status == 0, "\(ran)")
                        if id == first, step == steps / 2 { await server.end(SIGKILL) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in [first, second] {
            let decisions = try await work.rif("history", id, "--limit", "100", "--json").json()["decisions"]
            #expect(
                decisions?.arrayValue?.compactMap { $0["reason"]?.stringValue }
                    == (0..<steps).reversed().map { "\($0)" })
        }
        #expect(try await work.rif("validate", "--json").json()["valid"] == true)
    }
}
