import DuckDB
import RIFStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Takes over a file of the earlier Python system: its three tables with foreign keys and indexes, and its times,
/// which are local without saying so.
///
/// The tables are made anew, because DuckDB cannot drop a foreign key; that the old ones are dropped in the same
/// transaction makes it whole or nothing. Sessions get no log here: their rows are taken over one by one, when
/// something first happens to them.
struct LegacyMigration {
    /// IANA name of the zone that the file's times are in.
    var zone: String

    func apply(to connection: Connection) throws {
        let found = try Set(
            connection.query("SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal")
                .rows { try $0.string(0) ?? "" })
        let children = ["orchestration_decisions", "orchestration_metrics"].filter(found.contains)
        try connection.execute("BEGIN")
        do {
            for table in ["orchestration_state"] + children {
                try connection.execute("CREATE TEMP TABLE taken_\(table) AS SELECT * FROM \(table)")
            }
            for table in children + ["orchestration_state"] { try connection.execute("DROP TABLE \(table)") }
            CrashPoint.migrationBegun.pass()
            try Migration.initial.apply(to: connection)
            try copyRows(connection, children: children)
            for table in ["orchestration_state"] + children {
                try connection.execute("DROP TABLE temp.taken_\(table)")
            }
            try connection.execute("COMMIT")
        } catch {
            // The connection is closed next, which undoes what a failed ROLLBACK would leave open.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    private func copyRows(_ connection: Connection, children: [String]) throws {
        try connection.execute(
            """
            INSERT INTO orchestration_state
            SELECT session_id, current_state, context, history, agent_assignments, workflow_type, priority,
                \(utc("created_at")), \(utc("updated_at")),
                CASE WHEN current_state IN ('completed', 'failed', 'cancelled') THEN current_state END,
                \(utc("updated_at")), 0, 0,
                CASE WHEN json_valid(context) AND length(context -> '$.github_issues') <= 1024
                    THEN context -> '$.github_issues' END
            FROM temp.taken_orchestration_state
            """)
        if children.contains("orchestration_decisions") {
            try connection.execute(
                """
                INSERT INTO orchestration_decisions
                SELECT decision_id, session_id, from_state, to_state, decision_reason, agents_selected,
                    confidence_score, execution_time_ms, success, error_details, \(utc("timestamp")),
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                FROM temp.taken_orchestration_decisions
                """)
        }
        if children.contains("orchestration_metrics") {
            try connection.execute(
                """
                INSERT INTO orchestration_metrics
                SELECT metric_id, session_id, metric_type, metric_name, metric_value, metadata, \(utc("timestamp")),
                    NULL, NULL
                FROM temp.taken_orchestration_metrics
                """)
        }
    }

    private func utc(_ column: String) -> String {
        let name = zone.replacing("'", with: "''")
        return "(\(column) AT TIME ZONE '\(name)') AT TIME ZONE 'UTC'"
    }

    /// - Throws: `unwritable` where there is no such zone.
    func checkZone(_ connection: Connection) throws {
        let statement = try connection.prepare("SELECT count(*) FROM pg_timezone_names() WHERE lower(name) = lower(?)")
        defer { statement.close() }
        try statement.bind(zone, at: 1)
        guard try statement.execute().firstRow({ try $0.int64(0) ?? 0 }) ?? 0 > 0 else {
            throw StoreError(
                .unwritable, "the file's times are to be read in the time zone \"\(zone)\", which is not known",
                remedy: "name one with --assume-zone, for example --assume-zone Europe/Berlin")
        }
    }

    /// The zone that this process lives in: `TZ`, else what `/etc/localtime` points to or `/etc/timezone` names. A
    /// machine without either is in UTC; nothing where they are there and do not say.
    static func localZone() -> String? {
        if let value = getenv("TZ").map({ String(cString: $0) }), !value.isEmpty {
            let name = value.first == ":" ? String(value.dropFirst()) : value
            return name.hasPrefix("/") ? zoneName(ofFile: name) ?? name : name
        }
        let file = "/etc/localtime"
        if FileSystem.kind(file) == .missing { return "UTC" }
        if let name = zoneName(ofFile: file) { return name }
        let named = (try? FileSystem.read("/etc/timezone", count: 128)).map { String(decoding: $0, as: UTF8.self) }
        return named?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    /// The zone that a file of the system's database describes, by its place there.
    private static func zoneName(ofFile path: String) -> String? {
        guard let path = FileSystem.realPath(path), let range = path.firstRange(of: "zoneinfo/") else { return nil }
        var name = path[range.upperBound...]
        for variant in ["posix/", "right/"] where name.hasPrefix(variant) { name = name.dropFirst(variant.count) }
        return name.hasPrefix("Etc/") && name.hasSuffix("UTC") ? "UTC" : String(name)
    }
}
