import RIFOrchestrator
import Testing

/// Statements that would write, read files, learn paths, or take the process with them: each is refused or cut off.
@Suite(.serialized) struct QueryAttackTests {
    /// What is refused before it runs, `invalid_request`.
    static let forbidden = [
        "COPY orchestration_state TO '/tmp/x'", "COPY (SELECT 1) TO '/tmp/x.csv'",
        "COPY orchestration_state FROM '/tmp/x'",
        "ATTACH '/tmp/x' AS y", "DETACH y", "INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL json", "USE temp",
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_csv_auto('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')", "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM parquet_metadata('/x')", "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'", "SELECT * FROM \"/etc/passwd.csv\"", "DESCRIBE '/etc/passwd'",
        "SUMMARIZE '/etc/passwd'", "SELECT * FROM read_duckdb('/x')", "SELECT getenv('HOME')",
        "SELECT getvariable('x')",
        "SET memory_limit = '1TB'", "SET VARIABLE x = 1", "RESET memory_limit", "PRAGMA database_list",
        "PRAGMA table_info('orchestration_state')", "PRAGMA version", "VACUUM", "ANALYZE", "CHECKPOINT",
        "FORCE CHECKPOINT", "CALL duckdb_settings()", "CALL range(1)", "EXPORT DATABASE '/tmp/x'",
        "IMPORT DATABASE '/tmp/x'", "BEGIN", "COMMIT", "ROLLBACK", "PREPARE x AS SELECT 1", "EXECUTE x", "DEALLOCATE x",
        "CREATE TABLE x (i INT)", "CREATE TEMP TABLE x AS SELECT 1", "CREATE VIEW x AS SELECT 1",
        "CREATE MACRO x() AS 1",
        "CREATE SEQUENCE x", "CREATE SECRET x (TYPE s3)", "DROP TABLE orchestration_state", "ALTER TABLE x RENAME TO y",
        "TRUNCATE orchestration_state", "INSERT INTO rif_counters VALUES ('a', 1)", "UPDATE rif_counters SET value = 0",
        "DELETE FROM rif_counters", "MERGE INTO rif_counters USING rif_counters ON true WHEN MATCHED THEN DELETE",
        "WITH x AS (INSERT INTO rif_counters VALUES ('a', 1) RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM rif_counters RETURNING *) SELECT * FROM x",
        "WITH x AS (UPDATE rif_counters SET value = 0 RETURNING *) FROM x", "EXPLAIN DELETE FROM rif_counters",
        "EXPLAIN ANALYZE DELETE FROM rif_counters", "EXPLAIN ANALYZE COPY rif_counters TO '/tmp/x'",
        "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE rif_counters", "EXPLAIN SELECT 1; DROP TABLE rif_counters",
        "SELECT * FROM duckdb_databases()", "SELECT * FROM duckdb_databases", "FROM system.main.duckdb_databases",
        "FROM pragma_database_list", "FROM pg_catalog.pg_database", "FROM pg_catalog.pg_settings", "SHOW DATABASES",
        "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_extensions()",
        "SELECT * FROM duckdb_temporary_files()", "SELECT * FROM duckdb_logs", "SELECT * FROM duckdb_logs()",
        "SELECT * FROM duckdb_external_file_cache()", "SELECT * FROM duckdb_prepared_statements()",
        "SELECT * FROM duckdb_variables()", "SELECT * FROM pragma_database_size()", "SHOW VARIABLES",
        "DESCRIBE duckdb_settings",
        "SELECT current_setting('temp_directory')", "SELECT current_setting('secret_directory')",
        "SELECT system.main.current_setting('home_directory')", "SELECT 'temp_directory'.current_setting()",
        "WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings", "FROM query('SELECT 1')",
        "FROM query_table('duckdb_settings')", "FROM json_execute_serialized_sql('{}')",
        "SELECT json_serialize_sql('x')",
        "SELECT nextval('x')", "SELECT setseed(0.5)", "SELECT write_log('x')", "SELECT sleep_ms(100000)",
        "SELECT pg_sleep(100000)", "SELECT error('/etc')", "FROM checkpoint()", "FROM enable_logging()",
        "FROM truncate_duckdb_logs()", "FROM test_all_types()",
        "SELECT levenshtein(context, history) FROM orchestration_state",
        "SELECT json_contains('[]', '1')", "SELECT json_pretty('[]')", "SELECT '[]'::JSON::VARIANT",
        "SELECT 'x'::GEOMETRY",
        "SELECT 1::orchestration_state", "PIVOT orchestration_state ON current_state USING count(*)",
        "SELECT E'a\\'b'", "SELECT $$a$$", "SELECT $name", "SELECT /* /* */ */ 1", "SELECT (", "SELECT )", "SELECT 'x",
        "", " ", ";", "-- nothing", "SELEC 1", "SELECT nothing FROM orchestration_state", "SELECT * FROM nothing",
        "SELECT 'x'::INT", "SELECT list_transform([1], lambda x: list_transform([x], lambda y: y))",
        "SELECT * FROM orchestration_state, range(priority)", "SELECT x.repeat(3) FROM (SELECT 'a' x)",
    ]

