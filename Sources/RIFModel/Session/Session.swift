/// One run of a workflow as its users see it: where it stands, and how it got there.
public struct Session: Sendable, Hashable {
    /// A UUID; version 7 for those that we made.
    public var sessionID: String
    public var currentState: String
    /// How it ended; an active session has none.
    public var outcome: Outcome?
    /// None only in files of the earlier Python system.
    public var workflowType: String?
    /// Higher is more urgent.
    public var priority: Int32
    public var context: [String: JSONValue]
    public var history: History
    /// Agent name → status, as `launch_agents` and transitions left it.
    public var agentAssignments: [String: JSONValue]
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Why it is paused; none where it is not.
    public var pauseReason: String?

    public var isFinished: Bool { outcome != nil }

    public init(
        sessionID: String, currentState: String, outcome: Outcome?, workflowType: String?, priority: Int32,
        context: [String: JSONValue], history: History, agentAssignments: [String: JSONValue], createdAt: Timestamp,
        updatedAt: Timestamp, pauseReason: String? = nil
    ) {
        self.sessionID = sessionID
        self.currentState = currentState
        self.outcome = outcome
        self.workflowType = workflowType
        self.priority = priority
        self.context = context
        self.history = history
        self.agentAssignments = agentAssignments
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.pauseReason = pauseReason
    }
}

extension Session: JSONRepresentable {
    public var json: JSONValue {
        var object = entry
        object["context"] = .object(context)
        object["history"] = history.json
        object["paused"] = .bool(pauseReason != nil)
        return .object(object)
    }

    private var entry: [String: JSONValue] {
        [
            "session_id": .string(sessionID), "current_state": .string(currentState),
            "outcome": .optional(outcome?.rawValue), "workflow_type": .optional(workflowType),
            "priority": .int(Int64(priority)), "agent_assignments": .object(agentAssignments),
            "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
        ]
    }
}

/// A session in a list: without its context and history, so that a list costs the same however much they hold.
public struct SessionListing: Sendable, Hashable {
    public var sessionID: String
    public var currentState: String
    public var outcome: Outcome?
    public var workflowType: String?
    public var priority: Int32
    public var agentAssignments: JSONValue
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        sessionID: String, currentState: String, outcome: Outcome?, workflowType: String?, priority: Int32,
        agentAssignments: JSONValue, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.sessionID = sessionID
        self.currentState = currentState
        self.outcome = outcome
        self.workflowType = workflowType
        self.priority = priority
        self.agentAssignments = agentAssignments
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

extension SessionListing: JSONRepresentable {
    public var json: JSONValue {
        [
            "session_id": .string(sessionID), "current_state": .string(currentState),
            "outcome": .optional(outcome?.rawValue), "workflow_type": .optional(workflowType),
            "priority": .int(Int64(priority)), "agent_assignments": agentAssignments,
            "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
        ]
    }
}
