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

    static func refuseFinished(_ state: SessionState) throws(RIFError) {
        if let outcome = state.outcome {
            throw RIFError.sessionFinished(state.sessionID, outcome: outcome.rawValue)
        }
    }

    static func checkContext(bytes: Int, limits: Limits) throws(RIFError) {
        guard bytes <= limits.contextBytes else {
            throw RIFError.tooLarge(
                field: "context", size: bytes, unit: "bytes of compact JSON", limit: limits.contextBytes)
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
