import DuckDB
import RIFModel
import RIFStore

/// One step from a version of the schema to the next. A step that was released is never changed: its checksum stands
/// in every file that it made.
struct Migration {
    var version: Int
    var name: String
    var sql: String

    static let all: [Migration] = [.initial]
    static var newest: Int { all.last?.version ?? 0 }

    /// To tell a changed step.
    var checksum: String { String(FNV1a.hash(sql.utf8), radix: 16) }

    static let versionTable = """
        CREATE TABLE IF NOT EXISTS rif_schema (
            version INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL
        );
        """

    func apply(to connection: Connection) throws(DuckDBError) {
        try connection.execute(Self.versionTable)
        try connection.execute(sql)
        try record(in: connection)
    }

    func record(in connection: Connection) throws(DuckDBError) {
        let statement = try connection.prepare("INSERT INTO rif_schema VALUES (?, ?, ?, now()::TIMESTAMP)")
        defer { statement.close() }
        try statement.bind(Int32(version), at: 1)
        try statement.bind(name, at: 2)
        try statement.bind(checksum, at: 3)
        try statement.run()
    }
}

/// What kind of database a file holds.
enum SchemaState: Equatable {
    /// No tables at all.
    case empty
    /// Ours, at this version.
    case version(Int)
    /// Written by the earlier Python system: the guide's tables without ours.
    case legacy
    /// A DuckDB database of something else.
    case foreign([String])

    static func read(_ connection: Connection) throws -> SchemaState {
        let tables = try connection.query(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY ALL"
        ).rows { try $0.string(0) ?? "" }
        if tables.contains("rif_schema") {
            let version = try connection.query("SELECT max(version) FROM rif_schema").firstRow { try $0.int(0) }
            return .version((version ?? nil) ?? 0)
        }
        if tables.contains("orchestration_state") { return .legacy }
        return tables.isEmpty ? .empty : .foreign(tables)
    }
}
