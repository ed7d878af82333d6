import RIFModel
import RIFStore

/// All that changes in the engine, as a synchronous value: every event comes in as a method and what is to be done
/// about it goes out as a result. `Engine` holds it under one lock and carries the results out after letting go.
struct EngineState {
    enum Phase { case running, draining, stopped }

    /// A session in memory. Commands are decided against `pending`; readers see `committed`.
    struct Slot {
        /// None while the start of the session is not yet durable.
        var committed: SessionState?
        var pending: SessionState
        /// Writes that are queued or being committed.
        var underWay = 0
        /// The first generation of this slot: writes of an earlier one were meant for a slot that is gone.
        let born: UInt64
        /// Renewed when a write fails: the writes behind it were decided against a state that never came to be. No two
        /// slots ever have the same, so that a session that was dropped and loaded again takes no writes of before.
        var generation: UInt64
        /// The entry that takes over a row which another program wrote; goes with the first command.
        var takeover: LogEntry?
        /// A queued command carries `takeover`, so those behind it must not.
        var isTakeoverQueued = false
        var lastUse: UInt64 = 0

        init(committed: SessionState?, pending: SessionState, generation: UInt64, takeover: LogEntry? = nil) {
            self.committed = committed
            self.pending = pending
            self.generation = generation
            self.takeover = takeover
            born = generation
        }

        /// Readers see `state` from now on.
        ///
        /// - Returns: how many entries the history has more, and the state that was left, with the seconds in it.
        mutating func commit(_ state: SessionState) -> (history: Int, left: (name: String, seconds: Double)?) {
            takeover = nil
            // Field by field: a copy of the whole state would hold on to everything in it for a moment.
            let history = state.history.count - (committed?.history.count ?? 0)
            var left: (String, Double)?
            if let entered = committed?.enteredAt, let name = committed?.currentState,
                entered != state.enteredAt || committed?.transitions != state.transitions
            {
                left = (name, Double(entered.distance(to: state.enteredAt)) / 1e6)
            }
            committed = state
            return (history, left)
        }
    }

    enum Outcome: Sendable {
        case done(SessionState?, result: JSONValue, sequence: Int64, isRepetition: Bool)
        case failed(RIFError)
        /// The session is not in memory: load it and ask again.
        case mustLoad
        /// There is no room in the queue: wait and ask again.
        case mustWait
    }

    struct QueuedWrite {
        var write: Write
        var sessionID: String?
        var generation: UInt64
        var state: SessionState?
        var result: JSONValue
        var isRepetition: Bool
        /// Thrown once the write is durable.
        var refusal: RIFError?
        var bytes: Int
        var continuation: CheckedContinuation<Outcome, Never>

        /// A write of nothing, behind the one that a caller asked for a second time.
        static func repetition(
            of slot: Slot, result: JSONValue, _ continuation: CheckedContinuation<Outcome, Never>
        ) -> QueuedWrite {
            QueuedWrite(
                write: Write(), sessionID: slot.pending.sessionID, generation: slot.generation, state: slot.pending,
                result: result, isRepetition: true, refusal: nil, bytes: 0, continuation: continuation)
        }

        func resume(_ error: RIFError? = nil) {
            if let error = error ?? refusal {
                continuation.resume(returning: .failed(error))
            } else {
                continuation.resume(
                    returning: .done(
                        state, result: result, sequence: write.entries.last?.sequence ?? 0, isRepetition: isRepetition))
            }
        }
    }

    var statistics = EngineStatistics()
    var phase = Phase.running
    var slots: [String: Slot] = [:]
    var queue: [QueuedWrite] = []
    /// Queued and being committed.
    var queuedWrites = 0
    var queuedBytes = 0
    var jobs: [Job] = []
    /// Callers that wait for room, by the order in which they came.
    var waitingForRoom: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    var nextWaiter: UInt64 = 0
    /// Idempotency keys that belong to no session and whose commands are under way, with those who wait for their end.
    var claims: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// Sessions with writes whose outcome is not known. Until they have been read from the store again, nobody can say
    /// that everything up to some sequence is folded.
    var forgotten: Set<String> = []
    /// Sessions whose snapshot is behind.
    var dirty: Set<String> = []
    /// Sessions whose snapshot is being written: who needs it waits for that. They stay in memory until it is, because
    /// they are dirty again where it fails.
    var saving: Set<String> = []
    var isBehind: Bool { !saving.isEmpty || !dirty.isEmpty || !forgotten.isEmpty }
    var committedThrough: Int64 = 0
    /// What a write failed with, until a probe succeeds: on a full disk a small one may find room where the next does not.
    var writeProblem: StoreError?
    var isWriterAsleep = false
    /// While the writing thread gathers: how many queued writes are worth waking it.
    var gatherTarget: Int?
    var lastCleanUp: Timestamp?
    var useCounter: UInt64 = 0
    var cachedHistory = 0
    /// Sessions that are being read from the store, and by how many: they are not evicted, since a read that began
    /// before a commit would bring back what was there before it.
    var loading: [String: Int] = [:]
    /// The store's answers cannot be trusted for forgotten sessions until it has been reopened.
    var mustReopen = false
    /// How often the store was reopened: a read that failed can tell whether that was done since it began.
    var reopenings: UInt64 = 0
    /// Raised when sessions were removed: what was loaded before may be gone.
    var loadEpoch: UInt64 = 0
    private var lastGeneration: UInt64 = 0

