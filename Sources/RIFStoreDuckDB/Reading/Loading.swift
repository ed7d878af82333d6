import DuckDB
import RIFModel
import RIFStore

/// Reading sessions back from their logs.
extension Reader {
    /// Events that were reported about a session are no part of its log, but their keys are known to it.
    private static let logged = "(session_sequence IS NOT NULL OR idempotency_key IS NOT NULL)"

    func load(_ sessionID: String) throws -> StoredSession? {
        let events = try rows(
            "SELECT \(Columns.event) FROM orchestration_events WHERE session_id = ? AND \(Self.logged)",
            { try $0.bind(sessionID, at: 1) }, map: { try $0.eventEntry() })
        var entries = events.filter { $0.sessionSequence != nil }
        entries += try rows(
            "SELECT \(Columns.decisionLog) FROM orchestration_decisions "
                + "WHERE session_id = ? AND session_sequence IS NOT NULL",
            { try $0.bind(sessionID, at: 1) }, map: { try $0.decisionEntry() })
        entries.sort { $0.sessionSequence ?? 0 < $1.sessionSequence ?? 0 }
        var keyed = try keyedMetrics("= ?") { try $0.bind(sessionID, at: 1) }[sessionID] ?? [:]
        keyed.merge(Self.keyedReports(events)) { first, _ in first }
        if !entries.isEmpty { return StoredSession(entries: entries, isUnlogged: false, keyedResults: keyed) }
        guard let takeover = try takeover(sessionID) else { return nil }
        return StoredSession(entries: [takeover], isUnlogged: true, keyedResults: keyed)
    }

    private static func keyedReports(_ events: [LogEntry]) -> [String: IdempotentResult] {
        events.reduce(into: [:]) { keyed, event in
            guard event.sessionSequence == nil, let stamp = event.idempotency else { return }
            keyed[stamp.key] = IdempotentResult(requestHash: stamp.requestHash, sequence: 0, result: .null)
        }
    }

    func keyedEntry(_ key: String, sessionID: String?) throws -> LogEntry? {
        let fits =
            sessionID == nil
            ? "(session_id IS NULL OR event_type = '\(EventType.sessionStart.rawValue)' AND session_sequence = 1)"
            : "session_id = $2 AND session_sequence IS NULL"
        return try rows(
            "SELECT \(Columns.event) FROM orchestration_events WHERE idempotency_key = $1 AND \(fits) LIMIT 1",
            { statement in
                try statement.bind(key, at: 1)
                if let sessionID { try statement.bind(sessionID, at: 2) }
            }, map: { try $0.eventEntry(isShown: true) }
        ).first
    }

    /// The logs of the sessions in a range of ids, each in its order.
    func entries(from first: String, through last: String) throws -> [String: [LogEntry]] {
        func bind(_ statement: PreparedStatement) throws {
            try statement.bind(first, at: 1)
            try statement.bind(last, at: 2)
        }
        let range = "WHERE session_id BETWEEN ? AND ? AND session_sequence IS NOT NULL"
        var entries = try rows(
            "SELECT \(Columns.event) FROM orchestration_events \(range)", bind, map: { try $0.eventEntry() })
        entries += try rows(
            "SELECT \(Columns.decisionLog) FROM orchestration_decisions \(range)", bind,
            map: { try $0.decisionEntry() })
        return Dictionary(grouping: entries) { $0.sessionID ?? "" }.mapValues { entries in
            entries.sorted { $0.sessionSequence ?? 0 < $1.sessionSequence ?? 0 }
        }
    }

    /// Metrics that were recorded under a key, by session: key → result.
    private func keyedMetrics(
        _ sessions: String, _ bind: (PreparedStatement) throws -> Void
    ) throws -> [String: [String: IdempotentResult]] {
        let found = try rows(
            "SELECT session_id, idempotency_key, request_hash, metric_id FROM orchestration_metrics "
                + "WHERE session_id \(sessions) AND idempotency_key IS NOT NULL", bind
        ) { row in
            (
                session: try row.text(0), key: try row.text(1),
                result: IdempotentResult(requestHash: try row.text(2), sequence: 0, result: .string(try row.text(3)))
            )
        }
        return found.reduce(into: [:]) { $0[$1.session, default: [:]][$1.key] = $1.result }
    }

