public import RIFModel
public import RIFStore
import Synchronization

/// Any store, with faults from a script.
public final class FaultyStore: SessionStore {
    public let script: FaultScript
    private let store: any SessionStore

    public init(_ store: any SessionStore, script: FaultScript = FaultScript()) {
        self.store = store
        self.script = script
    }

    public var information: StoreInformation { store.information }

    public func runWriter(_ body: @escaping @Sendable (any StoreWriter) -> Void) throws(StoreError) {
        try store.runWriter { [script] writer in body(FaultyWriter(writer, script)) }
    }

    public func close() async { await store.close() }

    private func failIfDue() throws(StoreError) {
        let breaks = script.state.withLock { state in
            guard state.loadBreaks > 0 else { return false }
            state.loadBreaks -= 1
            state.isBroken = true
            return true
        }
        if breaks { throw StoreError(.outcomeUnknown, "the read broke the database, as the script says") }
        let isDue = script.state.withLock { state in
            defer { state.loadFailures = max(0, state.loadFailures - 1) }
            return state.loadFailures > 0
        }
        if isDue { throw StoreError(.failed, "the read failed, as the script says") }
    }

    public func load(_ sessionID: String) async throws(StoreError) -> StoredSession? {
        try failIfDue()
        let stored = try await store.load(sessionID)
        let gate = script.state.withLock { $0.loadGates.isEmpty ? nil : $0.loadGates.removeFirst() }
        if let gate {
            await withCheckedContinuation { continuation in
                onOwnThread {
                    gate.pass()
                    continuation.resume()
                }
            }
        }
        return stored
    }

    public func loadUnfolded() async throws(StoreError) -> [StoredSession] {
        try failIfDue()
        return try await store.loadUnfolded()
    }

    public func sessionIDs(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await store.sessionIDs(prefix: prefix, limit: limit)
    }

    public func sessions(_ query: SessionQuery) async throws(StoreError) -> [SessionListing] {
        try await store.sessions(query)
    }

    public func decisions(sessionID: String?, limit: Int) async throws(StoreError) -> [Decision] {
        try await store.decisions(sessionID: sessionID, limit: limit)
    }

    public func metrics(sessionID: String?, limit: Int) async throws(StoreError) -> [Metric] {
        try await store.metrics(sessionID: sessionID, limit: limit)
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> [Event] { try await store.events(query) }

    public func keyedEntry(_ key: String, sessionID: String?) async throws(StoreError) -> LogEntry? {
        try failIfDue()
        return try await store.keyedEntry(key, sessionID: sessionID)
    }

    public func sessionID(ofAssignment assignmentID: String) async throws(StoreError) -> String? {
        try await store.sessionID(ofAssignment: assignmentID)
    }

    public func assignments(_ query: AssignmentQuery) async throws(StoreError) -> [Assignment] {
        try await store.assignments(query)
    }

    public func activeSessions(
        with types: [EventType], mentioning text: String?
    ) async throws(StoreError) -> [String] {
        try await store.activeSessions(with: types, mentioning: text)
    }

    public func figures(sessionID: String?) async throws(StoreError) -> DecisionFigures? {
        try await store.figures(sessionID: sessionID)
    }

    public func countFinished(before cut: Timestamp) async throws(StoreError) -> Int {
        try await store.countFinished(before: cut)
    }

    public func checkIntegrity(sessionID: String?, now: Timestamp) async throws(StoreError) -> IntegrityReport {
        try await store.checkIntegrity(sessionID: sessionID, now: now)
    }

    public func counts() async throws(StoreError) -> StoreCounts { try await store.counts() }
}

private final class FaultyWriter: StoreWriter {
    private let writer: any StoreWriter
    private let script: FaultScript

    init(_ writer: any StoreWriter, _ script: FaultScript) {
        self.writer = writer
        self.script = script
    }

    private func checkUsable() throws(StoreError) {
        if script.state.withLock({ $0.isBroken }) {
            throw StoreError(.failed, "the database is invalidated and has to be reopened")
        }
    }

    /// A commit like any other, as far as the script goes.
    func probe() throws(StoreError) {
        try commit([])
        try writer.probe()
    }

