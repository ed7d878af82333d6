import RIFOrchestrator
import RIFStoreDuckDB
import Testing

/// What readers keep from one dashboard to the next, against everything that can make it wrong. That figures follow the
/// log is held by the conformance suite.
@Suite("Dashboards after changes that nobody announced", .timeLimit(.minutes(2)))
struct DashboardCacheTests {
    private func start(_ orchestrator: Orchestrator, decisions: Int) async throws -> SessionHandle {
        let session = try await orchestrator.startSession()
        for number in 0..<decisions {
            try await session.recordDecision(
                from: "a", to: "b", reason: "\(number)", agents: ["X"], confidence: 0.5, executionTimeMS: 100)
        }
        return session
    }

    /// The dashboard of both readers, the second of which keeps something of its own.
    private func figures(_ orchestrator: Orchestrator) async throws -> [DashboardFigures] {
        async let first = orchestrator.dashboard()
        async let second = orchestrator.dashboard()
        return try await [first.figures, second.figures]
    }

    @Test("Rows that others add and remove while the database is closed are counted, or not any more")
    func edited() async throws {
        let folder = try Folder()
        var orchestrator = try await folder.open()
        let session = try await start(orchestrator, decisions: 3)
        let other = try await start(orchestrator, decisions: 2)
        for found in try await figures(orchestrator) { #expect(found.overall?.total == 5) }
        await orchestrator.close()
        // One without time, confidence, agents and success; one as late as it gets; and the end of a session's rows.
        try folder.edit(
            """
            INSERT INTO orchestration_decisions (decision_id, session_id, from_state, to_state, decision_reason,
                confidence_score, execution_time_ms, success, timestamp)
            VALUES ('added', '\(session.id)', 'x', 'y', 'late', NULL, NULL, NULL, now()::TIMESTAMP + INTERVAL 1 HOUR),
                ('timeless', '\(session.id)', 'x', 'y', 'timeless', 1, 500, true, NULL),
                ('orphan', 'nobody', 'x', 'y', 'of nobody', 1, 100, true, now()::TIMESTAMP + INTERVAL 2 HOUR);
            """,
            "DELETE FROM orchestration_decisions WHERE session_id = '\(other.id)'")
        orchestrator = try await folder.open()
        for found in try await figures(orchestrator) {
            let overall = try #require(found.overall)
            #expect(overall.total == 6 && overall.successful == 5)
            #expect(overall.maximumExecutionTimeMS == 500)
            #expect(overall.averageExecutionTimeMS == 900.0 / 5)
            #expect(overall.averageConfidence == 0.7)
            #expect(found.recent.map(\.decision.reason) == ["late", "2", "1", "0", "timeless"])
            #expect(found.transitions.first { $0.from == "x" }?.count == 2)
            // The one of a session that is not there counts, and is not shown; the one without success is no failure.
            #expect(found.windowDecisions == 5 && found.windowFailures == 0)
            let last = Dictionary(uniqueKeysWithValues: found.active.map { ($0.listing.sessionID, $0.lastDecision) })
            #expect(last[session.id]??.reason == "2")
            #expect(last[other.id] == .some(nil))
        }
        try await orchestrator.session(other.id).recordDecision(from: "a", to: "b", reason: "again")
        for found in try await figures(orchestrator) {
            #expect(found.overall?.total == 7)
            #expect(found.recent.map(\.decision.reason).prefix(2) == ["late", "again"])
            #expect(found.active.first { $0.listing.sessionID == other.id }?.lastDecision?.reason == "again")
        }
        await orchestrator.close()
    }

    @Test("A session that others had ended and that decides again is shown with its last decision")
    func endedByOthers() async throws {
        let folder = try Folder()
        var orchestrator = try await folder.open()
        let session = try await start(orchestrator, decisions: 1)
        let witness = try await start(orchestrator, decisions: 1)
        await orchestrator.close()
        try folder.edit(
            "UPDATE orchestration_state SET outcome = 'completed', current_state = 'completed' "
                + "WHERE session_id = '\(session.id)'")
        orchestrator = try await folder.open()
        for found in try await figures(orchestrator) {
            #expect(found.active.map(\.listing.sessionID) == [witness.id])
        }
        // The log wins: the session is active, and its row says so again once it was used.
        try await orchestrator.session(session.id).launchAgents(["X"], task: "work")
        for found in try await figures(orchestrator) {
            #expect(found.active.first { $0.listing.sessionID == session.id }?.lastDecision?.reason == "0")
        }
        await orchestrator.close()
    }

    @Test("A clean-up and a compaction in the same process leave nothing of what was removed")
    func cleanedUp() async throws {
        let folder = try Folder()
        let orchestrator = try await folder.open()
        let finished = try await start(orchestrator, decisions: 4)
        let session = try await start(orchestrator, decisions: 2)
        try await finished.complete()
        for found in try await figures(orchestrator) { #expect(found.overall?.total == 6) }
        #expect(try await orchestrator.cleanUp(daysOld: 0) == 1)
        for found in try await figures(orchestrator) {
            #expect(found.overall?.total == 2 && found.totalSessions == 1)
            #expect(found.recent.map(\.decision.sessionID) == [session.id, session.id])
            #expect(!found.events.contains { $0.sessionID == finished.id })
            #expect(found.trends.map(\.decisions) == [2])
        }
        _ = try await orchestrator.compact()
        try await session.recordDecision(from: "a", to: "b", reason: "after")
        for found in try await figures(orchestrator) {
            #expect(found.overall?.total == 3)
            #expect(found.recent.map(\.decision.reason) == ["after", "1", "0"])
            #expect(found.active.map(\.lastDecision?.reason) == ["after"])
        }
        await orchestrator.close()
    }

    @Test("Dashboards that are taken while others write show one moment each, and never an earlier one")
    func concurrent() async throws {
        let folder = try Folder()
        let orchestrator = try await folder.open()
        let (sessions, steps) = (4, 25)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<sessions {
                group.addTask {
                    let session = try await orchestrator.startSession()
                    for step in 0..<steps {
                        try await session.recordDecision(
                            from: "a", to: "b", reason: "\(step)", agents: ["X"], success: step % 4 > 0)
                    }
                }
            }
            group.addTask {
                var before: Int64 = 0
                while before < sessions * steps {
                    for found in try await figures(orchestrator) {
                        let total = found.overall?.total ?? 0
                        #expect(total >= before)
                        // Every section counts the same decisions.
                        #expect(found.transitions.reduce(0) { $0 + $1.count } == total)
                        #expect(found.trends.reduce(0) { $0 + $1.decisions } == total)
                        #expect(found.windowDecisions == total)
                        #expect(found.agents.reduce(0) { $0 + $1.tasks } == total)
                        #expect(found.windowFailures == total - (found.overall?.successful ?? 0))
                        #expect(found.recent.count == min(20, Int(total)))
                        let lasts = found.active.compactMap { $0.lastDecision.flatMap { Int64($0.reason) } }
                        #expect(lasts.reduce(0) { $0 + $1 + 1 } == total)
                        let newest = found.events.last { $0.eventType == EventType.decisionRecorded.rawValue }
                        #expect(found.recent.isEmpty == (newest == nil))
                    }
                    before = try await orchestrator.dashboard(sections: [.performanceStats]).figures.overall?.total ?? 0
                }
            }
            try await group.waitForAll()
        }
        for found in try await figures(orchestrator) { #expect(found.overall?.total == Int64(sessions * steps)) }
        await orchestrator.close()
    }

    @Test("A dashboard of a database that is open for reading only sees what no snapshot holds yet")
    func readOnly() async throws {
        let folder = try Folder()
        var orchestrator = try await folder.open()
        let session = try await start(orchestrator, decisions: 2)
        try await session.launchAgents(["X"], task: "work")
        await orchestrator.close()
        // As a crash leaves it: the row is behind the log.
        try folder.edit(
            "UPDATE orchestration_state SET agent_assignments = '{}', folded_sequence = 1",
            "UPDATE rif_counters SET value = 1 WHERE name = 'folded_through'")
        orchestrator = try await folder.open { $0.isReadOnly = true }
        for found in try await figures(orchestrator) {
            #expect(found.agents.map(\.isActive) == [true])
            #expect(found.active.map(\.listing.activeAgents) == [["X"]])
            #expect(found.active.map(\.lastDecision?.reason) == ["1"])
            #expect(found.totalSessions == 1)
        }
        await orchestrator.close()
    }
}
