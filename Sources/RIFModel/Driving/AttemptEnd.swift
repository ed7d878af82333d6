/// How an attempt of an agent ended, as whoever watched its process, or found what was left of it, tells it.
public struct AttemptEnd: Sendable {
    public var assignmentID: String
    public var attempt: Int
    public var cause: Cause
    /// What it came to; none where nobody knows.
    public var result: AgentResult?
    public var reason: String?
    public var exitCode: Int?
    public var signal: Int?
    /// `{stdout_bytes, stderr_bytes, truncated}`.
    public var output: JSONValue = .null
    public var tokens: AgentTokens?
    /// Whether `tokens` are those of the whole conversation, attempts before this one included.
    public var areTokensOfConversation = false
    /// US dollars of the whole conversation, attempts before this one included.
    public var costUSD: Double?
    public var agentSessionID: String?
    public var lastOutputAt: Timestamp?
    /// -1…1: how far the delay before a next attempt is moved within the agent's jitter.
    public var jitter: Double = 0

    public init(assignmentID: String, attempt: Int, cause: Cause, result: AgentResult? = nil, reason: String? = nil) {
        self.assignmentID = assignmentID
        self.attempt = attempt
        self.cause = cause
        self.result = result
        self.reason = reason
    }

    public enum Cause: Sendable, Hashable {
        /// It came to its end by itself.
        case ended
        /// It ran into the timeout of its agent.
        case timedOut
        /// It could not be started as it is declared: another attempt would do no better.
        case unstartable
        /// A person, or the end of the state, ended it: there is no other attempt.
        case cancelled
        /// Whoever drove it stops, and the next one starts it again.
        case interrupted
        /// Nobody knows what became of it: a crash took the process, or the machine.
        case lost
        case rateLimited(until: Timestamp)
    }
}

extension AttemptEnd {
    /// Relaunches that do not count, after which an agent is given up: a crash that it brings about itself would go on
    /// for ever.
    private static let mostRelaunches = 100

    /// The status that the attempt ends with.
    var status: AssignmentStatus {
        switch cause {
        case .timedOut: return .timedOut
        case .cancelled, .interrupted: return .cancelled
        case .lost, .unstartable, .rateLimited: return .failed
        case .ended:
            switch result?.outcome {
            case .success: return .completed
            case .blocked: return .blocked
            case .failure, .rateLimited, nil: return .failed
            }
        }
    }

    /// The next attempt as the log says it; nothing where there is none.
    func next(of assignment: Assignment, in state: SessionState, at now: Timestamp) -> JSONValue? {
        let isEnding = state.drive.cancelReason != nil || (state.drive.timedOut ?? .alert) != .alert
        let relaunches = assignment.attempt - assignment.countedAttempts
        switch cause {
        case .cancelled, .unstartable: return nil
        case .interrupted, .lost, .rateLimited:
            guard !isEnding, relaunches < Self.mostRelaunches else { return nil }
            guard case .rateLimited(let until) = cause else { return ["counts": "no", "reason": .optional(reason)] }
            return [
                "counts": "no", "rate_limited": true, "not_before": .string(until.rfc3339), "reason": .optional(reason),
            ]
        case .ended, .timedOut:
            let retry = DrivePlan(state, at: now)?.retry(of: assignment) ?? RetryPolicy()
            // A failure that asks for a transition goes there at once.
            guard status == .failed || status == .timedOut, result?.trigger == nil, !isEnding,
                assignment.countedAttempts < retry.maxAttempts
            else { return nil }
            let delay = retry.delay(after: assignment.countedAttempts)
            let moved = delay * (1 + retry.jitter * max(-1, min(1, jitter)))
            return ["not_before": .string(now.advanced(by: moved).rfc3339), "reason": .optional(reason)]
        }
    }

    /// What does not fit into the session's context is no success.
    mutating func refuseHugeContext(_ state: SessionState, limits: Limits) {
        guard let updates = result?.contextUpdates, !updates.isEmpty else { return }
        let bytes = SessionRules.contextBytes(state.context, bytes: state.contextBytes, merging: updates)
        guard bytes > limits.contextBytes else { return }
        result?.contextUpdates = [:]
        result?.outcome = .failure
        result?.trigger = nil
        result?.reason = nil
        reason = "context_updates: with them the context has \(bytes) bytes; expected at most \(limits.contextBytes)"
    }

    var data: [String: JSONValue] {
        var kept = result
        if kept?.reason == nil { kept?.reason = reason }
        return [
            "assignment_id": .string(assignmentID), "attempt": .int(Int64(attempt)),
            "status": .string(status.rawValue), "exit_code": .optional(exitCode.map(Int64.init)),
            "signal": .optional(signal.map(Int64.init)), "result": kept?.json ?? .null,
            "reason": .optional(reason ?? result?.reason), "tokens": tokens?.json ?? .null,
            "output": output, "agent_session_id": .optional(agentSessionID),
            "last_output_at": .optional(lastOutputAt?.rfc3339),
            "conversation_cost_usd": costUSD.map { .double($0) } ?? .null,
            "conversation_tokens": areTokensOfConversation ? tokens?.json ?? .null : .null,
        ]
    }
}

extension Assignment {
    /// What an attempt cost by itself, in US dollars. A total below the one before is that of a conversation that began
    /// anew.
    func newCost(_ total: Double) -> Double {
        guard let before = conversationCostUSD, total >= before else { return total }
        return total - before
    }

    /// What an attempt used by itself, where its agent counts the whole conversation.
    func newTokens(_ total: AgentTokens) -> AgentTokens {
        conversationTokens.flatMap { total.since($0) } ?? total
    }
}
