import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// What DuckDB itself does with the same rows, the same table and the same settings, without anything of ours but the
/// driver: the limit that our figures are held against.
struct RawLimit {
    let database: Database
    let connection: Connection
    private let ids = UUIDv7Generator()
    private let session = UUIDv7Generator().next(at: SystemClock().now())

    /// A new file with our schema.
    init(_ path: String) async throws {
        try await Orchestrator.open(.file(path)).close()
        database = try Database.open(
            .file(path),
            configuration: [
                "memory_limit": "256MiB", "threads": "1",
                "checkpoint_threshold": "1TB",
                "auto_checkpoint_skip_wal_threshold": "1000000000000",
            ], library: DuckDBLibrary.load())
        connection = try database.connect()
        try connection.execute("SET GLOBAL TimeZone = 'UTC'")
    }

    func close() {
        connection.close()
        database.close()
    }

    /// Milliseconds of each lone INSERT.
    func inserts(_ count: Int) throws -> [Double] {
        let statement = try connection.prepare(
            """
            INSERT INTO orchestration_decisions
            VALUES (?, ?, ?, ?, ?, ?::VARCHAR, ?, ?, ?, ?, ?, ?, ?, ?, ?::VARCHAR, ?, ?, ?, ?)
            """)
        return try (0..<count).map { row in
            let start = ContinuousClock.now
            try bind(statement, row)
            try statement.run()
            return milliseconds(ContinuousClock.now - start)
        }
    }

    private func bind(_ statement: PreparedStatement, _ row: Int) throws {
        let now = SystemClock().now()
        let texts: [Int: String] = [
            1: ids.next(at: now), 2: session, 3: "implementing", 4: "validating", 5: Workload.reason,
            6: Workload.agentsJSON, 12: "transition", 15: Workload.updatesJSON(row),
        ]
        for (place, value) in texts { try statement.bind(value, at: place) }
        try statement.bind(Float(0.85), at: 7)
        try statement.bind(Int32(12), at: 8)
        try statement.bind(true, at: 9)
        try statement.bind(DuckDBTimestamp(microseconds: now.microseconds), at: 11)
        try statement.bind(Int64(row), at: 13)
        try statement.bind(Int64(row), at: 14)
        for place in [10, 16, 17, 18, 19] { try statement.bindNull(at: place) }
    }

    /// Rows a second through one appender, in transactions of so many rows.
    func appends(transactions: Int, rows: Int) throws -> Double {
        let appender = try connection.appender(table: "orchestration_decisions")
        let start = ContinuousClock.now
        for transaction in 0..<transactions {
            try connection.begin()
            for row in 0..<rows { try append(appender, transaction * rows + row) }
            try appender.flush()
            try connection.commit()
        }
        return Double(transactions * rows) / milliseconds(ContinuousClock.now - start) * 1000
    }

    private func append(_ appender: Appender, _ row: Int) throws {
        let now = SystemClock().now()
        try appender.append(ids.next(at: now))
        try appender.append(session)
        try appender.append("implementing")
        try appender.append("validating")
        try appender.append(Workload.reason)
        try appender.append(Workload.agentsJSON)
        try appender.append(Float(0.85))
        try appender.append(Int32(12))
        try appender.append(true)
        try appender.appendNull()
        try appender.append(DuckDBTimestamp(microseconds: now.microseconds))
        try appender.append("transition")
        try appender.append(Int64(row))
        try appender.append(Int64(row))
        try appender.append(Workload.updatesJSON(row))
        for _ in 0..<4 { try appender.appendNull() }
        try appender.endRow()
    }
}

/// The transition that every benchmark makes: of realistic width.
enum Workload {
    static let reason = "Implementation complete; the validator takes over"
    static let agents = ["RIF-Implementer", "RIF-Validator"]
    static let agentsJSON = #"["RIF-Implementer","RIF-Validator"]"#

    static func updates(_ row: Int) -> [String: JSONValue] {
        ["last_step": "implementing", "files_changed": .int(Int64(row % 40)), "quality_score": 87.5]
    }

    static func updatesJSON(_ row: Int) -> String {
        #"{"files_changed":\#(row % 40),"last_step":"implementing","quality_score":87.5}"#
    }

    static func step(_ session: SessionHandle, _ row: Int) async throws {
        try await session.transition(
            to: row % 2 == 0 ? "validating" : "implementing", reason: reason, agents: agents,
            contextUpdates: updates(row), confidence: 0.85)
    }
}
