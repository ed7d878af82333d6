import CDuckDB

/// A session on a database: its transaction, its settings, its statements. Confined to the thread
/// that uses it; `DatabaseThread` keeps it there.
public final class Connection {
    let native: NativeConnection

    init(_ native: NativeConnection) { self.native = native }

    /// Closes the connection with every statement, appender and result that it handed out; an open
    /// transaction is rolled back. Calling it again does nothing. A connection that is let go
    /// without it ends with the last of those.
    public func close() { native.close() }

    /// Stops the running statement from another thread.
    public var interrupter: Interrupter { native.interrupter }

    /// Runs one statement or several; results are dropped. Stops at the first that fails.
    public func execute(_ sql: String) throws(DuckDBError) {
        var result = cduckdb_result()
        defer { native.call.pointee.destroy_result(&result) }
        guard native.call.pointee.query(try native.open(), sql, &result) == CDUCKDB_OK else {
            throw native.error(of: &result)
        }
    }

    /// Runs exactly one statement, without parameters, and answers its rows.
    public func query(_ sql: String) throws(DuckDBError) -> QueryResult {
        try demandOneStatement(sql)
        var result = cduckdb_result()
        guard native.call.pointee.query(try native.open(), sql, &result) == CDUCKDB_OK else {
            defer { native.call.pointee.destroy_result(&result) }
            throw native.error(of: &result)
        }
        return QueryResult(native, result)
    }

    /// Parses and plans one statement that may have parameters (`?` or `$1`). Keep it and run it
    /// again: preparing costs more than running a small statement.
    public func prepare(_ sql: String) throws(DuckDBError) -> PreparedStatement {
        try PreparedStatement(native, sql)
    }

    /// The fast way to add many rows to a table. `columns` limits and orders what is appended; the
    /// rest gets its default. Errors: `catalog` and others if the table or a column is not there.
    public func appender(
        table: String, schema: String? = nil, columns: [String]? = nil, catalog: String? = nil
    ) throws(DuckDBError) -> Appender {
        try Appender(native, table: table, schema: schema, catalog: catalog, columns: columns)
    }

    /// Starts a transaction. Errors: `transaction` if one is open.
    public func begin() throws(DuckDBError) { try execute("BEGIN") }

    /// Makes the transaction durable. After an error the transaction is over, and whether it took
    /// effect is not known if the error is fatal.
    public func commit() throws(DuckDBError) { try execute("COMMIT") }

    /// Undoes the transaction.
    public func rollback() throws(DuckDBError) { try execute("ROLLBACK") }

    /// Runs `body` between BEGIN and COMMIT. An error of `body` or of the COMMIT is thrown on,
    /// after a ROLLBACK; not for use inside another transaction.
    public func transaction<T>(_ body: () throws -> T) throws -> T {
        try begin()
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            // The first error is the one that tells something. A ROLLBACK that fails as well
            // means that there is no transaction any more, which is what was wanted.
            try? rollback()
            throw error
        }
    }

    /// Runs `body` and interrupts its statements when `seconds` have passed. Then the error of kind
    /// `interrupted` is replaced by one of kind `timeout`. What ends in time just before is kept.
    /// Only DuckDB's work is interrupted, not Swift code of `body`.
    public func withTimeout<T>(seconds: Double, _ body: () throws -> T) throws -> T {
        let watch = Watchdog.shared.watch(interrupter, seconds: seconds)
        do {
            let value = try body()
            _ = Watchdog.shared.end(watch)
            return value
        } catch {
            let fired = Watchdog.shared.end(watch)
            guard fired, let error = error as? DuckDBError, error.kind == .interrupted else { throw error }
            throw DuckDBError(
                kind: .timeout, message: "The statement was stopped after its limit of \(seconds) seconds.")
        }
    }

    private func demandOneStatement(_ sql: String) throws(DuckDBError) {
        let call = native.call.pointee
        var statements: cduckdb_extracted?
        let count = call.extract_statements(try native.open(), sql, &statements)
        defer { call.destroy_extracted(&statements) }
        if count == 1 { return }
        if count == 0, let text = call.extract_statements_error(statements) {
            throw DuckDBError(message: text)
        }
        throw DuckDBError(kind: .invalidInput, message: "Expected exactly one statement, got \(count).")
    }
}

@available(*, unavailable, message: "A connection stays on the thread that made it; see DatabaseThread.")
extension Connection: Sendable {}