    mutating func nextGeneration() -> UInt64 {
        lastGeneration += 1
        return lastGeneration
    }

    /// Writes that were ever queued, and of those that left the queue: a job waits for the writes before it.
    var enqueued: UInt64 = 0
    var taken: UInt64 = 0

    struct Job {
        var afterWrites: UInt64
        var run: @Sendable (Committer) -> Void
    }

    /// True where the writing thread has to be woken, which then counts as done.
    mutating func mustWakeWriter() -> Bool {
        if let target = gatherTarget, queue.count < target, jobs.isEmpty { return false }
        gatherTarget = nil
        defer { isWriterAsleep = false }
        return isWriterAsleep
    }

    /// Whether the writing thread should wait a moment for callers that were just answered, and how many it has seen.
    mutating func beginGathering(answered: Int) -> Bool {
        guard phase == .running, jobs.isEmpty else { return false }
        gatherTarget = queue.count + answered
        isWriterAsleep = true
        return true
    }

    /// How many writes are there now.
    mutating func endGathering() -> Int {
        gatherTarget = nil
        isWriterAsleep = false
        return queue.count
    }

    mutating func touch(_ id: String) {
        useCounter += 1
        slots[id]?.lastUse = useCounter
    }

    // MARK: - Coming in

    mutating func enqueue(_ write: QueuedWrite) {
        if let id = write.sessionID { slots[id]?.underWay += 1 }
        queuedWrites += 1
        queuedBytes += write.bytes
        enqueued += 1
        queue.append(write)
    }

    /// The next job, once everything that was queued before it has been committed.
    mutating func takeJob() -> Job? {
        guard let job = jobs.first, job.afterWrites <= taken else { return nil }
        return jobs.removeFirst()
    }

    func hasRoom(_ policy: EnginePolicy) -> Bool {
        queuedWrites < policy.maximumQueuedWrites && queuedBytes < policy.maximumQueuedBytes
    }

    /// The next batch, numbered, and the writes that failed because one before them did.
    mutating func takeBatch(
        _ policy: EnginePolicy, nextSequence: inout Int64
    ) -> (batch: [QueuedWrite], stale: [(QueuedWrite, RIFError)]) {
        var batch: [QueuedWrite] = []
        var stale: [(QueuedWrite, RIFError)] = []
        var bytes = 0
        var count = 0
        for index in queue.indices {
            if batch.count >= policy.maximumBatchWrites { break }
            if !batch.isEmpty && bytes + queue[index].bytes > policy.maximumBatchBytes { break }
            count += 1
            if let error = staleness(of: queue[index]) {
                stale.append((queue[index], error))
                continue
            }
            for entry in queue[index].write.entries.indices {
                nextSequence += 1
                queue[index].write.entries[entry].sequence = nextSequence
            }
            bytes += queue[index].bytes
            batch.append(queue[index])
        }
        queue.removeFirst(count)
        taken += UInt64(count)
        for (write, _) in stale { settle(write) }
        return (batch, stale)
    }

    /// Why a queued write can no longer be stored, if so.
    func staleness(of write: QueuedWrite) -> RIFError? {
        guard let id = write.sessionID, slots[id]?.generation != write.generation else { return nil }
        if slots[id] == nil, forgotten.contains(id) {
            return RIFError(
                .storageUnavailable,
                "it is not known whether the write before this one, on which it depends, was stored; read session "
                    + "\(id) and try again")
        }
        // A repetition of a start that failed has no slot either, but nothing was removed.
        if slots[id] == nil, !write.isRepetition { return RIFError(.notFound, "session \(id) was removed") }
        return RIFError(
            .storageUnavailable,
            "the write before this one, on which it depends, could not be stored; read session \(id) and try again")
    }

    // MARK: - Going out

