import RIFModel
import RIFStore
import RIFTesting
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct IdempotencyTests {
    @Test func aKeyGivenTwiceGivesTheFirstResultAndWritesNothing() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let first = try await bench.transition(id, to: "a", key: "k")
        try await bench.transition(id, to: "b")
        let entries = try await bench.engine.store.load(id)?.entries.count
        let second = try await bench.transition(id, to: "a", key: "k")
        #expect(second.isRepetition)
        #expect(second.result == first.result)
        #expect(second.state.currentState == "b")
        #expect(await code { try await bench.transition(id, to: "c", key: "k") } == .unprocessable)
        #expect(await code { try await bench.metric(id, key: "k") } == .unprocessable)
        #expect(try await bench.engine.store.load(id)?.entries.count == entries)
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk)
        #expect(try await again.transition(id, to: "a", key: "k").result == first.result)
        #expect(await code { try await again.transition(id, to: "c", key: "k") } == .unprocessable)
        await again.engine.shutDown()
    }

    @Test func aRepetitionWaitsForTheFirst() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        for fault in [FaultScript.Fault.none, .before(.failed)] {
            let gate = Gate()
            bench.script.nextCommit(fault, gate: gate)
            let key = "k\(bench.script.commitEnded.count)"
            let first = try await bench.queued { try await bench.transition(id, to: "a", key: key) }
            try await gate.arrived.wait()
            let second = try await bench.queued { try await bench.transition(id, to: "a", key: key) }
            gate.open()
            let codes = [await code { try await first.value }, await code { try await second.value }]
            if case .none = fault {
                #expect(codes == [nil, nil])
            } else {
                #expect(codes == [.storageUnavailable, .storageUnavailable])
            }
        }
        #expect(try await bench.engine.committed(id)?.transitions == 1)
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func refusalsAreNotRemembered() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        #expect(await code { try await bench.transition(id, to: "b", from: "a", key: "k") } == .stateConflict)
        try await bench.transition(id, to: "a")
        #expect(try await bench.transition(id, to: "b", from: "a", key: "k").isRepetition == false)
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func metricsHaveKeysToo() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let first = try await bench.metric(id, 1, key: "k")
        #expect(try await bench.metric(id, 1, key: "k").result == first.result)
        #expect(await code { try await bench.metric(id, 2, key: "k") } == .unprocessable)
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk)
        #expect(try await again.metric(id, 1, key: "k").result == first.result)
        #expect(try await again.engine.store.metrics(sessionID: id, limit: 10).count == 1)
        await again.engine.shutDown()
    }

    @Test func aKeyIsKnownAmongManyAndCopiesAreTheirOwn() {
        var results = KeyedResults()
        #expect(results["k0"] == nil)
        for index in 0..<1000 {
            results["k\(index)"] = IdempotentResult(requestHash: "h", sequence: Int64(index), result: .null)
        }
        var copy = results
        copy["k7"] = IdempotentResult(requestHash: "other", sequence: 0, result: .null)
        #expect((0..<1000).allSatisfy { results["k\($0)"]?.sequence == Int64($0) })
        #expect(copy["k7"]?.requestHash == "other")
        #expect(results["k7"]?.requestHash == "h")
        #expect(results["k1000"] == nil)
    }

    @Test func aRepeatedStartSharesTheFailureOfTheFirst() async throws {
        let bench = try await Bench()
        let id = UUIDv7Generator().next(at: bench.clock.now())
        let gate = Gate()
        bench.script.nextCommit(.before(.failed), gate: gate)
        let first = try await bench.queued { _ = try await bench.engine.start(StartCommand(sessionID: id)) }
        try await gate.arrived.wait()
        let second = try await bench.queued { _ = try await bench.engine.start(StartCommand(sessionID: id)) }
        gate.open()
        for task in [first, second] { #expect(await code { try await task.value } == .storageUnavailable) }
        #expect(try await bench.engine.start(StartCommand(sessionID: id)).sessionID == id)
        await bench.engine.shutDown()
    }

    @Test func aSessionIsStartedOnce() async throws {
        let bench = try await Bench()
        let id = UUIDv7Generator().next(at: bench.clock.now())
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 {
                group.addTask { try await bench.engine.start(StartCommand(sessionID: id)).sessionID }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids == [id])
        #expect(try await bench.engine.store.load(id)?.entries.count == 1)
        await bench.engine.shutDown()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct CacheTests {
    @Test func aSmallCacheChangesNoResult() async throws {
        let bench = try await Bench { $0.maximumCachedSessions = 4 }
        var ids: [String] = []
        for _ in 0..<24 { ids.append(try await bench.start()) }
        let all = ids
        try await bench.engine.flush()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<240 {
                group.addTask {
                    try await bench.transition(all[index % 24], to: "s\(index)", key: "k\(index)")
                    if index % 10 == 0 { try await bench.engine.flush() }
                }
            }
            try await group.waitForAll()
        }
        for id in ids { #expect(try await bench.engine.committed(id)?.transitions == 10) }
        #expect(try await bench.transition(ids[3], to: "s3", key: "k3").isRepetition)
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test func aSlowLoadDoesNotBringBackThePast() async throws {
        let bench = try await Bench { $0.maximumCachedSessions = 2 }
        let id = try await bench.start()
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk) { $0.maximumCachedSessions = 2 }
        let gate = Gate()
        again.script.holdLoad(gate)
        // This one has read, and is slow to answer, while another loads the session, moves it, and it is evicted.
        let slow = Task { try await again.state(id) }
        try await gate.arrived.wait()
        try await again.transition(id, to: "moved")
        try await again.engine.flush()
        for _ in 0..<12 {
            _ = try await again.start()
            try await again.engine.flush()
        }
        gate.open()
        _ = try await slow.value
        #expect(try await again.state(id) == "moved")
        try await again.transition(id, to: "on", from: "moved")
        try await checkAgreement(again, [id])
        await again.engine.shutDown()
    }

    @Test func aSessionWithoutALogIsTakenOver() async throws {
        let disk = MemoryDisk()
        let row = try #require(try SampleLog().start().newSession)
        let store = MemoryStore(on: disk)
        let writer = try WriterDriver(store)
        try await writer { writer throws(StoreError) in try writer.commit([Write(newSession: row)]) }
        writer.stop()
        await store.close()
        let bench = try await Bench(on: disk)
        #expect(try await bench.engine.committed(row.sessionID)?.session.json == row.json)
        bench.script.nextCommit(.before(.failed))
        #expect(await code { try await bench.transition(row.sessionID, to: "a") } == .storageUnavailable)
        try await bench.transition(row.sessionID, to: "b")
        try await bench.transition(row.sessionID, to: "c")
        let entries = try #require(try await bench.engine.store.load(row.sessionID)?.entries)
        #expect(entries.count == 3)
        #expect(entries.first?.event.eventType == "session_imported")
        try await checkAgreement(bench, [row.sessionID])
        await bench.engine.shutDown()
    }

    @Test func aReportedEventBeforeTheFirstCommandDoesNotTakeTheTakeoverAway() async throws {
        let disk = MemoryDisk()
        let row = try #require(try SampleLog().start().newSession)
        let store = MemoryStore(on: disk)
        let writer = try WriterDriver(store)
        try await writer { writer throws(StoreError) in try writer.commit([Write(newSession: row)]) }
        writer.stop()
        await store.close()
        let bench = try await Bench(on: disk)
        #expect(try await bench.state(row.sessionID) != nil)
        let lead = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.metric(lead) }
        try await gate.arrived.wait()
        let event = try await bench.queued {
            try await bench.engine.record("seen", data: 1, sessionID: row.sessionID)
        }
        let command = try await bench.queued { try await bench.transition(row.sessionID, to: "a") }
        let second = try await bench.queued { try await bench.transition(row.sessionID, to: "b") }
        gate.open()
        for task in [first, event, command, second] { try await task.value }
        try await checkAgreement(bench, [row.sessionID])
        let entries = try #require(try await bench.engine.store.load(row.sessionID)?.entries)
        #expect(entries.map(\.event.eventType) == ["session_imported", "state_transition", "state_transition"])
        await bench.engine.shutDown()
    }

    @Test func cleanUpRacingWithCommandsLeavesNoOrphan() async throws {
        let bench = try await Bench()
        let finished = try await bench.start()
        let active = try await bench.start()
        try await bench.complete(finished)
        bench.clock.advance(milliseconds: 40 * 86_400_000)
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let lead = try await bench.queued { try await bench.metric(active) }
        try await gate.arrived.wait()
        async let removed = bench.engine.cleanUp(daysOld: 30)
        let metrics = try await bench.queued(4) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { _ = await code { try await bench.metric(finished) } } }
                for _ in 0..<2 {
                    group.addTask {
                        _ = await code { try await bench.engine.record("seen", data: 1, sessionID: finished) }
                    }
                }
                try await group.waitForAll()
            }
        }
        gate.open()
        try await lead.value
        try await metrics.value
        #expect(try await removed == 1)
        #expect(await code { try await bench.metric(finished) } == .notFound)
        #expect(await code { try await bench.engine.record("seen", data: 1, sessionID: finished) } == .notFound)
        #expect(try await bench.engine.committed(finished) == nil)
        try await checkAgreement(bench, [active])
        #expect(try await bench.engine.store.metrics(sessionID: finished, limit: 10) == [])
        await bench.engine.shutDown()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct EventStreamTests {
    private func collect(_ stream: EventStream, _ count: Int) async throws -> [Event] {
        var events: [Event] = []
        for try await event in stream.prefix(count) { events.append(event) }
        return events
    }

    @Test func resumesAnywhereWithoutGapOrRepetition() async throws {
        let bench = try await Bench { $0.feedCapacity = 8 }
        let ids = [try await bench.start(), try await bench.start()]
        for index in 0..<30 { try await bench.transition(ids[index % 2], to: "s\(index)") }
        let all = try await bench.engine.store.events(EventQuery(after: 0, limit: 1000))
        #expect(all.count == 32)
        for after in 0..<Int64(all.count) {
            let expected = all.filter { $0.sequence > after }
            let stream = bench.engine.events(after: after, sessionID: nil, eventType: nil)
            #expect(try await collect(stream, expected.count) == expected)
            let own = expected.filter { $0.sessionID == ids[1] && $0.eventType == "state_transition" }
            let filtered = bench.engine.events(after: after, sessionID: ids[1], eventType: "state_transition")
            #expect(try await collect(filtered, own.count) == own)
        }
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk) { $0.feedCapacity = 8 }
        for after in [0, 20, 23, 24, 25, 31] as [Int64] {
            let expected = all.filter { $0.sequence > after }
            let stream = again.engine.events(after: after, sessionID: nil, eventType: nil)
            #expect(try await collect(stream, expected.count) == expected)
        }
        await again.engine.shutDown()
    }

    @Test func aSlowSubscriberMissesNothingAndEndsWithTheEngine() async throws {
        let bench = try await Bench { $0.feedCapacity = 4 }
        let id = try await bench.start()
        let stream = bench.engine.events(after: 0, sessionID: nil, eventType: nil)
        var iterator = stream.makeAsyncIterator()
        var seen: [Int64] = []
        for round in 0..<10 {
            for index in 0..<round { try await bench.transition(id, to: "\(round).\(index)") }
            if let event = try await iterator.next() { seen.append(event.sequence) }
        }
        // Waiting at the end, when the engine ends.
        let came = TestSignal("an event")
        let live = Task {
            var live: [Int64] = []
            for try await event in stream {
                live.append(event.sequence)
                came.fire()
            }
            return live
        }
        #expect(seen == Array(1...10))
        let last = try await bench.transition(id, to: "last").state.lastSequence
        try await came.wait(times: Int(last))
        await bench.engine.shutDown()
        #expect(try await live.value == Array(1...last))
    }

    @Test func cancellingASubscriberEndsIt() async throws {
        let bench = try await Bench()
        let started = TestSignal("the subscriber's first event")
        let stream = bench.engine.events(after: 0, sessionID: nil, eventType: nil)
        let task = Task {
            for try await _ in stream { started.fire() }
            return true
        }
        _ = try await bench.start()
        try await started.wait()
        task.cancel()
        #expect(try await task.value)
        await bench.engine.shutDown()
    }

    @Test func eventsComeOnceAlsoWhereACommitBrokeOff() async throws {
        let bench = try await Bench { $0.feedCapacity = 4 }
        let id = try await bench.start()
        let stream = bench.engine.events(after: 0, sessionID: nil, eventType: nil)
        let came = TestSignal("an event")
        let live = Task {
            var live: [Event] = []
            for try await event in stream {
                live.append(event)
                came.fire()
            }
            return live
        }
        for (index, truth) in [FaultScript.Truth.lost, .stored, .storedWhenReopened, .lost].enumerated() {
            bench.script.nextCommit(.unknown(truth))
            _ = await code { try await bench.transition(id, to: "s\(index)") }
            try await bench.transition(id, to: "t\(index)")
        }
        let stored = try await bench.engine.store.events(EventQuery(after: 0, limit: 100))
        try await came.wait(times: stored.count)
        await bench.engine.shutDown()
        #expect(try await live.value == stored)
    }
}
