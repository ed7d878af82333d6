import DuckDB
import Foundation
import RIFOrchestrator

/// The sections of the dashboard as whoever knows SQL would ask for them: one set-based query each, prepared once, in one
/// transaction, nothing kept from one snapshot to the next. Rows are fetched, and nothing is made of them.
struct PlainDashboard {
    private let connection: Connection
    private let statements: [(statement: PreparedStatement, window: Int64?)]

    private static let hour: Int64 = 3_600_000_000

    init(_ connection: Connection) throws {
        self.connection = connection
        statements = try Self.queries.map { (try connection.prepare($0.sql), $0.window) }
    }

    /// Milliseconds of one snapshot.
    func time() throws -> Double {
        let start = ContinuousClock.now
        let now = SystemClock().now().microseconds
        try connection.execute("BEGIN TRANSACTION READ ONLY")
        for (statement, window) in statements {
            if let window { try statement.bind(DuckDBTimestamp(microseconds: now - window), at: 1) }
            let result = try statement.execute()
            try result.forEachRow { _ in }
            result.close()
        }
        try connection.execute("ROLLBACK")
        return milliseconds(ContinuousClock.now - start)
    }

    private static let decision = """
        decision_id, session_id, from_state, to_state, decision_reason, agents_selected, confidence_score,
        execution_time_ms, success, error_details, timestamp
        """

    private static let transitions = """
        SELECT from_state, to_state, count(*), count(*) FILTER (WHERE success), avg(execution_time_ms),
            quantile_cont(execution_time_ms, [0.5, 0.95, 0.99]), avg(confidence_score)
        FROM orchestration_decisions WHERE timestamp >= ? GROUP BY ALL ORDER BY count(*) DESC, 1, 2
        """

    private static let queries: [(sql: String, window: Int64?)] = [
        (
            """
            WITH active AS (
                SELECT session_id, current_state, workflow_type, priority, agent_assignments, created_at, updated_at,
                    entered_at, github_issues
                FROM orchestration_state WHERE outcome IS NULL),
            last AS (
                SELECT arg_max(rowid, coalesce(sequence, epoch_us(timestamp) - 4611686018427387904)) AS place
                FROM orchestration_decisions
                WHERE timestamp >= (SELECT min(coalesce(entered_at, created_at)) FROM active) GROUP BY session_id)
            SELECT a.*, d.* FROM active a LEFT JOIN (
                SELECT \(decision) FROM orchestration_decisions WHERE rowid IN (SELECT place FROM last)) d USING (session_id)
            ORDER BY a.priority DESC, a.created_at, a.session_id
            """, nil
        ),
        (
            """
            SELECT current_state, workflow_type, count(*) FROM orchestration_state WHERE outcome IS NULL
            GROUP BY ALL ORDER BY count(*) DESC, 1, 2
            """, nil
        ),
        (transitions, 24 * hour),
        (transitions, hour),
        (
            """
            SELECT count(*), count(*) FILTER (WHERE success), avg(execution_time_ms), max(execution_time_ms),
                min(execution_time_ms), avg(confidence_score) FROM orchestration_decisions
            """, nil
        ),
        (
            """
            SELECT date_trunc('day', timestamp), count(*), avg(execution_time_ms), avg(confidence_score),
                avg(success::INTEGER)
            FROM orchestration_decisions WHERE timestamp >= ? GROUP BY ALL ORDER BY 1 DESC
            """, 7 * 24 * hour
        ),
        (
            """
            SELECT count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome IS NULL AND priority > 5), count(*)
            FROM orchestration_state
            """, nil
        ),
        (
            "SELECT count(*), count(*) FILTER (WHERE NOT success) FROM orchestration_decisions WHERE timestamp >= ?",
            hour
        ),
        (
            """
            SELECT \(decision.replacing("session_id", with: "d.session_id")), s.workflow_type, s.priority
            FROM (SELECT * FROM orchestration_decisions ORDER BY timestamp DESC LIMIT 20) d
                JOIN orchestration_state s USING (session_id) ORDER BY timestamp DESC
            """, nil
        ),
        (
            """
            SELECT agent, sum(n), sum(successes) / sum(n), sum(time) / sum(n), sum(confidence) / sum(n)
            FROM (
                SELECT unnest(from_json(agents_selected, '["VARCHAR"]')) AS agent, * FROM (
                    SELECT agents_selected, count(*) AS n, count(*) FILTER (WHERE success) AS successes,
                        sum(execution_time_ms) AS time, sum(confidence_score) AS confidence
                    FROM orchestration_decisions WHERE timestamp >= ? GROUP BY ALL))
            GROUP BY agent ORDER BY 2 DESC, 1
            """, 24 * hour
        ),
        (
            """
            SELECT sequence, session_id, event_type, data, timestamp FROM orchestration_events
            ORDER BY sequence DESC LIMIT 50
            """, nil
        ),
        (
            "SELECT \(decision), kind, sequence FROM orchestration_decisions ORDER BY sequence DESC NULLS LAST LIMIT 50",
            nil
        ),
    ]
}
