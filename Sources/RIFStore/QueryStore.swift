public import RIFModel

/// A store that answers questions in SQL that users wrote. Not every store can.
public protocol QueryStore: Sendable {
    /// Runs one statement that only reads, as it was at one moment, and leaves nothing behind.
    ///
    /// - Throws: `invalid_request` for what is not allowed or is no SQL, `unprocessable` for what went beyond a limit,
    ///   `overloaded` where no turn came in time, `storage_unavailable` where the database does not answer.
    func query(_ request: QueryRequest) async throws(RIFError) -> QueryResult
}

/// A statement of a user, and what it may cost.
public struct QueryRequest: Sendable, Hashable {
    public var sql: String
    /// Values of the placeholders: null, true, false, numbers and strings.
    public var parameters: [JSONValue]
    /// Rows that are wanted; more are cut off.
    public var limit: Int
    public var limits: QueryLimits

    public init(sql: String, parameters: [JSONValue], limit: Int, limits: QueryLimits) {
        self.sql = sql
        self.parameters = parameters
        self.limit = limit
        self.limits = limits
    }
}

/// The answer to a query.
///
/// Values: NaN and infinities are null; HUGEINT, UHUGEINT, UBIGINT, DECIMAL and every integer beyond ±2^53 are strings;
/// TIMESTAMP is RFC 3339 in UTC with six digits; DATE, TIME, INTERVAL, UUID, ENUM, BIT and TIMESTAMP_NS are strings as
/// the database prints them; BLOB is hexadecimal; JSON is its text; a LIST is an array; a STRUCT or MAP is an object.
public struct QueryResult: Sendable, Hashable, JSONRepresentable {
    /// The columns' names; the same one may come twice.
    public var columns: [String]
    /// The columns' types, as SQL writes them.
    public var types: [String]
    public var rows: [[JSONValue]]
    /// Whether there were more rows than `limit` or the limit of bytes let through.
    public var truncated: Bool

    public init(columns: [String], types: [String], rows: [[JSONValue]], truncated: Bool) {
        self.columns = columns
        self.types = types
        self.rows = rows
        self.truncated = truncated
    }

    public var json: JSONValue {
        [
            "columns": .array(columns.map { .string($0) }), "types": .array(types.map { .string($0) }),
            "rows": .array(rows.map { .array($0) }), "truncated": .bool(truncated),
        ]
    }
}
