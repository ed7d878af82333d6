import DuckDB
import Logging
import RIFModel
import RIFStore

/// The one connection that writes. Lives on the writing thread.
final class DuckDBWriter: StoreWriter {
    let store: DuckDBStore
    var connection: Connection?
    private var inserts: [WrittenTable: PreparedStatement] = [:]
    private var appenders: [WrittenTable: Appender] = [:]
    private var statements: [String: PreparedStatement] = [:]
    /// DuckDB makes a new log file after each checkpoint, with the process's own permissions.
    private var mustProtectLog = true

    /// From this many rows of one table on, an appender takes the place of one INSERT a row. An estimate: setting off a
    /// kept appender costs about as much as one to two INSERTs; the crossing itself was not measured.
    private static let appenderThreshold = 4
    /// An appender may store what it has collected by itself, a part of the rows, once it holds 2,048 or more. Up to
    /// this many rows, its flush is one statement.
    private static let mostRowsAlone = 1000

    init(store: DuckDBStore, database: Database) throws {
        self.store = store
        try connect(to: database)
    }

    func connect(to database: Database) throws {
        let connection = try database.connect()
        self.connection = connection
        try connection.execute(
            """
            CREATE TEMP TABLE staged AS
            SELECT session_id, current_state, agent_assignments, outcome, updated_at, entered_at, folded_sequence,
                github_issues
            FROM orchestration_state LIMIT 0
            """)
        mustProtectLog = true
    }

    func disconnect() {
        inserts = [:]
        appenders = [:]
        statements = [:]
        connection?.close()
        connection = nil
    }

    func open() throws(StoreError) -> Connection {
        guard let connection else { throw StoreError(.outcomeUnknown, "the database is not open") }
        return connection
    }

    /// A statement that is prepared once and kept.
    func statement(_ sql: String) throws -> PreparedStatement {
        if let kept = statements[sql] { return kept }
        let made = try open().prepare(sql)
        statements[sql] = made
        return made
    }

    // MARK: - Commit

    func commit(_ writes: [Write]) throws(StoreError) {
        let rows = Rows(writes)
        guard rows.count > 0 else { return }
        // One statement is a transaction by itself, and cheaper than with BEGIN and COMMIT around it.
        if rows.isOneStatement(Self.appenderThreshold...Self.mostRowsAlone) {
            try commitAlone(rows)
        } else {
            try inTransaction { () throws in
                try write(rows)
                CrashPoint.afterRows.pass()
            }
        }
        protectLog()
    }

    private func commitAlone(_ rows: Rows) throws(StoreError) {
        _ = try open()
        do {
            try write(rows)
        } catch {
            appenders = [:]
            let plain = StoreError(error)
            // An autocommitted statement includes its commit. What DuckDB refused for a row's own sake is not stored;
            // of everything else nobody can be sure.
            switch plain.kind {
            case .rejected, .closed: throw plain
            default: throw StoreError(atCommit: error)
            }
        }
    }

    /// BEGIN … COMMIT around a body, telling apart what failed before the commit and what failed in it.
    func inTransaction(_ body: () throws -> Void) throws(StoreError) {
        let connection = try open()
        do {
            try connection.execute("BEGIN")
            try body()
        } catch {
            // Their collected rows belong to the transaction that is going away.
            appenders = [:]
            try rollBack(connection)
            throw StoreError(error)
        }
        do {
            try connection.execute("COMMIT")
        } catch {
            appenders = [:]
            throw StoreError(atCommit: error)
        }
    }

    /// A transaction that stayed open would swallow the next statement, whose caller would be told that it is stored.
    private func rollBack(_ connection: Connection) throws(StoreError) {
        do {
            try connection.execute("ROLLBACK")
        } catch {
            // There is none to roll back: the BEGIN itself failed.
            guard error.kind == .transaction else { throw StoreError(atCommit: error) }
        }
    }

    private func write(_ rows: Rows) throws {
        try put(rows.sessions, into: .state) { sink, session throws(DuckDBError) in try sink.write(session) }
        try put(rows.decisions, into: .decisions) { sink, row throws(DuckDBError) in
            try sink.write(row.entry, row.decision, row.effect)
        }
        try put(rows.events, into: .events) { sink, row throws(DuckDBError) in
            try sink.write(row.entry, row.type, row.data)
        }
        try put(rows.metrics, into: .metrics) { sink, row throws(DuckDBError) in try sink.write(row) }
    }

    private func put<Element>(
        _ elements: [Element], into table: WrittenTable,
        _ write: (inout any RowSink, Element) throws(DuckDBError) -> Void
    ) throws {
        guard !elements.isEmpty else { return }
        if elements.count < Self.appenderThreshold {
            var sink: any RowSink = InsertSink(try insertStatement(table))
            for element in elements { try write(&sink, element) }
        } else {
            let appender = try appender(table)
            var sink: any RowSink = AppendSink(appender: appender)
            for element in elements { try write(&sink, element) }
            try appender.flush()
        }
    }

    private func insertStatement(_ table: WrittenTable) throws -> PreparedStatement {
        if let kept = inserts[table] { return kept }
        let made = try open().prepare(table.insert)
        inserts[table] = made
        return made
    }

