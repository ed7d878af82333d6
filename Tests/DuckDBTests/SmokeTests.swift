import DuckDB
import Testing

extension DuckDBTests {
    @Suite struct Smoke {
        @Test func everythingOnce() throws {
            let connection = try memory()
            try connection.execute(
                "CREATE TABLE t(id UUID PRIMARY KEY, n BIGINT, s VARCHAR, moment TIMESTAMP, tags VARCHAR[])")
            let id = try #require(DuckDBUUID("0192f0c1-7e2a-7abc-8def-0123456789ab"))
            let insert = try connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)")
            #expect(insert.parameterCount == 5)
            #expect(insert.statementKind == .insert)
            try insert.bind(id, at: 1)
            try insert.bind(42, at: 2)
            try insert.bind("hello", at: 3)
            try insert.bind(DuckDBTimestamp(microseconds: -1), at: 4)
            try insert.bind(["a", "b"], at: 5)
            #expect(try insert.run() == 1)
            let appender = try connection.appender(table: "t")
            try appender.append(DuckDBUUID(high: 0, low: 1))
            try appender.append(Int64.min)
            try appender.append("")
            try appender.append(DuckDBTimestamp?.none)
            try appender.append(["x"])
            try appender.endRow()
            try appender.flush()
            let rows = try connection.query("SELECT * FROM t ORDER BY id DESC").rows { row in
                (try row.uuid(0), try row.int64(1), try row.string(2), try row.timestamp(3), try row.strings(4))
            }
            #expect(rows.count == 2)
            #expect(rows[0] == (id, 42, "hello", DuckDBTimestamp(microseconds: -1), ["a", "b"]))
            #expect(rows[1] == (DuckDBUUID(high: 0, low: 1), .min, "", nil, ["x"]))
        }

        @Test func threadAndTimeout() async throws {
            let thread = try DatabaseThread(name: "test") { try memory() }
            let sum = try await thread.run { try $0.value("SELECT sum(i) FROM range(10) t(i)") }
            #expect(sum == .int(45))
            let failure = await #expect(throws: DuckDBError.self) {
                try await thread.run { connection in
                    try connection.withTimeout(seconds: 0.05) {
                        try connection.execute("SELECT count(*) FROM range(1000000) a, range(1000000) b")
                    }
                }
            }
            #expect(failure?.kind == .timeout)
            thread.stop()
        }
    }
}
