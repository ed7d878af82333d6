import Dispatch
public import Logging
public import RIFModel
public import RIFStore
import Synchronization

/// Decides commands against the sessions' states, makes them durable in shared commits, and answers.
///
/// The way of a command: `perform` takes the lock, decides against the session's pending state, queues one write, and
/// waits; the writing thread (`Committer`) takes everything that is queued, commits it at once, and resumes all who
/// wait. Nothing is answered before it is durable. There is no timer in this path: a lone caller commits at once.
public final class Engine: Sendable {
    /// Its reads may be asked directly; `read` also outlives an error that makes a reopening necessary.
    public let store: any SessionStore
    public let policy: EnginePolicy
    let clock: any WallClock
    let logger: Logger
    let ids = UUIDv7Generator()
    let feed: LiveFeed
    let state = Mutex(EngineState())
    /// Signalled when the writing thread is asleep and there is work.
    let wakeUp = DispatchSemaphore(value: 0)
    private let maintenance = Mutex<Task<Void, Never>?>(nil)
    /// The end, once it has begun: whoever asks for it again waits for the same one.
    private let ending = Mutex<Task<Void, Never>?>(nil)
    /// The probe that is under way.
    let probing = Mutex<Task<StoreError?, Never>?>(nil)

    /// Starts the engine on an opened store: takes stock of what a crash left unfolded, and starts the writing thread.
    ///
    /// - Throws: `StoreError` where the log cannot be read.
    public static func start(
        store: any SessionStore, policy: EnginePolicy = EnginePolicy(), clock: any WallClock = SystemClock(),
        logger: Logger = Logger(label: "rif.engine")
    ) async throws(StoreError) -> Engine {
        let engine = Engine(store: store, policy: policy, clock: clock, logger: logger)
        try await engine.begin()
        return engine
    }

    private init(store: any SessionStore, policy: EnginePolicy, clock: any WallClock, logger: Logger) {
        self.store = store
        self.policy = policy
        self.clock = clock
        self.logger = logger
        feed = LiveFeed(capacity: policy.feedCapacity)
    }

    private func begin() async throws(StoreError) {
        guard !store.information.isReadOnly else {
            try await preloadFeed()
            return
        }
        let interrupted = try await store.loadUnfolded()
        state.withLock { state in
            for stored in interrupted {
                guard let session = stored.state else {
                    logger.error(
                        "the log of a session does not begin with its start; its row stays as it is",
                        metadata: ["session": "\(stored.entries.first?.sessionID ?? "")"])
                    continue
                }
                state.insert(session, takeover: nil, isDirty: true)
            }
        }
        if !interrupted.isEmpty {
            logger.info("taking up sessions that an interruption left", metadata: ["sessions": "\(interrupted.count)"])
        }
        try await preloadFeed()
        let started = AsyncStream<Result<Void, StoreError>>.makeStream()
        try store.runWriter { [self] writer in
            Committer(engine: self, writer: writer).run { started.continuation.yield($0) }
            started.continuation.finish()
        }
        for await result in started.stream {
            try result.get()
            break
        }
        if policy.runsMaintenance { startMaintenance() }
    }

    private func preloadFeed() async throws(StoreError) {
        guard policy.preloadsFeed else { return }
        let newest = try await store.events(EventQuery(limit: policy.feedCapacity))
        feed.preload(newest, isWholeLog: newest.count < policy.feedCapacity)
        state.withLock { $0.committedThrough = newest.last?.sequence ?? 0 }
    }

    /// Ends everything in order: what is queued is committed, never refused; snapshots are written, and the large
    /// columns too where that is cheap enough; then the store is closed. Idempotent: a second call waits for the first.
    public func shutDown() async {
        // A task of its own, which the cancellation of a caller does not reach.
        let end = ending.withLock { ending in
            let task = ending ?? Task { await self.end() }
            ending = task
            return task
        }
        await end.value
    }

    private func end() async {
        state.withLock { $0.phase = .draining }
        giveRoom()
        let background = maintenance.withLock { $0 }
        background?.cancel()
        await background?.value
        if !store.information.isReadOnly {
            do {
                // Behind everything that is queued.
                try await onWriter { committer throws(StoreError) in try committer.saveSnapshots() }
                try await foldDocuments(upTo: policy.documentBytesAtClose)
            } catch {
                // Nothing is lost: the log has it all, and the next open takes it up.
                logger.warning("snapshots could not be written at the close", metadata: ["error": "\(error)"])
            }
        }
        state.withLock { $0.phase = .stopped }
        wakeUp.signal()
        feed.close()
        await store.close()
        logger.debug("closed")
    }