    /// Whether a table has our columns and no others.
    private func hasOwnColumns(_ table: WrittenTable) throws -> Bool {
        let found = try statement("SELECT count(*) FROM duckdb_columns() WHERE table_name = ? AND NOT internal")
        try found.bind(table.rawValue, at: 1)
        return try found.execute().firstRow { try $0.int(0) } == table.columns.count
    }

    private func appender(_ table: WrittenTable) throws -> Appender {
        if let kept = appenders[table] { return kept }
        let made = try open().appender(table: table.rawValue, columns: hasOwnColumns(table) ? nil : table.columns)
        appenders[table] = made
        return made
    }

    private func protectLog() {
        guard mustProtectLog, let files = store.files else { return }
        FileSystem.makePrivate(files.log)
        mustProtectLog = false
    }

    func logWasReplaced() { mustProtectLog = true }

    // MARK: - Probe

    /// Less than this many bytes of disk, and a commit may fail at any moment: one carries a context of up to 1 MiB.
    private static let leastFree: Int64 = 2 << 20

    /// Changes one bit of a row of ours: to the value that it has already, DuckDB would write nothing.
    func probe() throws(StoreError) {
        if let files = store.files, let free = FileSystem.freeBytes(files.folder), free < Self.leastFree {
            throw StoreError(
                .unwritable, "the disk of \(files.database) has \(free) bytes left", remedy: StoreError.freeSpace)
        }
        try inTransaction {
            try statement(
                """
                INSERT INTO rif_counters SELECT 'probe', 0
                WHERE NOT EXISTS (SELECT 1 FROM rif_counters WHERE name = 'probe')
                """
            ).run()
            try statement("UPDATE rif_counters SET value = 1 - value WHERE name = 'probe'").run()
        }
        protectLog()
    }

    // MARK: - Unknown outcomes

    func reopen() throws(StoreError) {
        try reopen { () throws(StoreError) in }
    }

    /// - Parameter action: what is to happen to the files while nobody has them open.
    func reopen(whileClosed action: () throws(StoreError) -> Void) throws(StoreError) {
        disconnect()
        let database = try store.reopen(whileClosed: action)
        do {
            try connect(to: database)
        } catch {
            throw StoreError(error)
        }
    }

    func isCommitted(_ write: Write) throws(StoreError) -> Bool {
        // A write is stored whole or not at all, so one of its rows tells.
        if let session = write.newSession {
            return try exists("orchestration_state", "session_id") { try $0.bind(session.sessionID, at: 1) }
        }
        if let row = write.metrics.first {
            return try exists("orchestration_metrics", "metric_id") { try $0.bind(row.metric.metricID, at: 1) }
        }
        guard let entry = write.entries.first else { return true }
        switch entry.body {
        case .decision(let decision, _):
            return try exists("orchestration_decisions", "decision_id") { try $0.bind(decision.decisionID, at: 1) }
        case .event: return try exists("orchestration_events", "sequence") { try $0.bind(entry.sequence, at: 1) }
        }
    }

    private func exists(
        _ table: String, _ column: String, bind: (PreparedStatement) throws -> Void
    ) throws(StoreError) -> Bool {
        do {
            let statement = try statement("SELECT count(*) FROM \(table) WHERE \(column) = ?")
            try bind(statement)
            return try statement.execute().firstRow { try $0.int(0) ?? 0 } ?? 0 > 0
        } catch {
            throw StoreError(error)
        }
    }

    func lastSequence() throws(StoreError) -> Int64 {
        do {
            return try open().query(
                """
                SELECT greatest(
                    (SELECT coalesce(max(value), 0) FROM rif_counters),
                    (SELECT coalesce(max(sequence), 0) FROM orchestration_decisions),
                    (SELECT coalesce(max(sequence), 0) FROM orchestration_events))
                """
            ).firstRow { try $0.int64(0) ?? 0 } ?? 0
        } catch {
            throw StoreError(error)
        }
    }

    /// The last act on the writing thread.
    func end() {
        if connection != nil {
            do throws(StoreError) {
                try checkpoint()
            } catch {
                store.logger.warning(
                    "no checkpoint at the close; the next open replays the log", metadata: ["error": "\(error)"])
            }
        }
        disconnect()
    }
}

/// The rows of a batch, by table.
private struct Rows {
    var sessions: [Session] = []
    var decisions: [(entry: LogEntry, decision: Decision, effect: DecisionEffect)] = []
    var events: [(entry: LogEntry, type: EventType, data: JSONValue)] = []
    var metrics: [MetricRow] = []

    init(_ writes: [Write]) {
        for write in writes {
            if let session = write.newSession { sessions.append(session) }
            metrics += write.metrics
            for entry in write.entries {
                switch entry.body {
                case .decision(let decision, let effect): decisions.append((entry, decision, effect))
                case .event(let type, let data): events.append((entry, type, data))
                }
            }
        }
    }

    /// Whether all rows go to one table, by one INSERT or by one flush of an appender that takes so many.
    func isOneStatement(_ appended: ClosedRange<Int>) -> Bool {
        let counts = [sessions.count, decisions.count, events.count, metrics.count].filter { $0 > 0 }
        return counts.count == 1 && (counts[0] == 1 || appended.contains(counts[0]))
    }

    var count: Int { sessions.count + decisions.count + events.count + metrics.count }
}
