public import RIFModel
import RIFStore
import Synchronization

extension Engine {
    /// Starts a session. The same `sessionID` twice gives the first session, and writes nothing; so does the same
    /// idempotency key, with the same command.
    ///
    /// Where both come, both hold. A start that writes nothing, because there is such a session, leaves no key behind.
    ///
    /// - Throws: `invalid_request` and `unprocessable`, which name the field; `overloaded`, `storage_unavailable`.
    public func start(
        _ command: StartCommand, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> SessionState {
        var command = command
        if let given = command.sessionID {
            guard let id = UUIDv7Generator.canonical(given), UUIDv7Generator.isVersion7(id) else {
                throw RIFError.invalid(
                    field: "session_id", value: given, problem: "is no UUID of version 7", expected: "a UUIDv7")
            }
            command.sessionID = id
        }
        guard let key = options.idempotencyKey else { return try await begin(command, nil, options.actor) }
        try Validation.idempotencyKey(key, limits: policy.limits)
        let stamp = IdempotencyStamp(key: key, operation: "start_session", request: command.json)
        return try await claiming(stamp) { [command] known throws(RIFError) in
            // It may have been removed since.
            if let id = known?.sessionID, let first = try await committed(id) { return first }
            return try await begin(command, stamp, options.actor)
        }
    }

    private func begin(
        _ command: StartCommand, _ stamp: IdempotencyStamp?, _ actor: String?
    ) async throws(RIFError) -> SessionState {
        if let id = command.sessionID, let existing = try await committed(id) { return existing }
        let now = clock.now()
        let id = command.sessionID ?? ids.next(at: now)
        let body = try SessionRules.start(command, at: now, limits: policy.limits)
        let entry = LogEntry(
            sessionID: id, sessionSequence: 1, timestamp: now, idempotency: stamp, actor: actor, body: body)
        guard let session = SessionState(first: entry) else {
            throw RIFError(.internal, "the start of session \(id) could not be folded")
        }
        let write = Write(newSession: session.session, entries: [entry])
        var patience = Patience(policy)
        while true {
            let outcome = await submit { state, continuation in
                if let slot = state.slots[id] {
                    // The same start is under way: an empty write behind it shares its fate.
                    state.enqueue(.repetition(of: slot, result: .string(id), continuation))
                    return nil
                }
                state.evict(self.policy)
                let generation = state.nextGeneration()
                state.slots[id] = EngineState.Slot(committed: nil, pending: session, generation: generation)
                state.touch(id)
                state.enqueue(
                    .init(
                        write: write, sessionID: id, generation: generation, state: session, result: .string(id),
                        isRepetition: false, refusal: nil, bytes: session.contextBytes + 512,
                        continuation: continuation))
                return nil
            }
            switch outcome {
            case .done(let state, _, _, _): return state ?? session
            case .failed(let error): throw error
            case .mustLoad, .mustWait: try await waitForRoom(&patience)
            }
        }
    }

    // MARK: - Reported events

    /// Writes an event that somebody reports. It is part of the log, but of no session's state.
    ///
    /// - Returns: its global sequence; that of the first one where the idempotency key was known.
    /// - Throws: `not_found` where it is about a session that there is not.
    @discardableResult
    public func record(
        _ type: EventType, data: JSONValue, sessionID: String?, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Int64 {
        let command = ReportCommand(type: type, data: data)
        let decided = try SessionRules.report(command, limits: policy.limits)
        let operation = "record_event"
        if let sessionID {
            let performed = try await perform(operation, on: sessionID, options: options, request: command.json) {
                _, _ in decided
            }
            guard performed.isRepetition, let key = options.idempotencyKey else { return performed.sequence }
            return try await keyedEntry(key, sessionID: sessionID)?.sequence ?? 0
        }
        guard let key = options.idempotencyKey else { return try await append(command, nil, options.actor) }
        try Validation.idempotencyKey(key, limits: policy.limits)
        let stamp = IdempotencyStamp(key: key, operation: operation, request: command.json)
        return try await claiming(stamp) { known throws(RIFError) in
            if let known { return known.sequence }
            return try await append(command, stamp, options.actor)
        }
    }

    /// An event about no session.
    private func append(
        _ command: ReportCommand, _ stamp: IdempotencyStamp?, _ actor: String?
    ) async throws(RIFError) -> Int64 {
        let entry = LogEntry(
            sessionID: nil, sessionSequence: nil, timestamp: clock.now(), idempotency: stamp, actor: actor,
            body: .event(command.type, command.data))
        var patience = Patience(policy)
        while true {
            let outcome = await submit { state, continuation in
                state.enqueue(
                    .init(
                        write: Write(entries: [entry]), sessionID: nil, generation: 0, state: nil, result: .null,
                        isRepetition: false, refusal: nil, bytes: entry.estimatedBytes, continuation: continuation))
                return nil
            }
            switch outcome {
            case .done(_, _, let sequence, _): return sequence
            case .failed(let error): throw error
            case .mustLoad, .mustWait: try await waitForRoom(&patience)
            }
        }
    }

    // MARK: - Keys that belong to no session

    /// Runs a command that belongs to no session under its idempotency key: one after the other where several have the
    /// same, each told what is stored under it.
    ///
    /// Nothing but the store remembers these keys, so that they cost no memory: there is no end to them.
    ///
    /// - Throws: `unprocessable` where the key was used for another command.
    private func claiming<Value>(
        _ stamp: IdempotencyStamp, _ body: (LogEntry?) async throws(RIFError) -> Value
    ) async throws(RIFError) -> Value {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.claims[stamp.key] != nil else {
                    state.claims[stamp.key] = []
                    return true
                }
                state.claims[stamp.key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        defer {
            let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.claims[stamp.key]?.isEmpty == false else {
                    state.claims[stamp.key] = nil
                    return nil
                }
                return state.claims[stamp.key]?.removeFirst()
            }
            next?.resume()
        }
        let known = try await keyedEntry(stamp.key, sessionID: nil)
        if let known, known.idempotency?.requestHash != stamp.requestHash { throw Self.reusedKey(stamp.key) }
        return try await body(known)
    }

    /// The entry that was written under a key which no session's state holds.
    private func keyedEntry(_ key: String, sessionID: String?) async throws(RIFError) -> LogEntry? {
        do {
            try await reopenIfInDoubt()
            return try await read { store throws(StoreError) in
                try await store.keyedEntry(key, sessionID: sessionID)
            }
        } catch {
            throw error.rifError
        }
    }
}
