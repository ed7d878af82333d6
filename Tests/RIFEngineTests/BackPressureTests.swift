import RIFModel
import RIFStore
import RIFTesting
import Synchronization
import Testing

@testable import RIFEngine

@Suite(.timeLimit(.minutes(1)))
struct BackPressureTests {
    /// One write that stands at the gate and fills the queue.
    private func full(_ change: (inout EnginePolicy) -> Void) async throws -> (
        Bench, String, Gate, Task<Void, any Error>
    ) {
        let bench = try await Bench { policy in
            policy.maximumQueuedWrites = 1
            change(&policy)
        }
        let id = try await bench.start()
        let gate = Gate()
        bench.script.nextCommit(gate: gate)
        let first = try await bench.queued { try await bench.transition(id, to: "first") }
        try await gate.arrived.wait()
        return (bench, id, gate, first)
    }

    private func waiting(_ count: Int, at bench: Bench) async {
        while bench.engine.state.withLock({ $0.waitingForRoom.count }) < count { await Task.yield() }
    }

    @Test func roomThatACallerDoesNotTakeGoesToTheNext() async throws {
        let (bench, id, gate, first) = try await full { $0.queueDeadline = .seconds(3600) }
        let refused = Task {
            let command = TransitionCommand(fromState: nil, toState: "a", confidence: 2)
            _ = try await bench.engine.perform("transition", on: id, request: command.json) {
                state, moment throws(RIFError) in
                try SessionRules.transition(command, on: state, at: moment, limits: .standard)
            }
        }
        await waiting(1, at: bench)
        let next = Task { _ = try await bench.transition(id, to: "next") }
        await waiting(2, at: bench)
        gate.open()
        try await first.value
        #expect(await code { try await refused.value } == .unprocessable)
        try await next.value
        #expect(try await bench.state(id) == "next")
        await bench.engine.shutDown()
    }

    @Test func aDeadlineThatHasPassedAlreadyIsADeadline() async throws {
        let (bench, id, gate, first) = try await full { $0.queueDeadline = .zero }
        for _ in 0..<100 { #expect(await code { try await bench.transition(id, to: "a") } == .overloaded) }
        gate.open()
        try await first.value
        await bench.engine.shutDown()
    }

    @Test func aShutdownLetsEverybodyGoWhoWaitsForRoom() async throws {
        let (bench, id, gate, first) = try await full { $0.queueDeadline = .seconds(3600) }
        let tasks = (0..<8).map { index in Task { try await bench.transition(id, to: "s\(index)") } }
        await waiting(8, at: bench)
        let end = Task { await bench.engine.shutDown() }
        for task in tasks { #expect(await code { _ = try await task.value } == .storageUnavailable) }
        gate.open()
        try await first.value
        await end.value
    }

    @Test func aSecondShutdownWaitsForTheFirst() async throws {
        let (bench, _, gate, first) = try await full { _ in }
        let isOpen = TestSignal("the opening of the gate")
        let ends = (0..<2).map { _ in
            Task {
                await bench.engine.shutDown()
                return isOpen.count
            }
        }
        for _ in 0..<1000 { await Task.yield() }
        isOpen.fire()
        gate.open()
        try await first.value
        for end in ends { #expect(await end.value == 1) }
        await #expect(throws: StoreError.self) { _ = try await bench.engine.store.load("x") }
    }
}
