import RIFModel
import RIFMonitor
import RIFOrchestrator
import RIFStore
import RIFTesting
import Testing

/// Alerts have a life: raised once, true until they are cleared, whoever has the database in between.
@Suite(.timeLimit(.minutes(2)))
struct AlertTests {
    /// One decision that failed, of one: more than a tenth.
    private func failOnce(_ orchestrator: Orchestrator) async throws {
        try await orchestrator.startSession().recordDecision(
            from: "a", to: "b", reason: "no", executionTimeMS: 5, success: false, errorDetails: "broken")
    }

    private func events(_ orchestrator: Orchestrator, _ type: EventType) async throws -> [String] {
        try await orchestrator.pastEvents(EventQuery(eventType: type.rawValue, limit: 50))
            .compactMap { $0.data["check"]?.stringValue }
    }

    @Test func anAlertIsListedUntilItIsClearedAndInTheHistoryAfterwards() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        try await failOnce(orchestrator)
        #expect(try await orchestrator.alerts().isEmpty, "nobody has looked yet")
        _ = await orchestrator.health()
        let raisedAt = workshop.clock.now()

        let open = try await orchestrator.alerts()
        let alert = try #require(open.first)
        #expect(open.count == 1 && alert.check == "error_rate" && alert.severity == "critical")
        #expect(alert.raisedAt == raisedAt && alert.clearedAt == nil)
        #expect(alert.measured == 1 && alert.limit == 0.1 && alert.unit == "share")
        #expect(!alert.message.isEmpty && !alert.action.isEmpty)
        let keys = try #require(alert.json.objectValue).keys.sorted()
        #expect(
            keys == [
                "action", "alert_id", "check", "cleared_at", "limit", "measured", "message", "raised_at", "severity",
                "unit",
            ])

        workshop.clock.advance(milliseconds: 7_200_000)
        _ = await orchestrator.health()
        #expect(try await orchestrator.alerts().isEmpty)
        #expect(try await orchestrator.alerts(all: true).map(\.clearedAt) == [workshop.clock.now()])
        #expect(await code { _ = try await orchestrator.alerts(limit: 0) } == .unprocessable)
        await orchestrator.close()
    }

    @Test func anOpenAlertOutlivesItsOwner() async throws {
        let workshop = try Workshop(.file)
        let first = try await workshop.open()
        try await failOnce(first)
        _ = await first.health()
        let raisedAt = workshop.clock.now()
        await first.close()

        workshop.clock.advance(milliseconds: 60_000)
        let second = try await workshop.open()
        let health = await second.health()
        #expect(health.alerts.first?.since == raisedAt, "since the earlier owner")
        #expect(try await events(second, .alertRaised) == ["error_rate"], "it is not raised a second time")
        await second.close()

        workshop.clock.advance(milliseconds: 7_200_000)
        let third = try await workshop.open()
        _ = await third.health()
        #expect(try await events(third, .alertRaised) == ["error_rate"])
        #expect(try await events(third, .alertCleared) == ["error_rate"], "what is not true any more is cleared")
        try await failOnce(third)
        _ = await third.health()
        let all = try await third.alerts(all: true)
        #expect(all.map { $0.clearedAt == nil } == [true, false], "newest first")
        await third.close()
    }

    @Test func whatWasRaisedTwiceInTheLogIsOneAlert() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        for type in ["alert_raised", "alert_raised", "alert_cleared", "alert_cleared", "alert_raised"] {
            workshop.clock.advance(milliseconds: 1000)
            try await orchestrator.track(type, data: ["check": "memory"])
        }
        try await orchestrator.track("alert_raised", data: ["check": "error_rate"])
        let all = try await orchestrator.alerts(all: true)
        #expect(all.map(\.check) == ["error_rate", "memory", "memory"])
        #expect(all.map { $0.clearedAt.map { $0.milliseconds(since: all[2].raisedAt) } } == [nil, nil, 2000])
        #expect(try await orchestrator.alerts(limit: 1).map(\.check) == ["error_rate"])
        await orchestrator.close()
    }

    @Test func anOwnerExaminesByItself() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open { $0.examinationSeconds = 0.01 }
        let events = orchestrator.events(after: nil, eventType: EventType.alertRaised.rawValue)
        try await failOnce(orchestrator)
        var iterator = events.makeAsyncIterator()
        #expect(try await iterator.next()?.data["check"] == "error_rate")
        await orchestrator.close()
    }

    /// As `rif top` does it: one record over many openings.
    @Test func aRecordKeepsWhatEarlierOpeningsSaw() async throws {
        let workshop = try Workshop(.file)
        let record = MonitorRecord(configuration: workshop.monitoring)
        var since: [Timestamp?] = []
        for _ in 0..<3 {
            let orchestrator = try await workshop.open(record: record) { $0.activeSessions = 0 }
            if since.isEmpty { _ = try await orchestrator.startSession() }
            since.append(await orchestrator.health().alerts.first?.since)
            await orchestrator.close()
            workshop.clock.advance(milliseconds: 1000)
        }
        #expect(since[0] != nil && since.allSatisfy { $0 == since[0] })
    }
}

