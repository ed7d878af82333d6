import DuckDB
import RIFModel
import RIFStore

extension Reader {
    func sessionIDs(prefix: String, limit: Int) throws -> [String] {
        try rows(
            "SELECT session_id FROM orchestration_state WHERE starts_with(session_id, ?) ORDER BY session_id LIMIT ?",
            {
                try $0.bind(prefix, at: 1)
                try $0.bind(limit, at: 2)
            }, map: { try $0.text(0) })
    }

    func decisions(sessionID: String?, limit: Int) throws -> [Decision] {
        try rows(
            "SELECT \(Columns.decision) FROM orchestration_decisions \(sessionID == nil ? "" : "WHERE session_id = ?") "
                + "ORDER BY timestamp DESC, sequence DESC NULLS LAST, decision_id DESC LIMIT ?",
            { statement in
                if let sessionID { try statement.bind(sessionID, at: 1) }
                try statement.bind(limit, at: sessionID == nil ? 1 : 2)
            }, map: { try $0.decision() })
    }

    func metrics(sessionID: String?, limit: Int) throws -> [Metric] {
        try rows(
            "SELECT \(Columns.metric) FROM orchestration_metrics \(sessionID == nil ? "" : "WHERE session_id = ?") "
                + "ORDER BY timestamp DESC, metric_id DESC LIMIT ?",
            { statement in
                if let sessionID { try statement.bind(sessionID, at: 1) }
                try statement.bind(limit, at: sessionID == nil ? 1 : 2)
            }, map: { try $0.metric() })
    }

    /// The events of both tables in one order. A decision's event has no row of its own.
    func events(_ query: EventQuery) throws -> [Event] {
        let order = query.after == nil ? "DESC" : "ASC"
        func page(_ columns: String, _ table: String, _ type: String) throws -> String {
            """
            SELECT \(columns) FROM \(table)
            WHERE sequence > $1 AND sequence <= $2 AND ($3 IS NULL OR session_id = $3) AND ($4 IS NULL OR \(type) = $4)
            ORDER BY sequence \(order) LIMIT $5
            """
        }
        func bind(_ statement: PreparedStatement) throws {
            try statement.bind(query.after ?? Int64.min, at: 1)
            try statement.bind(query.through ?? Int64.max, at: 2)
            try statement.bind(query.sessionID, at: 3)
            try statement.bind(query.eventType, at: 4)
            try statement.bind(query.limit, at: 5)
        }
        let decisionType = """
            CASE kind WHEN 'transition' THEN '\(EventType.stateTransition.rawValue)'
                WHEN 'refused' THEN '\(EventType.transitionError.rawValue)'
                ELSE '\(EventType.decisionRecorded.rawValue)' END
            """
        var entries = try rows(
            try page(Columns.event, "orchestration_events", "event_type"), bind,
            map: { try $0.eventEntry(isShown: true) })
        entries += try rows(
            try page(Columns.decisionLog, "orchestration_decisions", decisionType), bind,
            map: { try $0.decisionEntry(isShown: true) })
        entries.sort { $0.sequence < $1.sequence }
        let page = query.after == nil ? entries.suffix(query.limit) : entries.prefix(query.limit)
        return page.map(\.event)
    }

    /// The confidence is a FLOAT, exact to six or seven digits: rounding its average gives 0.85 for 0.85.
    ///
    /// - Parameter withCommonTransition: the most frequent transition too, which costs most of it on a large table.
    func figures(
        sessionID: String?, since: Timestamp? = nil, withCommonTransition: Bool = true
    ) throws -> DecisionFigures? {
        let conditions = [sessionID.map { _ in "session_id = ?" }, since.map { _ in "timestamp >= ?" }].compactMap(
            \.self)
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        func bind(_ statement: PreparedStatement) throws {
            if let sessionID { try statement.bind(sessionID, at: 1) }
            if let since { try statement.bind(DuckDBTimestamp(microseconds: since.microseconds), at: conditions.count) }
        }
        let found = try rows(
            """
            SELECT count(*), count(*) FILTER (WHERE success), coalesce(avg(execution_time_ms), 0),
                coalesce(max(execution_time_ms), 0), coalesce(min(execution_time_ms), 0),
                coalesce(round(avg(confidence_score::DOUBLE), 6), 0)
            FROM orchestration_decisions \(filter)
            """, bind
        ) { row in
            DecisionFigures(
                total: try row.int64(0) ?? 0, successful: try row.int64(1) ?? 0,
                averageExecutionTimeMS: try row.double(2) ?? 0, maximumExecutionTimeMS: try row.int64(3) ?? 0,
                minimumExecutionTimeMS: try row.int64(4) ?? 0, averageConfidence: try row.double(5) ?? 0,
                mostCommonTransition: nil)
        }
        guard var figures = found.first, figures.total > 0 else { return nil }
        guard withCommonTransition else { return figures }
        figures.mostCommonTransition = try rows(
            """
            SELECT from_state, to_state FROM orchestration_decisions \(filter)
            GROUP BY ALL ORDER BY count(*) DESC, from_state, to_state LIMIT 1
            """, bind
        ) { (try $0.text(0), try $0.text(1)) }.first
        return figures
    }

    func countFinished(before cut: Timestamp) throws -> Int {
        try rows(
            "SELECT count(*) FROM live_state WHERE outcome IS NOT NULL AND updated_at < ?",
            { try $0.bind(DuckDBTimestamp(microseconds: cut.microseconds), at: 1) }, map: { try $0.int(0) ?? 0 }
        ).first ?? 0
    }

    func counts() throws -> StoreCounts {
        try rows(
            """
            SELECT (SELECT count(*) FROM live_state), (SELECT count(*) FROM live_state WHERE outcome IS NULL),
                (SELECT count(*) FROM orchestration_decisions), (SELECT count(*) FROM orchestration_metrics),
                (SELECT count(*) FROM orchestration_events)
            """
        ) { row in
            StoreCounts(
                sessions: try row.int64(0) ?? 0, activeSessions: try row.int64(1) ?? 0,
                decisions: try row.int64(2) ?? 0, metrics: try row.int64(3) ?? 0, events: try row.int64(4) ?? 0)
        }.first ?? StoreCounts(sessions: 0, activeSessions: 0, decisions: 0, metrics: 0, events: 0)
    }
}
