import RIFModel
import RIFStore
import RIFTesting
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    /// Two commands on one session and one on another, all in one commit, which meets the fault.
    private func batch(
        _ fault: FaultScript.Fault, on bench: Bench, prepare: () -> Void = {}
    ) async throws -> (codes: [RIFError.Code?], ids: [String]) {
        let ids = [try await bench.start(), try await bench.start()]
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.metric(ids[0]) }
        try await gate.arrived.wait()
        bench.script.nextCommit(fault)
        prepare()
        let tasks = [
            try await bench.queued { try await bench.transition(ids[0], to: "a") },
            try await bench.queued { try await bench.transition(ids[0], to: "b") },
            try await bench.queued { try await bench.transition(ids[1], to: "c") },
        ]
        gate.open()
        try await first.value
        var codes: [RIFError.Code?] = []
        for task in tasks { codes.append(await code { try await task.value }) }
        return (codes, ids)
    }

    @Test func aBadWriteFailsAloneAndTakesOnlyWhatDependsOnIt() async throws {
        let bench = try await Bench()
        let (codes, ids) = try await batch(.none, on: bench) {
            bench.script.refuse { write in
                write.entries.contains { entry in
                    if case .decision(let decision, _) = entry.body { decision.toState == "a" } else { false }
                }
            }
        }
        #expect(codes == [.internal, .storageUnavailable, nil])
        #expect(try await bench.state(ids[0]) == "initialized")
        #expect(try await bench.state(ids[1]) == "c")
        try await bench.transition(ids[0], to: "again")
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test(arguments: [StoreError.Kind.failed, .outOfMemory])
    func aFailureBeforeTheCommitIsTriedWriteByWrite(_ kind: StoreError.Kind) async throws {
        let bench = try await Bench()
        let (codes, ids) = try await batch(.before(kind), on: bench)
        #expect(codes == [nil, nil, nil])
        #expect(try await bench.state(ids[0]) == "b")
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test func aLoneWriteThatFailsLeavesTheSessionAsItWas() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        bench.script.nextCommit(.before(.failed))
        #expect(await code { try await bench.transition(id, to: "a") } == .storageUnavailable)
        #expect(try await bench.state(id) == "initialized")
        try await bench.transition(id, to: "b", from: "initialized")
        bench.script.nextCommit(.before(.failed))
        #expect(await code { _ = try await bench.start() } == .storageUnavailable)
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test(arguments: [FaultScript.Truth.lost, .stored, .storedWhenReopened])
    func anUnknownOutcomeIsFoundOut(_ truth: FaultScript.Truth) async throws {
        let bench = try await Bench()
        let (codes, ids) = try await batch(.unknown(truth), on: bench)
        if truth == .lost {
            #expect(codes.allSatisfy { $0 == .storageUnavailable })
            #expect(try await bench.state(ids[0]) == "initialized")
        } else {
            #expect(codes == [nil, nil, nil])
            #expect(try await bench.state(ids[0]) == "b")
        }
        #expect(bench.script.reopens == 1)
        try await bench.transition(ids[0], to: "later")
        try await checkAgreement(bench, ids)
        await bench.engine.shutDown()
    }

    @Test(arguments: [FaultScript.Truth.lost, .stored, .storedWhenReopened])
    func aRepetitionSharesTheFateOfACommitThatBrokeOff(_ truth: FaultScript.Truth) async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let lead = try await bench.queued { try await bench.metric(id) }
        try await gate.arrived.wait()
        bench.script.nextCommit(.unknown(truth))
        let first = try await bench.queued { try await bench.transition(id, to: "a", key: "k") }
        let second = try await bench.queued { try await bench.transition(id, to: "a", key: "k") }
        gate.open()
        try await lead.value
        let codes = [await code { try await first.value }, await code { try await second.value }]
        #expect(codes == (truth == .lost ? [.storageUnavailable, .storageUnavailable] : [nil, nil]))
        // Asked again, the key works whatever happened.
        #expect(try await bench.transition(id, to: "a", key: "k").isRepetition == (truth != .lost))
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test(arguments: [FaultScript.Truth.lost, .stored, .storedWhenReopened])
    func nobodyIsToldAnOutcomeThatIsNotKnown(_ truth: FaultScript.Truth) async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        bench.script.failReopening(times: 2)
        bench.script.nextCommit(.unknown(truth))
        let error = await #expect(throws: RIFError.self) { try await bench.transition(id, to: "a", key: "k") }
        #expect(error?.code == .storageUnavailable)
        #expect(error?.detail.contains("not known") == true)
        // The next use reopens the store first, and only then looks: before, it might see less than there is.
        var repetition: Performed?
        while repetition == nil { repetition = try? await bench.transition(id, to: "a", key: "k") }
        #expect(repetition?.isRepetition == (truth != .lost))
        #expect(try await bench.state(id) == "a")
        try await bench.transition(id, to: "b", from: "a")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk)
        #expect(try await again.state(id) == "b")
        await again.engine.shutDown()
    }

    @Test func whatIsQueuedBehindAnUnknownOutcomeIsNotStoredOnTopOfIt() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        let gate = Gate()
        bench.script.failReopening(times: 1)
        bench.script.nextCommit(.unknown(.storedWhenReopened), gate: gate)
        let first = try await bench.queued { try await bench.transition(id, to: "a") }
        try await gate.arrived.wait()
        let second = try await bench.queued { try await bench.transition(id, to: "b") }
        gate.open()
        #expect(await code { try await first.value } == .storageUnavailable)
        #expect(await code { try await second.value } == .storageUnavailable)
        var state: String?
        while state == nil { state = try? await bench.state(id) }
        #expect(state == "a")
        try await checkAgreement(bench, [id])
        await bench.engine.shutDown()
    }

    @Test func aFailedLoadIsAnErrorAndNoUnknownSession() async throws {
        let bench = try await Bench()
        let id = try await bench.start()
        await bench.engine.shutDown()
        let again = try await Bench(on: bench.disk)
        again.script.failLoading(times: 1)
        #expect(await code { _ = try await again.state(id) } == .storageUnavailable)
        #expect(try await again.state(id) == "initialized")
        #expect(try await again.state("nobody") == nil)
        #expect(await code { try await again.transition("nobody", to: "a") } == .notFound)
        await again.engine.shutDown()
    }
}
