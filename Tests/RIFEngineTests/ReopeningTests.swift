import RIFModel
import RIFStore
import RIFTesting
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct ReopeningTests {
    @Test func aReadThatBreaksTheDatabaseHasItReopenedAndIsTriedAgain() async throws {
        let first = try await Bench()
        let id = try await first.start()
        await first.engine.shutDown()
        let bench = try await Bench(on: first.disk)
        bench.script.breakLoading(times: 1)
        #expect(try await bench.state(id) == "initialized")
        #expect(bench.script.reopens == 1)
        try await bench.transition(id, to: "a")
        // One that breaks it again is an error, and no loop.
        let other = try await bench.start()
        await bench.engine.shutDown()
        let again = try await Bench(on: first.disk)
        again.script.breakLoading(times: 2)
        #expect(await code { _ = try await again.state(other) } == .storageUnavailable)
        #expect(try await again.state(other) == "initialized")
        try await checkAgreement(again, [id, other])
        await again.engine.shutDown()
    }

    @Test func oneReopeningThatFailsFailsAllThatWaitBehindIt() async throws {
        let bench = try await Bench()
        let lead = try await bench.start()
        var ids: [String] = []
        for _ in 0..<20 { ids.append(try await bench.start()) }
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.metric(lead) }
        try await gate.arrived.wait()
        bench.script.nextCommit(.before(.failed))
        bench.script.nextCommit(.unknown(.lost))
        var tasks: [Task<Void, any Error>] = []
        for id in ids { tasks.append(try await bench.queued { try await bench.transition(id, to: "a") }) }
        bench.script.failReopening(times: 4)
        gate.open()
        try await first.value
        for task in tasks { #expect(await code { try await task.value } == .storageUnavailable) }
        // After the commit that broke off, for the nineteen behind it, and once because it is due.
        #expect(bench.script.reopenFailed.count <= 3)
        bench.script.failReopening(times: 0)
        for id in ids { try await bench.transition(id, to: "b", from: "initialized") }
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test func aListShowsWhatWasAcknowledgedBeforeACommitThatBrokeOff() async throws {
        let bench = try await Bench { $0.snapshotDelay = .seconds(3600) }
        let id = try await bench.start()
        try await bench.transition(id, to: "a")
        bench.script.failReopening(times: 2)
        bench.script.nextCommit(.unknown(.lost))
        #expect(await code { try await bench.transition(id, to: "b") } == .storageUnavailable)
        try await bench.script.reopenFailed.wait(times: 2)
        try await bench.engine.flush()
        #expect(try await bench.engine.store.sessions(SessionQuery()).first?.currentState == "a")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func aSessionIsNotForgottenWhileItsSnapshotIsBeingWritten() async throws {
        let bench = try await Bench { policy in
            policy.maximumCachedSessions = 1
            policy.snapshotDelay = .seconds(3600)
        }
        let id = try await bench.start()
        try await bench.transition(id, to: "a")
        let gate = Gate()
        bench.script.holdSnapshots(gate)
        bench.script.failSnapshots(times: 1)
        let flush = Task { try await bench.engine.flush() }
        try await gate.arrived.wait()
        // These would drive it out of memory, were its snapshot not under way.
        let others = try await bench.queued(4) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await bench.start() } }
                try await group.waitForAll()
            }
        }
        gate.open()
        await #expect(throws: StoreError.self) { try await flush.value }
        try await others.value
        try await bench.engine.flush()
        #expect(try await bench.engine.store.sessions(SessionQuery(state: "a")).map(\.sessionID) == [id])
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test(arguments: [FaultScript.Truth.lost, .stored])
    func aCleanUpThatBrokeOffLeavesNoOrphan(_ truth: FaultScript.Truth) async throws {
        let bench = try await Bench()
        let finished = try await bench.start()
        let active = try await bench.start()
        try await bench.complete(finished)
        bench.clock.advance(milliseconds: 40 * 86_400_000)
        bench.script.breakCleanUp(truth)
        await #expect(throws: StoreError.self) { _ = try await bench.engine.cleanUp(daysOld: 30) }
        #expect(await code { try await bench.metric(finished) } == (truth == .lost ? nil : .notFound))
        #expect(try await bench.engine.committed(finished)?.isFinished == (truth == .lost ? true : nil))
        try await checkAgreement(bench, truth == .lost ? [finished, active] : [active])
        await bench.engine.shutDown()
    }

    @Test func anErrorSaysNoPathToAClient() {
        for kind in [StoreError.Kind.failed, .damaged, .locked, .unwritable, .exists, .rejected, .outcomeUnknown] {
            let error = StoreError(kind, "/secret/orchestration.duckdb: SELECT 1", remedy: "look at /secret").rifError
            #expect(!error.problem.compact.contains("secret"))
            #expect(!error.problem.compact.contains("SELECT"))
            #expect(error.diagnosis?.contains("/secret/orchestration.duckdb") == true)
        }
    }
}
