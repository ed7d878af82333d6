// An assignment as the fold of what the log says about it.

extension EventType {
    /// Those that change an assignment after its launch; each names it as `assignment_id`.
    public static let ofAssignments: [EventType] = [
        .assignmentUpdated, .agentStarted, .agentFinished, .agentSilent,
    ]
}

extension Assignment {
    /// The assignment that the data of an `agent_launch` makes; nothing where it says neither agent nor id.
    ///
    /// - Parameter state: what the session was in, where the data does not say.
    public init?(launch data: JSONValue, sessionID: String, state: String, at timestamp: Timestamp) {
        guard let agent = data["agent"]?.stringValue, let id = data["assignment_id"]?.stringValue else { return nil }
        self.init(
            assignmentID: id, sessionID: sessionID, agent: agent,
            kind: data["kind"]?.stringValue.flatMap(AgentKind.init(rawValue:)) ?? .external,
            state: data["state"]?.stringValue ?? state, visit: Int(clamping: data["visit"]?.intValue ?? 0),
            status: Self.status(in: data) ?? .active,
            taskDescription: data["task_description"]?.stringValue ?? "", startedAt: timestamp)
    }

    static func status(in data: JSONValue) -> AssignmentStatus? {
        data["status"]?.stringValue.flatMap(AssignmentStatus.init(rawValue:))
    }

    /// Takes over what one of the events `EventType.ofAssignments` says.
    ///
    /// - Returns: whether it said something that we know; else nothing was changed.
    @discardableResult
    public mutating func apply(_ type: EventType, _ data: JSONValue, at timestamp: Timestamp) -> Bool {
        switch type {
        case .agentStarted:
            status = .active
            startedAt = timestamp
            notBefore = nil
            reason = nil
            process.take(data)
        case .agentSilent:
            guard status.isWorking else { return false }
            status = data["silent"]?.boolValue == false ? .active : .silent
            process.take(data)
        case .agentFinished:
            guard let status = Self.status(in: data) else { return false }
            end(status, data, at: timestamp)
            if let next = data["next"], !next.isNull { begin(next, at: timestamp) }
        case .assignmentUpdated:
            guard let status = Self.status(in: data) else { return false }
            guard status != .queued else {
                begin(data, at: timestamp)
                return true
            }
            process.take(data)
            self.status = status
            endedAt = status.hasEnded ? timestamp : nil
            if let result = data["result"], !result.isNull { self.result = result }
        default:
            return false
        }
        return true
    }

    /// The end of an attempt.
    private mutating func end(_ status: AssignmentStatus, _ data: JSONValue, at timestamp: Timestamp) {
        process.take(data)
        self.status = status
        endedAt = timestamp
        notBefore = nil
        result = data["result"] ?? .null
        reason = data["reason"]?.stringValue
        if let used = AgentTokens(json: data["tokens"]) { tokens = (tokens ?? AgentTokens()) + used }
        if let cost = data["cost_usd"]?.doubleValue { costUSD = (costUSD ?? 0) + cost }
        conversationTokens = AgentTokens(json: data["conversation_tokens"]) ?? conversationTokens
        conversationCostUSD = data["conversation_cost_usd"]?.doubleValue ?? conversationCostUSD
    }

    /// Queues the next attempt, and keeps the one before.
    private mutating func begin(_ next: JSONValue, at timestamp: Timestamp) {
        attempts.append(
            Attempt(
                attempt: attempt, status: status, startedAt: startedAt, endedAt: endedAt ?? timestamp, process: process,
                result: result, reason: reason))
        attempt += 1
        switch next["counts"]?.stringValue {
        case "anew": countedAttempts = 1
        case "no": break
        default: countedAttempts += 1
        }
        status = next["rate_limited"]?.boolValue == true ? .rateLimited : .queued
        notBefore = next["not_before"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        reason = next["reason"]?.stringValue ?? reason
        endedAt = nil
        result = .null
        // The conversation goes on in the next attempt, where the agent can.
        let conversation = process.agentSessionID
        process = ProcessFacts()
        process.agentSessionID = conversation
    }

    /// Ends with its session, unless it has ended before.
    public mutating func end(with outcome: Outcome, at timestamp: Timestamp) {
        guard !status.hasEnded else { return }
        status = outcome.statusOfActiveAgents
        endedAt = timestamp
    }
}
