import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// A database of many decisions with the skew of real ones, written by SQL because it is the reading that is to be
/// measured.
///
/// - Sessions have 3 to 400 steps, most of them few: 3 + 397·u³, 102 on average.
/// - Two transitions make up three quarters of all; some hundreds are rare.
/// - Times are Pareto distributed with the index 1.25: half are below 9 s, the mean is 25 s, the longest 30 minutes.
/// - 5 % of the decisions failed. Agents come in a dozen teams.
/// - The sessions begin evenly over 30 days and run side by side, so their rows are mixed as a writer mixes them.
/// - Of the active ones, 95 % began last; the others were left lying at some time in the 30 days.
struct LargeFile {
    /// Roughly.
    var decisions: Int
    var active: Int

    static let meanSteps = 102

    private var sessions: Int { max(active, decisions / Self.meanSteps) }
    private var newest: Int { active == sessions ? active : active * 95 / 100 }
    private var parked: Int { active - newest }

    /// The last session began two minutes ago.
    private var spacingMS: Int64 { 30 * 86_400_000 / Int64(max(1, sessions)) }
    private var beginMS: Int64 { SystemClock().now().microseconds / 1000 - Int64(sessions) * spacingMS - 120_000 }

    /// What the written file holds.
    struct Contents { var sessions, active, decisions: Int }

    @discardableResult
    func fill(_ path: String) async throws -> Contents {
        try await Orchestrator.open(.file(path)).close()
        let database = try Database.open(
            .file(path), configuration: ["memory_limit": "3GiB", "checkpoint_threshold": "1TB"],
            library: DuckDBLibrary.load())
        defer { database.close() }
        let connection = try database.connect()
        defer { connection.close() }
        try connection.execute("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL preserve_insertion_order = true")
        try connection.execute(macros)
        try makeSteps(connection)
        let rows = try connection.query("SELECT count(*) FROM step").firstRow { try $0.int(0) ?? 0 } ?? 0
        try connection.execute(sessionRows)
        let chunk = 1_000_000
        for start in stride(from: 1, through: rows, by: chunk) {
            try connection.execute(decisionRows(start..<start + chunk))
        }
        try connection.execute(
            """
            UPDATE rif_counters SET value = \(rows);
            DROP TABLE step;
            CHECKPOINT
            """)
        return try connection.query(
            """
            SELECT count(*), count(*) FILTER (WHERE outcome IS NULL), (SELECT count(*) FROM orchestration_decisions)
            FROM orchestration_state
            """
        ).firstRow { Contents(sessions: try $0.int(0) ?? 0, active: try $0.int(1) ?? 0, decisions: try $0.int(2) ?? 0) }
            ?? Contents(sessions: 0, active: 0, decisions: 0)
    }

