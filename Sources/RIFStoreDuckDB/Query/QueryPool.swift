import Dispatch
import DuckDB
import RIFModel
import RIFStore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The queries of users: a few at a time, each on a thread and a connection of its own, watched.
///
/// They share memory with the writer and must never stand in its way: whoever needs the database for itself, or finds
/// no memory left, stops them.
final class QueryPool: Sendable {
    private let setUp: @Sendable (Connection) throws -> Void
    private let state: Mutex<State>
    private let library: DuckDBLibrary
    private let watch = Mutex<DatabaseThread<Void>?>(nil)
    /// An empty database of its own that only parses, made with the first query. Asked for a parse tree, the database of
    /// the file leaves out what its old storage version has no place for, and with that what we have to see.
    private let parser = Mutex<Database?>(nil)
    /// Signalled when the last query ends while somebody waits for that.
    private let drained = DispatchSemaphore(value: 0)

    private struct State {
        /// None while it is closed.
        var database: Database?
        var pauses = 0
        /// Threads that wait for the last query to end.
        var drainers = 0
        var running: [Int: QueryTurn] = [:]
        var waiting: [Waiting] = []
        var lastID = 0

        /// Takes the next ones that may run.
        mutating func admit() -> [Waiting] {
            var admitted: [Waiting] = []
            while pauses == 0, let first = waiting.first, running.count < first.turn.limits.concurrent {
                waiting.removeFirst()
                running[first.id] = first.turn
                admitted.append(first)
            }
            return admitted
        }
    }

    private struct Waiting {
        var id: Int
        var turn: QueryTurn
        var continuation: CheckedContinuation<Bool, Never>
    }

    init(
        database: Database, library: DuckDBLibrary, setUp: @escaping @Sendable (Connection) throws -> Void
    ) {
        self.library = library
        self.setUp = setUp
        state = Mutex(State(database: database))
    }

    // MARK: - Running

    func query(_ request: QueryRequest) async throws(RIFError) -> RIFStore.QueryResult {
        let turn = QueryTurn(limits: request.limits)
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        guard await admission(id, turn) else {
            throw RIFError(
                .overloaded,
                "\(request.limits.concurrent) queries are running, the limit, and none ended within "
                    + "\(JSONValue.double(request.limits.waitSeconds).compact) seconds; try again later")
        }
        defer { leave(id) }
        guard let database = state.withLock({ $0.database }) else {
            throw StoreError(.closed, "the database is closed").rifError
        }
        startWatch()
        do {
            return try await withTaskCancellationHandler {
                let thread = try DatabaseThread(name: "rif-query") {}
                return try await thread.run { [self] _ in try run(request, turn, on: database) }
            } onCancel: {
                turn.stop(.cancelled)
            }
        } catch {
            throw QueryErrors.error(error, sql: request.sql, limits: request.limits)
        }
    }

    /// On the query's own thread.
    private func run(
        _ request: QueryRequest, _ turn: QueryTurn, on database: Database
    ) throws -> RIFStore.QueryResult {
        let connection = try database.connect()
        // Whatever a query left behind goes with its connection.
        defer { connection.close() }
        do {
            try setUp(connection)
            let parser = try openedParser().connect()
            defer { parser.close() }
            try turn.begin(connection.interrupter, cached: Self.cachedBytes(connection))
            let result = try QueryRun(connection: connection, parser: parser, request: request, turn: turn).run()
            if let stop = turn.end() { throw QueryTurn.error(stop, request.limits) }
            return result
        } catch {
            let stop = turn.end()
            // Not every error after a stop comes from it, but none of them tells more.
            if let stop { throw QueryTurn.error(stop, request.limits) }
            throw error
        }
    }

    private func openedParser() throws -> Database {
        try parser.withLock { parser in
            if let parser { return parser }
            let made = try Database.open(
                .memory,
                configuration: [
                    "threads": "1", "enable_external_access": "false", "lock_configuration": "true",
                    "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
                ], library: library)
            parser = made
            return made
        }
    }

