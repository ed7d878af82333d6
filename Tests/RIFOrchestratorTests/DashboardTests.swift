import RIFModel
import RIFMonitor
import RIFOrchestrator
import RIFStore
import RIFStoreDuckDB
import RIFTesting
import Testing

/// Every section of the dashboard on a real database, against figures worked out by hand.
@Suite(.timeLimit(.minutes(2)))
struct DashboardTests {
    /// Two active sessions and a finished one. Decisions by time in milliseconds: a→b 100, 200, 400 (the last failed),
    /// b→c 40,000.
    private func filled(_ workshop: Workshop) async throws -> (Orchestrator, [SessionHandle]) {
        let orchestrator = try await workshop.open()
        let first = try await orchestrator.startSession(
            workflowType: "bugfix", priority: 7, context: ["github_issues": [1, 2, 3]])
        workshop.clock.advance(milliseconds: 1000)
        let second = try await orchestrator.startSession(workflowType: "standard")
        let third = try await orchestrator.startSession(workflowType: "standard")
        try await first.recordDecision(
            from: "a", to: "b", reason: "one", agents: ["X", "Y"], confidence: 0.9, executionTimeMS: 100)
        try await first.recordDecision(
            from: "a", to: "b", reason: "two", agents: ["X"], confidence: 0.7, executionTimeMS: 200)
        try await second.recordDecision(
            from: "a", to: "b", reason: "three", agents: ["X"], confidence: 0.8, executionTimeMS: 400, success: false,
            errorDetails: "broken")
        try await second.recordDecision(from: "b", to: "c", reason: "four", executionTimeMS: 40_000)
        workshop.clock.advance(milliseconds: 60_000)
        try await first.launchAgents(["X"], task: "work")
        try await third.complete()
        return (orchestrator, [first, second, third])
    }

    @Test(arguments: Place.allCases)
    func theSectionsHoldWhatHappened(_ place: Place) async throws {
        let workshop = try Workshop(place)
        let (orchestrator, sessions) = try await filled(workshop)
        let dashboard = try await orchestrator.dashboard().json

        let workflows = dashboard["active_workflows"]?.arrayValue ?? []
        #expect(workflows.map { $0["session_id"]?.stringValue } == [sessions[0].id, sessions[1].id])
        #expect(workflows[0]["progress_percentage"] == 10)
        #expect(workflows[0]["issues_count"] == 3)
        #expect(workflows[0]["issues"] == [1, 2, 3])
        #expect(workflows[0]["active_agents"] == ["X"])
        #expect(workflows[0]["duration_minutes"] == 1.02)
        #expect(workflows[0]["last_decision"]?["reason"] == "two")
        #expect(workflows[1]["last_decision"]?["reason"] == "four")

        #expect(dashboard["state_distribution"]?["total_active"] == 2)
        #expect(dashboard["state_distribution"]?["by_state"] == ["initialized": 2])
        #expect(
            dashboard["state_distribution"]?["by_workflow_type"]
                == ["bugfix": ["initialized": 1], "standard": ["initialized": 1]])

        let metrics = dashboard["transition_metrics"]
        #expect(metrics?["total_transitions"] == 4)
        #expect(metrics?["transition_matrix"] == ["a": ["b": 3], "b": ["c": 1]])
        let path = metrics?["performance_by_transition"]?["a->b"]
        #expect(path?["p50_ms"]?.doubleValue == 200)
        // Interpolated between 200 and 400 at nine tenths of the way.
        #expect(abs((path?["p95_ms"]?.doubleValue ?? 0) - 380) < 1e-9)
        #expect(abs((path?["avg_execution_time_ms"]?.doubleValue ?? 0) - 700.0 / 3) < 1e-9)
        #expect(path?["avg_confidence_score"]?.doubleValue == 0.8)
        #expect(abs((path?["success_rate"]?.doubleValue ?? 0) - 2.0 / 3) < 1e-12)

