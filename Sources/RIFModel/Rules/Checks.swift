/// Checks that several commands share.
extension SessionRules {
    static func check(
        from: String?, to: String, reason: String, agents: [String], confidence: Double, limits: Limits
    ) throws(RIFError) -> Float {
        if let from { try Validation.name(from, field: "from_state", limits: limits) }
        try Validation.name(to, field: "to_state", limits: limits)
        try Validation.text(reason, field: "reason", maximumBytes: limits.reasonBytes)
        for agent in agents { try Validation.name(agent, field: "agents_selected", limits: limits) }
        return try Validation.confidence(confidence, field: "confidence_score")
    }

    static func refuseFinished(_ state: SessionState, operation: String) throws(RIFError) {
        if let outcome = state.outcome {
            throw RIFError.finished(state.sessionID, outcome: outcome, operation: operation)
        }
    }

    static func checkContext(bytes: Int, limits: Limits) throws(RIFError) {
        guard bytes <= limits.contextBytes else {
            throw RIFError.tooLarge(field: "context", bytes: bytes, limit: limits.contextBytes)
        }
    }

    /// A history given by hand is bounded like a context, times the steps that a session of that size can have.
    static func checkHistory(_ history: [JSONValue], limits: Limits) throws(RIFError) {
        let bytes = JSONValue.array(history).compactByteCount
        guard bytes <= limits.historyBytes else {
            throw RIFError.tooLarge(field: "history", bytes: bytes, limit: limits.historyBytes)
        }
    }

    static func checkSize(_ value: JSONValue, field: String, limits: Limits) throws(RIFError) {
        let bytes = value.compactByteCount
        guard bytes <= limits.contextBytes else {
            throw RIFError.tooLarge(field: field, bytes: bytes, limit: limits.contextBytes)
        }
    }

    /// Size of a context as compact JSON after a merge, from its size before and the members that change: the context
    /// itself is not encoded again.
    static func contextBytes(_ context: [String: JSONValue], bytes: Int, merging updates: [String: JSONValue]) -> Int {
        var bytes = bytes
        var members = context.count
        for (key, value) in updates {
            if let old = context[key] {
                bytes += value.compactByteCount - old.compactByteCount
            } else {
                // A member is key, colon and value, and a comma where it is not the first.
                bytes += JSONValue.stringByteCount(key) + 1 + value.compactByteCount + (members > 0 ? 1 : 0)
                members += 1
            }
        }
        return bytes
    }
}

extension RIFError {
    static func conflict(_ sessionID: String, current: String, given: String) -> RIFError {
        RIFError(
            .stateConflict,
            "from_state: session \(sessionID) is in state \"\(current)\", not in \"\(given)\"; "
                + "read the session and decide again")
    }

    static func finished(_ sessionID: String, outcome: Outcome, operation: String) -> RIFError {
        RIFError(
            .sessionFinished,
            "session \(sessionID) has ended with the outcome \"\(outcome.rawValue)\" and takes no \(operation)")
    }

    static func missing(field: String, expected: String) -> RIFError {
        var error = RIFError(.invalidRequest, "\(field): missing; expected \(expected)")
        error.field = field
        return error
    }

    static func tooLarge(field: String, bytes: Int, limit: Int) -> RIFError {
        var error = RIFError(
            .unprocessable, "\(field): \(bytes) bytes of JSON; the limit is \(limit) bytes (limits.\(field)_bytes)")
        error.field = field
        return error
    }
}
