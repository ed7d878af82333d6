import DuckDB
import RIFModel
import RIFStore

/// Checks that what is stored agrees with itself. Each rule is one set-based query; each finding names the row and says
/// what was expected.
struct IntegrityCheck {
    let reader: Reader
    let sessionID: String?

    /// Findings of one rule that are listed; the rest is counted.
    private static let listedPerRule = 100

    func report(at now: Timestamp) throws -> IntegrityReport {
        var errors: [String] = []
        var warnings: [String] = []
        for rule in Self.rules {
            let found = try findings(rule)
            if rule.isWarning { warnings += found } else { errors += found }
        }
        errors += shortened(try SnapshotCheck(reader: reader, sessionID: sessionID).findings())
        let checked =
            try reader.rows(
                "SELECT count(*) FROM live_state \(sessionID == nil ? "" : "WHERE session_id = ?")", bindSession,
                map: { try $0.int(0) ?? 0 }
            ).first ?? 0
        return IntegrityReport(errors: errors, warnings: warnings, sessionsChecked: checked, timestamp: now)
    }

    private func shortened(_ found: [String]) -> [String] {
        let more = found.count - Self.listedPerRule
        return more > 0 ? found.prefix(Self.listedPerRule) + ["… and \(more) more of this kind"] : found
    }

    private func findings(_ rule: Rule) throws -> [String] {
        let filter = sessionID == nil ? "TRUE" : "session_id = ?"
        let sql = """
            WITH \(Self.effects) findings AS (\(rule.sql))
            SELECT message, count(*) OVER () FROM findings WHERE \(filter) ORDER BY session_id, message
            LIMIT \(Self.listedPerRule)
            """
        let rows = try reader.rows(sql, bindSession, map: { (try $0.text(0), try $0.int(1) ?? 0) })
        let more = (rows.first?.1 ?? 0) - rows.count
        return rows.map(\.0) + (more > 0 ? ["… and \(more) more of this kind"] : [])
    }

    private func bindSession(_ statement: PreparedStatement) throws {
        if let sessionID { try statement.bind(sessionID, at: 1) }
    }

    private struct Rule {
        var isWarning = false
        /// Gives `session_id` and `message`.
        var sql: String
    }

    /// `effects`: the entries that change a session's state, in one shape: what it was, what it became, whether it
    /// ended. Common table expressions that a rule does not use cost nothing.
    private static let effects = """
        effects AS (
            SELECT session_id, session_sequence, from_state, to_state, outcome, timestamp
            FROM orchestration_decisions WHERE kind = 'transition' AND session_sequence IS NOT NULL
            UNION ALL
            SELECT session_id, session_sequence, NULL,
                CASE event_type WHEN 'session_start' THEN data ->> '$.state'
                    WHEN 'workflow_complete' THEN data ->> '$.outcome'
                    ELSE data ->> '$.current_state' END,
                CASE WHEN event_type <> 'session_start' THEN data ->> '$.outcome' END, timestamp
            FROM orchestration_events
            WHERE session_sequence IS NOT NULL AND json_valid(data)
                AND event_type IN ('session_start', 'session_imported', 'state_saved', 'workflow_complete')
        ),
        folded AS (
            -- A row lags behind its log; what it has not folded yet is no contradiction.
            SELECT e.* FROM effects e JOIN live_state s USING (session_id)
            WHERE e.session_sequence <= s.folded_sequence
        ),
        entries AS (
            SELECT session_id, session_sequence, sequence, timestamp, 'decision ' || decision_id AS what
            FROM orchestration_decisions WHERE session_sequence IS NOT NULL
            UNION ALL
            SELECT session_id, session_sequence, sequence, timestamp, event_type || ' event ' || sequence
            FROM orchestration_events WHERE session_sequence IS NOT NULL
        ),
        """

