public import Logging
@_exported public import RIFEngine
@_exported public import RIFModel
@_exported public import RIFMonitor
@_exported public import RIFStore
public import RIFStoreDuckDB

/// Durable orchestration of agent sessions: what a Swift program imports, and what the command line calls.
///
/// ```swift
/// let orchestrator = try await Orchestrator.open(.file("knowledge/orchestration.duckdb"))
/// let session = try await orchestrator.startSession(workflowType: "feature_development", priority: 1)
/// try await session.transition(from: "initialized", to: "analyzing", reason: "Starting", agents: ["RIF-Analyst"])
/// let summary = try await session.complete()
/// await orchestrator.close()
/// ```
///
/// When an operation returns, what it did is on disk. Operations may be called from any number of tasks at once; those
/// on different sessions share commits, and those on one session take effect in the order in which they were accepted.
/// Cancelling a task never half-applies an operation. Every operation throws `RIFError`.
public final class Orchestrator: Sendable {
    let engine: Engine
    let clock: any WallClock
    let logger: Logger
    /// The workflows that sessions may follow.
    public let workflows = WorkflowLibrary()
    /// None where the store has no aggregates.
    let watch: Watch?
    private let watching: Task<Void, Never>?

    var monitor: Monitor? { watch?.monitor }
    /// None where the store does not speak SQL.
    let queries: (any QueryStore)?

    /// Version of the package.
    public static let version = "0.1.0"

    /// Puts an orchestrator on a store of any kind.
    ///
    /// - Parameter record: what an earlier orchestrator of this program knew of the health; none begins anew.
    /// - Throws: `storage_unavailable` where the store's log cannot be read.
    public init(
        store: any SessionStore, policy: EnginePolicy = EnginePolicy(),
        monitoring: MonitorConfiguration = MonitorConfiguration(), record: MonitorRecord? = nil,
        clock: any WallClock = SystemClock(), logger: Logger = Logger(label: "rif")
    ) async throws(RIFError) {
        self.clock = clock
        self.logger = logger
        let engine = try await storage { () throws(StoreError) in
            try await Engine.start(store: store, policy: policy, clock: clock, logger: logger)
        }
        self.engine = engine
        queries = store as? any QueryStore
        let monitor = (store as? any AnalyticsStore).map {
            Monitor(
                store: EngineReads(engine: engine, store: $0), configuration: monitoring, record: record,
                writeProblem: { await engine.writeProblem()?.rifError.detail })
        }
        let watch = monitor.map { Watch(engine: engine, monitor: $0, clock: clock, logger: logger) }
        self.watch = watch
        let isOwner = policy.runsMaintenance && !store.information.isReadOnly
        if let watch, isOwner, monitoring.examinationSeconds > 0 {
            watching = Task { await watch.run(every: .seconds(monitoring.examinationSeconds)) }
        } else {
            watching = nil
        }
        if let monitor, isOwner {
            let events = engine.events(after: nil, sessionID: nil, eventType: nil)
            // Ends with the feed, when the engine shuts down.
            Task {
                do {
                    for try await event in events { monitor.count(event) }
                } catch {
                    logger.warning("counters stopped: events could not be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Opens a DuckDB database, makes it where there is none, and brings its schema up to date.
    ///
    /// - Throws: `storage_unavailable` where the file is damaged, newer than this version, held by another process for
    ///   longer than `options.lockTimeout`, or not writable; the message says which, and what to do.
    public static func open(
        _ location: DuckDBStore.Location, options: DuckDBStore.Options = DuckDBStore.Options(),
        policy: EnginePolicy = EnginePolicy(), monitoring: MonitorConfiguration = MonitorConfiguration(),
        record: MonitorRecord? = nil, clock: any WallClock = SystemClock(), logger: Logger = Logger(label: "rif")
    ) async throws(RIFError) -> Orchestrator {
        let store = try await storage { () throws(StoreError) in
            try await DuckDBStore.open(location, options: options, logger: logger)
        }
        do {
            return try await Orchestrator(
                store: store, policy: policy, monitoring: monitoring, record: record, clock: clock, logger: logger)
        } catch {
            await store.close()
            throw error
        }
    }

    /// Commits what is queued, brings the tables up to date, and lets go of the database. Idempotent.
    public func close() async {
        watching?.cancel()
        await watching?.value
        await engine.shutDown()
    }

    deinit { watching?.cancel() }

    /// What is open, and where.
    public var information: StoreInformation { engine.store.information }

    var limits: Limits { engine.policy.limits }

    /// Runs a read on the store; where it is to see the small columns of sessions, brings those up to date first.
    func read<Value: Sendable>(
        flushed: Bool = false, _ body: (any SessionStore) async throws(StoreError) -> Value
    ) async throws(RIFError) -> Value {
        try await storage { () throws(StoreError) in
            if flushed { try await engine.flush() }
            return try await engine.read(body)
        }
    }
}

/// Runs something on the store, and turns its errors into those that users see.
func storage<Value>(_ body: () async throws(StoreError) -> Value) async throws(RIFError) -> Value {
    do {
        return try await body()
    } catch {
        throw error.rifError
    }
}
