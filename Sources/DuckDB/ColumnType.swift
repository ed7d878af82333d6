import CDuckDB

/// The type of a column, an element or a field, with everything that is needed to read it.
public indirect enum ColumnType: Hashable, Sendable {
    case boolean
    case tinyInt, smallInt, integer, bigInt, hugeInt
    case uTinyInt, uSmallInt, uInteger, uBigInt, uHugeInt
    case float, double
    case decimal(width: Int, scale: Int)
    case varchar, json, blob, bit, uuid
    case date, time, timeNanoseconds, timeTZ, interval
    case timestamp, timestampSeconds, timestampMilliseconds, timestampNanoseconds, timestampTZ
    case enumeration([String])
    case list(ColumnType)
    case array(ColumnType, count: Int)
    case structure([Field])
    case map(key: ColumnType, value: ColumnType)
    case union([Field])
    /// The type of a lone NULL.
    case null
    /// A type that this driver does not read, by DuckDB's number.
    case other(Int)

    /// A member of a structure or a union.
    public struct Field: Hashable, Sendable {
        public var name: String
        public var type: ColumnType

        public init(name: String, type: ColumnType) {
            self.name = name
            self.type = type
        }
    }
}

extension ColumnType: CustomStringConvertible {
    /// As SQL writes it.
    public var description: String {
        switch self {
        case .decimal(let width, let scale): "DECIMAL(\(width),\(scale))"
        case .enumeration(let names): "ENUM(\(names.map { "'\($0)'" }.joined(separator: ", ")))"
        case .list(let element): "\(element)[]"
        case .array(let element, let count): "\(element)[\(count)]"
        case .structure(let fields): "STRUCT(\(Self.text(fields)))"
        case .map(let key, let value): "MAP(\(key), \(value))"
        case .union(let members): "UNION(\(Self.text(members)))"
        case .other(let code): Self.unread[code] ?? "type \(code)"
        default: Self.plain.first { $0.value.type == self }?.value.name ?? "type"
        }
    }

    private static func text(_ fields: [Field]) -> String {
        fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
    }

    /// DuckDB's numbers of the types that have no parts.
    private static let plain: [UInt32: (name: String, type: ColumnType)] = [
        1: ("BOOLEAN", .boolean), 2: ("TINYINT", .tinyInt), 3: ("SMALLINT", .smallInt), 4: ("INTEGER", .integer),
        5: ("BIGINT", .bigInt), 6: ("UTINYINT", .uTinyInt), 7: ("USMALLINT", .uSmallInt), 8: ("UINTEGER", .uInteger),
        9: ("UBIGINT", .uBigInt), 10: ("FLOAT", .float), 11: ("DOUBLE", .double), 12: ("TIMESTAMP", .timestamp),
        13: ("DATE", .date), 14: ("TIME", .time), 15: ("INTERVAL", .interval), 16: ("HUGEINT", .hugeInt),
        17: ("VARCHAR", .varchar), 18: ("BLOB", .blob), 20: ("TIMESTAMP_S", .timestampSeconds),
        21: ("TIMESTAMP_MS", .timestampMilliseconds), 22: ("TIMESTAMP_NS", .timestampNanoseconds),
        27: ("UUID", .uuid), 29: ("BIT", .bit), 30: ("TIME WITH TIME ZONE", .timeTZ),
        31: ("TIMESTAMP WITH TIME ZONE", .timestampTZ), 32: ("UHUGEINT", .uHugeInt), 36: ("NULL", .null),
        39: ("TIME_NS", .timeNanoseconds), jsonName: ("JSON", .json),
    ]

    /// JSON has no number: it is a VARCHAR with an alias. This key only gives it its name above.
    private static let jsonName = UInt32.max

    private static let unread = [35: "BIGNUM", 40: "GEOMETRY", 41: "VARIANT"]
}

extension ColumnType {
    static let varcharCode: UInt32 = 17
    static let timestampTZCode: UInt32 = 31

    /// From a native type, which stays the caller's.
    init(_ native: cduckdb_type?, _ call: UnsafePointer<cduckdb_functions>) {
        let f = call.pointee
        func part(_ type: cduckdb_type?) -> ColumnType {
            var type = type
            defer { f.destroy_logical_type(&type) }
            return ColumnType(type, call)
        }
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
            defer { f.free(pointer) }
            return pointer.map { String(cString: $0) } ?? ""
        }
        let code = f.get_type_id(native)
        switch code {
        case Self.varcharCode:
            self = text(f.logical_type_get_alias(native)) == "JSON" ? .json : .varchar
        case 19:
            self = .decimal(width: Int(f.decimal_width(native)), scale: Int(f.decimal_scale(native)))
        case 23:
            let count = UInt64(f.enum_dictionary_size(native))
            self = .enumeration((0..<count).map { text(f.enum_dictionary_value(native, $0)) })
        case 24:
            self = .list(part(f.list_type_child_type(native)))
        case 25:
            self = .structure(
                (0..<f.struct_type_child_count(native)).map {
                    Field(
                        name: text(f.struct_type_child_name(native, $0)),
                        type: part(f.struct_type_child_type(native, $0)))
                })
        case 26:
            self = .map(key: part(f.map_type_key_type(native)), value: part(f.map_type_value_type(native)))
        case 28:
            self = .union(
                (0..<f.union_type_member_count(native)).map {
                    Field(
                        name: text(f.union_type_member_name(native, $0)),
                        type: part(f.union_type_member_type(native, $0)))
                })
        case 33:
            self = .array(part(f.array_type_child_type(native)), count: Int(f.array_type_array_size(native)))
        default:
            self = Self.plain[code]?.type ?? .other(Int(code))
        }
    }
}
