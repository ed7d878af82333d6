import DuckDB
import Foundation
import Logging
import RIFOrchestrator
import RIFStoreDuckDB

/// A folder of a test's own, and the database in it. Removed with the value.
final class Folder: Sendable {
    let path: String
    var database: String { file("test.duckdb") }

    init() throws {
        path = NSTemporaryDirectory() + "rif-duckdb-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    func open(_ change: (inout DuckDBStore.Options) -> Void = { _ in }) async throws -> Orchestrator {
        var options = DuckDBStore.Options()
        options.lockTimeout = .seconds(1)
        change(&options)
        return try await Orchestrator.open(
            .file(database), options: options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Does what another program may do while the database is closed.
    func edit(_ sql: String...) throws {
        let other = try Database.open(.file(database), library: .load())
        defer { other.close() }
        let connection = try other.connect()
        defer { connection.close() }
        for statement in sql { try connection.execute(statement) }
    }

    /// One session as the earlier Python system wrote it, in local time.
    func makeLegacy() throws {
        try edit(
            """
            CREATE TABLE orchestration_state (
                session_id VARCHAR PRIMARY KEY, current_state VARCHAR NOT NULL, context JSON NOT NULL,
                history JSON NOT NULL, agent_assignments JSON, workflow_type VARCHAR, priority INTEGER DEFAULT 0,
                created_at TIMESTAMP DEFAULT NOW(), updated_at TIMESTAMP DEFAULT NOW());
            CREATE TABLE orchestration_decisions (
                decision_id VARCHAR PRIMARY KEY, session_id VARCHAR NOT NULL, from_state VARCHAR NOT NULL,
                to_state VARCHAR NOT NULL, decision_reason TEXT, agents_selected JSON,
                confidence_score FLOAT DEFAULT 0.0, execution_time_ms INTEGER, success BOOLEAN DEFAULT TRUE,
                error_details TEXT, timestamp TIMESTAMP DEFAULT NOW(),
                FOREIGN KEY (session_id) REFERENCES orchestration_state(session_id));
            """,
            """
            INSERT INTO orchestration_state VALUES ('legacy', 'planning', '{"nested": {"a": [1.0, 2]}}',
                '[{"state": "planning", "timestamp": "2025-07-01T12:00:00"}]', NULL, 'standard', 3,
                TIMESTAMP '2025-07-01 12:00:00', TIMESTAMP '2025-07-01 12:00:01');
            INSERT INTO orchestration_decisions (decision_id, session_id, from_state, to_state, timestamp)
                VALUES ('d', 'legacy', 'initialized', 'planning', TIMESTAMP '2025-07-01 12:00:01');
            """)
    }
}

func storageError(_ body: () async throws -> Void) async -> RIFError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RIFError
    }
}
