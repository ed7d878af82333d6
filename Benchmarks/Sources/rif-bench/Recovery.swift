import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

enum RecoveryBenchmarks {
    /// DESIGN 8, row 5: a session of 1,000 steps that is not in memory, and a file with 10,000 active sessions.
    static func recovery(_ scratch: Scratch) async throws -> [Figure] {
        let long = scratch.file("recover")
        var orchestrator = try await Orchestrator.open(.file(long))
        var ids: [String] = []
        for _ in 0..<20 { ids.append(try await orchestrator.startSession().id) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask { [orchestrator] in
                    for step in 0..<1000 { try await Workload.step(orchestrator.session(id), step) }
                }
            }
            try await group.waitForAll()
        }
        await orchestrator.close()
        var times: [Double] = []
        for _ in 0..<5 {
            orchestrator = try await Orchestrator.open(.file(long))
            for id in ids {
                times.append(
                    try await timed {
                        let state = try await orchestrator.recoverState(id)
                        precondition(state?.history.count == 1001)
                    })
            }
            await orchestrator.close()
        }
        return [
            Figure(
                name: "recover_state, 1,000 steps, not cached: p50", ours: text(percentile(times, 0.5)) + " ms",
                raw: "p99 \(text(percentile(times, 0.99))) ms", goal: "< 5 ms", isMet: percentile(times, 0.5) < 5)
        ] + (try await reopening(scratch))
    }

    private static func reopening(_ scratch: Scratch) async throws -> [Figure] {
        let many = scratch.file("reopen")
        var orchestrator = try await Orchestrator.open(.file(many))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { [orchestrator] in
                    for _ in 0..<100 {
                        let session = try await orchestrator.startSession()
                        try await Workload.step(session, 0)
                    }
                }
            }
            try await group.waitForAll()
        }
        await orchestrator.close()
        var times: [Double] = []
        for _ in 0..<5 {
            times.append(
                try await timed {
                    orchestrator = try await Orchestrator.open(.file(many))
                    let active = try await orchestrator.activeSessions()
                    precondition(active.count == 10_000)
                })
            await orchestrator.close()
        }
        return [
            Figure(
                name: "reopening, 10,000 active sessions, with their list",
                ours: text(percentile(times, 0.5), 0) + " ms",
                goal: "< 300 ms", isMet: percentile(times, 0.5) < 300)
        ]
    }
}