    /// `u` draws from 0 to below 1, by a session, a step, and what it is for; `v7` is a UUIDv7 with a counter behind its
    /// milliseconds.
    private var macros: String {
        let stride = parked == 0 ? 1 : (sessions - newest) / parked
        let isParked =
            parked == 0 ? "false" : "(i < \(sessions - newest) AND i % \(stride) = 0 AND i // \(stride) < \(parked))"
        return """
            CREATE TEMP MACRO v7(ms, n) AS lower(
                lpad(hex(ms), 12, '0')[1:8] || '-' || lpad(hex(ms), 12, '0')[9:12] || '-7' || '000-8000-'
                || lpad(hex(n), 12, '0'));
            CREATE TEMP MACRO u(i, k, what) AS (hash(i, k, what) % 1000003) / 1000003.0;
            CREATE TEMP MACRO began(i) AS \(beginMS) + i * \(spacingMS);
            CREATE TEMP MACRO session(i) AS v7(began(i), i);
            CREATE TEMP MACRO steps(i) AS 3 + floor(397 * pow(u(i, 0, 'steps'), 3))::BIGINT;
            CREATE TEMP MACRO is_active(i) AS i >= \(sessions - newest) OR \(isParked);
            CREATE TEMP MACRO took(i, k) AS least(1800000, 5000 * pow(1 - u(i, k, 'time'), -0.8))::BIGINT;
            CREATE TEMP MACRO kind(i) AS CASE i % 10 WHEN 0 THEN 'bugfix' WHEN 1 THEN 'research' WHEN 2 THEN 'refactoring'
                ELSE 'feature_development' END;
            CREATE TEMP MACRO ending(i) AS CASE WHEN u(i, 0, 'end') < 0.93 THEN 'completed'
                WHEN u(i, 0, 'end') < 0.97 THEN 'failed' ELSE 'cancelled' END;
            CREATE TEMP MACRO walk(i, k) AS CASE k WHEN 0 THEN 'initialized' WHEN 1 THEN 'analyzing' WHEN 2 THEN 'planning'
                WHEN 3 THEN 'architecting' ELSE CASE
                    WHEN u(i, k, 'state') < 0.02 THEN 'step_' || hash(i, k) % 40 WHEN u(i, k, 'state') < 0.06 THEN 'in_review'
                    WHEN u(i, k, 'state') < 0.1 THEN 'reworking' WHEN k % 2 = 0 THEN 'implementing' ELSE 'validating' END END;
            CREATE TEMP MACRO state(i, k, last) AS
                CASE WHEN k = last AND NOT (is_active(i)) THEN ending(i) ELSE walk(i, k) END;
            CREATE TEMP MACRO team(i, k) AS CASE hash(i, k, 'team') % 12 WHEN 0 THEN '["RIF-Analyst"]'
                WHEN 1 THEN '["RIF-Architect","RIF-Planner"]' WHEN 2 THEN '["RIF-Planner"]' WHEN 3 THEN '[]'
                WHEN 4 THEN '["RIF-Learning"]' WHEN 5 THEN '["RIF-Security","RIF-Validator"]'
                WHEN 6 THEN '["RIF-Validator"]' ELSE '["RIF-Implementer","RIF-Validator"]' END;
            """
    }

    /// Every step of every session until now, numbered in the order of time; step 0 is the start.
    private func makeSteps(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE TEMP TABLE step AS
            SELECT row_number() OVER (ORDER BY moment, i, k) AS n, i, k, max(k) OVER (PARTITION BY i) AS last, moment, took
            FROM (
                SELECT i, k, took, began(i) + (sum(took) OVER (PARTITION BY i ORDER BY k))::BIGINT AS moment
                FROM (
                    SELECT i, k, CASE k WHEN 0 THEN 0 ELSE took(i, k) END AS took FROM (
                        SELECT i, unnest(range(steps(i) + 1)) AS k FROM range(\(sessions)) s(i))))
            WHERE moment <= \(beginMS + Int64(sessions) * spacingMS + 119_000)
            """)
    }

    private var sessionRows: String {
        """
        INSERT INTO orchestration_state
        SELECT session(i), state(i, k, last), '{"github_issues":[1,2]}', '[]',
            CASE WHEN is_active(i) THEN '{"RIF-Implementer":"active","RIF-Validator":"completed"}' ELSE '{}' END, kind(i),
            i % 10, epoch_ms(began(i)), epoch_ms(moment), CASE WHEN NOT (is_active(i)) THEN ending(i) END, epoch_ms(moment),
            last + 1, last + 1, '[1,2]'
        FROM step WHERE k = last ORDER BY i;
        INSERT INTO orchestration_events
        SELECT n, session(i), 1, 'session_start',
            '{"context":{"github_issues":[1,2]},"priority":' || i % 10 || ',"state":"initialized","workflow_type":"'
                || kind(i) || '"}',
            epoch_ms(moment), NULL, NULL, NULL
        FROM step WHERE k = 0 ORDER BY n
        """
    }

    private func decisionRows(_ numbers: Range<Int>) -> String {
        """
        INSERT INTO orchestration_decisions
        SELECT v7(moment, n), session(i), walk(i, k - 1), state(i, k, last),
            CASE WHEN k % 3 = 0 THEN '\(Workload.reason)' ELSE 'Step ' || k || ' of ' || i || ' is done' END, team(i, k),
            round(0.5 + u(i, k, 'confidence') / 2, 2), took, u(i, k, 'success') >= 0.05,
            CASE WHEN u(i, k, 'success') < 0.05 THEN 'the tests failed' END, epoch_ms(moment), 'transition', n, k + 1,
            '{"files_changed":' || k || '}', CASE WHEN k = last AND NOT (is_active(i)) THEN ending(i) END,
            NULL, NULL, NULL
        FROM step WHERE k > 0 AND n >= \(numbers.lowerBound) AND n < \(numbers.upperBound) ORDER BY n
        """
    }
}
