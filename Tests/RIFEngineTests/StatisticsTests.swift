import RIFModel
import RIFStore
import RIFTesting
import Synchronization
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct StatisticsTests {
    @Test func theCountersSayWhatHappened() async throws {
        let bench = try await Bench()
        #expect(bench.engine.statistics == EngineStatistics())
        let id = try await bench.start()
        bench.clock.advance(milliseconds: 500)
        try await bench.transition(id, to: "a")
        bench.clock.advance(milliseconds: 90_000)
        try await bench.transition(id, to: "b", key: "k")
        try await bench.transition(id, to: "b", key: "k")
        _ = await code { try await bench.transition(id, to: "c", from: "a") }
        try await bench.metric(id)
        // Neither is ours, whatever its name.
        try await bench.engine.record("transition_error", data: 1, sessionID: id)
        try await bench.engine.record("session_recovery", data: 1, sessionID: nil)
        _ = try await bench.engine.perform("recover", on: id, request: .null) { state, _ in SessionRules.recover(state)
        }
        bench.clock.advance(milliseconds: 2_000)
        try await bench.complete(id)
        _ = await code { try await bench.transition(id, to: "c") }
        let found = bench.engine.statistics
        #expect(found.transitions == 2)
        #expect(found.refusedTransitions == 2)
        #expect(found.recoveries == 1)
        #expect(found.committedWrites == 10)
        #expect(found.commitSeconds.count == 10)
        #expect(found.commitSeconds.sum > 0)
        #expect(found.overloaded == 0)
        #expect(found.queuedWrites == 0)
        #expect(found.cachedSessions == 1)
        #expect(found.stateSeconds.mapValues(\.sum) == ["initialized": 0.5, "a": 90, "b": 2])
        #expect(found.stateSeconds["initialized"]?.counts == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(found.stateSeconds["a"]?.counts == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        #expect(found.otherStateSeconds.count == 0)
        await bench.engine.shutDown()
    }

    @Test func failuresAreNoCommits() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        for fault in [FaultScript.Fault.before(.failed), .unknown(.lost), .unknown(.stored)] {
            bench.script.nextCommit(fault)
            _ = await code { try await bench.transition(id, to: "a") }
        }
        let found = bench.engine.statistics
        // The last one was found to be stored when the store had been reopened.
        #expect(found.transitions == 1)
        #expect(found.committedWrites == 2)
        #expect(found.commitSeconds.count == 1)
        #expect(found.reopenings == 2)
        await bench.engine.shutDown()
    }

    @Test func thereIsAnEndToTheNamesOfStates() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let count = EngineStatistics.mostStates + 20
        for index in 0..<count { try await bench.transition(id, to: "s\(index)") }
        let found = bench.engine.statistics
        #expect(found.stateSeconds.count == EngineStatistics.mostStates)
        #expect(found.otherStateSeconds.count == 20)
        #expect(found.stateSeconds.values.reduce(0) { $0 + $1.count } == UInt64(EngineStatistics.mostStates))
        await bench.engine.shutDown()
    }

    @Test func aCallerThatIsTurnedAwayIsCounted() async throws {
        let bench = try await Bench {
            $0.maximumQueuedWrites = 1
            $0.queueDeadline = .milliseconds(1)
        }
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.metric(id) }
        try await gate.arrived.wait()
        #expect(bench.engine.statistics.queuedWrites == 1)
        #expect(await code { try await bench.metric(id) } == .overloaded)
        #expect(bench.engine.statistics.overloaded == 1)
        gate.open()
        try await first.value
        await bench.engine.shutDown()
    }

    @Test func valuesFallIntoTheirRanges() {
        var histogram = EngineStatistics.Histogram(bounds: [1, 2])
        for value in [0, 1, 1.5, 2, 2.5, 1e9] { histogram.observe(value) }
        #expect(histogram.counts == [2, 2, 2])
        #expect(histogram.count == 6)
        #expect(histogram.sum == 1e9 + 7)
    }
}
