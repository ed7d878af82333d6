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
    /// JSON that is looked at in one go. DuckDB parses it a vector of rows at a time, and holds many times as much.
    private static let bytesAtOnce: Int64 = 4 << 20

    func report(at now: Timestamp) throws -> IntegrityReport {
        let pages = try pages()
        var errors: [String] = []
        var warnings: [String] = []
        for rule in Self.rules {
            var listed: [String] = []
            var total = 0
            for page in pages { total += try look(for: rule, in: page, &listed) }
            // What belongs to no session: events that were only reported.
            if sessionID == nil { total += try look(for: rule, in: nil, &listed) }
            let found = Self.shortened(listed, of: total)
            if rule.isWarning { warnings += found } else { errors += found }
        }
        let check = SnapshotCheck(reader: reader)
        var listed: [String] = []
        var total = 0
        for page in pages {
            let found = try check.findings(in: page)
            total += found.count
            listed += found.prefix(Self.listedPerRule - listed.count)
        }
        errors += Self.shortened(listed, of: total)
        let checked =
            try reader.rows(
                "SELECT count(*) FROM live_state \(sessionID == nil ? "" : "WHERE session_id = ?")",
                { if let sessionID { try $0.bind(sessionID, at: 1) } }, map: { try $0.int(0) ?? 0 }
            ).first ?? 0
        return IntegrityReport(errors: errors, warnings: warnings, sessionsChecked: checked, timestamp: now)
    }

    /// Ranges of session ids that cover everything, each with so much JSON that it fits the memory.
    private func pages() throws -> [ClosedRange<String>] {
        if let sessionID { return [sessionID...sessionID] }
        let sizes = try reader.rows(
            """
            SELECT session_id, sum(bytes)::BIGINT FROM (
                SELECT session_id, strlen(context) + strlen(history) AS bytes FROM orchestration_state
                UNION ALL SELECT session_id, strlen(data) FROM orchestration_events
                UNION ALL SELECT session_id, strlen(context_updates) FROM orchestration_decisions
                UNION ALL SELECT session_id, strlen(metadata) FROM orchestration_metrics)
            WHERE session_id IS NOT NULL GROUP BY session_id ORDER BY session_id
            """, map: { (id: try $0.text(0), bytes: try $0.int64(1) ?? 0) })
        var pages: [(first: String, last: String, bytes: Int64)] = []
        for (id, bytes) in sizes {
            if let page = pages.last, page.bytes + bytes <= Self.bytesAtOnce {
                pages[pages.count - 1] = (page.first, id, page.bytes + bytes)
            } else {
                pages.append((id, id, bytes))
            }
        }
        return pages.map { ClosedRange(uncheckedBounds: ($0.first, $0.last)) }
    }

    private static func shortened(_ listed: [String], of total: Int) -> [String] {
        listed + (total > listed.count ? ["… and \(total - listed.count) more of this kind"] : [])
    }

    /// - Returns: how many findings there are; `listed` gets as many of them as there is room for.
    private func look(for rule: Rule, in page: ClosedRange<String>?, _ listed: inout [String]) throws -> Int {
        let filter = page == nil ? "session_id IS NULL" : "session_id BETWEEN $1 AND $2"
        // Within the page, under the names of the tables: a filter outside of the rules would come after their JSON.
        let tables = ["state", "decisions", "metrics", "events"].map {
            "orchestration_\($0) AS (SELECT * FROM main.orchestration_\($0) WHERE \(filter))"
        }
        let sql = """
            WITH \(tables.joined(separator: ", ")), live_state AS (SELECT * FROM temp.live_state WHERE \(filter)),
            \(Self.effects) findings AS (\(rule.sql))
            SELECT message, count(*) OVER () FROM findings ORDER BY session_id, message LIMIT \(Self.listedPerRule)
            """
        let rows = try reader.rows(
            sql,
            {
                guard let page else { return }
                try $0.bind(page.lowerBound, at: 1)
                try $0.bind(page.upperBound, at: 2)
            }, map: { (try $0.text(0), try $0.int(1) ?? 0) })
        listed += rows.map(\.0).prefix(Self.listedPerRule - listed.count)
        return rows.first?.1 ?? 0
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
                CASE event_type WHEN 'session_start' THEN found[1] WHEN 'workflow_complete' THEN found[2]
                    ELSE found[3] END,
                CASE WHEN event_type <> 'session_start' THEN found[2] END, timestamp
            FROM (
                -- All that is needed in one reading: the data may be as large as a context.
                SELECT session_id, session_sequence, event_type, timestamp,
                    CASE WHEN json_valid(data) THEN data ->> ['$.state', '$.outcome', '$.current_state'] END AS found
                FROM orchestration_events
                WHERE session_sequence IS NOT NULL AND event_type IN ('session_start', 'session_imported', 'state_saved', 'workflow_complete'))
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
                        || '", but its log ends in "' || coalesce(e.to_state, 'nothing') || '"' AS message
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
                        || coalesce(to_state, 'nothing') || '" after it had ended with entry ' || ended AS message
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
        // Materialized, or DuckDB would check the JSON while it scans the table, before it leaves the page's rows over.
        return Rule(
            sql: """
                WITH looked AS MATERIALIZED (
                    SELECT session_id, \(key) AS key,
                        CASE WHEN NOT json_valid(\(column)) THEN TRUE ELSE FALSE \(wrongType) END AS is_broken
                    FROM \(table) WHERE \(column) IS NOT NULL)
                SELECT session_id, '\(table) ' || key || ': \(column) is not \(expected)' AS message
                FROM looked WHERE is_broken
                """)
    }
}
