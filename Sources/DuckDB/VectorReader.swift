import CDuckDB

/// One column of one chunk, or the elements inside it: reads values where they lie in memory.
/// Valid as long as its chunk. A class, since every value that is read takes hold of it: of a structure that would be
/// of each of its members.
final class VectorReader {
    let type: ColumnType
    private let data: UnsafeMutableRawPointer?
    /// One bit per row, 1 where there is a value; nil where no row is NULL.
    private let validity: UnsafeMutablePointer<UInt64>?
    /// The element of a LIST, ARRAY or MAP; the fields of a STRUCT; tag and members of a UNION.
    let children: [VectorReader]

    init(_ vector: cduckdb_vector?, _ type: ColumnType, _ call: UnsafePointer<cduckdb_functions>) {
        let f = call.pointee
        self.type = type
        data = f.vector_get_data(vector)
        validity = f.vector_get_validity(vector)
        func fields(_ types: [ColumnType]) -> [VectorReader] {
            types.enumerated().map { VectorReader(f.struct_vector_get_child(vector, UInt64($0)), $1, call) }
        }
        children =
            switch type {
            case .list(let element): [VectorReader(f.list_vector_get_child(vector), element, call)]
            case .array(let element, _): [VectorReader(f.array_vector_get_child(vector), element, call)]
            case .map(let key, let value):
                // A map is a list of structures.
                [VectorReader(f.list_vector_get_child(vector), .mapEntry(key, value), call)]
            case .structure(let members): fields(members.map(\.type))
            case .union(let members): fields([.uTinyInt] + members.map(\.type))
            default: []
            }
    }

    func isNull(_ row: Int) -> Bool {
        guard let validity else { return type == .null }
        return validity[row >> 6] & 1 << UInt64(row & 63) == 0
    }

    /// The raw value; `T` has to be what the type stores. It is always named, since inference
    /// would take `Int64?` where an optional is to be returned.
    func load<T: BitwiseCopyable>(_ row: Int, as: T.Type) -> T {
        data!.load(fromByteOffset: row * MemoryLayout<T>.stride, as: T.self)
    }

    /// The bytes of a VARCHAR, BLOB or BIT.
    func withBytes<R>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let entry = data! + row * MemoryLayout<cduckdb_string>.stride
        let count = Int(entry.load(as: UInt32.self))
        let start = count <= 12 ? UnsafeRawPointer(entry + 4) : entry.load(fromByteOffset: 8, as: UnsafeRawPointer.self)
        return body(UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count))
    }

    func text(_ row: Int) -> String {
        withBytes(row) { String(decoding: $0, as: UTF8.self) }
    }

    /// The rows of the child that a LIST or MAP value spans.
    func elements(_ row: Int) -> Range<Int> {
        let entry = load(row, as: cduckdb_list_entry.self)
        return Int(entry.offset)..<Int(entry.offset + entry.length)
    }

    func uuid(_ row: Int) -> DuckDBUUID {
        let raw = load(row, as: cduckdb_hugeint.self)
        // DuckDB keeps the highest bit flipped, so that signed order is the order of the text.
        return DuckDBUUID(high: UInt64(bitPattern: raw.upper) ^ 1 << 63, low: raw.lower)
    }

    /// The integer of an integer column; nil for other types.
    func wideInteger(_ row: Int) -> Int128? {
        switch type {
        case .bigInt: Int128(load(row, as: Int64.self))
        case .integer: Int128(load(row, as: Int32.self))
        case .hugeInt: Self.joined(load(row, as: cduckdb_hugeint.self))
        case .uBigInt: Int128(load(row, as: UInt64.self))
        case .uInteger: Int128(load(row, as: UInt32.self))
        case .smallInt: Int128(load(row, as: Int16.self))
        case .uSmallInt: Int128(load(row, as: UInt16.self))
        case .tinyInt: Int128(load(row, as: Int8.self))
        case .uTinyInt: Int128(load(row, as: UInt8.self))
        default: nil
        }
    }

    /// The digits of a DECIMAL without the point. The width decides how it is stored.
    func decimalDigits(_ row: Int, width: Int) -> Int128 {
        switch width {
        case ...4: Int128(load(row, as: Int16.self))
        case ...9: Int128(load(row, as: Int32.self))
        case ...18: Int128(load(row, as: Int64.self))
        default: Self.joined(load(row, as: cduckdb_hugeint.self))
        }
    }

    /// The place of an ENUM's value in its dictionary, whose size decides how it is stored.
    func enumIndex(_ row: Int, count: Int) -> Int {
        switch count {
        case ...Int(UInt8.max): Int(load(row, as: UInt8.self))
        case ...Int(UInt16.max): Int(load(row, as: UInt16.self))
        default: Int(load(row, as: UInt32.self))
        }
    }

    /// In microseconds; nil for other types, for nanoseconds, and where it does not fit.
    func timestamp(_ row: Int) -> DuckDBTimestamp? {
        let raw: Int64
        let factor: Int64
        switch type {
        case .timestamp, .timestampTZ: return DuckDBTimestamp(microseconds: load(row, as: Int64.self))
        case .timestampMilliseconds: (raw, factor) = (load(row, as: Int64.self), 1000)
        case .timestampSeconds: (raw, factor) = (load(row, as: Int64.self), 1_000_000)
        default: return nil
        }
        if raw == .max { return .infinity }
        if raw == -.max { return .negativeInfinity }
        let (value, overflow) = raw.multipliedReportingOverflow(by: factor)
        return overflow ? nil : DuckDBTimestamp(microseconds: value)
    }

    /// Bytes of texts, and eight for everything else; stops counting at `limit`.
    func size(_ row: Int, upTo limit: Int) -> Int {
        if isNull(row) { return 8 }
        switch type {
        case .varchar, .json, .blob, .bit: return 8 + withBytes(row) { $0.count }
        case .list, .map: return size(of: elements(row), upTo: limit)
        case .array(_, let count): return size(of: row * count..<(row + 1) * count, upTo: limit)
        case .structure, .union:
            var sum = 8
            for child in children where sum < limit { sum += child.size(row, upTo: limit - sum) }
            return sum
        default: return 8
        }
    }

    private func size(of rows: Range<Int>, upTo limit: Int) -> Int {
        var sum = 8
        for row in rows {
            if sum >= limit { break }
            sum += children[0].size(row, upTo: limit - sum)
        }
        return sum
    }

    static func joined(_ raw: cduckdb_hugeint) -> Int128 {
        Int128(raw.upper) << 64 | Int128(raw.lower)
    }
}

extension ColumnType {
    static func mapEntry(_ key: ColumnType, _ value: ColumnType) -> ColumnType {
        .structure([Field(name: "key", type: key), Field(name: "value", type: value)])
    }
}
