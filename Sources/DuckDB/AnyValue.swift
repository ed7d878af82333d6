import CDuckDB

extension VectorReader {
    /// The value of any type that the driver knows; nil where it does not know the type.
    func value(_ row: Int) -> DuckDBValue? {
        if isNull(row) { return .null }
        if let integer = wideInteger(row) {
            return Int64(exactly: integer).map { .int($0) } ?? .number(String(integer))
        }
        if let timestamp = timestamp(row) { return .timestamp(timestamp) }
        switch type {
        case .boolean: return .bool(load(row, as: UInt8.self) != 0)
        case .uHugeInt:
            let raw = load(row, as: cduckdb_uhugeint.self)
            let value = UInt128(raw.upper) << 64 | UInt128(raw.lower)
            return Int64(exactly: value).map { .int($0) } ?? .number(String(value))
        case .decimal(let width, let scale):
            return .number(Self.decimalText(decimalDigits(row, width: width), scale: scale))
        case .float: return .float(load(row, as: Float.self))
        case .double: return .double(load(row, as: Double.self))
        case .varchar: return .string(text(row))
        case .json: return .json(text(row))
        case .blob: return .blob(withBytes(row) { Array($0) })
        case .uuid: return .uuid(uuid(row))
        case .date: return .date(DuckDBDate(days: load(row, as: Int32.self)))
        case .enumeration(let names): return .string(names[enumIndex(row, count: names.count)])
        case .list: return listed(elements(row)).map { .list($0) }
        case .array(_, let count): return listed(row * count..<(row + 1) * count).map { .list($0) }
        case .structure(let fields): return structure(row, fields).map { .structure($0) }
        case .map: return entries(elements(row)).map { .map($0) }
        case .union(let members):
            let tag = Int(children[0].load(row, as: UInt8.self))
            return children[tag + 1].value(row).map { .structure([.init(name: members[tag].name, value: $0)]) }
        default: return printed(row).map { .text($0) }
        }
    }

    private func listed(_ rows: Range<Int>) -> [DuckDBValue]? {
        var values: [DuckDBValue] = []
        values.reserveCapacity(rows.count)
        for row in rows {
            guard let value = children[0].value(row) else { return nil }
            values.append(value)
        }
        return values
    }

    private func structure(_ row: Int, _ fields: [ColumnType.Field]) -> [DuckDBValue.Member]? {
        var members: [DuckDBValue.Member] = []
        for (child, field) in zip(children, fields) {
            guard let value = child.value(row) else { return nil }
            members.append(.init(name: field.name, value: value))
        }
        return members
    }

    private func entries(_ rows: Range<Int>) -> [DuckDBValue.Entry]? {
        var entries: [DuckDBValue.Entry] = []
        let pair = children[0].children
        for row in rows {
            guard let key = pair[0].value(row), let value = pair[1].value(row) else { return nil }
            entries.append(.init(key: key, value: value))
        }
        return entries
    }

    /// Types that have no Swift type of their own here, as DuckDB prints them.
    private func printed(_ row: Int) -> String? {
        switch type {
        case .time: return CivilTime.time(microseconds: load(row, as: Int64.self))
        case .timeNanoseconds: return CivilTime.time(nanoseconds: load(row, as: Int64.self))
        case .timestampNanoseconds: return CivilTime.text(nanoseconds: load(row, as: Int64.self))
        case .timestampSeconds, .timestampMilliseconds: return "out of range"
        case .timeTZ:
            // 40 bits of microseconds, then 24 bits that say how far the offset is below its
            // maximum of 15:59:59.
            let raw = load(row, as: UInt64.self)
            let offset = 57_599 - Int64(raw & 0xFF_FFFF)
            var zone = CivilTime.time(microseconds: offset.magnitude.asMicroseconds)
            while zone.utf8.count > 2, zone.hasSuffix(":00") { zone.removeLast(3) }
            return CivilTime.time(microseconds: Int64(raw >> 24)) + (offset < 0 ? "-" : "+") + zone
        case .interval:
            let raw = load(row, as: cduckdb_interval.self)
            return CivilTime.interval(months: raw.months, days: raw.days, microseconds: raw.microseconds)
        case .bit:
            // The first byte says how many bits of the second are only padding.
            return withBytes(row) { bytes in
                let bits = bytes.dropFirst().flatMap { byte in
                    (0..<8).map { byte >> (7 - $0) & 1 == 0 ? "0" : "1" }
                }
                return bits.dropFirst(Int(bytes.first ?? 0)).joined()
            }
        default: return nil
        }
    }

    static func decimalText(_ digits: Int128, scale: Int) -> String {
        guard scale > 0 else { return String(digits) }
        var text = String(digits.magnitude)
        text = String(repeating: "0", count: max(0, scale + 1 - text.utf8.count)) + text
        text.insert(".", at: text.index(text.endIndex, offsetBy: -scale))
        return (digits < 0 ? "-" : "") + text
    }
}

extension UInt64 {
    fileprivate var asMicroseconds: Int64 { Int64(self) * 1_000_000 }
}