    /// What goes beyond a limit, `unprocessable`; those of the second half run until they are stopped.
    static let greedy = [
        "SELECT repeat('a', 2000000000)", "SELECT repeat(repeat('a', 1000), 1000)", "SELECT lpad('a', 2000000000, 'b')",
        "SELECT rpad(current_state, priority, 'b') FROM orchestration_state", "SELECT printf('%999999999d', 1)",
        "SELECT printf('%*d', 999999999, 1)", "SELECT format('{:>999999999}', 'a')",
        "SELECT format('{:{}}', 'a', 999999999)",
        "SELECT range(1000000000)", "SELECT generate_series(0, 1000000000)", "SELECT list_resize([1], 1000000000)",
        "SELECT NULL::INT[100000] FROM range(200000)", "SELECT replace('aaaa', 'a', repeat('b', 1000))",
        "SELECT regexp_replace('aaaa', 'a', context, 'g') FROM orchestration_state",
        "SELECT max(range, 100000000) FROM range(10)", "SELECT approx_top_k(range, 999999) FROM range(10)",
        "FROM range(1000000) USING SAMPLE 100000000 ROWS",
        "SELECT " + String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200),
        String(repeating: "WITH a AS (", count: 8) + "SELECT x x x" + String(repeating: ") SELECT 1", count: 8),
        "SELECT a" + String(repeating: ".a", count: 30_000), "SELECT 1" + String(repeating: " + 1", count: 5_000),
        "SELECT count(*) FROM " + String(repeating: "(SELECT *, *, *, *, * FROM ", count: 10) + "orchestration_state"
            + String(repeating: ")", count: 10),
        "WITH a0 AS (SELECT 1 x)"
            + (0..<20).map { ", a\($0 + 1) AS NOT MATERIALIZED (SELECT x.x FROM a\($0) x, a\($0) y)" }.joined()
            + " SELECT count(*) FROM a20",
        "SELECT 1 FROM orchestration_state GROUP BY CUBE ("
            + (0..<12).map { "priority + \($0)" }.joined(separator: ", ") + ")",
        "SELECT '" + String(repeating: "x", count: 65_536) + "'",
        "SELECT x" + String(repeating: " || x", count: 40) + " FROM (SELECT 'a' x)",
        "SELECT hex(hex(hex(hex(s)))) FROM (SELECT current_state s FROM orchestration_state)",
        "SELECT bin(bin(current_state)) FROM orchestration_state",
        "SELECT concat(*COLUMNS(*)) FROM orchestration_state",
        "SELECT [" + String(repeating: "context, ", count: 100) + "context]::VARCHAR FROM orchestration_state",
        // These are stopped.
        "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 3",
        "SELECT count(*) FROM range(1000000000000)",
        "WITH RECURSIVE t(s) AS (SELECT 'aaaaaaaa' UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t, range(1000)) SELECT count(*) FROM t",
        "SELECT string_agg(a.range::VARCHAR, ',') FROM range(1000000) a, range(1000000) b",
        "SELECT list(a.range) FROM range(1000000) a, range(1000000) b",
        "SELECT a.range, b.range FROM range(1000000) a, range(1000000) b ORDER BY hash(a.range + b.range)",
        "SELECT DISTINCT a.range, b.range FROM range(1000000) a, range(1000000) b ORDER BY ALL",
        "SELECT max(len(l)) FROM (SELECT list(range) OVER (ORDER BY range) l FROM range(1000000))",
        "SELECT median(a.range + b.range) FROM range(1000000) a, range(1000000) b",
        "SELECT count(*) FROM range(1000000) a WHERE EXISTS (FROM range(1000000) b WHERE a.range + b.range = 3)",
        "EXPLAIN ANALYZE SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 3",
        "SUMMARIZE SELECT a.range FROM range(1000000) a, range(1000000) b",
    ]

    static func limits() -> QueryLimits {
        var limits = QueryLimits()
        // What runs for ever need not run for long.
        limits.seconds = 1
        return limits
    }

    @Test func whatWritesOrReadsFilesOrShowsPathsIsRefused() async throws {
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        _ = try await orchestrator.startSession()
        for sql in Self.forbidden {
            let error = await failure { _ = try await orchestrator.query(sql) }
            #expect(error?.code == .invalidRequest, "\(sql): \(error.map { "\($0)" } ?? "was answered")")
            let words = (error?.detail ?? "").replacing("/etc/passwd", with: "")
            #expect(!words.contains(workshop.path("")) && !words.contains("/root"), "\(sql): \(words)")
        }
        let counters = try await orchestrator.query("FROM rif_counters SELECT name ORDER BY name")
        #expect(counters.rows == [["folded_through"], ["last_sequence"]])
        await orchestrator.close()
    }

    @Test func whatTakesTooMuchIsRefusedOrStopped() async throws {
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        _ = try await orchestrator.startSession()
        let before = ResidentMemory.bytes()
        for sql in Self.greedy {
            let error = await failure { _ = try await orchestrator.query(sql, limits: Self.limits()) }
            #expect(error?.code == .unprocessable, "\(sql.prefix(150)): \(error.map { "\($0)" } ?? "was answered")")
        }
        // Far below what any of them asked for.
        #expect(ResidentMemory.bytes() - before < 2 << 30)
        #expect(try await orchestrator.query("SELECT 1").rows == [[1]])
        await orchestrator.close()
    }

    @Test func limitsAndParametersAreChecked() async throws {
        let orchestrator = try await Workshop().open()
        for limit in [0, -1, 10_001] {
            #expect(
                await failure { _ = try await orchestrator.query("SELECT 1", limit: limit) }?.code == .unprocessable)
        }
        let cut = try await orchestrator.query("FROM range(100)", limit: 7)
        #expect(cut.rows.count == 7 && cut.truncated)
        #expect(try await !orchestrator.query("FROM range(7)", limit: 7).truncated)
        let wrong = await failure { _ = try await orchestrator.query("SELECT ?, ?", parameters: [1]) }
        #expect(wrong?.detail == "params: 1 given; expected 2, one for each ?")
        #expect(
            await failure { _ = try await orchestrator.query("SELECT ?", parameters: [[1]]) }?.code == .invalidRequest)
        let echo = try await orchestrator.query("SELECT ?, ?, ?, ?, ?", parameters: [.null, true, 7, 0.5, "a'b"])
        #expect(echo.rows == [[.null, true, 7, 0.5, "a'b"]])

        var limits = QueryLimits()
        limits.resultBytes = 10_000
        let large = try await orchestrator.query("SELECT repeat('x', 1000) FROM range(100)", limits: limits)
        #expect(large.truncated && (1..<10).contains(large.rows.count))
        limits.resultBytes = 100
        #expect(
            await failure { _ = try await orchestrator.query("SELECT repeat('x', 1000)", limits: limits) }?.code
                == .unprocessable)
        limits = QueryLimits()
        limits.concurrent = 0
        limits.waitSeconds = 0
        #expect(await failure { _ = try await orchestrator.query("SELECT 1", limits: limits) }?.code == .overloaded)
        await orchestrator.close()
    }

    /// 64 sessions walk on while hungry queries run beside them, and none of them notices.
    @Test func writersGoOnWhileHungryQueriesRun() async throws {
        let workshop = try Workshop(.file)
        defer { withExtendedLifetime(workshop) {} }
        let orchestrator = try await workshop.open()
        let hungry = Self.greedy.suffix(14)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for sql in hungry {
                group.addTask {
                    var limits = Self.limits()
                    limits.waitSeconds = 600
                    limits.memoryBytes = 1 << 30
                    let error = await failure { _ = try await orchestrator.query(sql, limits: limits) }
                    #expect(error?.code == .unprocessable, "\(sql): \(error.map { "\($0)" } ?? "was answered")")
                    return 0
                }
            }
            for _ in 0..<64 {
                group.addTask {
                    let session = try await orchestrator.startSession()
                    var state = "initialized"
                    for step in 0..<100 {
                        try await session.transition(from: state, to: "step_\(step)", reason: "on", agents: [])
                        state = "step_\(step)"
                    }
                    return 100
                }
            }
            var steps = 0
            for try await count in group { steps += count }
            #expect(steps == 6_400)
        }
        let count = try await orchestrator.query("SELECT count(*) FROM orchestration_decisions WHERE success")
        #expect(count.rows == [[6_400]])
        #expect(try await orchestrator.validateIntegrity().errors.isEmpty)
        await orchestrator.close()
    }
}

func failure(_ body: () async throws -> Void) async -> RIFError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RIFError
    }
}
