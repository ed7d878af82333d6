import CDuckDB

/// The chunk that is being read, shared by its rows.
final class RowCursor {
    let names: [String]
    private(set) var columns: [VectorReader] = []
    /// Counts chunks. A row of another chunk than the present one is not valid any more.
    private(set) var chunk = 0

    init(names: [String]) { self.names = names }

    func enter(_ columns: [VectorReader]) { self.columns = columns }

    func leave() {
        columns = []
        chunk += 1
    }
}

/// One row of a result, valid only inside the closure that it was handed to. Columns count from 0.
///
/// Every accessor answers nil for NULL, and throws an error of kind `conversion` that names the
/// column and both types where the column is of another type. Integer accessors read every integer
/// type whose value fits.
public struct Row {
    let cursor: RowCursor
    let index: Int
    let chunk: Int

    /// How many columns there are.
    public var count: Int { cursor.names.count }

    /// Whether the value is NULL.
    public func isNull(_ column: Int) throws(DuckDBError) -> Bool {
        try reader(column).isNull(index)
    }

    /// VARCHAR, JSON and ENUM.
    public func string(_ column: Int) throws(DuckDBError) -> String? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        switch reader.type {
        case .varchar, .json: return reader.text(index)
        case .enumeration(let names): return names[reader.enumIndex(index, count: names.count)]
        default: throw mismatch(column, "text")
        }
    }

    /// Any integer type whose value fits.
    public func int64(_ column: Int) throws(DuckDBError) -> Int64? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        if case .bigInt = reader.type { return reader.load(index, as: Int64.self) }
        return try integer(reader, column)
    }

    /// Any integer type whose value fits.
    public func int32(_ column: Int) throws(DuckDBError) -> Int32? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        if case .integer = reader.type { return reader.load(index, as: Int32.self) }
        return try integer(reader, column)
    }

    /// Any integer type whose value fits.
    public func int(_ column: Int) throws(DuckDBError) -> Int? {
        try int64(column).map { Int($0) }
    }

    /// FLOAT.
    public func float(_ column: Int) throws(DuckDBError) -> Float? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        guard case .float = reader.type else { throw mismatch(column, "a FLOAT") }
        return reader.load(index, as: Float.self)
    }

    /// DOUBLE, FLOAT, DECIMAL and integers; the latter two rounded where they have more digits
    /// than a double.
    public func double(_ column: Int) throws(DuckDBError) -> Double? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        switch reader.type {
        case .double: return reader.load(index, as: Double.self)
        case .float: return Double(reader.load(index, as: Float.self))
        case .decimal(let width, let scale):
            // Through the text, since dividing would round twice.
            return Double(VectorReader.decimalText(reader.decimalDigits(index, width: width), scale: scale))
        default:
            guard let value = reader.wideInteger(index) else { throw mismatch(column, "a number") }
            return Double(value)
        }
    }

    /// BOOLEAN.
    public func bool(_ column: Int) throws(DuckDBError) -> Bool? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        guard case .boolean = reader.type else { throw mismatch(column, "a BOOLEAN") }
        return reader.load(index, as: UInt8.self) != 0
    }

    /// TIMESTAMP, with or without time zone, also of seconds and milliseconds.
    public func timestamp(_ column: Int) throws(DuckDBError) -> DuckDBTimestamp? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        guard let value = reader.timestamp(index) else { throw mismatch(column, "a TIMESTAMP in microseconds") }
        return value
    }

    /// DATE.
    public func date(_ column: Int) throws(DuckDBError) -> DuckDBDate? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        guard case .date = reader.type else { throw mismatch(column, "a DATE") }
        return DuckDBDate(days: reader.load(index, as: Int32.self))
    }

    /// UUID.
    public func uuid(_ column: Int) throws(DuckDBError) -> DuckDBUUID? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        guard case .uuid = reader.type else { throw mismatch(column, "a UUID") }
        return reader.uuid(index)
    }

    /// A list of VARCHAR without NULLs in it.
    public func strings(_ column: Int) throws(DuckDBError) -> [String]? {
        let reader = try reader(column)
        if reader.isNull(index) { return nil }
        let rows: Range<Int>
        switch reader.type {
        case .list(.varchar), .list(.json): rows = reader.elements(index)
        case .array(.varchar, let count): rows = index * count..<(index + 1) * count
        default: throw mismatch(column, "a list of VARCHAR")
        }
        let elements = reader.children[0]
        var all: [String] = []
        all.reserveCapacity(rows.count)
        for row in rows {
            guard !elements.isNull(row) else {
                throw DuckDBError(kind: .conversion, message: "\(name(column)) has a NULL inside its list.")
            }
            all.append(elements.text(row))
        }
        return all
    }

    /// The value whatever its type. Throws only for types that this driver does not know.
    public func value(_ column: Int) throws(DuckDBError) -> DuckDBValue {
        let reader = try reader(column)
        guard let value = reader.value(index) else {
            throw DuckDBError(
                kind: .conversion,
                message: "\(name(column)) is of type \(reader.type), which this driver does not read. "
                    + "Cast it to VARCHAR in the query.")
        }
        return value
    }

    /// Roughly the bytes that the value takes once it was read, counted up to `limit`: for callers that must not read a
    /// list of a million elements only to find that it is too long.
    public func size(_ column: Int, upTo limit: Int) throws(DuckDBError) -> Int {
        try reader(column).size(index, upTo: limit)
    }

    private func reader(_ column: Int) throws(DuckDBError) -> VectorReader {
        precondition(chunk == cursor.chunk, "a Row was used outside of the closure that it was handed to")
        guard cursor.columns.indices.contains(column) else {
            throw DuckDBError(
                kind: .invalidInput, message: "There is no column \(column); the result has \(count), from 0.")
        }
        return cursor.columns[column]
    }

    private func integer<T: FixedWidthInteger>(_ reader: VectorReader, _ column: Int) throws(DuckDBError) -> T {
        let wide: Int128
        if let value = reader.wideInteger(index) {
            wide = value
        } else if case .uHugeInt = reader.type {
            let raw = reader.load(index, as: cduckdb_uhugeint.self)
            wide = raw.upper == 0 ? Int128(raw.lower) : .max
        } else {
            throw mismatch(column, "an integer")
        }
        guard let value = T(exactly: wide) else {
            throw DuckDBError(
                kind: .conversion,
                message: "\(name(column)) of type \(reader.type) has a value that does not fit into \(T.bitWidth) bits."
            )
        }
        return value
    }

    private func name(_ column: Int) -> String { "Column \(column) (\"\(cursor.names[column])\")" }

    private func mismatch(_ column: Int, _ wanted: String) -> DuckDBError {
        DuckDBError(
            kind: .conversion,
            message: "\(name(column)) is of type \(cursor.columns[column].type) and cannot be read as \(wanted).")
    }
}
