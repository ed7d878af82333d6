import DuckDB
import Testing

extension DuckDBTests {
    @Suite struct Appenders {
        private func numbers(_ connection: Connection) throws -> [Int64?] {
            try connection.query("SELECT i FROM t ORDER BY i").rows { try $0.int64(0) }
        }

        private func table() throws -> Connection {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, s VARCHAR DEFAULT 'given')")
            return connection
        }

        private func add(_ number: Int, to appender: Appender) throws {
            try appender.append(number)
            try appender.appendDefault()
            try appender.endRow()
        }

        @Test func tenThousandRows() throws {
            let connection = try table()
            let appender = try connection.appender(table: "t")
            for number in 0..<10_000 { try add(number, to: appender) }
            try appender.flush()
            #expect(try connection.value("SELECT count(DISTINCT i) FROM t WHERE s = 'given'") == .int(10_000))
        }

        @Test func flushBelongsToTheOpenTransaction() throws {
            let connection = try table()
            let appender = try connection.appender(table: "t")
            try connection.begin()
            try add(1, to: appender)
            try appender.flush()
            try connection.rollback()
            #expect(try numbers(connection).isEmpty)
            try connection.transaction {
                try add(2, to: appender)
                try appender.flush()
            }
            #expect(try numbers(connection) == [2])
        }

        @Test func aConstraintFailsTheFlushAndClearMakesItUsableAgain() throws {
            let connection = try table()
            let appender = try connection.appender(table: "t")
            try add(1, to: appender)
            try appender.flush()
            try add(2, to: appender)
            try add(1, to: appender)
            let failure = try error { try appender.flush() }
            #expect(failure.kind == .constraint)
            #expect(failure.message.contains("Duplicate key"), "\(failure)")
            #expect(try numbers(connection) == [1])
            try appender.clear()
            try add(3, to: appender)
            try appender.flush()
            #expect(try numbers(connection) == [1, 3])
        }

        @Test func whatWasNotFlushedIsLostWithTheAppender() throws {
            let connection = try table()
            do {
                let appender = try connection.appender(table: "t")
                try add(1, to: appender)
            }
            #expect(try numbers(connection).isEmpty)
            let appender = try connection.appender(table: "t")
            try add(2, to: appender)
            try appender.close()
            try appender.close()
            #expect(try numbers(connection) == [2])
        }

        @Test func chosenColumns() throws {
            let connection = try table()
            let appender = try connection.appender(table: "t", columns: ["i"])
            #expect(appender.columnCount == 1)
            try appender.append(7)
            try appender.endRow()
            try appender.close()
            #expect(try connection.value("SELECT s FROM t") == .string("given"))
        }

        @Test func errorsOfRows() throws {
            let connection = try table()
            #expect(try error { _ = try connection.appender(table: "nowhere") }.kind == .catalog)
            #expect(try error { _ = try connection.appender(table: "t", schema: "nowhere") }.kind == .catalog)
            let column = try error { _ = try connection.appender(table: "t", columns: ["nothing"]) }
            #expect(!column.message.isEmpty)
            let appender = try connection.appender(table: "t")
            try appender.append(1)
            let short = try error { try appender.endRow() }
            #expect(short.kind == .invalidInput, "\(short)")
            let other = try connection.appender(table: "t")
            let text = try error { try other.append("no number") }
            #expect(text.kind == .invalidInput && text.message.contains("no number"), "\(text)")
        }

        @Test func otherSchemasAndCatalogs() throws {
            let connection = try memory()
            try connection.execute(
                "ATTACH ':memory:' AS other; CREATE SCHEMA other.s; CREATE TABLE other.s.t(i INTEGER)")
            let appender = try connection.appender(table: "t", schema: "s", catalog: "other")
            try appender.append(1)
            try appender.endRow()
            try appender.close()
            #expect(try connection.value("SELECT i FROM other.s.t") == .int(1))
        }
    }
}
