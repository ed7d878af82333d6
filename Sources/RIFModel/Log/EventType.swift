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
    /// Keys of the context were set without a transition: `context_updates`.
    public static let contextUpdated: EventType = "context_updated"

    // Of sessions that the orchestrator drives.
    /// Somebody asked for the session to be driven: `definition` where it had none to follow before.
    public static let runRequested: EventType = "run_requested"
    /// The process of an agent began: `assignment_id, agent, attempt, pid, agent_session_id`.
    public static let agentStarted: EventType = "agent_started"
    /// It has been without output for too long, or has output again: `assignment_id, agent, silent, last_output_at`.
    public static let agentSilent: EventType = "agent_silent"
    /// The middle of its output was not kept: `assignment_id, agent, attempt, output`.
    public static let agentOutputLost: EventType = "agent_output_lost"
    /// A limit of whoever serves the agent puts it off: `assignment_id, agent, attempt, until`.
    public static let agentRateLimited: EventType = "agent_rate_limited"
    /// An attempt ended: `assignment_id, agent, attempt, status, exit_code, signal, result, reason, tokens, cost_usd,
    /// output, agent_session_id, last_output_at`; and `next` where another one follows: `not_before, counts,
    /// rate_limited, reason`.
    public static let agentFinished: EventType = "agent_finished"
    /// A person is asked: `approval_id, state, visit, question, choices, default_choice, deadline`.
    public static let approvalRequested: EventType = "approval_requested"
    /// A person answered, or nobody did in time: `approval_id, status, decision, reason, decided_by`.
    public static let approvalDecided: EventType = "approval_decided"
    /// What a state requires was looked for: `state, holds, checks, reason`.
    public static let evidenceChecked: EventType = "evidence_checked"
    public static let sessionPaused: EventType = "session_paused"
    public static let sessionResumed: EventType = "session_resumed"
    /// It is to end as cancelled, once its agents have ended: `reason`.
    public static let sessionCancelled: EventType = "session_cancelled"
    /// The timeout of a state fired: `state, action, after` (ms).
    public static let timeoutFired: EventType = "timeout_fired"
    /// Somebody moved the session along no transition of its workflow: `from, to, reason`.
    public static let workflowOverride: EventType = "workflow_override"
    /// What a recovery found of an interrupted agent, and did: `assignment_id, agent, attempt, found, action`.
    public static let runRecovered: EventType = "run_recovered"

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
        .sessionRecovery, .contextUpdated, .runRequested, .agentStarted, .agentSilent, .agentOutputLost,
        .agentRateLimited, .agentFinished, .approvalRequested, .approvalDecided, .evidenceChecked, .sessionPaused,
        .sessionResumed, .sessionCancelled, .timeoutFired, .workflowOverride, .runRecovered, .alertRaised,
        .alertCleared, .stateTransition, .transitionError, .decisionRecorded,
    ]

    /// Members of the stored data that only the fold needs. They can be as large as a context, so the live feed, which
    /// holds a thousand events in memory, goes without them.
    static let unpublished: [EventType: Set<String>] = [
        .sessionStart: ["context", "definition"], .sessionImported: ["context", "history"],
        .stateSaved: ["context", "history"],
        .workflowComplete: ["final_context"], .contextUpdated: ["context_updates"], .runRequested: ["definition"],
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