    /// Runs a read on the store. Where it meets an error after which the database answers nobody any more, the writing
    /// thread reopens it, and the read is tried once more.
    public func read<Value: Sendable>(
        _ body: (any SessionStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let reopenings = state.withLock { $0.reopenings }
        do {
            return try await body(store)
        } catch {
            guard error.kind == .outcomeUnknown, !store.information.isReadOnly else { throw error }
            let first = error
            try await onWriter { committer throws(StoreError) in
                try committer.reopen(after: first, unlessAfter: reopenings)
            }
        }
        return try await body(store)
    }

    /// Writes that are queued or being committed: how far the disk is behind.
    public var queueLength: Int { state.withLock { $0.queuedWrites } }

    /// An id that sorts behind every one that was made before.
    public func makeID() -> String { ids.next(at: clock.now()) }

    /// The state of a session as it was committed last; nothing where it is unknown.
    public func committed(_ sessionID: String) async throws(RIFError) -> SessionState? {
        while true {
            let found = state.withLock { state in
                state.touch(sessionID)
                return state.slots[sessionID].map(\.committed)
            }
            // A session whose start is under way is not there yet.
            if let found { return found }
            guard try await loadIfPresent(sessionID) else { return nil }
        }
    }

    /// What sessions follow that are in memory; those of others are left out.
    public func workflows(of sessionIDs: [String]) -> [String: StoredWorkflow] {
        state.withLock { state in
            var found: [String: StoredWorkflow] = [:]
            for id in sessionIDs { found[id] = state.slots[id]?.committed?.drive.workflow }
            return found
        }
    }

    /// Whether there is a session, without bringing it into memory.
    public func isKnown(_ sessionID: String) async throws(StoreError) -> Bool {
        if state.withLock({ $0.slots[sessionID]?.committed != nil }) { return true }
        try await reopenIfInDoubt()
        // An id stands before all others that begin with it.
        return try await read { store throws(StoreError) in
            try await store.sessionIDs(prefix: sessionID, limit: 1).first == sessionID
        }
    }

    /// What broke off may show itself only when the store is reopened.
    func reopenIfInDoubt() async throws(StoreError) {
        if state.withLock({ $0.mustReopen }) { try await onWriter { _ in } }
    }

    /// Brings a session into memory. False where the store does not know it.
    func loadIfPresent(_ sessionID: String) async throws(RIFError) -> Bool {
        let stored: StoredSession?
        do {
            // What broke off may show itself only when the store is reopened.
            if state.withLock({ $0.mustReopen && $0.forgotten.contains(sessionID) }) { try await onWriter { _ in } }
        } catch {
            throw error.rifError
        }
        let epoch = state.withLock { state in
            state.loading[sessionID, default: 0] += 1
            return state.loadEpoch
        }
        defer {
            state.withLock { state in
                let others = (state.loading[sessionID] ?? 1) - 1
                state.loading[sessionID] = others > 0 ? others : nil
            }
        }
        do {
            stored = try await read { store throws(StoreError) in try await store.load(sessionID) }
        } catch {
            throw error.rifError
        }
        guard let stored else { return false }
        guard let loaded = stored.state else {
            throw RIFError(
                .storageUnavailable,
                "the log of session \(sessionID) does not begin with its start; 'rif validate \(sessionID)' says more")
        }
        state.withLock { state in
            // Removed or reopened meanwhile: what was read may be gone, so the caller looks once more.
            guard state.loadEpoch == epoch else { return }
            state.evict(policy)
            let forgotten = state.forgotten.remove(sessionID) != nil
            state.insert(loaded, takeover: stored.isUnlogged ? stored.entries.first : nil, isDirty: forgotten)
        }
        return true
    }

    private func startMaintenance() {
        maintenance.withLock { task in
            task = Task { [weak self] in
                await self?.maintain()
                while !Task.isCancelled {
                    guard let interval = self?.policy.documentInterval else { return }
                    // clock: the interval of a background duty, which nobody waits for.
                    try? await Task.sleep(for: interval)
                    guard !Task.isCancelled, let self else { return }
                    await self.maintain()
                }
            }
        }
    }
}

extension StoredSession {
    /// The fold of the entries; nothing where the log does not begin with a start.
    var state: SessionState? {
        guard var state = SessionState.fold(entries) else { return nil }
        for (key, result) in keyedResults { state.remember(key, result) }
        return state
    }
}
