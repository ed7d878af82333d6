import RIFModel
import RIFStore
import RIFTesting
import Synchronization
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct ProbeTests {
    /// A busy machine is not what these tests are about.
    private static let patient = Duration.seconds(3600)

    private func kind(_ bench: Bench) async -> StoreError.Kind? {
        do throws(StoreError) {
            try await bench.engine.probe()
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func aProbeSaysWhetherACommitCanBeMade() async throws {
        let bench = try await Bench { $0.probeDeadline = Self.patient }
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

    @Test func whatAWriteFailedWithIsKnownUntilAProbeSucceeds() async throws {
        let bench = try await Bench { $0.probeDeadline = Self.patient }
        let id = try await bench.start()
        #expect(await bench.engine.writeProblem() == nil)
        bench.script.nextCommit(.before(.unwritable))
        #expect(await code { try await bench.transition(id, to: "a") } == .storageUnavailable)
        // Asked for, it is tried again: first in vain, then not.
        bench.script.nextCommit(.before(.unwritable))
        #expect(await bench.engine.writeProblem()?.kind == .unwritable)
        #expect(await bench.engine.writeProblem() == nil)
        bench.script.nextCommit(.before(.unwritable))
        #expect(await code { try await bench.transition(id, to: "a") } == .storageUnavailable)
        // A small one may find room on a full disk where the next does not.
        try await bench.transition(id, to: "a")
        bench.script.nextCommit(.before(.unwritable))
        #expect(await bench.engine.writeProblem()?.kind == .unwritable)
        #expect(await bench.engine.writeProblem() == nil)
        let commits = bench.script.commitEnded.count
        #expect(await bench.engine.writeProblem() == nil)
        #expect(bench.script.commitEnded.count == commits)
        await bench.engine.shutDown()
    }

    @Test func aFullDiskIsCalledByItsNameWithoutAPath() {
        let full = StoreError(.failed, "write of /secret/path failed", remedy: StoreError.freeSpace)
        #expect(full.isDiskFull)
        #expect(full.rifError.detail.contains("the disk is full"))
        #expect(!full.rifError.detail.contains("/secret"))
        #expect(!StoreError(.failed, "no disk").isDiskFull)
    }

    @Test func aStreamLeavesOutWhatIsNotWanted() async throws {
        let bench = try await Bench { $0.feedCapacity = 2 }
        let id = try await bench.start()
        for step in 0..<4 { try await bench.transition(id, to: "s\(step)") }
        let stream = bench.engine.events(after: 0, sessionID: nil, eventType: nil).without([.stateTransition])
        try await bench.complete(id)
        // From the log and from memory.
        var found: [String] = []
        for try await event in stream {
            found.append(event.eventType)
            if event.eventType == "workflow_complete" { break }
        }
        #expect(found == ["session_start", "workflow_complete"])
        await bench.engine.shutDown()
    }

    @Test func thoseWhoAskAtOnceShareOneProbe() async throws {
        let bench = try await Bench { $0.probeDeadline = Self.patient }
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
