/// Any value that a query can answer, for callers that do not know the columns beforehand.
public indirect enum DuckDBValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Every integer type whose value fits, also HUGEINT and UBIGINT.
    case int(Int64)
    /// An exact number that is no `Int64`: DECIMAL, or a UBIGINT or HUGEINT beyond it. Decimal
    /// digits with an optional sign and point.
    case number(String)
    case float(Float)
    case double(Double)
    /// VARCHAR and ENUM.
    case string(String)
    /// The text of a JSON column, as it is stored.
    case json(String)
    case blob([UInt8])
    /// TIMESTAMP in all but nanoseconds, with and without a time zone.
    case timestamp(DuckDBTimestamp)
    case date(DuckDBDate)
    case uuid(DuckDBUUID)
    /// TIME, INTERVAL, BIT and TIMESTAMP_NS, as DuckDB prints them.
    case text(String)
    /// LIST and ARRAY.
    case list([DuckDBValue])
    case structure([Member])
    case map([Entry])

    /// A field of a structure, in the order of its type. A UNION is a structure of its one member.
    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: DuckDBValue

        public init(name: String, value: DuckDBValue) {
            self.name = name
            self.value = value
        }
    }

    /// An entry of a map, in stored order.
    public struct Entry: Hashable, Sendable {
        public var key: DuckDBValue
        public var value: DuckDBValue

        public init(key: DuckDBValue, value: DuckDBValue) {
            self.key = key
            self.value = value
        }
    }
}
