import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

enum MemoryBenchmark {
    static let sessions = 100_000
    static let active = 1_000
    static let steps = 100

    /// DESIGN 8, last row: resident memory with 1,000 active sessions and 10 million decisions. The file is written by
    /// SQL; the process that is measured is a fresh one, so that the writing does not count.
    static func memory(_ scratch: Scratch) async throws -> [Figure] {
        let path = scratch.file("large")
        let load = try await timed { try await fill(path) }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        child.arguments = ["--measure-memory", path]
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        let values = output.split(separator: " ").compactMap {
            Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard values.count == 4 else {
            return [Figure(name: "memory", ours: "no answer: \(output)", goal: "< 300 MB", isMet: false)]
        }
        return [
            Figure(
                name: "resident memory, 1,000 active sessions, 10 million decisions", ours: text(values[0], 0) + " MB",
                raw: "peak \(text(values[1], 0)) MB, filled in \(text(load / 1000, 0)) s", goal: "< 300 MB",
                isMet: values[1] < 300),
            Figure(
                name: "  of it: first transition of each active session, p50", ours: text(values[2]) + " ms",
                raw: "then p50 \(text(values[3])) ms", goal: "", isMet: true),
        ]
    }

    /// Everything that a busy owner does: a transition of each active session, the list, figures, events.
    static func measure(_ path: String) async throws {
        let orchestrator = try await Orchestrator.open(.file(path))
        let list = try await orchestrator.activeSessions()
        precondition(list.count == active)
        var first: [Double] = []
        for listing in list {
            first.append(try await timed { try await Workload.step(orchestrator.session(listing.sessionID), 0) })
        }
        var then: [Double] = []
        for listing in list {
            then.append(try await timed { try await Workload.step(orchestrator.session(listing.sessionID), 1) })
        }
        _ = try await orchestrator.performanceStatistics()
        _ = try await orchestrator.decisionHistory(limit: 1000)
        _ = try await orchestrator.activeSessions()
        let memory = residentMemory()
        print(memory.now, memory.peak, percentile(first, 0.5), percentile(then, 0.5))
        await orchestrator.close()
    }

    /// Sessions one after the other in time, each with its steps, ids in the order of time as the product's are.
    private static func fill(_ path: String) async throws {
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
            CREATE TEMP MACRO began(s) AS 1790000000000 + s * 1000;
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
                FROM range(\(start), \(start + chunk)) s(i), range(1, \(steps) + 1) t(k) ORDER BY i, k
                """)
        }
        try connection.execute(
            "UPDATE rif_counters SET value = \(sessions * (steps + 1)); CHECKPOINT")
        connection.close()
        database.close()
    }
}
