/// Where an assignment stands, and what anybody may set it to while its session is active. Agents of a session carry the
/// same words in `agent_assignments`.
public enum AssignmentStatus: String, Sendable, Hashable, CaseIterable, Codable {
    case active, completed, failed, cancelled
    case timedOut = "timed_out"
}

/// One agent put to work on one task of a session.
public struct Assignment: Sendable, Hashable {
    public var assignmentID: String
    public var sessionID: String
    public var agent: String
    /// The state that the session was in when the agent was launched.
    public var state: String
    public var status: AssignmentStatus
    public var taskDescription: String
    public var startedAt: Timestamp
    /// Set with the first status other than `active`.
    public var endedAt: Timestamp?
    /// What the agent (or somebody for it) reported at its end.
    public var result: JSONValue

    public init(
        assignmentID: String, sessionID: String, agent: String, state: String, status: AssignmentStatus = .active,
        taskDescription: String, startedAt: Timestamp, endedAt: Timestamp? = nil, result: JSONValue = .null
    ) {
        self.assignmentID = assignmentID
        self.sessionID = sessionID
        self.agent = agent
        self.state = state
        self.status = status
        self.taskDescription = taskDescription
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.result = result
    }
}

extension Assignment: JSONRepresentable {
    public var json: JSONValue {
        [
            "assignment_id": .string(assignmentID), "session_id": .string(sessionID), "agent": .string(agent),
            "state": .string(state), "status": .string(status.rawValue),
            "task_description": .string(taskDescription), "started_at": .string(startedAt.rfc3339),
            "ended_at": .optional(endedAt?.rfc3339), "result": result,
        ]
    }
}

// MARK: - From the log

extension Assignment {
    /// The assignment that the data of an `agent_launch` makes; nothing where it says neither agent nor id.
    ///
    /// - Parameter state: what the session was in, where the data does not say.
    public init?(launch data: JSONValue, sessionID: String, state: String, at timestamp: Timestamp) {
        guard let agent = data["agent"]?.stringValue, let id = data["assignment_id"]?.stringValue else { return nil }
        self.init(
            assignmentID: id, sessionID: sessionID, agent: agent, state: data["state"]?.stringValue ?? state,
            taskDescription: data["task_description"]?.stringValue ?? "", startedAt: timestamp)
    }

    /// Takes over what the data of an `assignment_updated` says.
    ///
    /// - Returns: the status that it says; none where it is not one that we know, and nothing was changed.
    @discardableResult
    public mutating func apply(update data: JSONValue, at timestamp: Timestamp) -> AssignmentStatus? {
        guard let status = data["status"]?.stringValue.flatMap(AssignmentStatus.init(rawValue:)) else { return nil }
        self.status = status
        endedAt = status == .active ? nil : timestamp
        if let result = data["result"], !result.isNull { self.result = result }
        return status
    }

    /// Ends with its session, unless it has ended before.
    public mutating func end(with outcome: Outcome, at timestamp: Timestamp) {
        guard status == .active else { return }
        status = outcome.statusOfActiveAgents
        endedAt = timestamp
    }
}
