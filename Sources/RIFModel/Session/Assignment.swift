/// Where an assignment stands. Agents of a session carry the same words in `agent_assignments`.
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
