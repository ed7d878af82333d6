import DuckDB
import RIFModel
import RIFStore

/// Where the values of a row go: bound to an INSERT for a few rows, appended for many. One list of columns serves both.
protocol RowSink {
    mutating func put(_ value: String?) throws(DuckDBError)
    mutating func put(_ value: Int32?) throws(DuckDBError)
    mutating func put(_ value: Int64?) throws(DuckDBError)
    mutating func put(_ value: Float) throws(DuckDBError)
    mutating func put(_ value: Bool) throws(DuckDBError)
    mutating func put(_ value: Timestamp) throws(DuckDBError)
    mutating func end() throws(DuckDBError)
}

extension RowSink {
    /// Only our own encoder writes JSON: the appender does not check it.
    mutating func put(_ value: JSONValue) throws(DuckDBError) {
        try put(value.isNull ? nil : value.compact)
    }
}

struct InsertSink: RowSink {
    let statement: PreparedStatement
    private var index = 0

    init(_ statement: PreparedStatement) { self.statement = statement }

    private mutating func next() -> Int {
        index += 1
        return index
    }

    mutating func put(_ value: String?) throws(DuckDBError) { try statement.bind(value, at: next()) }
    mutating func put(_ value: Int32?) throws(DuckDBError) { try statement.bind(value, at: next()) }
    mutating func put(_ value: Int64?) throws(DuckDBError) { try statement.bind(value, at: next()) }
    mutating func put(_ value: Float) throws(DuckDBError) { try statement.bind(value, at: next()) }
    mutating func put(_ value: Bool) throws(DuckDBError) { try statement.bind(value, at: next()) }
    mutating func put(_ value: Timestamp) throws(DuckDBError) {
        try statement.bind(DuckDBTimestamp(microseconds: value.microseconds), at: next())
    }

    mutating func end() throws(DuckDBError) {
        index = 0
        try statement.run()
    }
}

struct AppendSink: RowSink {
    let appender: Appender

    func put(_ value: String?) throws(DuckDBError) { try appender.append(value) }
    func put(_ value: Int32?) throws(DuckDBError) { try appender.append(value) }
    func put(_ value: Int64?) throws(DuckDBError) { try appender.append(value) }
    func put(_ value: Float) throws(DuckDBError) { try appender.append(value) }
    func put(_ value: Bool) throws(DuckDBError) { try appender.append(value) }
    func put(_ value: Timestamp) throws(DuckDBError) {
        try appender.append(DuckDBTimestamp(microseconds: value.microseconds))
    }

    func end() throws(DuckDBError) { try appender.endRow() }
}

/// The tables that a commit writes to, with all their columns in order.
enum WrittenTable: String, CaseIterable {
    case state = "orchestration_state"
    case decisions = "orchestration_decisions"
    case metrics = "orchestration_metrics"
    case events = "orchestration_events"

    /// In the order in which rows are written. They are named in every statement: a table may have columns that others
    /// added.
    var columns: [String] {
        let text =
            switch self {
            case .state:
                """
                session_id current_state context history agent_assignments workflow_type priority created_at updated_at
                outcome entered_at folded_sequence documents_sequence github_issues
                """
            case .decisions:
                """
                decision_id session_id from_state to_state decision_reason agents_selected confidence_score
                execution_time_ms success error_details timestamp kind sequence session_sequence context_updates outcome
                idempotency_key request_hash actor
                """
            case .metrics:
                """
                metric_id session_id metric_type metric_name metric_value metadata timestamp idempotency_key request_hash
                """
            case .events:
                """
                sequence session_id session_sequence event_type data timestamp idempotency_key request_hash actor
                """
            }
        return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static let jsonColumns: Set<String> = [
        "context", "history", "agent_assignments", "github_issues", "agents_selected", "context_updates", "metadata",
        "data",
    ]

    /// A parameter that is bound as another type than its column makes DuckDB plan the statement anew at each run,
    /// which costs 0.2 ms: so JSON is said to come as text.
    var insert: String {
        let places = columns.map { Self.jsonColumns.contains($0) ? "?::VARCHAR" : "?" }
        return "INSERT INTO \(rawValue) (\(columns.joined(separator: ", "))) VALUES (\(places.joined(separator: ", ")))"
    }
}

extension RowSink {
    mutating func write(_ session: Session) throws(DuckDBError) {
        try put(session.sessionID)
        try put(session.currentState)
        try put(JSONValue.object(session.context))
        try put(session.history.json)
        try put(JSONValue.object(session.agentAssignments))
        try put(session.workflowType)
        try put(Optional(session.priority))
        try put(session.createdAt)
        try put(session.updatedAt)
        try put(session.outcome?.rawValue)
        try put(session.createdAt)
        try put(Optional(Int64(1)))
        try put(Optional(Int64(1)))
        let issues = session.context["github_issues"] ?? .null
        try put(issues.compactByteCount <= Snapshot.longestIssues ? issues : .null)
        try end()
    }

    mutating func write(_ entry: LogEntry, _ decision: Decision, _ effect: DecisionEffect) throws(DuckDBError) {
        try put(decision.decisionID)
        try put(decision.sessionID)
        try put(decision.fromState)
        try put(decision.toState)
        try put(decision.reason)
        try put(JSONValue.strings(decision.agentsSelected))
        try put(decision.confidence)
        try put(decision.executionTimeMS)
        try put(decision.success)
        try put(decision.errorDetails)
        try put(decision.timestamp)
        try put(effect.kind.rawValue)
        try put(Optional(entry.sequence))
        try put(entry.sessionSequence)
        try put(effect.contextUpdates.isEmpty ? JSONValue.null : .object(effect.contextUpdates))
        try put(effect.outcome?.rawValue)
        try put(entry.idempotency?.key)
        try put(entry.idempotency?.requestHash)
        try put(entry.actor)
        try end()
    }

    mutating func write(_ entry: LogEntry, _ type: EventType, _ data: JSONValue) throws(DuckDBError) {
        try put(Optional(entry.sequence))
        try put(entry.sessionID)
        try put(entry.sessionSequence)
        try put(type.rawValue)
        try put(data)
        try put(entry.timestamp)
        try put(entry.idempotency?.key)
        try put(entry.idempotency?.requestHash)
        try put(entry.actor)
        try end()
    }

    mutating func write(_ row: MetricRow) throws(DuckDBError) {
        try put(row.metric.metricID)
        try put(row.metric.sessionID)
        try put(row.metric.type)
        try put(row.metric.name)
        try put(row.metric.value)
        try put(row.metric.metadata)
        try put(row.metric.timestamp)
        try put(row.idempotency?.key)
        try put(row.idempotency?.requestHash)
        try end()
    }
}
