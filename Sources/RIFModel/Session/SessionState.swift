/// The state of a session as the engine holds it: the fold of its log.
public struct SessionState: Sendable {
    public internal(set) var sessionID: String
    public internal(set) var currentState: String
    public internal(set) var outcome: Outcome?
    public internal(set) var workflowType: String?
    public internal(set) var priority: Int32
    public internal(set) var context: [String: JSONValue]
    /// Size of the context as compact JSON, in bytes, kept up step by step so that the limit costs no encoding.
    public internal(set) var contextBytes: Int
    public internal(set) var history: History
    public internal(set) var agents: [String: JSONValue]
    public internal(set) var assignments: [String: Assignment]
    // Of a session with thousands of assignments not all are looked at for each entry:
    /// Agents of those that are processes of ours.
    var agentsWithProcesses: Set<String> = []
    /// Ids of those that have not ended.
    var openAssignments: Set<String> = []
    /// What driving it needs.
    public internal(set) var drive: DriveState
    public internal(set) var createdAt: Timestamp
    public internal(set) var updatedAt: Timestamp
    /// When the current state was entered, or saved by `save_state`.
    public internal(set) var enteredAt: Timestamp
    /// Time of the newest entry, effect or none: entries of a session never run backwards.
    public internal(set) var lastEntryAt: Timestamp
    /// Session sequence of the newest entry.
    public internal(set) var lastSequence: Int64
    /// Transitions that took place.
    public internal(set) var transitions: Int
    public internal(set) var idempotency: KeyedResults

    public var isFinished: Bool { outcome != nil }

    /// Remembers what a command came to that left no entry in the log.
    public mutating func remember(_ key: String, _ result: IdempotentResult) { idempotency[key] = result }

    public var session: Session {
        Session(
            sessionID: sessionID, currentState: currentState, outcome: outcome, workflowType: workflowType,
            priority: priority, context: context, history: history, agentAssignments: agents, createdAt: createdAt,
            updatedAt: updatedAt, pauseReason: drive.pauseReason)
    }
}

/// What the first command with an idempotency key came to.
public struct IdempotentResult: Sendable, Hashable {
    public var requestHash: String
    /// Session sequence of the last entry that the command wrote.
    public var sequence: Int64
    /// Ids that the command gave: of the decision, or agent → assignment, or of the metric.
    public var result: JSONValue

    public init(requestHash: String, sequence: Int64, result: JSONValue) {
        self.requestHash = requestHash
        self.sequence = sequence
        self.result = result
    }
}
