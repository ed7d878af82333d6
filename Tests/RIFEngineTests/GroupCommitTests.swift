import RIFModel
import RIFStore
import RIFTesting
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct GroupCommitTests {
    @Test func callersThatQueueWhileACommitRunsShareTheNextOne() async throws {
        let bench = try await Bench()
        var ids: [String] = []
        for _ in 0..<100 { ids.append(try await bench.start()) }
        let before = bench.script.batches.count
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let lead = ids[0]
        let first = try await bench.queued { try await bench.transition(lead, to: "first") }
        try await gate.arrived.wait()
        let all = ids
        let rest = try await bench.queued(100) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in all { group.addTask { try await bench.transition(id, to: "second") } }
                try await group.waitForAll()
            }
        }
        gate.open()
        try await first.value
        try await rest.value
        #expect(Array(bench.script.batches.dropFirst(before)) == [1, 100])
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test func oneOfManyRacersWinsATransition() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let codes = await withTaskGroup(of: RIFError.Code?.self) { group in
            for index in 0..<64 {
                group.addTask {
                    await code { try await bench.transition(id, to: "s\(index)", from: "initialized") }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 1)
        #expect(codes.count { $0 == .stateConflict } == 63)
        let decisions = try await bench.engine.store.decisions(sessionID: id, limit: 100)
        #expect(decisions.count { $0.success } == 1)
        #expect(decisions.count { !$0.success && $0.errorDetails != nil } == 63)
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func commandsOnOneSessionKeepTheirOrder() async throws {
        let bench = try await Bench()
        let ids = [try await bench.start(), try await bench.start(), try await bench.start()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<90 { group.addTask { try await bench.transition(ids[index % 3], to: "s\(index)") } }
            try await group.waitForAll()
        }
        for id in ids {
            let state = try #require(try await bench.engine.committed(id))
            #expect(state.transitions == 30)
            let decisions = try await bench.engine.store.decisions(sessionID: id, limit: 100)
            // Each transition began where the one before it ended.
            for (later, earlier) in zip(decisions, decisions.dropFirst()) {
                #expect(later.fromState == earlier.toState)
            }
        }
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test func readersSeeOnlyWhatIsCommitted() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let task = try await bench.queued { try await bench.transition(id, to: "later") }
        try await gate.arrived.wait()
        #expect(try await bench.state(id) == "initialized")
        gate.open()
        try await task.value
        #expect(try await bench.state(id) == "later")
        await bench.engine.shutDown()
    }

    @Test func aShutdownCommitsWhatIsQueued() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.transition(id, to: "a") }
        try await gate.arrived.wait()
        let second = try await bench.queued { try await bench.transition(id, to: "b") }
        async let end: Void = bench.engine.shutDown()
        gate.open()
        try await first.value
        try await second.value
        await end
        #expect(await code { try await bench.transition(id, to: "c") } == .storageUnavailable)
        #expect(await code { _ = try await bench.start() } == .storageUnavailable)
        let again = try await Bench(on: bench.disk)
        #expect(try await again.state(id) == "b")
        #expect(try await again.engine.store.sessions(SessionQuery()).first?.currentState == "b")
        await again.engine.shutDown()
    }

    @Test func aFullQueueIsOverloadedAfterTheDeadline() async throws {
        let bench = try await Bench { policy in
            policy.maximumQueuedWrites = 1
            policy.queueDeadline = .milliseconds(5)
        }
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.transition(id, to: "a") }
        try await gate.arrived.wait()
        #expect(await code { try await bench.transition(id, to: "b") } == .overloaded)
        gate.open()
        try await first.value
        try await bench.transition(id, to: "c")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func aCancelledWaiterWritesNothing() async throws {
        let bench = try await Bench { $0.maximumQueuedWrites = 1 }
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.transition(id, to: "a") }
        try await gate.arrived.wait()
        let waiting = Task { try await bench.transition(id, to: "never") }
        waiting.cancel()
        await #expect(throws: RIFError.self) { _ = try await waiting.value }
        gate.open()
        try await first.value
        #expect(try await bench.state(id) == "a")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func waitersGoOnWhenThereIsRoom() async throws {
        let bench = try await Bench { policy in
            policy.maximumQueuedWrites = 2
            policy.queueDeadline = .seconds(50)
        }
        let id = try await bench.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 { group.addTask { try await bench.metric(id, Double(index)) } }
            try await group.waitForAll()
        }
        #expect(try await bench.engine.store.metrics(sessionID: id, limit: 100).count == 50)
        await bench.engine.shutDown()
    }

    @Test func snapshotsFollowByThemselves() async throws {
        let bench = try await Bench { $0.snapshotDelay = .milliseconds(1) }
        let id = try await bench.start()
        try await bench.transition(id, to: "a")
        try await bench.script.snapshotsSaved.wait()
        try await bench.engine.flush()
        #expect(try await bench.engine.store.sessions(SessionQuery()).first?.currentState == "a")
        bench.script.failSnapshots(times: 1)
        try await bench.transition(id, to: "b")
        try? await bench.engine.flush()
        try await bench.engine.flush()
        #expect(try await bench.engine.store.sessions(SessionQuery()).first?.currentState == "b")
        await bench.engine.shutDown()
    }
}