    /// The entry that takes over a row which another program wrote.
    private func takeover(_ sessionID: String) throws -> LogEntry? {
        try rows(
            "SELECT \(Columns.listing), context, history FROM orchestration_state WHERE session_id = ?",
            { try $0.bind(sessionID, at: 1) },
            map: { row in
                let listing = try row.listing()
                let agents = try row.json(5, of: "agent_assignments of session \(sessionID)")
                let context = try row.json(8, of: "context of session \(sessionID)")
                let history = try row.json(9, of: "history of session \(sessionID)")
                guard context.objectValue != nil, history.arrayValue != nil else {
                    throw StoreError(
                        .damaged,
                        "session \(sessionID) holds \(context.kindName) as its context and \(history.kindName) as its "
                            + "history, where an object and an array were expected",
                        remedy: "mend the row with any DuckDB client")
                }
                return LogEntry(
                    sessionID: sessionID, sessionSequence: 1, timestamp: max(listing.createdAt, listing.updatedAt),
                    body: .event(
                        .sessionImported,
                        [
                            "current_state": .string(listing.currentState), "context": context, "history": history,
                            "agent_assignments": agents.objectValue == nil ? [:] : agents,
                            "workflow_type": .optional(listing.workflowType),
                            "priority": .int(Int64(listing.priority)), "outcome": .optional(listing.outcome?.rawValue),
                            "created_at": .string(listing.createdAt.rfc3339),
                            "updated_at": .string(listing.updatedAt.rfc3339),
                        ]))
            }
        ).first
    }

    /// All sessions with entries that the small columns do not include, with their whole logs: one query a table,
    /// however many sessions they are.
    func loadUnfolded() throws -> [StoredSession] {
        let through =
            try rows("SELECT value FROM rif_counters WHERE name = 'folded_through'") {
                try $0.int64(0) ?? 0
            }.first ?? 0
        let unfolded = """
            (SELECT session_id FROM orchestration_events WHERE sequence > ? AND session_sequence IS NOT NULL
             UNION SELECT session_id FROM orchestration_decisions WHERE sequence > ? AND session_sequence IS NOT NULL)
            """
        func bind(_ statement: PreparedStatement) throws {
            try statement.bind(through, at: 1)
            try statement.bind(through, at: 2)
        }
        guard try rows("SELECT count(*) FROM \(unfolded)", bind, map: { try $0.int64(0) ?? 0 }).first ?? 0 > 0 else {
            return []
        }
        let events = try rows(
            "SELECT \(Columns.event) FROM orchestration_events "
                + "WHERE \(Self.logged) AND session_id IN \(unfolded)",
            bind, map: { try $0.eventEntry() })
        let reports = Dictionary(grouping: events.filter { $0.sessionSequence == nil }) { $0.sessionID ?? "" }
        var entries = events.filter { $0.sessionSequence != nil }
        entries += try rows(
            "SELECT \(Columns.decisionLog) FROM orchestration_decisions "
                + "WHERE session_sequence IS NOT NULL AND session_id IN \(unfolded)",
            bind, map: { try $0.decisionEntry() })
        let keyed = try keyedMetrics("IN \(unfolded)", bind)
        return Dictionary(grouping: entries) { $0.sessionID ?? "" }.map { id, entries in
            StoredSession(
                entries: entries.sorted { $0.sessionSequence ?? 0 < $1.sessionSequence ?? 0 }, isUnlogged: false,
                keyedResults: (keyed[id] ?? [:]).merging(Self.keyedReports(reports[id] ?? [])) { first, _ in first })
        }
    }
}
