import Dispatch
import Logging
import RIFModel
public import RIFStore
import Synchronization

extension Engine {
    // MARK: - Jobs for the writing thread

    /// Runs a job on the writing thread, after the writes that are queued now, and returns its result.
    func onWriter<Value: Sendable>(
        _ job: @escaping @Sendable (Committer) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let run: @Sendable (Committer) -> Void = { committer in
                do throws(StoreError) {
                    try committer.reopenIfNeeded()
                    continuation.resume(returning: .success(try job(committer)))
                } catch {
                    committer.noteUnusable(error)
                    continuation.resume(returning: .failure(error))
                }
            }
            let refused: StoreError?
            let mustWake: Bool
            (refused, mustWake) = state.withLock { state in
                if store.information.isReadOnly {
                    return (StoreError(.unwritable, "the database is open for reading only"), false)
                }
                if state.phase == .stopped {
                    return (StoreError(.closed, "the orchestrator has been shut down"), false)
                }
                state.jobs.append(.init(afterWrites: state.enqueued, run: run))
                return (nil, state.mustWakeWriter())
            }
            if let refused { continuation.resume(returning: .failure(refused)) }
            if mustWake { wakeUp.signal() }
        }
        return try result.get()
    }

    /// Brings the small columns of all sessions up to date with everything that was acknowledged, so that a query sees
    /// it. Cheap where nothing has changed.
    public func flush() async throws(StoreError) {
        guard !store.information.isReadOnly, state.withLock({ $0.isBehind }) else { return }
        // Their snapshots may be behind what was acknowledged before the write that broke off.
        await reloadForgotten()
        try await onWriter { committer throws(StoreError) in try committer.saveSnapshots() }
    }

    // MARK: - Large columns

    /// Sessions whose context and history are rewritten in one transaction, and the bytes (estimated) that they hold:
    /// beyond, a transaction may not fit into the memory that the store has.
    private static let documentsAtOnce = 128
    private static let documentBytesAtOnce = 16 << 20

    /// Brings the large columns of every session up to date with its log.
    ///
    /// - Parameter limit: leave them behind where the table holds more bytes of JSON than this.
    /// - Returns: how many sessions were written.
    @discardableResult
    public func foldDocuments(upTo limit: Int64? = nil, onlyFinished: Bool = false) async throws(StoreError) -> Int {
        let stale = try await onWriter { committer throws(StoreError) in
            if let limit, try committer.writer.documentBytes() > limit { return [String]() }
            return try committer.writer.sessionsWithStaleDocuments(onlyFinished: onlyFinished)
        }
        var chunk: [Documents] = []
        var bytes = 0
        for (index, id) in stale.enumerated() {
            if let state = try await stateToFold(id) {
                bytes += state.contextBytes + state.history.count * 512
                chunk.append(Documents(state))
            }
            let isLast = index == stale.count - 1
            guard isLast || chunk.count == Self.documentsAtOnce || bytes > Self.documentBytesAtOnce else { continue }
            try await onWriter { [chunk] committer throws(StoreError) in try committer.writer.save(chunk) }
            chunk = []
            bytes = 0
        }
        if !stale.isEmpty {
            logger.debug("contexts and histories were written", metadata: ["sessions": "\(stale.count)"])
        }
        return stale.count
    }

    private func stateToFold(_ id: String) async throws(StoreError) -> SessionState? {
        if let state = state.withLock({ $0.slots[id]?.committed }) { return state }
        return try await read { store throws(StoreError) in try await store.load(id) }?.state
    }

    /// Brings all columns up to date and folds the write-ahead log into the file, so that any other program that opens
    /// the file sees everything.
    public func checkpoint() async throws(StoreError) -> Int {
        try await flush()
        let folded = try await foldDocuments()
        try await onWriter { committer throws(StoreError) in try committer.writer.checkpoint() }
        return folded
    }

    // MARK: - Clean-up and copies

    /// Removes finished sessions that were last updated more than so many days ago, with all their rows.
    ///
    /// - Returns: how many sessions were removed.
    public func cleanUp(daysOld: Int) async throws(StoreError) -> Int {
        let cut = clock.now().advanced(byDays: -daysOld)
        return try await onWriter { [self] committer throws(StoreError) in
            try committer.saveSnapshots()
            let removed: [String]
            do throws(StoreError) {
                removed = try committer.writer.cleanUp(before: cut)
            } catch {
                if error.kind == .outcomeUnknown { state.withLock { $0.forgetFinished(before: cut) } }
                throw error
            }
            logger.debug("sessions were removed", metadata: ["sessions": "\(removed.count)"])
            state.withLock { state in
                for id in removed { state.drop(id) }
                // Also where none of them was in memory: one may just be on its way there.
                state.loadEpoch += 1
            }
            return removed.count
        }
    }

    /// How many sessions `cleanUp` would remove.
    public func countFinished(daysOld: Int) async throws(StoreError) -> Int {
        try await flush()
        let cut = clock.now().advanced(byDays: -daysOld)
        return try await read { store throws(StoreError) in try await store.countFinished(before: cut) }
    }

    /// Copies the database while it is in use, and checks the copy. Writes wait meanwhile, reads do not.
    ///
    /// - Throws: `exists` where there is a file at the path and `overwrite` is false; `unwritable`.
    public func backUp(to path: String, overwrite: Bool) async throws(StoreError) -> BackupReceipt {
        try await flush()
        try await foldDocuments(upTo: policy.documentBytesAtClose)
        return try await onWriter { committer throws(StoreError) in
            try committer.writer.backUp(to: path, overwrite: overwrite)
        }
    }

    /// Rewrites the database without the space that removed rows left. Everybody waits meanwhile.
    public func compact() async throws(StoreError) -> CompactionReceipt {
        try await flush()
        try await foldDocuments()
        return try await onWriter { committer throws(StoreError) in try committer.writer.compact() }
    }

    // MARK: - Duties in the background

    /// What an owner does every few minutes.
    func maintain() async {
        do {
            try await flush()
            try await foldDocuments(upTo: policy.documentBytesAtClose, onlyFinished: true)
            try await cleanUpIfDue()
        } catch {
            logger.warning("background maintenance failed; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    /// Removes old sessions once a day, where that was asked for.
    func cleanUpIfDue() async throws(StoreError) {
        guard let days = policy.cleanupDays else { return }
        let now = clock.now()
        let isDue = state.withLock { state in
            if let last = state.lastCleanUp, last.advanced(byDays: 1) > now { return false }
            state.lastCleanUp = now
            return true
        }
        guard isDue else { return }
        let removed = try await cleanUp(daysOld: days)
        logger.info("old sessions were cleaned up", metadata: ["removed": "\(removed)", "days": "\(days)"])
    }

    /// Reads sessions again whose writes had an unknown outcome, now that the store can tell. Those that cannot be read
    /// stay forgotten: their next use, and the next `flush`, try again.
    func reloadForgotten() async {
        for id in state.withLock({ $0.forgotten }) {
            do {
                // Something else may be dropped meanwhile, and then what was read does not count.
                while state.withLock({ $0.forgotten.contains(id) }) {
                    let isKnown = try await loadIfPresent(id)
                    if !isKnown { _ = state.withLock { $0.forgotten.remove(id) } }
                }
            } catch {
                logger.error(
                    "a session could not be read again", metadata: ["session": "\(id)", "error": "\(error)"])
            }
        }
    }

    /// The same without waiting for it: for the writing thread.
    func reloadForgottenSoon() {
        guard state.withLock({ !$0.forgotten.isEmpty }) else { return }
        Task {
            await reloadForgotten()
            // Their snapshots are due.
            if state.withLock({ $0.mustWakeWriter() }) { wakeUp.signal() }
        }
    }
}
