import Logging
import RIFEngine
import RIFModel
import RIFStore
import RIFTesting
import Testing

/// An engine on a faulty store in memory.
struct Bench: Sendable {
    let engine: Engine
    let script: FaultScript
    let disk: MemoryDisk
    let clock: ManualClock

    init(
        on disk: MemoryDisk = MemoryDisk(), clock: ManualClock = ManualClock(), script: FaultScript = FaultScript(),
        _ change: (inout EnginePolicy) -> Void = { _ in }
    ) async throws {
        var policy = EnginePolicy()
        policy.runsMaintenance = false
        change(&policy)
        self.disk = disk
        self.clock = clock
        self.script = script
        engine = try await Engine.start(
            store: FaultyStore(MemoryStore(on: disk), script: script), policy: policy, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func start(_ priority: Int = 0) async throws -> String {
        try await engine.start(StartCommand(priority: priority)).sessionID
    }

    @discardableResult
    func transition(
        _ id: String, to: String, from: String? = nil, key: String? = nil, agents: [String] = []
    ) async throws -> Performed {
        let command = TransitionCommand(fromState: from, toState: to, agentsSelected: agents)
        return try await engine.perform(
            "transition", on: id, options: CommandOptions(idempotencyKey: key), request: command.json
        ) { state, moment throws(RIFError) in
            try SessionRules.transition(command, on: state, at: moment, limits: .standard)
        }
    }

    @discardableResult
    func metric(_ id: String, _ value: Double = 1, key: String? = nil) async throws -> Performed {
        let command = RecordMetricCommand(type: "t", name: "n", value: value)
        return try await engine.perform(
            "record_metric", on: id, options: CommandOptions(idempotencyKey: key), request: command.json
        ) { _, moment throws(RIFError) in try SessionRules.recordMetric(command, at: moment, limits: .standard) }
    }

    @discardableResult
    func complete(_ id: String) async throws -> Performed {
        try await engine.perform("complete", on: id, request: .null) { state, moment throws(RIFError) in
            try SessionRules.complete(CompleteCommand(), on: state, at: moment.now, limits: .standard)
        }
    }

    func state(_ id: String) async throws -> String? { try await engine.committed(id)?.currentState }

    /// Queues something behind whatever is under way, and returns once it is queued.
    func queued(
        _ count: Int = 1, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Task<Void, any Error> {
        let before = engine.queueLength
        let task = Task { try await body() }
        while engine.queueLength < before + count { await Task.yield() }
        return task
    }
}

func code(_ body: () async throws -> Void) async -> RIFError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? RIFError)?.code
    }
}

/// The healthy end of every test: what is stored agrees with itself, and with what the engine says.
func checkAgreement(_ bench: Bench, _ ids: [String]) async throws {
    for id in ids {
        let stored = try #require(try await MemoryStore(on: bench.disk).load(id))
        let folded = try #require(SessionState.fold(stored.entries))
        let live = try #require(try await bench.engine.committed(id))
        #expect(folded.session == live.session)
        #expect(folded.lastSequence == live.lastSequence)
        #expect(stored.entries.map(\.sessionSequence) == (1...Int64(stored.entries.count)).map { $0 })
    }
    try await bench.engine.flush()
    let report = try await bench.engine.store.checkIntegrity(sessionID: nil, now: bench.clock.now())
    #expect(report.errors == [])
}
