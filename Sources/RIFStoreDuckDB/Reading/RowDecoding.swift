import DuckDB
import RIFModel
import RIFStore

/// Rows as values of the model. Columns are read by their place, in the order of the lists here.
enum Columns {
    static let decision = """
        decision_id, session_id, from_state, to_state, decision_reason, agents_selected, confidence_score,
        execution_time_ms, success, error_details, timestamp
        """
    static let decisionLog =
        decision + """
            , kind, sequence, session_sequence, context_updates, outcome, idempotency_key, request_hash, actor
            """
    static let event = """
        sequence, session_id, session_sequence, event_type, data, timestamp, idempotency_key, request_hash, actor
        """
    static let metric = """
        metric_id, session_id, metric_type, metric_name, metric_value, metadata, timestamp
        """
    static let listing = """
        session_id, current_state, outcome, workflow_type, priority, agent_assignments, created_at, updated_at
        """
}

extension Row {
    func moment(_ column: Int) throws -> Timestamp {
        Timestamp(microseconds: try timestamp(column)?.microseconds ?? 0)
    }

    func text(_ column: Int) throws -> String { try string(column) ?? "" }

    /// JSON as it should be. What cannot be parsed is reported with the place where it stands, never dropped.
    func json(_ column: Int, of what: @autoclosure () -> String) throws -> JSONValue {
        guard let text = try string(column) else { return .null }
        do {
            return try JSONValue.parse(text, maximumDepth: 512)
        } catch {
            throw StoreError(
                .damaged, "the \(what()) is stored as something that is not JSON: \(error)",
                remedy: "'rif validate' lists every such place; mend it with any DuckDB client")
        }
    }

    /// JSON for a list that should show also what is broken: then as text.
    func lenientJSON(_ column: Int) throws -> JSONValue {
        guard let text = try string(column) else { return .null }
        return (try? JSONValue.parse(text, maximumDepth: 512)) ?? .string(text)
    }

    func decision() throws -> Decision {
        let agents: [String] =
            switch try lenientJSON(5) {
            case .array(let names): names.map { $0.stringValue ?? $0.compact }
            case .null: []
            case let other: [other.stringValue ?? other.compact]
            }
        return Decision(
            decisionID: try text(0), sessionID: try text(1), fromState: try text(2), toState: try text(3),
            reason: try text(4), agentsSelected: agents, confidence: try float(6) ?? 0, executionTimeMS: try int32(7),
            success: try bool(8) ?? true, errorDetails: try string(9), timestamp: try moment(10))
    }

    /// - Parameter isShown: it is only to be shown, where what cannot be parsed is no reason to show nothing.
    func decisionEntry(isShown: Bool = false) throws -> LogEntry {
        let decision = try decision()
        let updates: [String: JSONValue] =
            isShown ? [:] : try json(14, of: "context_updates of decision \(decision.decisionID)").objectValue ?? [:]
        let effect = DecisionEffect(
            kind: try string(11).flatMap(DecisionKind.init(rawValue:)) ?? .recorded, contextUpdates: updates,
            outcome: try string(15).flatMap(Outcome.init(rawValue:)))
        return LogEntry(
            sessionID: decision.sessionID, sessionSequence: try int64(13), sequence: try int64(12) ?? 0,
            timestamp: decision.timestamp, idempotency: try stamp(16), actor: try string(18),
            body: .decision(decision, effect))
    }

    /// - Parameter isShown: as for `decisionEntry`.
    func eventEntry(isShown: Bool = false) throws -> LogEntry {
        let sequence = try int64(0) ?? 0
        let data = isShown ? try lenientJSON(4) : try json(4, of: "data of event \(sequence)")
        return LogEntry(
            sessionID: try string(1), sessionSequence: try int64(2), sequence: sequence, timestamp: try moment(5),
            idempotency: try stamp(6), actor: try string(8),
            body: .event(EventType(rawValue: try text(3)), data))
    }

    private func stamp(_ column: Int) throws -> IdempotencyStamp? {
        guard let key = try string(column) else { return nil }
        return IdempotencyStamp(key: key, requestHash: try text(column + 1))
    }

    func metric() throws -> Metric {
        Metric(
            metricID: try text(0), sessionID: try text(1), type: try text(2), name: try text(3),
            value: try float(4) ?? 0, metadata: try lenientJSON(5), timestamp: try moment(6))
    }

    func listing() throws -> SessionListing {
        SessionListing(
            sessionID: try text(0), currentState: try text(1),
            outcome: try string(2).flatMap(Outcome.init(rawValue:)), workflowType: try string(3),
            priority: try int32(4) ?? 0, agentAssignments: try lenientJSON(5), createdAt: try moment(6),
            updatedAt: try moment(7))
    }
}
