import DuckDB
import Testing

extension DuckDBTests {
    @Suite struct Results {
        /// Several chunks of 2,048 rows, with NULLs and strings of both layouts in all of them.
        @Test(arguments: [false, true]) func manyChunks(streaming: Bool) throws {
            let sql = """
                SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE 'row number ' || i END, [i::VARCHAR, 'x'] \
                FROM range(10000) t(i)
                """
            let statement = try memory().prepare(sql)
            let result = try streaming ? statement.executeStreaming() : statement.execute()
            var next: Int64 = 0
            try result.forEachRow { row in
                let (number, text, list) = (try row.int64(0), try row.string(1), try row.strings(2))
                #expect(number == next)
                #expect(text == (next % 7 == 0 ? nil : "row number \(next)"))
                #expect(list == ["\(next)", "x"])
                next += 1
            }
            #expect(next == 10_000)
        }

        @Test func nestedTypesInManyChunks() throws {
            let rows = try memory().query("SELECT {'n': i, 'l': [i, i + 1]} FROM range(5000) t(i)").rows {
                try $0.value(0)
            }
            #expect(rows.count == 5000)
            #expect(
                rows[4321]
                    == .structure([
                        .init(name: "n", value: .int(4321)), .init(name: "l", value: .list([.int(4321), .int(4322)])),
                    ]))
        }

        @Test func anErrorInTheMiddleOfAStreamIsThrown() throws {
            let sql = "SELECT CASE WHEN i = 500000 THEN error('at the end') ELSE i END FROM range(600000) t(i)"
            let statement = try memory().prepare(sql)
            let failure = try error { try statement.executeStreaming().forEachRow { _ in } }
            #expect(failure.message.contains("at the end"))
        }

        @Test func noRows() throws {
            let result = try memory().query("SELECT 1 AS one WHERE false")
            #expect(result.columnNames == ["one"])
            #expect(try result.rows { try $0.int64(0) }.isEmpty)
            #expect(try memory().query("SELECT 1 WHERE false").firstRow { try $0.int64(0) } == nil)
        }

        @Test func rowsAreReadOnce() throws {
            let result = try memory().query("SELECT 1")
            _ = try result.rows { _ in }
            #expect(try error { try result.forEachRow { _ in } }.kind == .invalidInput)
            result.close()
            result.close()
            #expect(try error { try result.forEachRow { _ in } }.kind == .closed)
        }

        @Test func anErrorOfTheBodyEndsTheReading() throws {
            struct Enough: Error {}
            var seen = 0
            #expect(throws: Enough.self) {
                try memory().query("SELECT * FROM range(5000)").forEachRow { _ in
                    seen += 1
                    if seen == 3000 { throw Enough() }
                }
            }
            #expect(seen == 3000)
        }

        @Test func rowsChanged() throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER)")
            #expect(try connection.prepare("INSERT INTO t FROM range(5000)").run() == 5000)
            #expect(try connection.query("UPDATE t SET i = 0 WHERE i < 10").rowsChanged == 10)
            #expect(try connection.prepare("DELETE FROM t").run() == 5000)
            #expect(try connection.prepare("SELECT 1").run() == 0)
        }

        @Test func exactlyOneStatement() throws {
            let connection = try memory()
            #expect(try error { _ = try connection.query("SELECT 1; SELECT 2") }.kind == .invalidInput)
            #expect(try error { _ = try connection.query("") }.kind == .invalidInput)
            #expect(try error { _ = try connection.query("SELEC") }.kind == .parser)
            #expect(try connection.query("SELECT 1;").firstRow { try $0.int64(0) } == 1)
        }
    }

    @Suite struct Statements {
        @Test(
            arguments: [
                ("SELECT 1", .select), ("INSERT INTO t VALUES (1)", .insert), ("UPDATE t SET i = 1", .update),
                ("DELETE FROM t", .delete), ("CREATE TABLE u(i INT)", .create), ("DROP TABLE t", .drop),
                ("BEGIN", .transaction),
                ("SET threads = 1", .set), ("EXPLAIN SELECT 1", .explain), ("CHECKPOINT", .call), ("VACUUM", .vacuum),
                ("ATTACH ':memory:' AS x", .attach), ("ALTER TABLE t ADD COLUMN j INT", .alter),
                ("COPY t TO 'x.csv'", .copy),
                ("WITH x AS (SELECT 1) SELECT * FROM x", .select), ("LOAD json", .load),
            ] as [(String, StatementKind)])
        func kinds(sql: String, kind: StatementKind) throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER)")
            #expect(try connection.prepare(sql).statementKind == kind)
        }

        @Test func severalStatementsAreRefused() throws {
            #expect(
                try error { _ = try memory().prepare("SELECT 1; SELECT 2") }.message.contains("multiple statements"))
        }

        @Test func bindingsStayAndCanBeCleared() throws {
            let statement = try memory().prepare("SELECT $1::INTEGER + $2::INTEGER")
            #expect(statement.parameterCount == 2)
            try statement.bind(1, at: 1)
            try statement.bind(2, at: 2)
            #expect(try statement.execute().firstRow { try $0.int64(0) } == 3)
            try statement.bind(Int32(40), at: 1)
            #expect(try statement.execute().firstRow { try $0.int64(0) } == 42)
            try statement.clearBindings()
            #expect(throws: DuckDBError.self) { try statement.execute() }
        }

        @Test func anIndexThatIsNotThereIsAnError() throws {
            let statement = try memory().prepare("SELECT $1::INTEGER")
            for index in [0, 2] {
                let failure = try error { try statement.bind(1, at: index) }
                #expect(failure.kind == .invalidInput)
                #expect(!failure.message.isEmpty)
            }
        }

        @Test func anEarlierResultOutlivesTheNextRun() throws {
            let statement = try memory().prepare("SELECT $1::INTEGER FROM range(5000)")
            try statement.bind(1, at: 1)
            let first = try statement.execute()
            try statement.bind(2, at: 1)
            let second = try statement.execute()
            #expect(try first.rows { try $0.int64(0) }.allSatisfy { $0 == 1 })
            #expect(try second.rows { try $0.int64(0) }.allSatisfy { $0 == 2 })
        }
    }
}