/// The graph of a workflow type, time spent waiting, time zones.
@Suite(.timeLimit(.minutes(2)))
struct WindowTests {
    @Test func theGraphOfATypeHoldsItsSessionsInTheWindow() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        func decide(_ type: String, _ to: String, success: Bool = true) async throws {
            try await orchestrator.startSession(workflowType: type).recordDecision(
                from: "a", to: to, reason: "", executionTimeMS: 10, success: success)
        }
        try await decide("bugfix", "old")
        workshop.clock.advance(milliseconds: 3 * 3_600_000)
        for _ in 0..<3 { try await decide("bugfix", "b") }
        try await decide("bugfix", "c", success: false)
        try await decide("feature", "b")

        let type = try #require(try await orchestrator.visualize(workflowType: "bugfix", hours: 2))
        #expect(type.graph.nodes.map(\.id) == ["a", "b", "c"])
        #expect(type.graph.edges.map(\.count) == [3, 1])
        #expect(type.graph.nodes.map(\.status) == [.visited, .visited, .planned])
        #expect(type.json["metadata"]?["total_transitions"] == 4)
        #expect(type.json["edges"]?[0]?["success_rate"] == 1.0)
        #expect(try await orchestrator.visualize(workflowType: "bugfix", hours: 4)?.graph.nodes.count == 4)
        #expect(try await orchestrator.visualize(workflowType: "unknown") == nil)
        #expect(await code { _ = try await orchestrator.visualize(workflowType: "bugfix", hours: 0) } == .unprocessable)
        await orchestrator.close()
    }

    @Test func timeWaitingForAPersonIsShownApart() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        let session = try await orchestrator.startSession()
        func stay(_ milliseconds: Int64, then state: String) async throws {
            workshop.clock.advance(milliseconds: milliseconds)
            try await session.transition(to: state)
        }
        try await stay(1000, then: "awaiting-user-validation")
        try await stay(5000, then: "implementing")
        try await stay(2000, then: "review")
        try await session.launchAgents(["human"], task: "look at it")
        try await stay(7000, then: "implementing")
        // A second visit of the same state, without a person.
        try await stay(100, then: "review")
        workshop.clock.advance(milliseconds: 300)
        try await session.transition(to: "deciding", agents: ["human"])
        try await stay(600, then: "done")

        let insight = try await orchestrator.insight()
        let person = Dictionary(uniqueKeysWithValues: insight.figures.states.map { ($0.state, $0.personMS) })
        #expect(
            person == [
                "initialized": 0, "awaiting-user-validation": 5000, "implementing": 0, "review": 7000, "deciding": 600,
            ])
        #expect(insight.time.totalMS == 16_000 && insight.time.personMS == 12_600)
        #expect(insight.json["time"]?["waiting_for_person_ms"] == 12_600.0)
        #expect(insight.json["time"]?["working_ms"] == 3400.0)
        #expect(try await orchestrator.report().markdown.contains("78.8 % was waiting for a person"))
        await orchestrator.close()
    }

    @Test func anUnknownZoneIsRefused() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        for zone in ["Nowhere", "", "UTC'; --", "Europe/Berlin "] {
            #expect(await code { _ = try await orchestrator.dashboard(zone: zone) } == .invalidRequest, "\(zone)")
        }
        for zone in ["UTC", "Europe/Berlin", "asia/kathmandu"] { _ = try await orchestrator.dashboard(zone: zone) }
        await orchestrator.close()
    }
}

/// Clocks that were set back, and rows that others dated into the future.
@Suite(.timeLimit(.minutes(2)))
struct ClockTests {
    @Test func aClockThatIsSetBackLeavesNoNegativeTimes() async throws {
        let workshop = try Workshop(.file)
        let orchestrator = try await workshop.open()
        let session = try await orchestrator.startSession(workflowType: "bugfix")
        workshop.clock.advance(milliseconds: 5000)
        try await session.transition(to: "analyzing", agents: ["A"])
        // Two hours back: what is stored lies in the future now.
        workshop.clock.advance(milliseconds: -7_200_000)
        try await session.transition(to: "planning", agents: ["A"])
        try await session.transition(to: "implementing", agents: ["A"])

        let dashboard = try await orchestrator.dashboard()
        #expect(dashboard.figures.transitions.allSatisfy { $0.averageMS >= 0 })
        #expect(dashboard.figures.transitions.count == 3, "what lies in the future is not lost")
        #expect(dashboard.activeWorkflows[0]?["duration_minutes"] == 0.0)
        #expect(dashboard.activeWorkflows[0]?["last_decision"]?["to_state"] == "implementing", "by order, not by date")
        #expect(dashboard.health.status == .healthy)
        #expect(try await orchestrator.insight().stuck.isEmpty)
        let report = try await orchestrator.report(session.id)
        for text in [report.markdown, report.html, report.json.compact] { #expect(!text.contains("-7200")) }
        #expect(try await orchestrator.visualize(session.id)?.edges.count == 3)
        await orchestrator.close()
    }
}
