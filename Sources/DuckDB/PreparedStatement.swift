import CDuckDB

/// What a statement does, as DuckDB classifies it after parsing. Mind that
/// `WITH x AS (INSERT …) SELECT` counts as `select`.
public enum StatementKind: UInt32, Sendable, CaseIterable {
    case invalid = 0
    case select, insert, update, explain, delete, prepare, create, execute, alter, transaction, copy, analyze
    case variableSet, createFunction, drop, export, pragma, vacuum, call, set, load, relation, extensionStatement
    case logicalPlan, attach, detach, multiple, copyDatabase, updateExtensions, mergeInto
    /// A kind that has no case here.
    case other = 4_294_967_295
}

/// A statement that was parsed and planned once and is run many times. Keeps its bindings between
/// runs. Closed with its connection.
public final class PreparedStatement {
    let connection: NativeConnection
    private var handle: cduckdb_prepared?

    /// How many parameters have to be bound, at 1 … count.
    public let parameterCount: Int
    /// What the statement does.
    public let statementKind: StatementKind
    /// DuckDB's numbers of the types that it expects, from parameter 1 on; 0 where it does not say.
    let expectedTypes: [UInt32]

    init(_ connection: NativeConnection, _ sql: String) throws(DuckDBError) {
        let f = connection.call.pointee
        var native: cduckdb_prepared?
        guard f.prepare(try connection.open(), sql, &native) == CDUCKDB_OK else {
            defer { f.destroy_prepare(&native) }
            throw DuckDBError(message: f.prepare_error(native))
        }
        let count = Int(f.nparams(native))
        parameterCount = count
        statementKind = StatementKind(rawValue: f.prepared_statement_type(native)) ?? .other
        expectedTypes = (0..<count).map { f.param_type(native, UInt64($0 + 1)) }
        handle = native
        self.connection = connection
        connection.adopt(self)
    }

    deinit { close() }

    /// Lets the statement go. Calling it again does nothing.
    public func close() {
        guard handle != nil else { return }
        connection.call.pointee.destroy_prepare(&handle)
        handle = nil
        connection.forget(self)
    }

    /// Runs it and answers its rows, all of them computed and held by DuckDB.
    public func execute() throws(DuckDBError) -> QueryResult {
        QueryResult(connection, try result(streaming: false))
    }

    /// Runs it and answers rows that are computed while they are read: for results that are too
    /// large to be held. Until they are read or closed, the connection must run nothing else; an
    /// error of the statement may come in the middle.
    public func executeStreaming() throws(DuckDBError) -> QueryResult {
        QueryResult(connection, try result(streaming: true))
    }

    /// Runs it, drops its rows, and answers how many rows it changed.
    @discardableResult
    public func run() throws(DuckDBError) -> Int64 {
        var result = try result(streaming: false)
        let f = connection.call
        defer { f.pointee.destroy_result(&result) }
        return Int64(f.pointee.rows_changed(&result))
    }

    private func result(streaming: Bool) throws(DuckDBError) -> cduckdb_result {
        let f = connection.call
        let statement = try open()
        var result = cduckdb_result()
        let state =
            streaming
            ? f.pointee.execute_prepared_streaming(statement, &result)
            : f.pointee.execute_prepared(statement, &result)
        guard state == CDUCKDB_OK else {
            defer { f.pointee.destroy_result(&result) }
            throw connection.error(of: &result)
        }
        return result
    }

    func open() throws(DuckDBError) -> cduckdb_prepared {
        guard let handle else { throw .closed("statement") }
        return handle
    }

    /// Throws what DuckDB says about a binding that it refused.
    func check(_ state: cduckdb_state) throws(DuckDBError) {
        if state != CDUCKDB_OK {
            throw DuckDBError(message: connection.call.pointee.prepare_error(handle), otherwise: .invalidInput)
        }
    }
}

extension PreparedStatement: ConnectionChild {
    func letGo() { close() }
}

@available(*, unavailable, message: "A statement stays on the thread of its connection; see DatabaseThread.")
extension PreparedStatement: Sendable {}
