import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// What the log is searched for without an index: keys that belong to no session, and sessions of assignments.
enum LookupBenchmarks {
    private static let sessions = 50_000
    private static let each = 20

    /// A million events: of each session its start, under a random key, nine launches and ten updates, over 30 days.
    static func lookups(_ scratch: Scratch) async throws -> [Figure] {
        let path = scratch.file("lookups")
        try await fill(path)
        let orchestrator = try await Orchestrator.open(.file(path))
        let counts = try await orchestrator.counts()
        let events = try await orchestrator.pastEvents(
            EventQuery(after: Int64(sessions * each / 2), eventType: "agent_launch", limit: 1000))
        let assignments = events.compactMap { $0.data["assignment_id"]?.stringValue }
        // Of the form of those that are stored: others would lie outside of every range of them, and cost nothing.
        let keys = (0..<40).map { _ in UUID().uuidString.lowercased() }
        let ids = try await orchestrator.sessions(SessionQuery(limit: 1000)).map(\.sessionID)
        func figure(
            _ name: String, times count: Int = 40, _ body: (Int) async throws -> Void
        ) async throws -> Figure {
            var times: [Double] = []
            for index in 0..<count { times.append(try await timed { try await body(index) }) }
            return Figure(
                name: name, ours: "p50 \(text(percentile(times, 0.5))) ms",
                raw: "slowest \(text(times.max() ?? 0)) ms", goal: "", isMet: true)
        }
        let figures = [
            Figure(name: "rows", ours: "\(counts.events) events", goal: "", isMet: true),
            try await figure("  start without a key") { _ in _ = try await orchestrator.startSession() },
            try await figure("  start with a new key") { index in
                let options = CommandOptions(idempotencyKey: keys[index])
                _ = try await orchestrator.startSession(options: options)
            },
            try await figure("  start with the same keys again") { index in
                let options = CommandOptions(idempotencyKey: keys[index])
                _ = try await orchestrator.startSession(options: options)
            },
            try await figure("  an assignment by its id") { index in
                _ = try await orchestrator.assignment(assignments[index * 7])
            },
            try await figure("  an assignment that there is not") { _ in
                let id = UUIDv7().next(at: SystemClock().now())
                do { _ = try await orchestrator.assignment(id) } catch { return }
            },
            try await figure("  the newest 100 assignments") { _ in _ = try await orchestrator.assignments() },
            try await figure("  the newest 100 that are active") { _ in
                _ = try await orchestrator.assignments(AssignmentQuery(status: .active))
            },
            try await figure("  100 that timed out, of which there are none") { _ in
                _ = try await orchestrator.assignments(AssignmentQuery(status: .timedOut))
            },
            try await figure("  whether a session is there that is not in memory") { index in
                try await orchestrator.requireSession(ids[index])
            },
            try await figure("  a page of 100 sessions") { _ in _ = try await orchestrator.sessionPage(SessionQuery())
            },
            try await figure("  a page that a text is searched for") { _ in
                _ = try await orchestrator.sessionPage(SessionQuery(search: "nowhere to be found"))
            },
            try await figure("  a probe") { _ in try await orchestrator.probe() },
        ]
        await orchestrator.close()
        return figures
    }

    private static func fill(_ path: String) async throws {
        try await Orchestrator.open(.file(path)).close()
        let database = try Database.open(
            .file(path), configuration: ["memory_limit": "2GiB", "checkpoint_threshold": "1TB"],
            library: DuckDBLibrary.load())
        let connection = try database.connect()
        let spacing: Int64 = 51_840
        let begin = SystemClock().now().microseconds / 1000 - Int64(sessions) * spacing
        try connection.execute(
            """
            SET GLOBAL TimeZone = 'UTC';
            CREATE TEMP MACRO began(s) AS \(begin) + s * \(spacing);
            CREATE TEMP MACRO v7(ms, n) AS lower(lpad(hex(ms), 12, '0')[1:8] || '-' || lpad(hex(ms), 12, '0')[9:12]
                || '-7000-8000-' || lpad(hex(n), 12, '0'));
            INSERT INTO orchestration_state
            SELECT v7(began(i), i), 'implementing', '{"github_issues":[1,2],"title":"Session ' || i || '"}', '[]', '{}',
                'feature_development', i % 10, epoch_ms(began(i)), epoch_ms(began(i) + 20000),
                CASE WHEN i < \(sessions) - 1000 THEN 'completed' END, epoch_ms(began(i)), \(each), \(each), '[1,2]'
            FROM range(\(sessions)) s(i);
            INSERT INTO orchestration_events
            SELECT i * \(each) + k + 1, v7(began(i), i), k + 1,
                CASE WHEN k = 0 THEN 'session_start' WHEN k % 2 = 1 AND k < 19 THEN 'agent_launch'
                    ELSE 'assignment_updated' END,
                CASE WHEN k = 0 THEN '{"context":{"github_issues":[1,2]},"priority":1,"state":"initialized","workflow_type":"feature_development"}'
                    WHEN k % 2 = 1 AND k < 19 THEN '{"agent":"RIF-Implementer","assignment_id":"'
                        || v7(began(i) + k * 1000, i * 100 + k)
                        || '","state":"implementing","task_description":"Implement what the issue asks for"}'
                    ELSE '{"agent":"RIF-Implementer","assignment_id":"' || v7(began(i) + (k - 1) * 1000, i * 100 + k - 1)
                        || '","result":{"files":3},"status":"completed"}' END,
                epoch_ms(began(i) + k * 1000), CASE WHEN k = 0 THEN uuid()::VARCHAR END,
                CASE WHEN k = 0 THEN hex(hash(i)) END, NULL
            FROM range(\(sessions)) s(i), range(\(each)) t(k) ORDER BY i, k;
            UPDATE rif_counters SET value = \(sessions * each);
            CHECKPOINT;
            """)
        connection.close()
        database.close()
    }
}
