import DuckDB
import Testing

extension DuckDBTests {
    @Suite struct Databases {
        @Test func aFileKeepsWhatWasCommitted() throws {
            let folder = TemporaryFolder()
            let file = Database.Location.file(folder.file("a.duckdb"))
            do {
                let database = try Database.open(file, library: .load())
                let connection = try database.connect()
                try connection.execute("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (1)")
                try connection.execute("BEGIN; INSERT INTO t VALUES (2)")
                connection.close()
                database.close()
            }
            let again = try Database.open(file, library: .load())
            #expect(try again.connect().query("FROM t").rows { try $0.int64(0) } == [1])
        }

        /// Closing a connection takes its statements and results along; natively each of them
        /// would keep the file open and locked.
        @Test func closingFreesTheFileWhateverIsStillHeld() throws {
            let folder = TemporaryFolder()
            let file = Database.Location.file(folder.file("a.duckdb"))
            let database = try Database.open(file, library: .load())
            let connection = try database.connect()
            try connection.execute("CREATE TABLE t(i INTEGER)")
            let held: [AnyObject] = [
                try connection.prepare("SELECT 1"), try connection.query("SELECT 1"),
                try connection.appender(table: "t"),
            ]
            connection.close()
            database.close()
            // Within one process DuckDB refuses a file that is open with other settings.
            let reader = try Database.open(file, readOnly: true, library: .load())
            #expect(try reader.connect().query("FROM t").rows { _ in }.isEmpty)
            withExtendedLifetime(held) {}
        }

        @Test func readOnlyRefusesToWrite() throws {
            let folder = TemporaryFolder()
            let file = Database.Location.file(folder.file("a.duckdb"))
            let missing = try error { _ = try Database.open(file, readOnly: true, library: .load()) }
            #expect(missing.kind == .io, "\(missing)")
            let writer = try Database.open(file, library: .load())
            try writer.connect().execute("CREATE TABLE t(i INTEGER)")
            writer.close()
            let connection = try Database.open(file, readOnly: true, library: .load()).connect()
            let refused = try error { try connection.execute("INSERT INTO t VALUES (1)") }
            #expect(refused.message.contains("read-only"), "\(refused)")
            #expect(try connection.query("FROM t").rows { _ in }.isEmpty)
        }

        @Test func anOpenThatFailsKeepsTheText() throws {
            let folder = TemporaryFolder()
            let nowhere = try error { _ = try Database.open(.file(folder.file("no/a.duckdb")), library: .load()) }
            #expect(nowhere.kind == .io)
            let text = folder.write(String(repeating: "this is no database ", count: 1000), to: "text.duckdb")
            let noDatabase = try error { _ = try Database.open(.file(text), library: .load()) }
            #expect(noDatabase.kind == .io)
            #expect(noDatabase.message.contains("not a valid DuckDB database file"), "\(noDatabase)")
            let setting = try error {
                _ = try Database.open(.memory, configuration: ["no_such_setting": "1"], library: .load())
            }
            #expect(setting.message.contains("no_such_setting"), "\(setting)")
            let value = try error { _ = try Database.open(.memory, configuration: ["threads": "-1"], library: .load()) }
            #expect(value.message.contains("threads"), "\(value)")
        }

        @Test func configurationIsInForce() throws {
            let connection = try memory(["threads": "1", "memory_limit": "64MB"])
            #expect(try connection.value("SELECT current_setting('threads')") == .int(1))
            #expect(try connection.value("SELECT current_setting('memory_limit')") == .string("61.0 MiB"))
        }

        @Test func aTransactionCommitsOrRollsBack() throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER PRIMARY KEY)")
            let value = try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (1)")
                return "done"
            }
            #expect(value == "done")
            struct Refusal: Error {}
            #expect(throws: Refusal.self) {
                try connection.transaction {
                    try connection.execute("INSERT INTO t VALUES (2)")
                    throw Refusal()
                }
            }
            // An error of DuckDB aborts the transaction; after that the connection is usable.
            let failure = try error {
                try connection.transaction {
                    try connection.execute("INSERT INTO t VALUES (3)")
                    try connection.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(failure.kind == .constraint)
            #expect(try connection.query("FROM t").rows { try $0.int64(0) } == [1])
            try connection.begin()
            try connection.execute("DELETE FROM t")
            try connection.rollback()
            try connection.begin()
            try connection.execute("INSERT INTO t VALUES (4)")
            try connection.commit()
            #expect(try connection.value("SELECT count(*) FROM t") == .int(2))
        }

        @Test func aConflictShowsAsTransactionError() throws {
            let database = try Database.open(.memory, library: .load())
            let (first, second) = (try database.connect(), try database.connect())
            try first.execute("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (1)")
            try first.begin()
            try second.begin()
            try first.execute("UPDATE t SET i = 2")
            let failure = try error { try second.execute("UPDATE t SET i = 3") }
            #expect(failure.kind == .transaction, "\(failure)")
            try second.rollback()
            try first.commit()
        }
    }

    @Suite struct Timeouts {
        static let endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b"

        @Test func aTimeoutStopsTheStatementAndLeavesTheConnectionUsable() throws {
            let connection = try memory()
            for seconds in [0, 0.02] {
                let failure = try error {
                    try connection.withTimeout(seconds: seconds) { try connection.execute(Self.endless) }
                }
                #expect(failure.kind == .timeout)
                #expect(failure.message.contains("\(seconds) seconds"))
                #expect(try connection.value("SELECT 1") == .int(1))
            }
        }

        @Test func aTimeoutThatIsNotReachedChangesNothing() throws {
            let connection = try memory()
            #expect(try connection.withTimeout(seconds: .infinity) { try connection.value("SELECT 1") } == .int(1))
            let failure = try error { try connection.withTimeout(seconds: 60) { try connection.execute("SELEC") } }
            #expect(failure.kind == .parser)
        }

        @Test func aTimeoutBetweenTwoStatementsStopsTheSecond() throws {
            let connection = try memory()
            let failure = try error {
                try connection.withTimeout(seconds: 0) {
                    _ = try? connection.execute(Self.endless)
                    try connection.execute(Self.endless)
                }
            }
            #expect(failure.kind == .timeout)
        }

        @Test func aStreamIsStoppedWhileItIsRead() throws {
            let connection = try memory()
            let stream = try connection.prepare("SELECT i FROM range(1000000000000) t(i)")
            let failure = try error {
                try connection.withTimeout(seconds: 0.05) { try stream.executeStreaming().forEachRow { _ in } }
            }
            #expect(failure.kind == .timeout, "\(failure)")
            #expect(try connection.value("SELECT 1") == .int(1))
        }

        @Test func anInterruptFromAnotherThread() async throws {
            let thread = try DatabaseThread(name: "interrupted") { try memory() }
            let interrupter = try await thread.run { $0.interrupter }
            let running = Task { try await thread.run { try $0.execute(Self.endless) } }
            // An interrupt before the statement has begun is forgotten, so it is made until the
            // statement has ended.
            let over = Task { await running.result }
            let interrupting = Task.detached {
                while !Task.isCancelled {
                    interrupter.interrupt()
                    await Task.yield()
                }
            }
            let result = await over.value
            interrupting.cancel()
            await interrupting.value
            let failure = #expect(throws: DuckDBError.self) { try result.get() }
            #expect(failure?.kind == .interrupted)
            thread.stop()
            interrupter.interrupt()
        }
    }
}
