import DuckDB
import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

extension KillTests {
    @Suite("SIGKILL while a file of the earlier Python system is taken over") struct Migrations {
        /// Sessions, decisions and metrics that lie in the file itself, and those that lie in its log only.
        private static let folded = 40
        private static let unfolded = 5

        /// Writes a file as the Python system did: foreign keys, indexes, local times without a zone, and a
        /// write-ahead log that nobody folded in.
        private func makeLegacy(at path: String, isFolded: Bool = true) throws {
            let database = try Database.open(
                .file(path), configuration: ["checkpoint_threshold": "1TB"], library: .load())
            let connection = try database.connect()
            try connection.execute("PRAGMA disable_checkpoint_on_shutdown")
            try connection.execute(
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
                CREATE TABLE orchestration_metrics (
                    metric_id VARCHAR PRIMARY KEY, session_id VARCHAR NOT NULL, metric_type VARCHAR NOT NULL,
                    metric_name VARCHAR NOT NULL, metric_value FLOAT NOT NULL, metadata JSON,
                    timestamp TIMESTAMP DEFAULT NOW(),
                    FOREIGN KEY (session_id) REFERENCES orchestration_state(session_id));
                CREATE INDEX idx_state_session ON orchestration_state(session_id);
                CREATE INDEX idx_decisions_session ON orchestration_decisions(session_id);
                CREATE INDEX idx_decisions_timestamp ON orchestration_decisions(timestamp);
                CREATE INDEX idx_metrics_session ON orchestration_metrics(session_id);
                """)
            try fill(connection, 0..<Self.folded)
            if isFolded { try connection.execute("CHECKPOINT") }
            try fill(connection, Self.folded..<Self.folded + Self.unfolded)
            connection.close()
            database.close()
        }

        /// 12:00 in Berlin in summer is 10:00 UTC.
        private func fill(_ connection: Connection, _ numbers: Range<Int>) throws {
            for number in numbers {
                try connection.execute(
                    """
                    INSERT INTO orchestration_state VALUES ('legacy-\(number)', 'planning',
                        '{"github_issues": [\(number)]}',
                        '[{"state": "initialized", "timestamp": "2025-07-01T12:00:00.123456"}]', '{}',
                        'feature_development', \(number), TIMESTAMP '2025-07-01 12:00:00.123456',
                        TIMESTAMP '2025-07-01 12:00:01');
                    INSERT INTO orchestration_decisions VALUES ('decision-\(number)', 'legacy-\(number)', 'initialized',
                        'planning', 'because', '["RIF-Analyst"]', 0.85, 12, TRUE, NULL,
                        TIMESTAMP '2025-07-01 12:00:01');
                    INSERT INTO orchestration_metrics VALUES ('metric-\(number)', 'legacy-\(number)', 'quality', 'coverage',
                        0.5, NULL, TIMESTAMP '2025-07-01 12:00:02');
                    """)
            }
        }

        private func checkMigrated(_ database: String, _ folder: Folder, file: [UInt8], log: [UInt8]?) async throws {
            var options = DuckDBStore.Options()
            options.assumedZone = "Europe/Berlin"
            let count = Self.folded + Self.unfolded
            let orchestrator = try await Orchestrator.open(.file(database), options: options, logger: quiet)
            let sessions = try await orchestrator.sessions(SessionQuery())
            #expect(sessions.count == count)
            let created = Timestamp(rfc3339: "2025-07-01T10:00:00.123456Z")
            #expect(sessions.allSatisfy { $0.createdAt == created && $0.currentState == "planning" })
            #expect(Set(sessions.map { Int($0.priority) }) == Set(0..<count))
            let decisions = try await orchestrator.decisionHistory(limit: 1000)
            #expect(decisions.count == count)
            let decided = Timestamp(rfc3339: "2025-07-01T10:00:01Z")
            #expect(decisions.allSatisfy { $0.timestamp == decided && $0.confidence == 0.85 })
            let metrics = try await orchestrator.metrics(limit: 1000)
            #expect(metrics.count == count)
            #expect(metrics.allSatisfy { $0.timestamp == Timestamp(rfc3339: "2025-07-01T10:00:02Z") })
            #expect(try await orchestrator.validateIntegrity().errors.isEmpty)
            let moved = try await orchestrator.session("legacy-3").transition(from: "planning", to: "going on")
            #expect(moved.session.context["github_issues"] == [3])
            await orchestrator.close()

            let copies = folder.names.filter { $0.contains(".backup-") }
            let mains = copies.filter { !$0.hasSuffix(".wal") }
            #expect(mains.count == 1, "\(copies)")
            let copy = try #require(mains.first)
            #expect(bytes(of: folder.file(copy)) == file, "the copy is the file as it was")
            #expect(copies.count == (log == nil ? 1 : 2), "\(copies)")
            if let log { #expect(bytes(of: folder.file(copy + ".wal")) == log, "and so is its log") }
        }

        @Test(
            "At each of its steps: the next open takes it over, whole and once",
            arguments: [CrashPoint.migrationCopied, .migrationBegun, .migrationDone])
        func steps(_ point: CrashPoint) async throws {
            let folder = Folder()
            let database = folder.file("legacy.duckdb")
            try makeLegacy(at: database)
            let file = try #require(bytes(of: database))
            let log = bytes(of: database + ".wal")
            try #require(log?.isEmpty == false, "the test needs a log that nobody folded in")
            for attempt in 1...2 {
                let child = try Child(
                    "open", database, ["zone=Europe/Berlin"], environment: ["RIF_CRASH_POINT": point.rawValue])
                let end = await child.finish()
                // After the last step there is nothing left to be killed in.
                if attempt == 1 || point != .migrationDone { #expect(end == .signalled(SIGKILL)) }
            }
            try await checkMigrated(database, folder, file: file, log: log)
        }

        @Test("Where nothing was folded in yet, and all of it is in the log, tables and all")
        func allInTheLog() async throws {
            let folder = Folder()
            let database = folder.file("legacy.duckdb")
            try makeLegacy(at: database, isFolded: false)
            let file = try #require(bytes(of: database))
            let log = try #require(bytes(of: database + ".wal"))
            let child = try Child(
                "open", database, ["zone=Europe/Berlin"], environment: ["RIF_CRASH_POINT": "migration_begun"])
            #expect(await child.finish() == .signalled(SIGKILL))
            try await checkMigrated(database, folder, file: file, log: log)
        }

        @Test("At random moments: the next open takes it over, whole and once")
        func anywhere() async throws {
            var chance = Chance(seed: KillTests.seed)
            let template = Folder()
            try makeLegacy(at: template.file("legacy.duckdb"))
            let file = try #require(bytes(of: template.file("legacy.duckdb")))
            let log = try #require(bytes(of: template.file("legacy.duckdb.wal")))
            for _ in 1...max(8, KillTests.kills / 20) {
                let folder = Folder()
                let database = folder.file("legacy.duckdb")
                write(file, to: database)
                write(log, to: database + ".wal")
                for _ in 1...2 {
                    let child = try Child("open", database, ["zone=Europe/Berlin"])
                    await child.read { $0 == .opening }
                    dawdle(chance.below(3_000_000))
                    child.kill()
                    await child.finish()
                }
                try await checkMigrated(database, folder, file: file, log: log)
            }
        }
    }
}
