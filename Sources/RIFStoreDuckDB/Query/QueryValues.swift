import DuckDB
import RIFModel

/// Values of a user's query as JSON: see `RIFStore.QueryResult` for what becomes what.
enum QueryValues {
    /// Whole numbers that every reader of JSON keeps.
    private static let exact: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    static func json(_ value: DuckDBValue, _ type: ColumnType) -> JSONValue {
        switch (value, type) {
        case (.null, _): .null
        case (.bool(let flag), _): .bool(flag)
        case (.int(let number), .hugeInt), (.int(let number), .uHugeInt), (.int(let number), .uBigInt):
            .string(String(number))
        case (.int(let number), _): exact.contains(number) ? .int(number) : .string(String(number))
        case (.number(let digits), _): .string(digits)
        // Through the shortest text, so that what went in as 0.85 comes out as 0.85.
        case (.float(let number), _): number.isFinite ? .double(Double(number.description) ?? Double(number)) : .null
        case (.double(let number), _): number.isFinite ? .double(number) : .null
        case (.string(let text), _), (.json(let text), _): .string(text)
        case (.text(let text), .timestampNanoseconds): finite(text)
        case (.text(let text), _): .string(text)
        case (.blob(let bytes), _): .string(hexadecimal(bytes))
        case (.timestamp(let moment), _): timestamp(moment)
        case (.date(let day), _): finite(day.description)
        case (.uuid(let id), _): .string(id.description)
        case (.list(let elements), .list(let element)), (.list(let elements), .array(let element, _)):
            .array(elements.map { json($0, element) })
        case (.structure(let members), .structure(let fields)): structure(members, fields)
        case (.structure(let members), .union(let fields)):
            members.first.map { member in
                json(member.value, fields.first { $0.name == member.name }?.type ?? .varchar)
            } ?? .null
        case (.map(let entries), .map(let key, let value)):
            .object(
                Dictionary(entries.map { (text(json($0.key, key)), json($0.value, value)) }, uniquingKeysWith: { $1 }))
        case (.list, _), (.structure, _), (.map, _): .null
        }
    }

    private static func structure(_ members: [DuckDBValue.Member], _ fields: [ColumnType.Field]) -> JSONValue {
        let values = zip(members, fields).map { json($0.value, $1.type) }
        // `row(1, 2)` has no names.
        if members.allSatisfy({ $0.name.isEmpty }) { return .array(values) }
        return .object(Dictionary(zip(members.map(\.name), values), uniquingKeysWith: { $1 }))
    }

    /// A key of a map, which in JSON has to be a text.
    private static func text(_ key: JSONValue) -> String { key.stringValue ?? key.compact }

    private static func timestamp(_ moment: DuckDBTimestamp) -> JSONValue {
        guard moment != .infinity, moment != .negativeInfinity else { return .null }
        let time = Timestamp(microseconds: moment.microseconds)
        // Beyond the years that RFC 3339 can write, as the database prints it.
        let year = moment.description.prefix { $0 != "-" }
        guard year.count == 4, !moment.description.contains("BC") else { return .string(moment.description) }
        return .string(time.rfc3339)
    }

    private static func finite(_ text: String) -> JSONValue {
        text == "infinity" || text == "-infinity" ? .null : .string(text)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
