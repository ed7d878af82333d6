import CDuckDB

/// Binding of parameters, which count from 1. A binding stays until it is replaced. DuckDB casts to
/// the type that the statement expects when it runs, so a value that cannot be cast fails there;
/// here only an index that does not exist fails, with `invalidInput`.
///
/// A value of another type than the expected one makes DuckDB plan the statement again at every
/// run, which costs about 0.2 ms. Numbers and timestamps are therefore bound as the type that is
/// expected where their value allows it. A string cannot be: for a parameter that is to become
/// JSON or UUID write `?::VARCHAR`, which moves the cast into the plan.
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

    /// As INTEGER where the statement does not expect another type of number.
    public func bind(_ value: Int32, at index: Int) throws(DuckDBError) {
        if let state = bindAsExpected(value, at: index) { return try check(state) }
        try check(connection.call.pointee.bind_int32(try open(), UInt64(index), value))
    }

    /// As BIGINT where the statement does not expect another type of number.
    public func bind(_ value: Int64, at index: Int) throws(DuckDBError) {
        if let state = bindAsExpected(value, at: index) { return try check(state) }
        try check(connection.call.pointee.bind_int64(try open(), UInt64(index), value))
    }

    /// The same as an `Int64`.
    public func bind(_ value: Int, at index: Int) throws(DuckDBError) {
        try bind(Int64(value), at: index)
    }

    /// As FLOAT where the statement does not expect a DOUBLE.
    public func bind(_ value: Float, at index: Int) throws(DuckDBError) {
        if expectedType(index) == 11 { return try bindDouble(Double(value), at: index) }
        try check(connection.call.pointee.bind_float(try open(), UInt64(index), value))
    }

    /// As DOUBLE where the statement does not expect a FLOAT; then rounded, as a cast would do.
    public func bind(_ value: Double, at index: Int) throws(DuckDBError) {
        // What is beyond a FLOAT stays a DOUBLE, so that DuckDB says so instead of storing infinity.
        let isTooLarge = value.isFinite && !Float(value).isFinite
        if expectedType(index) == 10, !isTooLarge { return try bind(Float(value), at: index) }
        try bindDouble(value, at: index)
    }

    private func bindDouble(_ value: Double, at index: Int) throws(DuckDBError) {
        try check(connection.call.pointee.bind_double(try open(), UInt64(index), value))
    }

    /// The type that is expected at an index, 0 if unknown.
    private func expectedType(_ index: Int) -> UInt32 {
        expectedTypes.indices.contains(index - 1) ? expectedTypes[index - 1] : 0
    }

    /// Binds an integer as the expected type if that is a number and the value fits; nil if not.
    /// The cases are DuckDB's numbers of types, as in `ColumnType`.
    private func bindAsExpected(_ value: some FixedWidthInteger, at position: Int) -> cduckdb_state? {
        guard let statement = try? open() else { return nil }
        let f = connection.call
        let index = UInt64(position)
        switch expectedType(position) {
        case 2: return Int8(exactly: value).map { f.pointee.bind_int8(statement, index, $0) }
        case 3: return Int16(exactly: value).map { f.pointee.bind_int16(statement, index, $0) }
        case 4: return Int32(exactly: value).map { f.pointee.bind_int32(statement, index, $0) }
        case 5: return Int64(exactly: value).map { f.pointee.bind_int64(statement, index, $0) }
        case 6: return UInt8(exactly: value).map { f.pointee.bind_uint8(statement, index, $0) }
        case 7: return UInt16(exactly: value).map { f.pointee.bind_uint16(statement, index, $0) }
        case 8: return UInt32(exactly: value).map { f.pointee.bind_uint32(statement, index, $0) }
        case 9: return UInt64(exactly: value).map { f.pointee.bind_uint64(statement, index, $0) }
        case 10: return Float(exactly: value).map { f.pointee.bind_float(statement, index, $0) }
        case 11: return Double(exactly: value).map { f.pointee.bind_double(statement, index, $0) }
        default: return nil
        }
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
            expectedType(index) == ColumnType.timestampTZCode
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
