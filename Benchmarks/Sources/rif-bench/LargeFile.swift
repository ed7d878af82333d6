import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// A database of ten million decisions, written by SQL because it is the reading that is to be measured.
struct LargeFile {
    var sessions = 100_000
    /// The newest ones.
    var active: Int
    var steps = 100

    /// 100,000 sessions in 30 days.
    private static let spacingMS: Int64 = 25_920

    /// The last session began a moment ago.
    private var beginMS: Int64 { SystemClock().now().microseconds / 1000 - Int64(sessions) * Self.spacingMS - 120_000 }

    /// Sessions one after the other in time, each with its steps, ids in the order of time as the product's are.
    func fill(_ path: String) async throws {
        try await Orchestrator.open(.file(path)).close()
        let database = try Database.open(
            .file(path), configuration: ["memory_limit": "2GiB", "checkpoint_threshold": "1TB"],
            library: DuckDBLibrary.load())
        let connection = try database.connect()
        try connection.execute("SET GLOBAL TimeZone = 'UTC'")
        // A UUIDv7 with a counter behind its milliseconds.
        try connection.execute(
            """
            CREATE TEMP MACRO v7(ms, n) AS
                lpad(hex(ms), 12, '0')[1:8] || '-' || lpad(hex(ms), 12, '0')[9:12] || '-7' || '000-8000-'
                || lower(lpad(hex(n), 12, '0'));
            CREATE TEMP MACRO began(s) AS \(beginMS) + s * \(Self.spacingMS);
            """)
        let finished = "s.i < \(sessions - active)"
        try connection.execute(
            """
            INSERT INTO orchestration_state
            SELECT lower(v7(began(i), i)), CASE WHEN \(finished) THEN 'completed' ELSE 'implementing' END,
                '{"github_issues":[1,2]}', '[]', '{"RIF-Implementer":"active"}', 'feature_development', i % 10,
                epoch_ms(began(i)), epoch_ms(began(i) + \(steps) * 600), CASE WHEN \(finished) THEN 'completed' END,
                epoch_ms(began(i)), \(steps) + 1, \(steps) + 1, '[1,2]'
            FROM range(\(sessions)) s(i)
            """)
        try connection.execute(
            """
            INSERT INTO orchestration_events
            SELECT i * (\(steps) + 1) + 1, lower(v7(began(i), i)), 1, 'session_start',
                '{"context":{"github_issues":[1,2]},"priority":1,"state":"initialized","workflow_type":"feature_development"}',
                epoch_ms(began(i)), NULL, NULL, NULL
            FROM range(\(sessions)) s(i)
            """)
        let chunk = 10_000
        for start in stride(from: 0, to: sessions, by: chunk) {
            try connection.execute(
                """
                INSERT INTO orchestration_decisions
                SELECT lower(v7(began(i) + k * 600, i * 1000 + k)), lower(v7(began(i), i)),
                    CASE k % 2 WHEN 0 THEN 'implementing' ELSE 'validating' END,
                    CASE WHEN k = \(steps) AND \(finished) THEN 'completed'
                        WHEN k % 2 = 0 THEN 'validating' ELSE 'implementing' END,
                    '\(Workload.reason)', '\(Workload.agentsJSON)', 0.85, 100 + (i * 7 + k * 13) % 5000, k % 20 <> 0,
                    NULL, epoch_ms(began(i) + k * 600), 'transition', i * (\(steps) + 1) + k + 1, k + 1,
                    '{"files_changed":' || k || '}', CASE WHEN k = \(steps) AND \(finished) THEN 'completed' END,
                    NULL, NULL, NULL
                FROM range(\(start), \(min(start + chunk, sessions))) s(i), range(1, \(steps) + 1) t(k) ORDER BY i, k
                """)
        }
        try connection.execute(
            "UPDATE rif_counters SET value = \(sessions * (steps + 1)); CHECKPOINT")
        connection.close()
        database.close()
    }
}