    /// A write is durable: readers see it from now on.
    mutating func commit(_ write: QueuedWrite) {
        if let last = write.write.entries.last { committedThrough = max(committedThrough, last.sequence) }
        if let id = write.sessionID, let state = write.state {
            let change = slots[id]?.commit(state)
            cachedHistory += change?.history ?? 0
            if let left = change?.left { statistics.observe(left.seconds, in: left.name) }
            // An event that was only reported changes no snapshot.
            if write.write.entries.contains(where: { $0.sessionSequence != nil }) { dirty.insert(id) }
        }
        if !write.write.isEmpty { statistics.count(write.write.entries) }
        settle(write)
    }

    /// A write failed, and nothing of it is stored: what was decided after it is void.
    mutating func fail(_ write: QueuedWrite) {
        settle(write)
        guard let id = write.sessionID, let slot = slots[id], slot.generation == write.generation else { return }
        guard let committed = slot.committed else {
            slots[id] = nil
            return
        }
        let generation = nextGeneration()
        slots[id]?.pending = committed
        slots[id]?.generation = generation
        slots[id]?.isTakeoverQueued = false
    }

    /// Whether a write is stored is not known: forget the session, so that its next use reads the store.
    mutating func forget(_ write: QueuedWrite) {
        settle(write)
        if let id = write.sessionID {
            drop(id)
            forgotten.insert(id)
        }
    }

    /// A clean-up broke off: whether these are still there is not known, so each is read again before its next use.
    mutating func forgetFinished(before cut: Timestamp) {
        mustReopen = true
        for (id, slot) in slots {
            guard let state = slot.committed, state.isFinished, state.updatedAt < cut else { continue }
            drop(id)
            forgotten.insert(id)
        }
    }

    private mutating func settle(_ write: QueuedWrite) {
        queuedWrites -= 1
        queuedBytes -= write.bytes
        if let id = write.sessionID, let slot = slots[id], write.generation >= slot.born { slots[id]?.underWay -= 1 }
    }

    mutating func drop(_ id: String) {
        if let slot = slots.removeValue(forKey: id) { cachedHistory -= slot.committed?.history.count ?? 0 }
        dirty.remove(id)
        loadEpoch += 1
    }

    // MARK: - Memory

    mutating func insert(_ state: SessionState, takeover: LogEntry?, isDirty: Bool) {
        guard slots[state.sessionID] == nil else { return }
        slots[state.sessionID] = Slot(
            committed: state, pending: state, generation: nextGeneration(), takeover: takeover)
        cachedHistory += state.history.count
        if isDirty { dirty.insert(state.sessionID) }
        touch(state.sessionID)
    }

    /// Lets go of the least recently used sessions, a quarter of the limit at a time so that it is rarely needed.
    mutating func evict(_ policy: EnginePolicy) {
        guard slots.count > policy.maximumCachedSessions || cachedHistory > policy.maximumCachedHistory else { return }
        let idle = slots.filter { id, slot in
            slot.underWay == 0 && !dirty.contains(id) && !saving.contains(id) && loading[id] == nil
        }.map { (id: $0.key, lastUse: $0.value.lastUse) }.sorted { $0.lastUse < $1.lastUse }
        for (id, _) in idle {
            if slots.count <= policy.maximumCachedSessions * 3 / 4
                && cachedHistory <= policy.maximumCachedHistory * 3 / 4
            {
                return
            }
            let slot = slots.removeValue(forKey: id)
            cachedHistory -= slot?.committed?.history.count ?? 0
        }
    }

    /// The snapshots that are due, and the sequence through which everything is then folded, where that is certain.
    mutating func takeDirty() -> (states: [SessionState], through: Int64, isComplete: Bool) {
        saving = dirty
        dirty = []
        return (saving.compactMap { slots[$0]?.committed }, committedThrough, forgotten.isEmpty)
    }

    /// The snapshots that `takeDirty` gave are stored, or else dirty as before.
    mutating func endSaving(succeeded: Bool) {
        if !succeeded { dirty.formUnion(saving) }
        saving = []
    }

    /// Callers that may ask again, the first to come first: as many as there may be room for, all where the engine ends
    /// and has nothing but a refusal for them.
    mutating func takeWaiting(_ policy: EnginePolicy) -> [CheckedContinuation<Bool, Never>] {
        guard !waitingForRoom.isEmpty, hasRoom(policy) || phase != .running else { return [] }
        let room = phase == .running ? policy.maximumQueuedWrites - queuedWrites : waitingForRoom.count
        let ids = waitingForRoom.keys.sorted().prefix(room)
        return ids.compactMap { waitingForRoom.removeValue(forKey: $0) }
    }
}
