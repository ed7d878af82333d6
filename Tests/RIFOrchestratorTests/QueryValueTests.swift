import Foundation
import RIFOrchestrator
import Testing

/// What queries answer, value by value, and the examples of the guide.
@Suite struct QueryValueTests {
    static let values: [(sql: String, json: JSONValue, type: String)] = [
        ("NULL", .null, "NULL"), ("true", true, "BOOLEAN"), ("1", 1, "INTEGER"),
        ("9007199254740992", 9_007_199_254_740_992, "BIGINT"), ("9007199254740993", "9007199254740993", "BIGINT"),
        ("-9007199254740993", "-9007199254740993", "BIGINT"), ("7::UBIGINT", "7", "UBIGINT"),
        ("7::HUGEINT", "7", "HUGEINT"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727", "HUGEINT"),
        ("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455", "UHUGEINT"),
        ("1.50::DECIMAL(5,2)", "1.50", "DECIMAL(5,2)"), ("0.85::FLOAT", 0.85, "FLOAT"), ("0.1::DOUBLE", 0.1, "DOUBLE"),
        ("'NaN'::DOUBLE", .null, "DOUBLE"), ("'-inf'::FLOAT", .null, "FLOAT"), ("'aé\"'", "aé\"", "VARCHAR"),
        ("TIMESTAMP '2026-01-02 03:04:05.6'", "2026-01-02T03:04:05.600000Z", "TIMESTAMP"),
        ("TIMESTAMPTZ '2026-01-02 03:04:05+02'", "2026-01-02T01:04:05.000000Z", "TIMESTAMP WITH TIME ZONE"),
        ("'infinity'::TIMESTAMP", .null, "TIMESTAMP"), ("'-infinity'::DATE", .null, "DATE"),
        ("TIMESTAMP '0044-03-15 (BC) 00:00:00'", "0044-03-15 (BC) 00:00:00", "TIMESTAMP"),
        ("TIMESTAMP '12026-01-02 00:00:00'", "12026-01-02 00:00:00", "TIMESTAMP"),
        ("DATE '2026-01-02'", "2026-01-02", "DATE"), ("TIME '10:11:12.5'", "10:11:12.5", "TIME"),
        ("INTERVAL 14 MONTH", "1 year 2 months", "INTERVAL"),
        ("'00000000-0000-0000-0000-00000000000a'::UUID", "00000000-0000-0000-0000-00000000000a", "UUID"),
        ("'b'::ENUM('a', 'b')", "b", "ENUM('a', 'b')"), ("'\\x00\\xFFa'::BLOB", "00ff61", "BLOB"),
        ("'101'::BIT", "101", "BIT"), ("'{\"a\": [1.0]}'::JSON", "{\"a\": [1.0]}", "JSON"),
        ("[1, NULL]", [1, .null], "INTEGER[]"), ("[1, 2]::INT[2]", [1, 2], "INTEGER[2]"),
        ("{'a': 1, 'b': [0.5::FLOAT]}", ["a": 1, "b": [0.5]], "STRUCT(a INTEGER, b FLOAT[])"),
        ("MAP {'k': 7::HUGEINT}", ["k": "7"], "MAP(VARCHAR, HUGEINT)"),
        ("MAP {1: 'x'}", ["1": "x"], "MAP(INTEGER, VARCHAR)"),
        ("row(1, 'x')", [1, "x"], "STRUCT( INTEGER,  VARCHAR)"),
    ]

    @Test func everyTypeComesAsItIsPromised() async throws {
        let orchestrator = try await Workshop().open()
        for value in Self.values {
            let result = try await orchestrator.query("SELECT \(value.sql) AS x")
            #expect(result.columns == ["x"])
            #expect(result.rows == [[value.json]], "\(value.sql)")
            #expect(result.types == [value.type], "\(value.sql)")
        }
        await orchestrator.close()
    }

    @Test func everyKindOfReadingStatementIsAnswered() async throws {
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        for sql in [
            "SELECT 1", "select 1;", ";; SELECT 1 ;", "VALUES (1), (2)", "FROM orchestration_state",
            "TABLE rif_counters",
            "WITH x AS (SELECT 1 a) SELECT * FROM x", "DESCRIBE orchestration_state", "DESCRIBE SELECT 1",
            "SHOW TABLES",
            "SHOW ALL TABLES", "SHOW orchestration_state", "SUMMARIZE rif_counters", "EXPLAIN SELECT 1",
            "/* a */ explain analyze -- b\n SELECT 1", "EXPLAIN FROM orchestration_state", "FROM sqlite_master",
            "FROM information_schema.tables", "FROM information_schema.columns", "FROM duckdb_tables()",
            "FROM duckdb_columns()", "FROM duckdb_tables", "FROM duckdb_functions() LIMIT 5",
            "FROM main.orchestration_events",
            "SELECT context->'$.a', context->>'a' FROM orchestration_state",
            "SELECT list_transform([1, 2], lambda x: x + 1)",
            "SELECT [x * 2 FOR x IN [1, 2] IF x > 1]", "SELECT count(*) FILTER (WHERE true), sum(1) OVER ()",
            "SELECT unnest(from_json('[\"a\"]', '[\"VARCHAR\"]'))",
            "SELECT lpad('7', 3, '0'), repeat('-', 10), printf('%5.1f', 2.5)",
            "SELECT format('{:>8}', 'a'), range(5), replace('a-b', '-', '_'), regexp_replace('aab', 'a+', 'c')",
            "SELECT current_state || ' ' || session_id FROM orchestration_state",
            "SELECT COLUMNS('.*id') FROM orchestration_state",
            "FROM generate_series(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', INTERVAL 1 HOUR)",
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t",
            "FROM orchestration_state USING SAMPLE 10 ROWS", "SELECT max(range, 3) FROM range(10)",
            "SELECT now(), current_date, version()",
        ] {
            #expect(try await !orchestrator.query(sql).columns.isEmpty, "\(sql)")
        }
        await orchestrator.close()
    }

    @Test func aQuerySeesWhatWasAcknowledgedAndLeavesNothing() async throws {
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        let session = try await orchestrator.startSession()
        for step in 0..<20 {
            let from = step == 0 ? "initialized" : "s\(step - 1)"
            try await session.transition(from: from, to: "s\(step)", reason: "r", agents: [])
            let rows = try await orchestrator.query("SELECT current_state FROM orchestration_state").rows
            #expect(rows == [[.string("s\(step)")]])
        }
        #expect(
            try await orchestrator.query("FROM duckdb_tables() WHERE temporary AND table_name <> 'staged'").rows.isEmpty
        )
        await orchestrator.close()
        #expect(await failure { _ = try await orchestrator.query("SELECT 1") }?.code == .storageUnavailable)
    }

    /// Each example of the guide runs, and answers something over a session that has seen everything.
    @Test func theExamplesOfTheGuideRun() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = try String(contentsOf: root.appending(path: "Documentation/Guides/SQL.md"), encoding: .utf8)
        let examples = guide.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(examples.count >= 8)
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        let session = try await orchestrator.startSession(
            workflowType: "feature", priority: 3, context: ["team": "blue"])
        try await session.transition(from: "initialized", to: "analyzing", reason: "r", agents: ["A"], confidence: 0.85)
        try await session.recordMetric(type: "cost", name: "tokens", value: 12)
        _ = try await session.complete()
        let other = try await orchestrator.startSession(workflowType: "feature")
        await #expect(throws: RIFError.self) {
            try await other.transition(from: "planning", to: "analyzing", reason: "r", agents: ["A"])
        }
        _ = try await orchestrator.checkpoint()
        for example in examples {
            let result = try await orchestrator.query(example)
            #expect(!result.rows.isEmpty, "\(example)")
        }
        await orchestrator.close()
    }
}