    func commit(_ writes: [Write]) throws(StoreError) {
        defer { script.commitEnded.fire() }
        try checkUsable()
        let (plan, refuse) = script.state.withLock { state in
            (state.commits.isEmpty ? nil : state.commits.removeFirst(), state.refuse)
        }
        plan?.gate?.pass()
        if let refuse, writes.contains(where: refuse) { throw StoreError(.rejected, "refused, as the script says") }
        switch plan?.fault ?? .none {
        case .none:
            try writer.commit(writes)
            script.state.withLock { $0.batches.append(writes.count) }
        case .before(let kind):
            throw StoreError(kind, "the commit failed, as the script says")
        case .unknown(let truth):
            if truth == .stored { try writer.commit(writes) }
            script.state.withLock { state in
                state.isBroken = true
                if truth == .storedWhenReopened { state.unseen = writes }
            }
            throw StoreError(.outcomeUnknown, "the commit broke off, as the script says")
        }
    }

    func reopen() throws(StoreError) {
        let fails = script.state.withLock { state in
            defer { state.reopenFailures = max(0, state.reopenFailures - 1) }
            return state.reopenFailures > 0
        }
        if fails {
            script.reopenFailed.fire()
            throw StoreError(.failed, "reopening failed, as the script says")
        }
        let unseen = script.state.withLock { state in
            defer { state.unseen = [] }
            return state.unseen
        }
        try writer.reopen()
        if !unseen.isEmpty { try writer.commit(unseen) }
        script.state.withLock { state in
            state.isBroken = false
            state.reopens += 1
        }
    }

    func isCommitted(_ write: Write) throws(StoreError) -> Bool {
        try checkUsable()
        return try writer.isCommitted(write)
    }

    func save(_ snapshots: [Snapshot], foldedThrough: Int64) throws(StoreError) {
        let gate = script.state.withLock { $0.snapshotGates.isEmpty ? nil : $0.snapshotGates.removeFirst() }
        gate?.pass()
        try checkUsable()
        let fails = script.state.withLock { state in
            defer { state.snapshotFailures = max(0, state.snapshotFailures - 1) }
            return state.snapshotFailures > 0
        }
        if fails { throw StoreError(.failed, "saving snapshots failed, as the script says") }
        try writer.save(snapshots, foldedThrough: foldedThrough)
        script.state.withLock { $0.snapshots += snapshots.count }
        script.snapshotsSaved.fire()
    }

    func lastSequence() throws(StoreError) -> Int64 {
        try checkUsable()
        return try writer.lastSequence()
    }

    func save(_ documents: [Documents]) throws(StoreError) {
        try checkUsable()
        try writer.save(documents)
    }

    func sessionsWithStaleDocuments(onlyFinished: Bool) throws(StoreError) -> [String] {
        try checkUsable()
        return try writer.sessionsWithStaleDocuments(onlyFinished: onlyFinished)
    }

    func documentBytes() throws(StoreError) -> Int64 {
        try checkUsable()
        return try writer.documentBytes()
    }

    func cleanUp(before cut: Timestamp) throws(StoreError) -> [String] {
        try checkUsable()
        let truth = script.state.withLock { state in
            defer { state.cleanUpBreaks = nil }
            if state.cleanUpBreaks != nil { state.isBroken = true }
            return state.cleanUpBreaks
        }
        guard let truth else { return try writer.cleanUp(before: cut) }
        if truth != .lost { _ = try writer.cleanUp(before: cut) }
        throw StoreError(.outcomeUnknown, "the clean-up broke off, as the script says")
    }

    var uncheckpointedBytes: Int64 { writer.uncheckpointedBytes }

    func checkpoint() throws(StoreError) {
        try checkUsable()
        try writer.checkpoint()
    }

    func backUp(to path: String, overwrite: Bool) throws(StoreError) -> BackupReceipt {
        try checkUsable()
        return try writer.backUp(to: path, overwrite: overwrite)
    }

    func compact() throws(StoreError) -> CompactionReceipt {
        try checkUsable()
        return try writer.compact()
    }
}
