import Testing

@testable import DuckDB

extension DuckDBTests {
    @Suite struct Errors {
        /// The kind comes from DuckDB's number where it gives one and from the text elsewhere.
        @Test(
            arguments: [
                ("SELEC 1", .parser, "Parser Error"), ("SELECT nothing", .binder, "Binder Error"),
                ("SELECT * FROM nowhere", .catalog, "Catalog Error"),
                ("SELECT 'x'::INTEGER", .conversion, "Conversion Error"),
                ("INSERT INTO t VALUES (1)", .constraint, "Constraint Error"),
                ("INSERT INTO t VALUES (NULL)", .constraint, "Constraint Error"),
                ("COMMIT", .transaction, "TransactionContext Error"),
                ("SELECT * FROM read_csv('/nowhere/at/all.csv')", .io, "IO Error"),
                ("SELECT (2^62)::BIGINT * 4", .outOfRange, "Out of Range Error"),
                ("SELECT error('mine')", .invalidInput, "Invalid Input Error: mine"),
                ("SET memory_limit = 'much'", .parser, "Parser Error"),
            ] as [(String, DuckDBError.Kind, String)])
        func keepKindAndText(sql: String, kind: DuckDBError.Kind, text: String) throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
            let executed = try error { try connection.execute(sql) }
            #expect(executed.kind == kind)
            #expect(executed.message.hasPrefix(text), "\(executed)")
            #expect(!executed.isFatal)
            let prepared = try error { _ = try connection.prepare(sql).execute() }
            #expect(prepared.kind == kind)
            #expect(prepared.message.hasPrefix(text), "\(prepared)")
        }

        @Test func outOfMemory() throws {
            let connection = try memory(["memory_limit": "20MB", "temp_directory": ""])
            let failure = try error {
                try connection.execute(
                    "CREATE TABLE t AS SELECT hash(i)::VARCHAR || repeat('x', 50) AS s FROM range(3000000) t(i)")
            }
            #expect(failure.kind == .outOfMemory, "\(failure)")
        }

        @Test func aFatalTextIsFatalWhateverItsNumber() {
            let text =
                "Invalid Input Error: database has been invalidated because of a previous fatal error. Restart it."
            #expect(DuckDBError(code: 32, message: text).isFatal)
            #expect(DuckDBError(message: "FATAL Error: Failed: broken").isFatal)
            #expect(!DuckDBError(code: 28, message: "IO Error: full").isFatal)
            #expect(DuckDBError(code: 999, message: "Odd Error: x").kind == .other(999))
            #expect(DuckDBError(message: "no prefix", otherwise: .open).kind == .open)
        }

        @Test func aHandleThatWasClosedSaysSo() throws {
            let database = try Database.open(.memory, library: .load())
            let connection = try database.connect()
            let statement = try connection.prepare("SELECT 1")
            try connection.execute("CREATE TABLE t(i INTEGER)")
            let appender = try connection.appender(table: "t")
            let result = try connection.query("SELECT 1")
            database.close()
            database.close()
            #expect(try error { _ = try database.connect() }.kind == .closed)
            #expect(try statement.execute().firstRow { try $0.int64(0) } == 1)
            connection.close()
            connection.close()
            #expect(try error { try connection.execute("SELECT 1") }.kind == .closed)
            #expect(try error { _ = try connection.prepare("SELECT 1") }.kind == .closed)
            #expect(try error { _ = try statement.run() }.kind == .closed)
            #expect(try error { try statement.bind("x", at: 1) }.kind == .closed)
            #expect(try error { try appender.append(1) }.kind == .closed)
            #expect(try error { try result.forEachRow { _ in } }.kind == .closed)
            try appender.close()
            statement.close()
        }
    }
}
