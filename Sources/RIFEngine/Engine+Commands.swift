import Dispatch
public import RIFModel
import RIFStore
import Synchronization

/// The result of a command, once it is durable.
public struct Performed: Sendable {
    /// The session right after the command; the current one where the command was repeated.
    public var state: SessionState
    /// Ids that the command gave.
    public var result: JSONValue
    /// Global sequence of the newest entry that was written; 0 where there is none.
    public var sequence: Int64
    /// The idempotency key was known: this is the first result, and nothing was written.
    public var isRepetition: Bool
}

/// What may come with any command.
public struct CommandOptions: Sendable, Hashable {
    /// The same key with the same command does it once; with another command it is refused.
    public var idempotencyKey: String?
    /// Who asks, for the record.
    public var actor: String?

    public init(idempotencyKey: String? = nil, actor: String? = nil) {
        self.idempotencyKey = idempotencyKey
        self.actor = actor
    }
}

extension Engine {
    /// Decides a command against a session's pending state.
    public typealias Decide =
        @Sendable (SessionState, SessionRules.Moment) throws(RIFError) -> SessionRules.Decided

    /// Performs one command on a session: decides it, writes it, and returns when it is durable.
    ///
    /// - Parameters:
    ///   - request: the command as JSON, which tells a repetition from another command with the same key.
    ///   - decide: called under the engine's lock with the pending state; must not wait.
    /// - Throws: `not_found`, whatever `decide` throws, `overloaded`, `storage_unavailable`.
    public func perform(
        _ operation: String, on sessionID: String, options: CommandOptions = CommandOptions(),
        request: @autoclosure () -> JSONValue, decide: Decide
    ) async throws(RIFError) -> Performed {
        var stamp: IdempotencyStamp?
        if let key = options.idempotencyKey {
            try Validation.idempotencyKey(key, limits: policy.limits)
            stamp = IdempotencyStamp(key: key, operation: operation, request: request())
        }
        var patience = Patience(policy)
        while true {
            let outcome = await submit { state, continuation in
                self.admit(
                    &state, sessionID, stamp: stamp, actor: options.actor, decide: decide, continuation: continuation)
            }
            switch outcome {
            case .done(let state?, let result, let sequence, let isRepetition):
                return Performed(state: state, result: result, sequence: sequence, isRepetition: isRepetition)
            case .done(nil, _, _, _):
                throw RIFError(.internal, "session \(sessionID) has no state after \(operation)")
            case .failed(let error): throw error
            case .mustWait: try await waitForRoom(&patience)
            case .mustLoad:
                guard try await loadIfPresent(sessionID) else { throw RIFError.notFound("session", sessionID) }
            }
        }
    }

    // MARK: - Under the lock

    /// Queues a write, or says at once what else is the case. The writing thread is woken where it sleeps.
    func submit(
        _ admit: (inout EngineState, CheckedContinuation<EngineState.Outcome, Never>) -> EngineState.Outcome?
    ) async -> EngineState.Outcome {
        await withCheckedContinuation { continuation in
            let (immediate, mustWake) = state.withLock { state -> (EngineState.Outcome?, Bool) in
                guard state.phase == .running else {
                    return (.failed(RIFError(.storageUnavailable, "the orchestrator has been shut down")), false)
                }
                guard !store.information.isReadOnly else {
                    return (.failed(RIFError(.storageUnavailable, "the database is open for reading only")), false)
                }
                guard state.hasRoom(policy) else { return (.mustWait, false) }
                let immediate = admit(&state, continuation)
                return (immediate, immediate == nil && state.mustWakeWriter())
            }
            if mustWake { wakeUp.signal() }
            guard let immediate else { return }
            continuation.resume(returning: immediate)
            // The room that this caller was let in for is still there, and no commit may follow that would give it on.
            giveRoom()
        }
    }

