public import RIFModel

/// What one command writes. A write is stored whole or not at all, also when it shares a commit with others.
public struct Write: Sendable {
    /// The row of a session that this write starts.
    public var newSession: Session?
    public var entries: [LogEntry]
    public var metrics: [MetricRow]

    public init(newSession: Session? = nil, entries: [LogEntry] = [], metrics: [MetricRow] = []) {
        self.newSession = newSession
        self.entries = entries
        self.metrics = metrics
    }

    public var isEmpty: Bool { newSession == nil && entries.isEmpty && metrics.isEmpty }
}

/// A metric with the idempotency key that it was recorded under.
public struct MetricRow: Sendable {
    public var metric: Metric
    public var idempotency: IdempotencyStamp?

    public init(metric: Metric, idempotency: IdempotencyStamp? = nil) {
        self.metric = metric
        self.idempotency = idempotency
    }
}

/// The small columns of a session's row: cheap to write, and all that lists and dashboards read.
public struct Snapshot: Sendable {
    public var listing: SessionListing
    public var enteredAt: Timestamp
    /// Session sequence of the newest entry that is folded into this snapshot.
    public var foldedSequence: Int64
    /// `github_issues` of the context, which dashboards show, where it is no longer than a line.
    public var githubIssues: JSONValue

    public static let longestIssues = 1024

    public init(_ state: SessionState) {
        listing = SessionListing(
            sessionID: state.sessionID, currentState: state.currentState, outcome: state.outcome,
            workflowType: state.workflowType, priority: state.priority, agentAssignments: .object(state.agents),
            createdAt: state.createdAt, updatedAt: state.updatedAt)
        enteredAt = state.enteredAt
        foldedSequence = state.lastSequence
        let issues = state.context["github_issues"] ?? .null
        githubIssues = issues.compactByteCount <= Self.longestIssues ? issues : .null
    }
}

/// The large columns of a session's row: rewriting them costs the store more than all else, so they follow late.
public struct Documents: Sendable {
    public var sessionID: String
    public var context: [String: JSONValue]
    public var history: History
    /// Session sequence of the newest entry that is folded into them.
    public var foldedSequence: Int64

    public init(_ state: SessionState) {
        sessionID = state.sessionID
        context = state.context
        history = state.history
        foldedSequence = state.lastSequence
    }
}
