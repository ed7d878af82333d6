import RIFOrchestrator
import RIFStoreDuckDB
import Testing

@Suite("A database that others have edited while it was closed") struct HandEditedTests {
    /// A session with a log, in a closed database.
    private func make(_ folder: Folder) async throws -> String {
        let orchestrator = try await folder.open()
        let session = try await orchestrator.startSession(workflowType: "feature", priority: 1, context: ["a": 1])
        try await session.transition(to: "planning", agents: ["RIF-Analyst"], contextUpdates: ["b": 0.85])
        try await session.launchAgents(["RIF-Architect"], task: "draw")
        await orchestrator.close()
        return session.id
    }

    @Test(
        "A column that is not what the log says is reported, and the log wins",
        arguments: [
            ("context", #"'{"a":2}'"#), ("history", "'[]'"), ("agent_assignments", "NULL"),
            ("workflow_type", "'other'"),
            ("priority", "9"), ("current_state", "'elsewhere'"), ("outcome", "'completed'"),
        ])
    func changed(_ column: String, _ value: String) async throws {
        let folder = try Folder()
        let id = try await make(folder)
        try folder.edit("UPDATE orchestration_state SET \(column) = \(value)")
        for isReadOnly in [true, false] {
            let orchestrator = try await folder.open { $0.isReadOnly = isReadOnly }
            for asked in [nil, id] {
                let report = try await orchestrator.validateIntegrity(asked)
                #expect(report.errors.count == 1, "\(report)")
                #expect(report.errors.allSatisfy { $0.contains(id) && $0.contains(column) }, "\(report)")
            }
            let session = try #require(try await orchestrator.recoverState(id))
            #expect(session.currentState == "planning" && session.outcome == nil)
            #expect(session.context == ["a": 1, "b": 0.85])
            #expect(session.history.count == 2)
            #expect(session.priority == 1 && session.workflowType == "feature")
            #expect(session.agentAssignments == ["RIF-Analyst": "active", "RIF-Architect": "active"])
            await orchestrator.close()
        }
    }

    @Test("A row that is behind its log is in order, and so is one that is written in another way")
    func behind() async throws {
        let folder = try Folder()
        let id = try await make(folder)
        try folder.edit(
            """
            UPDATE orchestration_state SET context = '{ "b" : 0.850, "a" : 1 }';
            """)
        var orchestrator = try await folder.open()
        #expect(try await orchestrator.validateIntegrity().errors == [])
        try await orchestrator.session(id).transition(to: "implementing", contextUpdates: ["c": 1])
        #expect(try await orchestrator.validateIntegrity().errors == [])
        await orchestrator.close()
        orchestrator = try await folder.open { $0.isReadOnly = true }
        #expect(try await orchestrator.validateIntegrity(id).errors == [])
        await orchestrator.close()
    }

    @Test("What DuckDB takes for JSON and nobody else does is reported, with the session that it makes unreadable")
    func unreadable() async throws {
        let folder = try Folder()
        let id = try await make(folder)
        let other = try await make(folder)
        try folder.edit(
            "UPDATE orchestration_decisions SET context_updates = '{\"b\": NaN}' WHERE session_id = '\(id)'",
            """
            INSERT INTO orchestration_state (session_id, current_state, context, history)
            VALUES ('added', 'planning', '{"a": 18446744073709551616}', '[]')
            """)
        let orchestrator = try await folder.open()
        let errors = try await orchestrator.validateIntegrity().errors
        #expect(errors.contains { $0.contains(id) && $0.contains("context_updates") }, "\(errors)")
        #expect(errors.contains { $0.contains("added") && $0.contains("context") }, "\(errors)")
        #expect(!errors.contains { $0.contains(other) }, "\(errors)")
        await orchestrator.close()
    }

    @Test("One decision that others added is a warning, in good English")
    func addedDecision() async throws {
        let folder = try Folder()
        let id = try await make(folder)
        try folder.edit(
            """
            INSERT INTO orchestration_decisions (decision_id, session_id, from_state, to_state)
            VALUES ('added', '\(id)', 'x', 'y')
            """)
        let orchestrator = try await folder.open()
        let report = try await orchestrator.validateIntegrity()
        #expect(report.isValid)
        #expect(report.warnings.count == 1 && report.warnings.allSatisfy { $0.contains("1 decision was") }, "\(report)")
        await orchestrator.close()
    }

    @Test("More JSON than DuckDB may hold at once is checked page by page")
    func largeContexts() async throws {
        let folder = try Folder()
        let id = try await make(folder)
        try folder.edit(
            """
            INSERT INTO orchestration_state (session_id, current_state, context, history)
            SELECT 'added-' || i, 'planning', '{"text":"' || repeat('x', 1000000) || '"}', '[]' FROM range(120) r(i)
            """,
            "UPDATE orchestration_state SET history = '{}' WHERE session_id IN ('\(id)', 'added-7')")
        let orchestrator = try await folder.open { $0.isReadOnly = true }
        let report = try await orchestrator.validateIntegrity()
        #expect(report.sessionsChecked == 121)
        #expect(report.errors.count == 3, "\(report.errors)")
        #expect(report.errors.allSatisfy { $0.contains(id) || $0.contains("added-7") }, "\(report.errors)")
        await orchestrator.close()
    }

    @Test("Columns that others added to our tables stay, and are in nobody's way")
    func addedColumns() async throws {
        let folder = try Folder()
        let id = try await make(folder)
        try folder.edit(
            "ALTER TABLE orchestration_state ADD COLUMN note VARCHAR DEFAULT 'theirs'",
            "ALTER TABLE orchestration_decisions ADD COLUMN note VARCHAR",
            "ALTER TABLE orchestration_events ADD COLUMN note VARCHAR",
            "ALTER TABLE orchestration_metrics ADD COLUMN note VARCHAR")
        let orchestrator = try await folder.open()
        try await orchestrator.session(id).transition(to: "next")
        // Enough at once for the appenders.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    let session = try await orchestrator.startSession()
                    try await session.transition(to: "next")
                    try await session.recordMetric(type: "a", name: "b", value: 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await orchestrator.validateIntegrity().isValid)
        #expect(try await orchestrator.recoverState(id)?.currentState == "next")
        await orchestrator.close()
    }
}
