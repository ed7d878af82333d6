import Dispatch
import DuckDB
import RIFStore
import Synchronization

/// A connection that reads, with its prepared statements. Lives and dies on one thread.
final class Reader {
    private var connection: Connection?
    private var statements: [String: PreparedStatement] = [:]

    /// What is kept from one dashboard to the next; gone with the connection.
    var decisions: DecisionCache?
    var eventTail: EventTail?
    /// Zone → beginning of a quarter of an hour, in microseconds → its day. Depends on nothing in the database.
    var days: [String: [Int64: String]] = [:]
    static let mostZones = 8

    init() {}

    /// On a connection that belongs to somebody else.
    init(borrowing connection: Connection) { self.connection = connection }

    func connect(to database: Database, setUp: (Connection) throws -> Void) throws {
        let connection = try database.connect()
        try setUp(connection)
        self.connection = connection
    }

    func disconnect() {
        statements = [:]
        decisions = nil
        eventTail = nil
        connection?.close()
        connection = nil
    }

    /// Runs a body in one transaction, so that all its queries see the same moment.
    func inSnapshot<Value>(_ body: (Reader) throws -> Value) throws -> Value {
        guard let connection else { throw StoreError(.closed, "the database is closed") }
        // Also where the BEGIN fails: a transaction that was left open ends then, and the next read finds none. A ROLLBACK
        // that fails has nothing to undo.
        defer { try? connection.execute("ROLLBACK") }
        try connection.execute("BEGIN TRANSACTION READ ONLY")
        return try body(self)
    }

    /// Runs one query, prepared once, and maps its rows.
    func rows<Value>(
        _ sql: String, _ bind: (PreparedStatement) throws -> Void = { _ in }, map: (Row) throws -> Value
    ) throws -> [Value] {
        guard let connection else { throw StoreError(.closed, "the database is closed") }
        let statement = try statements[sql] ?? connection.prepare(sql)
        statements[sql] = statement
        try bind(statement)
        let result = try statement.execute()
        defer { result.close() }
        return try result.rows(map)
    }
}

/// The connections that read, each on a thread of its own. A read takes the one with the least to do.
final class ReaderPool: Sendable {
    private let threads: [DatabaseThread<Reader>]
    private let gate: Mutex<Gate>
    /// Signalled by the last read that is under way when the gate is closed.
    private let drained = DispatchSemaphore(value: 0)

    private struct Gate {
        /// Reads that are under way, for each thread.
        var load: [Int]
        var isClosed = false
        var waiting: [CheckedContinuation<Int, Never>] = []

        mutating func admit() -> Int {
            let index = load.indices.min { load[$0] < load[$1] } ?? 0
            load[index] += 1
            return index
        }
    }

    init(count: Int, database: Database, setUp: @escaping @Sendable (Connection) throws -> Void) throws {
        threads = try (0..<max(1, count)).map { index in
            try DatabaseThread(name: "rif-read-\(index)") {
                let reader = Reader()
                try reader.connect(to: database, setUp: setUp)
                return reader
            }
        }
        gate = Mutex(Gate(load: Array(repeating: 0, count: max(1, count))))
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws(StoreError) -> Value {
        let index = await withCheckedContinuation { continuation in
            let admitted = gate.withLock { gate -> Int? in
                if !gate.isClosed { return gate.admit() }
                gate.waiting.append(continuation)
                return nil
            }
            if let admitted { continuation.resume(returning: admitted) }
        }
        defer {
            let isLast = gate.withLock { gate in
                gate.load[index] -= 1
                return gate.isClosed && gate.load.allSatisfy { $0 == 0 }
            }
            if isLast { drained.signal() }
        }
        do {
            return try await threads[index].run { reader in try reader.inSnapshot(body) }
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs a body while no read is under way; those that come meanwhile wait for its end. Blocks.
    ///
    /// Only for the writing thread, which cannot call it twice at once.
    func whilePaused<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        let mustWait = gate.withLock { gate in
            gate.isClosed = true
            return gate.load.contains { $0 > 0 }
        }
        if mustWait { drained.wait() }
        defer {
            let admitted = gate.withLock { gate in
                gate.isClosed = false
                defer { gate.waiting = [] }
                return gate.waiting.map { ($0, gate.admit()) }
            }
            for (continuation, index) in admitted { continuation.resume(returning: index) }
        }
        return try body()
    }

    /// Waits for the reads that are under way, and lets go of the database. Blocks.
    func disconnect() {
        // Refused only by a thread that was stopped, whose connection is gone.
        for thread in threads { try? thread.runBlocking { $0.disconnect() } }
    }

    /// Blocks.
    func connect(to database: Database, setUp: @escaping @Sendable (Connection) throws -> Void) throws {
        for thread in threads { try thread.runBlocking { try $0.connect(to: database, setUp: setUp) } }
    }

    func stop() {
        for thread in threads { thread.stop() }
    }
}