    private static let rules: [Rule] =
        orphans + broken + [
            Rule(
                sql: """
                    SELECT s.session_id, 'session ' || s.session_id || ': current_state is "' || s.current_state
                        || '", but its log ends in "' || e.to_state || '"' AS message
                    FROM live_state s JOIN
                        (SELECT session_id, arg_max(to_state, session_sequence) AS to_state FROM folded GROUP BY ALL) e
                        USING (session_id)
                    WHERE s.current_state IS DISTINCT FROM e.to_state
                    """),
            Rule(
                sql: """
                    SELECT s.session_id, 'session ' || s.session_id || ': outcome is ' || coalesce(s.outcome, 'none')
                        || ', but its log says ' || coalesce(e.outcome, 'none') AS message
                    FROM live_state s JOIN
                        (SELECT session_id, max(outcome) AS outcome FROM folded GROUP BY ALL) e USING (session_id)
                    WHERE s.outcome IS DISTINCT FROM e.outcome
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': the log has ' || count(*) || ' entries numbered '
                        || min(session_sequence) || ' to ' || max(session_sequence) || ', ' || count(DISTINCT session_sequence)
                        || ' of them different; expected each number from 1 on once' AS message
                    FROM entries GROUP BY session_id
                    HAVING min(session_sequence) <> 1 OR max(session_sequence) <> count(*)
                        OR count(DISTINCT session_sequence) <> count(*)
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': ' || what || ' has the sequence ' || sequence
                        || ', not above ' || before || ' of the entry before it' AS message
                    FROM (SELECT *, lag(sequence) OVER (PARTITION BY session_id ORDER BY session_sequence) AS before
                        FROM entries)
                    WHERE sequence <= before
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': ' || what || ' is dated ' || timestamp
                        || ', before the entry ahead of it (' || before || ')' AS message
                    FROM (SELECT *, lag(timestamp) OVER (PARTITION BY session_id ORDER BY session_sequence) AS before
                        FROM entries)
                    WHERE timestamp < before
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': a transition leaves "' || from_state
                        || '", but the session was in "' || before || '"' AS message
                    FROM (SELECT *, lag(to_state) OVER (PARTITION BY session_id ORDER BY session_sequence) AS before
                        FROM effects)
                    WHERE from_state IS NOT NULL AND before IS NOT NULL AND from_state <> before
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': entry ' || session_sequence || ' moves it to "'
                        || to_state || '" after it had ended with entry ' || ended AS message
                    FROM (SELECT *, min(session_sequence) FILTER (WHERE outcome IS NOT NULL)
                            OVER (PARTITION BY session_id) AS ended FROM effects)
                    WHERE session_sequence > ended
                    """),
            Rule(
                sql: """
                    SELECT session_id, 'session ' || session_id || ': updated_at (' || updated_at
                        || ') lies before created_at (' || created_at || ')' AS message
                    FROM live_state WHERE updated_at < created_at
                    """),
            Rule(
                isWarning: true,
                sql: """
                    -- What a session brought along when it was taken over is in order.
                    SELECT session_id, 'session ' || session_id || ': ' || count(*) || CASE count(*)
                        WHEN 1 THEN ' decision was written by another program; it counts, but does not move it'
                        ELSE ' decisions were written by another program; they count, but do not move it'
                        END AS message
                    FROM orchestration_decisions WHERE session_sequence IS NULL
                        AND session_id IN (SELECT session_id FROM effects WHERE session_sequence = 1
                            AND session_id NOT IN (SELECT session_id FROM orchestration_events
                                WHERE event_type = 'session_imported' AND session_id IS NOT NULL))
                    GROUP BY session_id
                    """),
        ]

    private static let orphans = ["orchestration_decisions", "orchestration_metrics", "orchestration_events"].map {
        Rule(
            sql: """
                SELECT session_id, '\($0): ' || count(*) || ' rows belong to session ' || session_id
                    || ', which is not there' AS message
                FROM \($0) WHERE session_id IS NOT NULL
                    AND session_id NOT IN (SELECT session_id FROM orchestration_state) GROUP BY session_id
                """)
    }

    private static let broken: [Rule] = [
        json("orchestration_state", "context", key: "session_id", type: "OBJECT"),
        json("orchestration_state", "history", key: "session_id", type: "ARRAY"),
        json("orchestration_state", "agent_assignments", key: "session_id", type: "OBJECT"),
        json("orchestration_decisions", "agents_selected", key: "decision_id", type: "ARRAY"),
        json("orchestration_decisions", "context_updates", key: "decision_id", type: "OBJECT"),
        json("orchestration_metrics", "metadata", key: "metric_id", type: nil),
        json("orchestration_events", "data", key: "sequence", type: nil),
    ]

    private static func json(_ table: String, _ column: String, key: String, type: String?) -> Rule {
        let expected = type.map { "a JSON \($0.lowercased())" } ?? "JSON"
        let wrongType = type.map { "OR json_type(\(column)) NOT IN ('\($0)', 'NULL')" } ?? ""
        return Rule(
            sql: """
                SELECT session_id, '\(table) ' || \(key) || ': \(column) is not \(expected)' AS message
                FROM \(table) WHERE \(column) IS NOT NULL
                    AND CASE WHEN NOT json_valid(\(column)) THEN TRUE ELSE FALSE \(wrongType) END
                """)
    }
}
