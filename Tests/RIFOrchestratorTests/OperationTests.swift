import RIFOrchestrator
import RIFTesting
import Testing

/// Every operation, from the call to the database and back. The first half are the earlier Python system's own tests.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct OperationTests {
    @Test(arguments: Place.allCases)
    func aSessionIsStarted(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let session = try await rif.startSession(workflowType: "feature_development", priority: 1)
        #expect(UUIDv7.isVersion7(session.id))
        let state = try #require(try await rif.recoverState(session.id))
        #expect(state.currentState == "initialized")
        #expect(state.workflowType == "feature_development")
        #expect(state.priority == 1)
        #expect(state.context["github_issues"] == [])
        #expect(try await rif.recoverState("019b7ca9-8d03-774f-aaba-1bf45b8c6891") == nil)
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func aStateIsSavedAndRecovered(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let session = try await rif.startSession()
        let document: JSONValue = [
            "current_state": "analyzing", "context": ["issue": 7, "deep": ["a": [1, 2.5, .null]]],
            "history": [["state": "initialized", "extra": true]], "agent_assignments": ["RIF-Analyst": "active"],
        ]
        try await session.saveState(try SaveStateCommand(json: document))
        let state = try await session.current()
        #expect(state.currentState == "analyzing")
        #expect(state.context == document["context"]?.objectValue)
        #expect(state.history.json == document["history"])
        #expect(state.agentAssignments == ["RIF-Analyst": "active"])
        #expect(throws: RIFError.self) { try SaveStateCommand(json: ["current_state": "x", "context": [:]]) }
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func decisionsAreRecordedAndListed(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let session = try await rif.startSession()
        let first = try await session.recordDecision(
            from: "initialized", to: "analyzing", reason: "Starting", agents: ["RIF-Analyst"], confidence: 0.85,
            executionTimeMS: 150)
        shop.clock.advance(milliseconds: 1)
        let second = try await session.recordDecision(
            from: "analyzing", to: "planning", reason: "bad", success: false, errorDetails: "boom")
        let found = try await rif.decisionHistory(session.id)
        #expect(found.map(\.decisionID) == [second, first])
        #expect(found[1].json["confidence_score"] == 0.85)
        #expect(found[1].executionTimeMS == 150)
        #expect(found[0].errorDetails == "boom")
        #expect(try await rif.decisionHistory(limit: 1).count == 1)
        #expect(await code { _ = try await rif.decisionHistory(limit: 0) } == .unprocessable)
        #expect(await code { _ = try await rif.decisionHistory(limit: 1001) } == .unprocessable)
        let statistics = try await rif.performanceStatistics(session.id)
        #expect(statistics.json["total_decisions"] == 2)
        #expect(statistics.json["success_rate"] == 0.5)
        #expect(statistics.json["avg_execution_time_ms"] == 75.0)
        let other = try await rif.startSession()
        #expect(try await rif.performanceStatistics(other.id).json == ["no_data": true])
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func activeSessionsAreOrdered(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        var ids: [String] = []
        for priority in [0, 5, 1, 5] {
            shop.clock.advance(milliseconds: 1)
            ids.append(try await rif.startSession(priority: priority).id)
        }
        try await rif.session(ids[2]).complete()
        #expect(try await rif.activeSessions().map(\.sessionID) == [ids[1], ids[3], ids[0]])
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func oldSessionsAreCleanedUp(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let old = try await rif.startSession()
        try await old.transition(to: "analyzing", agents: ["a"])
        try await old.recordMetric(type: "t", name: "n", value: 1)
        try await old.complete()
        let active = try await rif.startSession()
        shop.clock.advance(milliseconds: 31 * 86_400_000)
        let young = try await rif.startSession()
        try await young.complete(.failed)
        #expect(try await rif.cleanUp(dryRun: true) == 1)
        #expect(try await rif.cleanUp() == 1)
        #expect(try await rif.cleanUp() == 0)
        #expect(await code { try await rif.cleanUp(daysOld: -1) } == .unprocessable)
        #expect(try await rif.recoverState(old.id) == nil)
        #expect(try await rif.decisionHistory(old.id) == [])
        #expect(try await rif.recoverState(active.id) != nil)
        #expect(try await rif.recoverState(young.id)?.outcome == .failed)
        let report = try await rif.validateIntegrity()
        #expect(report.errors == [])
        #expect(report.sessionsChecked == 2)
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func theWholeLifeOfASession(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let session = try await rif.startSession(
            workflowType: "bug_fix", priority: 2, context: ["github_issues": [1, 2], "a": 1])
        shop.clock.advance(milliseconds: 250)
        let moved = try await session.transition(
            from: "initialized", to: "analyzing", reason: "go", agents: ["RIF-Analyst"],
            contextUpdates: ["a": 2, "b": 3], confidence: 0.85, options: CommandOptions(idempotencyKey: "k"))
        #expect(moved.session.context == ["github_issues": [1, 2], "a": 2, "b": 3])
        let again = try await session.transition(
            from: "initialized", to: "analyzing", reason: "go", agents: ["RIF-Analyst"],
            contextUpdates: ["a": 2, "b": 3], confidence: 0.85, options: CommandOptions(idempotencyKey: "k"))
        #expect(again.isRepetition)
        #expect(again.decisionID == moved.decisionID)
        #expect(await code { try await session.transition(from: "initialized", to: "x") } == .stateConflict)
        let agents = try await session.launchAgents(["one", "two"], task: "work")
        #expect(Set(agents.values).count == 2)
        #expect(await code { try await session.launchAgents(["one", "one"], task: "") } == .invalidRequest)
        let one = try await session.updateAssignment(try #require(agents["one"]), status: .failed, result: ["x": 1])
        #expect(one.result == ["x": 1])
        #expect(try await session.assignments().map(\.status) == [.failed, .active])
        #expect(try await rif.recoverSession(session.id))
        #expect(try await !rif.recoverSession("nobody"))
        let summary = try await session.complete(finalContext: ["done": true])
        #expect(summary.json["total_decisions"] == 2)
        #expect(summary.json["success_rate"] == 0.5)
        #expect(summary.json["total_states_visited"] == 3)
        #expect(summary.json["state_progression"] == ["initialized", "analyzing", "completed"])
        #expect(summary.json["context_summary"]?["github_issues"] == 2)
        #expect(summary.session.agentAssignments == ["RIF-Analyst": "completed", "one": "failed", "two": "completed"])
        #expect(await code { try await session.complete() } == .sessionFinished)
        #expect(await code { try await session.transition(to: "x") } == .sessionFinished)
        try await session.recordMetric(type: "after", name: "the end", value: 0.85, metadata: ["k": "v"])
        #expect(try await rif.metrics(session.id).first?.json["metric_value"] == 0.85)
        #expect(try await rif.metrics(session.id).map(\.type) == ["after", "agent_launch"])
        try await rif.track("noticed", data: ["x": 1], sessionID: session.id)
        let types = try await rif.pastEvents(EventQuery(after: 0, sessionID: session.id, limit: 100)).map(\.eventType)
        #expect(
            types == [
                "session_start", "state_transition", "transition_error", "agent_launch", "agent_launch",
                "assignment_updated", "session_recovery", "workflow_complete", "transition_error", "noticed",
            ])
        let start = try #require(try await rif.state(of: session.id, at: 1))
        #expect(start.currentState == "initialized")
        #expect(try await rif.state(of: session.id, at: 2)?.context["a"] == 2)
        #expect(try await rif.state(of: session.id, at: 0) == nil)
        #expect(try await rif.resolve(String(session.id.prefix(20))) == session.id)
        #expect(await code { _ = try await rif.resolve("zzz") } == .notFound)
        #expect(await code { _ = try await rif.summary("nobody") } == .notFound)
        #expect(await code { try await rif.track("noticed", data: 1, sessionID: "nobody") } == .notFound)
        #expect(try await rif.validateIntegrity().errors == [])
        await rif.close()
        #expect(await code { _ = try await rif.startSession() } == .storageUnavailable)
    }

    @Test func sessionsAreThereAfterReopening() async throws {
        let shop = try Workshop(.file)
        let first = try await shop.open()
        let session = try await first.startSession(context: ["text": "O'Brien 😀"])
        try await session.transition(to: "analyzing", reason: "r", agents: ["a"], contextUpdates: ["n": 1])
        let before = try await session.current()
        let copy = shop.path("copy.duckdb")
        #expect(try await first.backUp(to: copy).bytes > 0)
        #expect(await code { try await first.backUp(to: copy) } == .fileExists)
        await first.close()
        let second = try await shop.open()
        #expect(try await second.recoverState(session.id)?.json == before.json)
        try await second.session(session.id).transition(from: "analyzing", to: "planning")
        try await second.checkpoint()
        #expect(try await second.validateIntegrity().errors == [])
        await second.close()
        try await Orchestrator.restore(shop.path("orchestration.duckdb"), from: copy)
        let third = try await shop.open()
        #expect(try await third.recoverState(session.id)?.currentState == "analyzing")
        #expect(try await third.validateIntegrity().errors == [])
        await third.close()
    }

    @Test(arguments: Place.allCases)
    func athousandSessionsAtOnce(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    let session = try await rif.startSession(priority: index % 10)
                    try await session.transition(to: "a", contextUpdates: ["i": .int(Int64(index))])
                    try await session.transition(from: "a", to: "b", agents: ["x"])
                    if index % 2 == 0 { try await session.complete() }
                }
            }
            try await group.waitForAll()
        }
        let counts = try await rif.counts()
        #expect(counts.sessions == 1000)
        #expect(counts.activeSessions == 500)
        #expect(counts.decisions == 2000)
        #expect(try await rif.activeSessions().count == 500)
        #expect(try await rif.validateIntegrity().errors == [])
        await rif.close()
    }

    @Test func aSessionOfManySteps() async throws {
        let shop = try Workshop(.file)
        let rif = try await shop.open()
        let session = try await rif.startSession()
        // Sent at once, they share commits; the order is that of their acceptance.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<10_000 { group.addTask { try await session.transition(to: "s\(index % 7)") } }
            try await group.waitForAll()
        }
        let before = try await session.current()
        #expect(before.history.count == 10_001)
        #expect(try await rif.summary(session.id).figures.total == 10_000)
        await rif.close()
        let again = try await shop.open()
        #expect(try await again.recoverState(session.id) == before)
        #expect(try await again.validateIntegrity().errors == [])
        await again.close()
    }

    @Test(arguments: Place.allCases)
    func aSessionIsVisualized(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        #expect(try await rif.visualize("019b7ca9-8d03-774f-aaba-1bf45b8c6891") == nil)
        let session = try await rif.startSession(workflowType: "feature_development")
        try await session.transition(to: "analyzing", reason: "Start", agents: ["A"])
        let other = try await rif.startSession()
        try await other.transition(to: "elsewhere", reason: "")
        // More than a list may hold.
        for _ in 0..<1_001 {
            try await session.recordDecision(from: "analyzing", to: "analyzing", reason: "again", agents: [])
        }
        #expect(await code { try await session.transition(from: "x", to: "y", reason: "no") } == .stateConflict)
        let found = try #require(try await rif.visualize(session.id))
        #expect(found.edges.count == 1_003)
        #expect(found.edges.first?.label == "Start")
        #expect(found.edges.last?.success == false)
        #expect(found.edges.map(\.timestamp) == found.edges.map(\.timestamp).sorted())
        #expect(found.nodes.map(\.id) == ["initialized", "analyzing", "x", "y"])
        await rif.close()
    }
}