    private func admission(_ id: Int, _ turn: QueryTurn) async -> Bool {
        let timer = Mutex<Task<Void, Never>?>(nil)
        defer { timer.withLock { $0?.cancel() } }
        return await withCheckedContinuation { continuation in
            let admitted = state.withLock { state in
                state.waiting.append(Waiting(id: id, turn: turn, continuation: continuation))
                return state.admit()
            }
            for one in admitted { one.continuation.resume(returning: true) }
            // Only now: one that ran out before would find nobody who waits.
            timer.withLock { timer in
                timer = Task {
                    try? await Task.sleep(for: .seconds(turn.limits.waitSeconds))
                    giveUp(id)
                }
            }
        }
    }

    /// Ends the waiting of one whose time is over; does nothing where its turn has come.
    private func giveUp(_ id: Int) {
        let found = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
        }
        found?.continuation.resume(returning: false)
    }

    private func leave(_ id: Int) {
        let (admitted, drainers) = state.withLock { state in
            state.running[id] = nil
            guard state.running.isEmpty else { return (state.admit(), 0) }
            defer { state.drainers = 0 }
            return (state.admit(), state.drainers)
        }
        for one in admitted { one.continuation.resume(returning: true) }
        for _ in 0..<drainers { drained.signal() }
    }

    // MARK: - Stopping

    /// Runs a body while no query runs: those that run are stopped and their ends waited for, those that come wait. Blocks;
    /// for threads of their own.
    ///
    /// - Parameter body: is told whether a query had to be stopped.
    func whilePaused<Value>(
        _ reason: QueryTurn.Stop = .maintenance, _ body: (Bool) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let wasRunning = pause(reason)
        defer {
            let admitted = state.withLock { state in
                state.pauses -= 1
                return state.admit()
            }
            for one in admitted { one.continuation.resume(returning: true) }
        }
        return try body(wasRunning)
    }

    /// Lets no query begin any more, and stops those that run.
    private func pause(_ reason: QueryTurn.Stop) -> Bool {
        let turns = state.withLock { state in
            state.pauses += 1
            if !state.running.isEmpty { state.drainers += 1 }
            return Array(state.running.values)
        }
        guard !turns.isEmpty else { return false }
        for turn in turns { turn.stop(reason) }
        drained.wait()
        return true
    }

    /// Takes another opened database in place of the one that is gone; none closes the pool. Only while it is paused, or
    /// at the end.
    func replace(with database: Database?) {
        state.withLock { $0.database = database }
    }

    /// Stops all queries and refuses those that wait or come. Blocks until none runs.
    func close() {
        replace(with: nil)
        // What waits finds no database.
        _ = pause(.maintenance)
        let admitted = state.withLock { state in
            state.pauses -= 1
            return state.admit()
        }
        for one in admitted { one.continuation.resume(returning: true) }
        watch.withLock { thread in
            thread?.stop()
            thread = nil
        }
        parser.withLock { parser in
            parser?.close()
            parser = nil
        }
    }

    // MARK: - Watching

    /// How often limits are looked at, in microseconds.
    private static let watchPause: UInt32 = 5_000

    /// Without a thread for it nothing would be limited, so the query that comes then is only limited in time by the next
    /// one's watch; the system gives a thread to a query but not to its watch only in the last throes.
    private func startWatch() {
        watch.withLock { thread in
            if thread == nil { thread = try? DatabaseThread(name: "rif-query-watch") {} }
            guard let thread else { return }
            Task { [self] in try? await thread.run { [self] _ in patrol() } }
        }
    }

    /// Watches until no query runs.
    private func patrol() {
        while true {
            let (turns, database) = state.withLock { (Array($0.running.values), $0.database) }
            guard !turns.isEmpty else { return }
            let resident = ResidentMemory.bytes()
            for turn in turns {
                turn.inspect(resident: resident) {
                    guard let connection = try? database?.connect() else { return 0 }
                    defer { connection.close() }
                    return Self.cachedBytes(connection)
                }
            }
            usleep(Self.watchPause)
        }
    }

    /// Bytes of the file that the database keeps in memory as long as nobody needs the room.
    private static func cachedBytes(_ connection: Connection) -> Int64 {
        let sql = "SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory() WHERE tag = 'BASE_TABLE'"
        return (try? connection.query(sql).firstRow { try $0.int64(0) ?? 0 }) ?? 0
    }
}
