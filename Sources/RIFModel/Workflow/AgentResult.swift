/// What an attempt of an agent came to.
public enum AgentOutcome: String, Sendable, Hashable, CaseIterable {
    case success, failure, blocked
    /// Put off until `until`, by a limit of whoever serves the agent.
    case rateLimited = "rate_limited"
}

/// What an agent reports at its end, in its result file or as the last line of its output.
public struct AgentResult: Sendable, Hashable {
    public var outcome: AgentOutcome
    public var trigger: String?
    public var contextUpdates: [String: JSONValue]
    public var confidence: Double?
    public var reason: String?
    public var evidence: JSONValue
    /// When a rate limit ends.
    public var until: Timestamp?

    public init(
        outcome: AgentOutcome, trigger: String? = nil, contextUpdates: [String: JSONValue] = [:],
        confidence: Double? = nil, reason: String? = nil, evidence: JSONValue = .null, until: Timestamp? = nil
    ) {
        self.outcome = outcome
        self.trigger = trigger
        self.contextUpdates = contextUpdates
        self.confidence = confidence
        self.reason = reason
        self.evidence = evidence
        self.until = until
    }
}