    /// Lets those in who wait for room, where there is some.
    func giveRoom() {
        let waiting = state.withLock { $0.takeWaiting(policy) }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    private func admit(
        _ state: inout EngineState, _ sessionID: String, stamp: IdempotencyStamp?, actor: String?, decide: Decide,
        continuation: CheckedContinuation<EngineState.Outcome, Never>
    ) -> EngineState.Outcome? {
        guard let slot = state.slots[sessionID] else { return .mustLoad }
        state.touch(sessionID)
        if let stamp, let known = slot.pending.idempotency[stamp.key] {
            guard known.requestHash == stamp.requestHash else { return .failed(Self.reusedKey(stamp.key)) }
            if let committed = slot.committed, committed.idempotency[stamp.key] != nil {
                return .done(committed, result: known.result, sequence: 0, isRepetition: true)
            }
            // The first command is under way: an empty write behind it shares its fate.
            state.enqueue(.repetition(of: slot, result: known.result, continuation))
            return nil
        }
        let now = max(clock.now(), slot.pending.lastEntryAt)
        let moment = SessionRules.Moment(now: now) { [ids] in ids.next(at: now) }
        do {
            let decided = try decide(slot.pending, moment)
            enqueue(
                decided, &state, slot, at: now, stamp: stamp, actor: actor, continuation: continuation)
            return nil
        } catch {
            return .failed(error)
        }
    }

    private func enqueue(
        _ decided: SessionRules.Decided, _ state: inout EngineState, _ slot: EngineState.Slot, at now: Timestamp,
        stamp: IdempotencyStamp?, actor: String?, continuation: CheckedContinuation<EngineState.Outcome, Never>
    ) {
        let sessionID = slot.pending.sessionID
        // A refusal is recorded, but not remembered under its key: the same command may succeed later.
        let remembered = decided.refusal == nil ? stamp : nil
        var entries: [LogEntry] = []
        var bytes = 512
        var pending = slot.pending
        if let takeover = slot.takeover, !slot.isTakeoverQueued {
            entries.append(takeover)
            bytes += slot.pending.contextBytes
            state.slots[sessionID]?.isTakeoverQueued = true
        }
        for body in decided.bodies {
            let entry = LogEntry(
                sessionID: sessionID, sessionSequence: pending.lastSequence + 1, timestamp: now,
                idempotency: remembered, actor: actor, body: body)
            pending.apply(entry)
            entries.append(entry)
            bytes += entry.estimatedBytes
        }
        let metrics = decided.metrics.map { draft in
            MetricRow(
                metric: Metric(
                    metricID: draft.id, sessionID: sessionID, type: draft.type, name: draft.name, value: draft.value,
                    metadata: draft.metadata, timestamp: now),
                idempotency: decided.bodies.isEmpty ? remembered : nil)
        }
        for report in decided.reports {
            entries.append(
                LogEntry(
                    sessionID: sessionID, sessionSequence: nil, timestamp: now, idempotency: remembered, actor: actor,
                    body: .event(report.type, report.data)))
            bytes += report.data.compactByteCount
        }
        if decided.bodies.isEmpty, let remembered {
            pending.remember(
                remembered.key,
                IdempotentResult(
                    requestHash: remembered.requestHash, sequence: pending.lastSequence, result: decided.result))
        }
        state.slots[sessionID]?.pending = pending
        state.enqueue(
            .init(
                write: Write(entries: entries, metrics: metrics), sessionID: sessionID, generation: slot.generation,
                state: pending, result: decided.result, isRepetition: false, refusal: decided.refusal, bytes: bytes,
                continuation: continuation))
    }

    static func reusedKey(_ key: String) -> RIFError {
        RIFError.unprocessable(
            field: "idempotency_key", value: .string(key), problem: "was used for another command",
            expected: "a key of its own for each command")
    }

    // MARK: - Back-pressure

    /// How long a caller waits for room in all, however often others are quicker.
    struct Patience {
        let limit: Duration
        /// Set when it has to wait for the first time.
        var deadline: ContinuousClock.Instant?

        init(_ policy: EnginePolicy) { limit = policy.queueDeadline }
    }

    /// Waits until there may be room in the queue.
    ///
    /// - Throws: `overloaded` where there is none before the deadline, or the task was cancelled.
    func waitForRoom(_ patience: inout Patience) async throws(RIFError) {
        // clock: the deadline is a promise about time.
        let deadline = patience.deadline ?? .now + patience.limit
        patience.deadline = deadline
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let alarm = Task {
            // Ends early only where it is cancelled, and then nobody waits any more.
            try? await Task.sleep(until: deadline, clock: .continuous)
            state.withLock { $0.waitingForRoom.removeValue(forKey: id) }?.resume(returning: false)
        }
        defer { alarm.cancel() }
        let hasRoom = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    if state.hasRoom(policy) || state.phase != .running { return true }
                    // The alarm may have rung before there was anybody to wake.
                    if deadline <= .now { return false }
                    state.waitingForRoom[id] = continuation
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            state.withLock { $0.waitingForRoom.removeValue(forKey: id) }?.resume(returning: false)
        }
        guard hasRoom else {
            state.withLock { $0.statistics.overloaded += 1 }
            throw RIFError(
                .overloaded,
                "more than \(policy.maximumQueuedWrites) writes are waiting for the disk; nothing was written, "
                    + "try again later")
        }
    }
}

extension LogEntry {
    /// Roughly what the entry weighs in memory and on disk.
    var estimatedBytes: Int {
        switch body {
        case .decision(let decision, let effect):
            return 256 + decision.reason.utf8.count + (decision.errorDetails?.utf8.count ?? 0)
                + (effect.contextUpdates.isEmpty ? 0 : JSONValue.object(effect.contextUpdates).compactByteCount)
        case .event(_, let data):
            return 128 + data.compactByteCount
        }
    }
}
