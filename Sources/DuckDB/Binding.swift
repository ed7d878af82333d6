import CDuckDB

/// Binding of parameters, which count from 1. A binding stays until it is replaced. DuckDB casts to
/// the type that the statement expects when it runs, so a value that cannot be cast fails there;
/// here only an index that does not exist fails, with `invalidInput`.
extension PreparedStatement {
    public func bind(_ value: String, at index: Int) throws(DuckDBError) {
        let (f, statement) = (connection.call, try open())
        var value = value
        try check(
            value.withUTF8 { bytes in
                withTextPointer(bytes) {
                    f.pointee.bind_varchar_length(statement, UInt64(index), $0, UInt64(bytes.count))
                }
            })
    }

    public func bind(_ value: Int32, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_int32(try open(), UInt64(index), value))
    }

    public func bind(_ value: Int64, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_int64(try open(), UInt64(index), value))
    }

    /// Bound as BIGINT.
    public func bind(_ value: Int, at index: Int) throws(DuckDBError) {
        try bind(Int64(value), at: index)
    }

    public func bind(_ value: Float, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_float(try open(), UInt64(index), value))
    }

    public func bind(_ value: Double, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_double(try open(), UInt64(index), value))
    }

    public func bind(_ value: Bool, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_boolean(try open(), UInt64(index), value))
    }

    /// Where the statement expects a TIMESTAMP WITH TIME ZONE it is bound as that, so that the
    /// connection's time zone does not shift it.
    public func bind(_ value: DuckDBTimestamp, at index: Int) throws(DuckDBError) {
        let (f, statement) = (connection.call, try open())
        let native = cduckdb_timestamp(microseconds: value.microseconds)
        try check(
            zonedParameters.contains(index)
                ? f.pointee.bind_timestamp_tz(statement, UInt64(index), native)
                : f.pointee.bind_timestamp(statement, UInt64(index), native))
    }

    public func bind(_ value: DuckDBDate, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_date(try open(), UInt64(index), cduckdb_date(days: value.days)))
    }

    public func bind(_ value: DuckDBUUID, at index: Int) throws(DuckDBError) {
        try bind(owned: NativeValue.uuid(value, connection.call), at: index)
    }

    /// A list of VARCHAR.
    public func bind(_ value: [String], at index: Int) throws(DuckDBError) {
        try bind(owned: NativeValue.list(value, connection.call), at: index)
    }

    public func bindNull(at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_null(try open(), UInt64(index)))
    }

    /// Forgets every binding, so that one that is not bound again makes the next run fail.
    public func clearBindings() throws(DuckDBError) {
        try check(connection.call.pointee.clear_bindings(try open()))
    }

    public func bind(_ value: String?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Int32?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Int64?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Int?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Float?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Double?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: Bool?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: DuckDBTimestamp?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: DuckDBDate?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: DuckDBUUID?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    public func bind(_ value: [String]?, at index: Int) throws(DuckDBError) {
        if let value { try bind(value, at: index) } else { try bindNull(at: index) }
    }

    private func bind(owned value: cduckdb_value?, at index: Int) throws(DuckDBError) {
        var value = value
        defer { connection.call.pointee.destroy_value(&value) }
        try check(connection.call.pointee.bind_value(try open(), UInt64(index), value))
    }
}

/// Values that DuckDB takes only as objects of its own; the caller destroys them.
enum NativeValue {
    static func uuid(_ value: DuckDBUUID, _ call: UnsafePointer<cduckdb_functions>) -> cduckdb_value? {
        call.pointee.create_uuid(cduckdb_uhugeint(lower: value.low, upper: value.high))
    }

    static func list(_ values: [String], _ call: UnsafePointer<cduckdb_functions>) -> cduckdb_value? {
        let f = call.pointee
        var element = f.create_logical_type(ColumnType.varcharCode)
        var natives: [cduckdb_value?] = values.map { value in
            var value = value
            return value.withUTF8 { bytes in
                withTextPointer(bytes) { f.create_varchar_length($0, UInt64(bytes.count)) }
            }
        }
        defer {
            for index in natives.indices { f.destroy_value(&natives[index]) }
            f.destroy_logical_type(&element)
        }
        return natives.withUnsafeMutableBufferPointer { f.create_list_value(element, $0.baseAddress, UInt64($0.count)) }
    }
}

/// The bytes as C's characters. Never a null pointer, which DuckDB takes for NULL.
@inline(__always)
func withTextPointer<R>(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<CChar>) -> R) -> R {
    guard let start = bytes.baseAddress else { return withUnsafePointer(to: 0, body) }
    return body(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
}
