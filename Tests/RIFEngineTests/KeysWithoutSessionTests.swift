import RIFModel
import RIFStore
import RIFTesting
import Synchronization
import Testing

@testable import RIFEngine

/// Idempotency keys of starts and of events that are about no session.
@Suite(.timeLimit(.minutes(1)))
struct KeysWithoutSessionTests {
    private func start(
        _ bench: Bench, key: String?, id: String? = nil, priority: Int = 0
    ) async throws -> String {
        try await bench.engine.start(
            StartCommand(sessionID: id, priority: priority), options: CommandOptions(idempotencyKey: key)
        ).sessionID
    }

    private func event(_ bench: Bench, _ number: Int64, key: String?, about id: String? = nil) async throws -> Int64 {
        try await bench.engine.record(
            "noticed", data: .int(number), sessionID: id, options: CommandOptions(idempotencyKey: key))
    }

    private func count(_ bench: Bench, _ type: String) async throws -> Int {
        try await bench.engine.store.events(EventQuery(after: 0, eventType: type, limit: 1000)).count
    }

    @Test func theSameKeyGivesTheFirstSession() async throws {
        let bench = try await Bench()
        let first = try await start(bench, key: "k")
        #expect(try await start(bench, key: "k") == first)
        #expect(try await start(bench, key: "other") != first)
        #expect(try await start(bench, key: nil) != first)
        #expect(await code { _ = try await start(bench, key: "k", priority: 1) } == .unprocessable)
        #expect(await code { _ = try await event(bench, 1, key: "k") } == .unprocessable)
        #expect(await code { _ = try await start(bench, key: "") } == .unprocessable)
        #expect(await code { _ = try await start(bench, key: "a\nb") } == .invalidRequest)
        // What the session has done since makes no difference, and its own keys are others.
        #expect(try await bench.transition(first, to: "a", key: "k").isRepetition == false)
        #expect(try await start(bench, key: "k") == first)
        #expect(try await count(bench, "session_start") == 3)
        try await checkAgreement(bench, [first])
        await bench.engine.shutDown()
    }

    /// The second engine finds what a killed process would have left: nothing was closed, no snapshot written.
    @Test(arguments: [true, false])
    func theKeyIsKnownAfterARestart(_ isClean: Bool) async throws {
        let bench = try await Bench()
        let first = try await start(bench, key: "k")
        let sequence = try await event(bench, 1, key: "e")
        if isClean { await bench.engine.shutDown() }
        let again = try await Bench(on: bench.disk)
        #expect(try await start(again, key: "k") == first)
        #expect(try await event(again, 1, key: "e") == sequence)
        #expect(await code { _ = try await start(again, key: "k", priority: 1) } == .unprocessable)
        #expect(await code { _ = try await event(again, 2, key: "e") } == .unprocessable)
        #expect(await code { _ = try await event(again, 1, key: "k") } == .unprocessable)
        #expect(try await count(again, "session_start") == 1)
        try await checkAgreement(again, [first])
        await again.engine.shutDown()
        if !isClean { await bench.engine.shutDown() }
    }

