public import RIFModel

/// What an agent's output tells about it, up to now.
public struct AgentSigns: Sendable, Hashable {
    /// Its own name for the conversation, with which it can be resumed.
    public var agentSessionID: String?
    public var tokens: AgentTokens?
    /// Whether `tokens`, as the cost does, counts the whole conversation, also runs before that this one resumed.
    public var areTokensOfConversation = false
    /// US dollars as the agent counts them, of the whole conversation. Nil where it does not tell.
    public var costUSD: Double?
    /// When the limit ends that it is held up by now.
    public var rateLimitedUntil: Timestamp?
    public var lastOutputAt: Timestamp?
    /// What it does right now, in one line of at most 120 characters.
    public var activity: String?

    public init(
        agentSessionID: String? = nil, tokens: AgentTokens? = nil, costUSD: Double? = nil,
        rateLimitedUntil: Timestamp? = nil, lastOutputAt: Timestamp? = nil, activity: String? = nil
    ) {
        self.agentSessionID = agentSessionID
        self.tokens = tokens
        self.costUSD = costUSD
        self.rateLimitedUntil = rateLimitedUntil
        self.lastOutputAt = lastOutputAt
        self.activity = activity
    }
}

/// What an attempt of an agent came to, by its end, its result and its stream.
public struct AgentConclusion: Sendable, Hashable {
    public var result: AgentResult
    /// Why something that looks like a success, or tells nothing, counts as a failure; in words for people.
    public var problem: String?
    public var signs: AgentSigns
    /// Whether a limit of whoever serves the agent ended it: nothing that a retry at once would mend.
    public var isRateLimited: Bool

    public init(result: AgentResult, problem: String? = nil, signs: AgentSigns, isRateLimited: Bool = false) {
        self.result = result
        self.problem = problem
        self.signs = signs
        self.isRateLimited = isRateLimited
    }
}
