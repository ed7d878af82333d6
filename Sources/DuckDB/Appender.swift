import CDuckDB

/// Adds rows to a table without SQL: values in column order, then `endRow()`, and again.
///
/// Rows are collected and become part of the table at `flush()` (and by DuckDB itself every few
/// hundred thousand rows), inside the open transaction or in one of their own. Constraints are
/// checked then, not when a value is appended. After an error `clear()` throws the collected rows
/// away, and the appender can be used again. JSON is not validated.
public final class Appender {
    private let connection: NativeConnection
    private var handle: cduckdb_appender?

    init(
        _ connection: NativeConnection, table: String, schema: String?, catalog: String?, columns: [String]?
    ) throws(DuckDBError) {
        self.connection = connection
        let f = connection.call.pointee
        let state = f.appender_create_ext(try connection.open(), catalog, schema, table, &handle)
        do throws(DuckDBError) {
            try check(state)
            for column in columns ?? [] { try check(f.appender_add_column(handle, column)) }
        } catch {
            _ = f.appender_destroy(&handle)
            handle = nil
            throw error
        }
        connection.adopt(self)
    }

    deinit { discard() }

    /// How many values a row takes.
    public var columnCount: Int { Int(handle.map { connection.call.pointee.appender_column_count($0) } ?? 0) }

    // MARK: Values

    public func append(_ value: String) throws(DuckDBError) {
        let (f, appender) = (connection.call, try open())
        var value = value
        try check(
            value.withUTF8 { bytes in
                withTextPointer(bytes) { f.pointee.append_varchar_length(appender, $0, UInt64(bytes.count)) }
            })
    }

    public func append(_ value: Int32) throws(DuckDBError) {
        try check(connection.call.pointee.append_int32(try open(), value))
    }

    public func append(_ value: Int64) throws(DuckDBError) {
        try check(connection.call.pointee.append_int64(try open(), value))
    }

    /// Appended as BIGINT.
    public func append(_ value: Int) throws(DuckDBError) { try append(Int64(value)) }

    public func append(_ value: Float) throws(DuckDBError) {
        try check(connection.call.pointee.append_float(try open(), value))
    }

    public func append(_ value: Double) throws(DuckDBError) {
        try check(connection.call.pointee.append_double(try open(), value))
    }

    public func append(_ value: Bool) throws(DuckDBError) {
        try check(connection.call.pointee.append_bool(try open(), value))
    }

    public func append(_ value: DuckDBTimestamp) throws(DuckDBError) {
        let native = cduckdb_timestamp(microseconds: value.microseconds)
        try check(connection.call.pointee.append_timestamp(try open(), native))
    }

    public func append(_ value: DuckDBDate) throws(DuckDBError) {
        try check(connection.call.pointee.append_date(try open(), cduckdb_date(days: value.days)))
    }

    public func append(_ value: DuckDBUUID) throws(DuckDBError) {
        try append(owned: NativeValue.uuid(value, connection.call))
    }

    /// A list of VARCHAR.
    public func append(_ value: [String]) throws(DuckDBError) {
        try append(owned: NativeValue.list(value, connection.call))
    }

    public func appendNull() throws(DuckDBError) {
        try check(connection.call.pointee.append_null(try open()))
    }

    /// The column's default value, NULL where it has none.
    public func appendDefault() throws(DuckDBError) {
        try check(connection.call.pointee.append_default(try open()))
    }

    // MARK: Rows

    /// Ends the row. Errors: `invalidInput` if it has too few values.
    public func endRow() throws(DuckDBError) {
        try check(connection.call.pointee.appender_end_row(try open()))
    }

    /// Writes what was collected. Errors: `constraint` and others; then nothing of it is written.
    public func flush() throws(DuckDBError) {
        try check(connection.call.pointee.appender_flush(try open()))
    }

    /// Throws away what was collected and not yet flushed.
    public func clear() throws(DuckDBError) {
        try check(connection.call.pointee.appender_clear(try open()))
    }

    /// Flushes and lets the appender go, also when the flush fails. Calling it again does nothing.
    /// An appender that is let go without it loses what was not flushed.
    public func close() throws(DuckDBError) {
        guard handle != nil else { return }
        defer { discard() }
        try check(connection.call.pointee.appender_close(handle))
    }

    private func append(owned value: cduckdb_value?) throws(DuckDBError) {
        var value = value
        defer { connection.call.pointee.destroy_value(&value) }
        try check(connection.call.pointee.append_value(try open(), value))
    }

    @inline(__always)
    private func open() throws(DuckDBError) -> cduckdb_appender {
        guard let handle else { throw .closed("appender") }
        return handle
    }

    @inline(__always)
    private func check(_ state: cduckdb_state) throws(DuckDBError) {
        if state != CDUCKDB_OK { throw failure() }
    }

    private func failure() -> DuckDBError {
        let f = connection.call.pointee
        guard handle != nil, let data = f.appender_error_data(handle) as cduckdb_error? else {
            return DuckDBError(kind: .invalidInput, message: "DuckDB refused an appender without saying why.")
        }
        let error = DuckDBError(code: f.error_data_error_type(data), message: f.error_data_message(data))
        var ended: cduckdb_error? = data
        f.destroy_error_data(&ended)
        return error
    }

    /// Lets it go without writing: destroying alone would flush, and the rows of a batch that
    /// failed must not come in later.
    private func discard() {
        guard handle != nil else { return }
        _ = connection.call.pointee.appender_clear(handle)
        _ = connection.call.pointee.appender_destroy(&handle)
        handle = nil
        connection.forget(self)
    }
}

extension Appender: ConnectionChild {
    func letGo() { discard() }
}

@available(*, unavailable, message: "An appender stays on the thread of its connection; see DatabaseThread.")
extension Appender: Sendable {}
