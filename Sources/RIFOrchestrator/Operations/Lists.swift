public import RIFEngine
public import RIFModel
public import RIFStore

extension Orchestrator {
    /// Decisions, newest first, of one session or of all (`get_decision_history`).
    ///
    /// - Throws: `unprocessable` for a limit outside 1…1,000.
    public func decisionHistory(_ sessionID: String? = nil, limit: Int = 100) async throws(RIFError) -> [Decision] {
        let limit = try Validation.limit(limit, limits: limits)
        return try await read { store throws(StoreError) in
            try await store.decisions(sessionID: sessionID, limit: limit)
        }
    }

    /// Metrics, newest first, of one session or of all.
    ///
    /// - Throws: `unprocessable` for a limit outside 1…1,000.
    public func metrics(_ sessionID: String? = nil, limit: Int = 100) async throws(RIFError) -> [Metric] {
        let limit = try Validation.limit(limit, limits: limits)
        return try await read { store throws(StoreError) in
            try await store.metrics(sessionID: sessionID, limit: limit)
        }
    }

    /// The one session whose id begins with a prefix, as git does it with commits.
    ///
    /// - Throws: `not_found` where there is none, `invalid_request` where there are several.
    public func resolve(_ prefix: String) async throws(RIFError) -> String {
        let ids = try await read { store throws(StoreError) in try await store.sessionIDs(prefix: prefix, limit: 4) }
        if ids.contains(prefix) { return prefix }
        guard let first = ids.first else { throw RIFError.notFound("session", prefix) }
        guard ids.count == 1 else {
            let some = ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? ", …" : "")
            throw RIFError.invalid(
                field: "session", value: prefix, problem: "is the beginning of several ids (\(some))",
                expected: "more characters of the id")
        }
        return first
    }

    /// Everything that happens from now on, or after a sequence: first from the log, then live, without a gap.
    public func events(
        after sequence: Int64? = nil, sessionID: String? = nil, eventType: String? = nil
    ) -> EventStream {
        engine.events(after: sequence, sessionID: sessionID, eventType: eventType)
    }

    /// Where the live feed stands: for those who fan it out to many.
    public var feedPosition: FeedPosition { engine.feedPosition }

    /// Events of the past, in their order: those after a sequence, or the newest ones.
    public func pastEvents(_ query: EventQuery) async throws(RIFError) -> [Event] {
        try await read { store throws(StoreError) in try await store.events(query) }
    }

    /// Reports something that happened (`track_metrics`): it is logged and shown, and changes no session.
    ///
    /// - Returns: the global sequence of the event.
    /// - Throws: `invalid_request` for a name, `unprocessable` for a limit or an idempotency key that was used for
    ///   something else, `not_found` where it is about a session that there is not.
    @discardableResult
    public func track(
        _ eventType: String, data: JSONValue, sessionID: String? = nil, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Int64 {
        try await engine.record(EventType(rawValue: eventType), data: data, sessionID: sessionID, options: options)
    }

    /// How many rows of each kind there are.
    public func counts() async throws(RIFError) -> StoreCounts {
        try await read(flushed: true) { store throws(StoreError) in try await store.counts() }
    }
}
