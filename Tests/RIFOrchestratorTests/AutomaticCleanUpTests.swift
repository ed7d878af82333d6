import Foundation
import RIFEngine
import RIFOrchestrator
import RIFStoreDuckDB
import RIFTesting
import Testing

/// An owner removes old sessions by itself, where it was asked to. Its duties begin with the open, and a close waits for
/// them, so nothing here has to wait for time.
@Suite(.timeLimit(.minutes(1)))
struct AutomaticCleanUpTests {
    @Test(arguments: [(days: 30 as Int?, left: 1 as Int64), (days: 50, left: 2), (days: nil, left: 2)])
    func oldFinishedSessionsGo(days: Int?, left: Int64) async throws {
        let workshop = try Workshop(.file)
        var orchestrator = try await workshop.open()
        try await orchestrator.startSession().complete()
        let active = try await orchestrator.startSession()
        await orchestrator.close()

        workshop.clock.advance(milliseconds: 40 * 86_400_000)
        var policy = EnginePolicy()
        policy.cleanupDays = days
        let path = workshop.path("orchestration.duckdb")
        await (try Orchestrator.open(.file(path), policy: policy, clock: workshop.clock)).close()

        orchestrator = try await workshop.open()
        #expect(try await orchestrator.counts().sessions == left)
        #expect(try await orchestrator.recoverState(active.id) != nil, "active sessions are never touched")
        #expect(try await orchestrator.validateIntegrity().isValid)
        await orchestrator.close()
    }
}