    @Test func manyAtOnceStartOneSession() async throws {
        let bench = try await Bench()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 { group.addTask { try await start(bench, key: "k") } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let sequences = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<32 { group.addTask { try await event(bench, 1, key: "e") } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(sequences == [2])
        #expect(try await count(bench, "session_start") == 1)
        #expect(try await count(bench, "noticed") == 1)
        #expect(bench.engine.state.withLock { $0.claims.isEmpty })
        await bench.engine.shutDown()
    }

    @Test func aStartThatFailedLeavesItsKeyFree() async throws {
        let bench = try await Bench()
        bench.script.nextCommit(.before(.failed))
        #expect(await code { _ = try await start(bench, key: "k") } == .storageUnavailable)
        // Not even the same request binds it.
        let first = try await start(bench, key: "k", priority: 3)
        #expect(try await start(bench, key: "k", priority: 3) == first)
        #expect(await code { _ = try await start(bench, key: "x", priority: .max) } == .unprocessable)
        _ = try await start(bench, key: "x")
        await bench.engine.shutDown()
    }

    @Test func theOneBehindAFailedStartTakesItsPlace() async throws {
        let bench = try await Bench()
        let gate = Gate()
        bench.script.nextCommit(.before(.failed), gate: gate)
        let first = try await bench.queued { _ = try await start(bench, key: "k") }
        try await gate.arrived.wait()
        let second = Task { try await start(bench, key: "k") }
        while bench.engine.state.withLock({ $0.claims["k"]?.count }) != 1 { await Task.yield() }
        gate.open()
        #expect(await code { try await first.value } == .storageUnavailable)
        let id = try await second.value
        #expect(try await count(bench, "session_start") == 1)
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test(arguments: [FaultScript.Truth.lost, .stored, .storedWhenReopened])
    func nothingIsDoneTwiceWhereTheOutcomeWasUnknown(_ truth: FaultScript.Truth) async throws {
        let bench = try await Bench()
        bench.script.failReopening(times: 2)
        bench.script.nextCommit(.unknown(truth))
        #expect(await code { _ = try await start(bench, key: "k") } == .storageUnavailable)
        var id: String?
        while id == nil { id = try? await start(bench, key: "k") }
        #expect(try await count(bench, "session_start") == 1)
        bench.script.failReopening(times: 2)
        bench.script.nextCommit(.unknown(truth))
        #expect(await code { _ = try await event(bench, 1, key: "e") } == .storageUnavailable)
        var sequence: Int64?
        while sequence == nil { sequence = try? await event(bench, 1, key: "e") }
        #expect(try await count(bench, "noticed") == 1)
        let stored = try await bench.engine.store.events(EventQuery(after: 0, eventType: "noticed", limit: 1)).first
        #expect(stored?.sequence == sequence)
        try await checkAgreement(bench, [try #require(id)])
        await bench.engine.shutDown()
    }

    @Test func anIdAndAKeyBothHold() async throws {
        let bench = try await Bench()
        let own = bench.engine.makeID()
        #expect(try await start(bench, key: "k", id: own.uppercased()) == own)
        #expect(try await start(bench, key: "k", id: own) == own)
        #expect(try await start(bench, key: nil, id: own, priority: 5) == own)
        #expect(await code { _ = try await start(bench, key: "k", id: bench.engine.makeID()) } == .unprocessable)
        #expect(await code { _ = try await start(bench, key: "k") } == .unprocessable)
        // There is such a session, so nothing is written, and the key stays free.
        #expect(try await start(bench, key: "later", id: own) == own)
        #expect(try await start(bench, key: "later") != own)
        await bench.engine.shutDown()
    }

    @Test func theKeyGoesWithItsSession() async throws {
        let bench = try await Bench()
        let first = try await start(bench, key: "k")
        try await bench.complete(first)
        bench.clock.advance(milliseconds: 40 * 86_400_000)
        #expect(try await bench.engine.cleanUp(daysOld: 30) == 1)
        #expect(try await start(bench, key: "k") != first)
        await bench.engine.shutDown()
    }

    @Test func anEventAboutASessionIsRememberedWithIt() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let other = try await bench.start()
        let sequence = try await event(bench, 1, key: "k", about: id)
        #expect(sequence == 3)
        #expect(try await event(bench, 2, key: nil, about: id) == 4)
        #expect(try await event(bench, 1, key: "k", about: id) == sequence)
        // Each session and no session at all have keys of their own.
        #expect(try await event(bench, 1, key: "k", about: other) == 5)
        #expect(try await event(bench, 1, key: "k") == 6)
        #expect(await code { _ = try await event(bench, 2, key: "k", about: id) } == .unprocessable)
        #expect(await code { try await bench.transition(id, to: "a", key: "k") } == .unprocessable)
        try await bench.transition(id, to: "a", key: "t")
        #expect(await code { _ = try await event(bench, 1, key: "t", about: id) } == .unprocessable)
        #expect(await code { _ = try await event(bench, 1, key: "k", about: "nobody") } == .notFound)
        try await checkAgreement(bench, [id, other])
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk)
        #expect(try await event(again, 1, key: "k", about: id) == sequence)
        #expect(await code { try await again.transition(id, to: "a", key: "k") } == .unprocessable)
        #expect(try await count(again, "noticed") == 4)
        await again.engine.shutDown()
    }

    @Test func aRepeatedEventWaitsForTheFirst() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = Task { try await event(bench, 1, key: "k", about: id) }
        try await gate.arrived.wait()
        let repeated = Mutex<Int64>(0)
        let second = try await bench.queued {
            let sequence = try await event(bench, 1, key: "k", about: id)
            repeated.withLock { $0 = sequence }
        }
        gate.open()
        #expect(try await first.value == 2)
        try await second.value
        #expect(repeated.withLock { $0 } == 2)
        #expect(try await count(bench, "noticed") == 1)
        await bench.engine.shutDown()
    }
}
