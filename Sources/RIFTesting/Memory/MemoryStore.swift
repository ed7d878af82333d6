import Dispatch
public import RIFModel
public import RIFStore
import Synchronization

/// What a `MemoryStore` keeps its rows on. It outlives the store, as a file does: a store that is opened on the same
/// disk later finds what was committed.
public final class MemoryDisk: Sendable {
    let rows = Mutex(MemoryRows())

    public init() {}
}

/// A store of plain arrays: the conformance suite's naive model, and what the engine's tests run on.
///
/// Everything that it does is as simple as can be: a commit copies all rows, changes the copy, and puts it in their
/// place. It is not for many rows.
public final class MemoryStore: SessionStore {
    public let information: StoreInformation
    private let disk: MemoryDisk
    private let life = Mutex(Life())
    private let writerEnded = DispatchSemaphore(value: 0)

    private struct Life {
        var isClosed = false
        var hasWriter = false
    }

    /// - Parameter disk: by default one of its own, which is gone with the store.
    public init(on disk: MemoryDisk = MemoryDisk(), isReadOnly: Bool = false) {
        self.disk = disk
        information = StoreInformation(
            kind: "memory", location: ":memory:", isReadOnly: isReadOnly, schemaVersion: 1, libraryVersion: "none")
    }

    public func runWriter(_ body: @escaping @Sendable (any StoreWriter) -> Void) throws(StoreError) {
        if information.isReadOnly { throw StoreError(.unwritable, "the store is open for reading only") }
        let refusal = life.withLock { life -> StoreError? in
            if life.isClosed { return StoreError(.closed, "the store was closed") }
            if life.hasWriter { return StoreError(.rejected, "the store has a writer") }
            life.hasWriter = true
            return nil
        }
        if let refusal { throw refusal }
        // It may block.
        onOwnThread { [self] in
            body(MemoryWriter(disk))
            writerEnded.signal()
        }
    }

    public func close() async {
        let mustWait = life.withLock { life in
            defer { life = Life(isClosed: true, hasWriter: false) }
            return life.hasWriter
        }
        guard mustWait else { return }
        await withCheckedContinuation { continuation in
            onOwnThread { [self] in
                writerEnded.wait()
                continuation.resume()
            }
        }
    }

    private func read<Value>(_ body: (MemoryRows) throws(StoreError) -> Value) throws(StoreError) -> Value {
        if life.withLock({ $0.isClosed }) { throw StoreError(.closed, "the store was closed") }
        return try body(disk.rows.withLock { $0 })
    }

    public func load(_ sessionID: String) async throws(StoreError) -> StoredSession? {
        try read { $0.load(sessionID) }
    }

    public func loadUnfolded() async throws(StoreError) -> [StoredSession] {
        try read { rows in
            rows.sessions.keys.sorted().compactMap { id in
                rows.entries.contains { $0.sessionID == id && $0.sequence > rows.foldedThrough } ? rows.load(id) : nil
            }
        }
    }

    public func sessionIDs(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try read { Array($0.sessions.keys.filter { $0.hasPrefix(prefix) }.sorted().prefix(limit)) }
    }

    public func sessions(_ query: SessionQuery) async throws(StoreError) -> [SessionListing] {
        try read { rows in
            let found = rows.sessions.values.filter { query.holds($0) }.map(\.listing)
            return Array(found.sorted { SessionCursor($0).isBefore($1) }.prefix(query.limit ?? .max))
        }
    }

    public func decisions(sessionID: String?, limit: Int) async throws(StoreError) -> [Decision] {
        try read { Array($0.decisions(of: sessionID).reversed().prefix(limit)) }
    }

    public func metrics(sessionID: String?, limit: Int) async throws(StoreError) -> [Metric] {
        try read { rows in
            let found = rows.metrics.map(\.metric).filter { sessionID == nil || $0.sessionID == sessionID }
            return Array(found.sorted { ($0.timestamp, $0.metricID) > ($1.timestamp, $1.metricID) }.prefix(limit))
        }
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> [Event] {
        try read { rows in
            let found = rows.entries.map(\.event).filter { event in
                event.sequence > query.after ?? .min && event.sequence <= query.through ?? .max
                    && (query.sessionID == nil || query.sessionID == event.sessionID)
                    && (query.eventType == nil || query.eventType == event.eventType)
            }
            return Array(query.after == nil ? found.suffix(query.limit) : found.prefix(query.limit))
        }
    }

    public func keyedEntry(_ key: String, sessionID: String?) async throws(StoreError) -> LogEntry? {
        try read { $0.keyedEntry(key, sessionID) }
    }

    public func sessionID(ofAssignment assignmentID: String) async throws(StoreError) -> String? {
        try read { $0.assignments().first { $0.assignmentID == assignmentID }?.sessionID }
    }

    public func assignments(_ query: AssignmentQuery) async throws(StoreError) -> [Assignment] {
        try read { Array($0.assignments().filter(query.holds).prefix(query.limit)) }
    }

    public func activeSessions(
        with types: [EventType], mentioning text: String?
    ) async throws(StoreError) -> [String] {
        try read { $0.activeSessions(with: types, mentioning: text) }
    }

    public func figures(sessionID: String?) async throws(StoreError) -> DecisionFigures? {
        try read { $0.figures(of: sessionID) }
    }

    public func countFinished(before cut: Timestamp) async throws(StoreError) -> Int {
        try read { $0.finished(before: cut).count }
    }

    public func checkIntegrity(sessionID: String?, now: Timestamp) async throws(StoreError) -> IntegrityReport {
        try read { $0.report(on: sessionID, now: now) }
    }

    public func counts() async throws(StoreError) -> StoreCounts {
        try read { rows in
            let decisions = rows.decisions(of: nil).count
            return StoreCounts(
                sessions: Int64(rows.sessions.count),
                activeSessions: Int64(rows.sessions.values.count { $0.listing.outcome == nil }),
                decisions: Int64(decisions), metrics: Int64(rows.metrics.count),
                events: Int64(rows.entries.count - decisions))
        }
    }
}
