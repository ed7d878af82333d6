import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

enum DashboardBenchmarks {
    /// DESIGN 8, row 6: the whole dashboard as one snapshot.
    static func dashboard(_ scratch: Scratch) async throws -> [Figure] {
        let small = scratch.file("dashboard-small")
        try await LargeFile(sessions: 1_000, active: 1_000, steps: 20).fill(small)
        let large = scratch.file("dashboard-large")
        try await LargeFile(active: 10_000).fill(large)
        return try await measure("dashboard, 1,000 active sessions: p50", small, rounds: 50, goal: 10)
            + (try await measure(
                "dashboard, 10,000 active sessions, 10 million decisions: p50", large, rounds: 15, goal: 100))
    }

    private static func measure(_ name: String, _ path: String, rounds: Int, goal: Double) async throws -> [Figure] {
        var policy = EnginePolicy()
        policy.runsMaintenance = false
        let orchestrator = try await Orchestrator.open(.file(path), policy: policy)
        var times: [Double] = []
        for _ in 0..<rounds { times.append(try await timed { _ = try await orchestrator.dashboard() }) }
        var parts: [String] = []
        for section in DashboardSection.allCases {
            let time = try await timed { _ = try await orchestrator.dashboard(sections: [section]) }
            parts.append("\(section.rawValue) \(text(time, 0))")
        }
        await orchestrator.close()
        let p50 = percentile(times, 0.5)
        return [
            Figure(
                name: name, ours: text(p50) + " ms", raw: "p99 \(text(percentile(times, 0.99))) ms",
                goal: "< \(text(goal, 0)) ms", isMet: p50 < goal),
            Figure(name: "  by section, ms", ours: parts.joined(separator: " · "), goal: "", isMet: true),
        ]
    }
}
