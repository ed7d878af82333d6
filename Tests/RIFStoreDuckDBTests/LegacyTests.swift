import Foundation
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

@Suite("A file of the earlier Python system") struct LegacyTests {
    @Test(
        "Its times are read in the zone that is given",
        arguments: [
            ("Europe/Berlin", "2025-07-01T10:00:00.000000Z"), ("america/new_york", "2025-07-01T16:00:00.000000Z"),
            ("UTC", "2025-07-01T12:00:00.000000Z"),
        ])
    func zone(_ name: String, _ expected: String) async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let orchestrator = try await folder.open { $0.assumedZone = name }
        #expect(try await orchestrator.recoverState("legacy")?.createdAt.rfc3339 == expected)
        await orchestrator.close()
    }

    @Test("A zone that nobody knows is refused before anything is copied or changed")
    func unknownZone() async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        let error = await storageError { _ = try await folder.open { $0.assumedZone = "Nowhere/At'All" } }
        #expect(error?.code == .storageUnavailable)
        #expect(
            error?.diagnosis?.contains("Nowhere/At'All") == true && error?.diagnosis?.contains("--assume-zone") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
        #expect(!folder.names.contains { $0.contains(".backup-") }, "\(folder.names)")
    }

    @Test("Every view shows it, and ten thousand active sessions of it")
    func views() async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        // Without agents, with assignments that are no object, and with a state that nobody declared.
        try folder.edit(
            """
            INSERT INTO orchestration_state
            SELECT 'many-' || i, ['analyzing', 'nobody declared this'][1 + i % 2], '{}', '[]',
                [NULL, '[]', '{"A": "active"}', '{"B\\\\": "active"}'][1 + i % 4]::JSON, NULL, i % 10,
                TIMESTAMP '2025-07-01 12:00:00' + to_seconds(i), TIMESTAMP '2025-07-01 12:00:00' + to_seconds(i)
            FROM range(9999) t(i);
            """)
        let orchestrator = try await folder.open { $0.assumedZone = "UTC" }
        let dashboard = try await orchestrator.dashboard(hours: 24 * 3660, trendDays: 3660)
        #expect(dashboard.figures.activeSessions == 10_000 && dashboard.figures.active.count == 10_000)
        #expect(dashboard.figures.transitions.map(\.count) == [1])
        #expect(dashboard.figures.transitions.map(\.averageMS) == [0], "it had no time")
        #expect(dashboard.stateDistribution["by_state"]?["nobody declared this"] == 4999)
        #expect(dashboard.figures.agents.filter(\.isActive).map(\.agent).sorted() == ["A", "B\\"])
        #expect(dashboard.health.alerts.map(\.name).contains("active_sessions"))
        let report = try await orchestrator.report(timeframeHours: 24 * 3660)
        #expect(report.json["summary"]?["active_workflows"] == 10_000)
        #expect(report.markdown.contains("| initialized | planning | 1 |"))
        let visualization = try #require(try await orchestrator.visualize("legacy"))
        #expect(visualization.nodes.map(\.id) == ["planning", "initialized"])
        let type = try #require(try await orchestrator.visualize(workflowType: "standard", hours: 24 * 3660))
        #expect(type.graph.edges.map(\.count) == [1])
        await orchestrator.close()
    }

    @Test("What it holds is no reason for a warning, also when its sessions go on")
    func integrity() async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let orchestrator = try await folder.open { $0.assumedZone = "UTC" }
        for isMoved in [false, true] {
            if isMoved { try await orchestrator.session("legacy").transition(from: "planning", to: "implementing") }
            let report = try await orchestrator.validateIntegrity()
            #expect(report.errors == [] && report.warnings == [])
        }
        await orchestrator.close()
        let again = try await folder.open()
        #expect(try await again.validateIntegrity().errors == [])
        await again.close()
    }
}