        let performance = dashboard["performance_stats"]
        #expect(performance?["overall"]?["total_decisions"] == 4)
        #expect(performance?["trends"]?.arrayValue?.count == 1)
        #expect(performance?["trends"]?[0]?["date"] == "2026-01-02")
        #expect(
            performance?["current_load"] == ["active_sessions": 2, "high_priority_sessions": 1, "load_level": "low"])
        #expect(performance?["bottlenecks"]?[0]?["description"] == "b → c is slow")
        #expect(performance?["bottlenecks"]?[0]?["severity"] == "high")

        let recent = dashboard["recent_decisions"]?.arrayValue ?? []
        #expect(recent.map { $0["reason"]?.stringValue } == ["four", "three", "two", "one"])
        #expect(recent[1]["error_details"] == "broken")
        #expect(recent[3]["transition"] == "a → b")
        #expect(recent[3]["priority"] == 7)

        let agents = dashboard["agent_status"]
        #expect(agents?["total_agents"] == 2)
        #expect(agents?["active_agents"] == 1)
        #expect(agents?["agent_details"]?["X"]?["total_tasks"] == 3)
        #expect(agents?["agent_details"]?["X"]?["avg_confidence"]?.doubleValue == 0.8)
        #expect(agents?["agent_details"]?["X"]?["status"] == "active")
        #expect(agents?["agent_details"]?["Y"]?["status"] == "idle")

        // 25 % failed: −30; one transition of 40 s: −20.
        #expect(dashboard["system_health"]?["health_score"] == 50)
        #expect(dashboard["system_health"]?["error_rate"] == 0.25)
        #expect(dashboard["system_health"]?["status"] == "critical")

        let events = dashboard["real_time_events"]?.arrayValue ?? []
        #expect(events.first?["event_type"] == "session_start")
        #expect(events.last?["event_type"] == "workflow_complete")
        await orchestrator.close()
    }

    @Test func everyKeyOfTheContractIsThereOnAnEmptyDatabase() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        let dashboard = try await orchestrator.liveDashboard()
        let keys = try #require(dashboard.objectValue).keys.sorted()
        #expect(
            keys == [
                "active_workflows", "agent_status", "counters", "integration", "performance_stats", "real_time_events",
                "recent_decisions", "refresh_interval", "state_distribution", "system_health", "timestamp",
                "transition_metrics",
            ])
        #expect(dashboard["performance_stats"]?["overall"] == ["no_data": true])
        #expect(dashboard["system_health"]?["health_score"] == 100)
        #expect(dashboard["integration"]?["total_sessions"] == 0)
        await orchestrator.close()
    }

    @Test func daysAreCountedInTheZoneThatIsNamed() async throws {
        let workshop = try Workshop()
        // 2026-01-02T03:04:05Z is still the first in New York.
        let orchestrator = try await workshop.open()
        try await orchestrator.startSession().recordDecision(from: "a", to: "b", reason: "")
        let trends = try await orchestrator.dashboard(sections: [.performanceStats], zone: "America/New_York")
        #expect(trends.figures.trends.map(\.date) == ["2026-01-01"])
        await orchestrator.close()
    }

    @Test func anAlertIsRaisedOnceAndClearedOnce() async throws {
        let workshop = try Workshop()
        let (orchestrator, _) = try await filled(workshop)
        for _ in 0..<3 { _ = try await orchestrator.dashboard() }
        func alerts(_ type: EventType) async throws -> [String] {
            try await orchestrator.pastEvents(EventQuery(eventType: type.rawValue, limit: 50))
                .compactMap { $0.data["check"]?.stringValue }
        }
        #expect(try await alerts(.alertRaised) == ["error_rate", "slow_transitions"])
        #expect(try await alerts(.alertCleared).isEmpty)
        let since = await orchestrator.health().checks.compactMap(\.since)
        workshop.clock.advance(milliseconds: 7_200_000)
        #expect(await orchestrator.health().status == .healthy)
        #expect(try await alerts(.alertCleared) == ["error_rate", "slow_transitions"])
        #expect(since.count == 2)
        await orchestrator.close()
    }

    @Test func insightAndReportAgreeWithTheDecisions() async throws {
        let workshop = try Workshop()
        let (orchestrator, sessions) = try await filled(workshop)
        let insight = try await orchestrator.insight()
        #expect(insight.transitions.map(\.figures.from) == ["b", "a"])
        #expect(abs(insight.transitions[0].share - 40_000.0 / 40_700) < 1e-12)
        let calibration = try #require(insight.calibration.first { $0.agent == "X" })
        // 0.9 and 0.7 succeeded, 0.8 failed: (0.01 + 0.09 + 0.64) / 3.
        #expect(abs(calibration.brierScore - 0.74 / 3) < 1e-6)
        let report = try await orchestrator.report(sessions[1].id)
        #expect(report.json["performance"]?["total_decisions"] == 2)
        #expect(report.json["summary"]?["session_focus"] == .string(sessions[1].id))
        let all = try await orchestrator.report()
        #expect(all.json["summary"]?["active_workflows"] == 2)
        #expect(all.recommendations.map(\.type).contains("reliability"))
        #expect(await code { _ = try await orchestrator.report("01a20487-26a2-7c76-b37d-1a0e2883cdc7") } == .notFound)
        #expect(await code { _ = try await orchestrator.insight(hours: 0) } == .unprocessable)
        await orchestrator.close()
    }

    @Test func hostileNamesStayText() async throws {
        let workshop = try Workshop()
        let orchestrator = try await workshop.open()
        let session = try await orchestrator.startSession()
        let name = #"a"]; <script>alert('x')</script> | `b` *c* $.\"#
        try await session.transition(to: name, agents: [name])
        let dashboard = try await orchestrator.dashboard()
        #expect(dashboard.json["agent_status"]?["agent_details"]?[name]?["status"] == "active")
        let report = try await orchestrator.report(session.id)
        #expect(!report.html.contains("<script>"))
        #expect(!report.markdown.contains("<script>"))
        #expect(!report.markdown.contains("| `b`"))
        await orchestrator.close()
    }
}
