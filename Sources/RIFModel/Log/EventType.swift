/// The closed table of event types that the orchestrator itself writes. `track_metrics` may add others of any name.
public struct EventType: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    // Stored in orchestration_events.
    /// A session began: `workflow_type, priority, state, context`.
    public static let sessionStart: EventType = "session_start"
    /// A session that another program wrote was taken over: the whole state as it was found.
    public static let sessionImported: EventType = "session_imported"
    /// `save_state` replaced the state: `current_state, context, history, agent_assignments, outcome`.
    public static let stateSaved: EventType = "state_saved"
    /// An agent was put to work: `agent, assignment_id, task_description, state`.
    public static let agentLaunch: EventType = "agent_launch"
    /// An assignment changed: `assignment_id, agent, status, result`.
    public static let assignmentUpdated: EventType = "assignment_updated"
    /// A session ended: `session_id, outcome, total_duration` (ms)`, total_transitions, final_context`.
    public static let workflowComplete: EventType = "workflow_complete"
    /// A session was recovered: `current_state`.
    public static let sessionRecovery: EventType = "session_recovery"

    /// A health check went out of order, or back in order: `check, severity, message, action, measured,
    /// limit, unit`.
    public static let alertRaised: EventType = "alert_raised"
    public static let alertCleared: EventType = "alert_cleared"

    // Rendered from rows of orchestration_decisions, never stored a second time; a transition of a finished session
    // is no decision, so its `transition_error` is the one that is stored.
    /// A session moved: `from, to, duration` (ms)`, reason, agents_selected, confidence_score, decision_id`.
    public static let stateTransition: EventType = "state_transition"
    /// A transition was refused: `from, to, error`.
    public static let transitionError: EventType = "transition_error"
    /// `record_decision` noted a decision: as `state_transition`, with `success`.
    public static let decisionRecorded: EventType = "decision_recorded"

    public static let all: [EventType] = [
        .sessionStart, .sessionImported, .stateSaved, .agentLaunch, .assignmentUpdated, .workflowComplete,
        .sessionRecovery, .alertRaised, .alertCleared, .stateTransition, .transitionError, .decisionRecorded,
    ]

    /// Members of the stored data that only the fold needs. They can be as large as a context, so the live feed, which
    /// holds a thousand events in memory, goes without them.
    static let unpublished: [EventType: Set<String>] = [
        .sessionStart: ["context"], .sessionImported: ["context", "history"], .stateSaved: ["context", "history"],
        .workflowComplete: ["final_context"],
    ]
}

/// Something that happened, as the live feed and the event log show it.
public struct Event: Sendable, Hashable {
    /// Global, grows in the order of the commits; numbers may be left out but never come twice.
    public var sequence: Int64
    public var sessionID: String?
    public var eventType: String
    public var data: JSONValue
    public var timestamp: Timestamp

    public init(sequence: Int64, sessionID: String?, eventType: String, data: JSONValue, timestamp: Timestamp) {
        self.sequence = sequence
        self.sessionID = sessionID
        self.eventType = eventType
        self.data = data
        self.timestamp = timestamp
    }
}

extension Event: JSONRepresentable {
    public var json: JSONValue {
        [
            "sequence": .int(sequence), "session_id": .optional(sessionID), "event_type": .string(eventType),
            "data": data, "timestamp": .string(timestamp.rfc3339),
        ]
    }
}
