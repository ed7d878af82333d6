import RIFModel
import RIFStore
import RIFTesting
import Synchronization
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct ProbeTests {
    private func kind(_ bench: Bench) async -> StoreError.Kind? {
        do throws(StoreError) {
            try await bench.engine.probe()
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func aProbeSaysWhetherACommitCanBeMade() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        #expect(await kind(bench) == nil)
        bench.script.nextCommit(.before(.unwritable))
        #expect(await kind(bench) == .unwritable)
        // The store is reopened after a probe that broke off, as after any other commit.
        bench.script.nextCommit(.unknown(.lost))
        #expect(await kind(bench) == .outcomeUnknown)
        #expect(await kind(bench) == nil)
        #expect(bench.script.reopens == 1)
        #expect(bench.engine.statistics.reopenings == 1)
        bench.script.failReopening(times: 1)
        bench.script.nextCommit(.unknown(.lost))
        #expect(await kind(bench) == .outcomeUnknown)
        while await kind(bench) != nil {}
        try await bench.transition(id, to: "a")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
        #expect(await kind(bench) == .closed)
    }

    @Test func thoseWhoAskAtOnceShareOneProbe() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let lead = try await bench.queued { try await bench.metric(id) }
        try await gate.arrived.wait()
        let before = bench.script.commitEnded.count
        let asked = TestSignal("a probe that was asked for")
        let answers = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        asked.fire()
                        try await bench.engine.probe()
                    }
                }
                try await group.waitForAll()
            }
        }
        try await asked.wait(times: 50)
        while bench.engine.state.withLock({ $0.jobs.isEmpty }) { await Task.yield() }
        #expect(bench.engine.state.withLock { $0.jobs.count } == 1)
        gate.open()
        try await lead.value
        try await answers.value
        // A caller may come a moment after the first probe has ended; fifty never make fifty.
        #expect(bench.script.commitEnded.count - before < 25)
        await bench.engine.shutDown()
    }

    @Test func aProbeThatGetsNoAnswerSaysSo() async throws {
        let bench = try await Bench { $0.probeDeadline = .milliseconds(1) }
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let lead = try await bench.queued { try await bench.metric(id) }
        try await gate.arrived.wait()
        // clock: the deadline is what this is about; the disk does not answer before the gate is opened.
        #expect(await kind(bench) == .failed)
        #expect(await kind(bench) == .failed)
        #expect(bench.engine.state.withLock { $0.jobs.count } == 1)
        gate.open()
        try await lead.value
        await bench.engine.shutDown()
    }
}
