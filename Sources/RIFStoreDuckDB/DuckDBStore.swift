import DuckDB
public import Logging
public import RIFModel
public import RIFStore
import Synchronization

/// The store in one DuckDB file: one writing thread, and a few connections that read, each on a thread of its own.
public final class DuckDBStore: SessionStore, QueryStore {
    public let information: StoreInformation
    let options: Options
    let library: DuckDBLibrary
    let logger: Logger
    /// None in memory.
    let files: DatabaseFiles?
    private let lock: FileLock?
    let readers: ReaderPool
    let queries: QueryPool
    private let state: Mutex<State>

    private struct State {
        var database: Database?
        /// The writer, once it was started, and the end of its body.
        var writer: (thread: DatabaseThread<DuckDBWriter>, ended: Task<Void, Never>)?
        var isClosed = false
    }

    /// Opens a database, makes it where it is missing, and brings its schema up to date.
    ///
    /// - Throws: `StoreError`: `library`, `locked`, `damaged`, `newerVersion`, `missing`, `unwritable`.
    public static func open(
        _ location: Location, options: Options = Options(), logger: Logger = Logger(label: "rif.store")
    ) async throws(StoreError) -> DuckDBStore {
        try await onOwnThread { () throws(StoreError) in
            try DuckDBStore(opening: location, options: options, logger: logger)
        }
    }

    private init(opening location: Location, options: Options, logger: Logger) throws(StoreError) {
        self.options = options
        self.logger = logger
        let opened: Opening.Opened
        do {
            library = try DuckDBLibrary.load(path: options.libraryPath)
        } catch {
            throw StoreError(error)
        }
        switch location {
        case .memory:
            files = nil
            opened = try Self.openMemory(options, library)
        case .file(let path):
            let files = try DatabaseFiles(path: path, makeFolder: !options.isReadOnly)
            self.files = files
            opened = try Opening(files: files, options: options, library: library, logger: logger).open()
        }
        lock = opened.lock
        logger.debug(
            "the database is open",
            metadata: [
                "database": "\(files?.database ?? ":memory:")", "library": "\(library.version)",
                "schema": "\(opened.schemaVersion)", "read-only": "\(options.isReadOnly)",
            ])
        information = StoreInformation(
            kind: "duckdb", location: files?.database ?? ":memory:", isReadOnly: options.isReadOnly,
            schemaVersion: opened.schemaVersion, libraryVersion: library.version)
        state = Mutex(State(database: opened.database))
        do {
            readers = try ReaderPool(
                count: options.readers, database: opened.database,
                setUp: LiveState.setUp(isReadOnly: options.isReadOnly))
            queries = QueryPool(
                database: opened.database, library: library, setUp: LiveState.shadow(isReadOnly: options.isReadOnly))
        } catch {
            opened.database.close()
            throw StoreError(error)
        }
    }

    private static func openMemory(_ options: Options, _ library: DuckDBLibrary) throws(StoreError) -> Opening.Opened {
        do {
            let database = try Instance.open(.memory, isReadOnly: false, options: options, library: library)
            let connection = try database.connect()
            defer { connection.close() }
            try Instance.prepare(connection)
            try Opening.applyAll(to: connection)
            return Opening.Opened(database: database, lock: nil, schemaVersion: Migration.newest)
        } catch {
            throw StoreError(error)
        }
    }

    // MARK: - Writing

    public func runWriter(_ body: @escaping @Sendable (any StoreWriter) -> Void) throws(StoreError) {
        guard !information.isReadOnly else {
            throw StoreError(.unwritable, "\(information.location) is open for reading only")
        }
        let refused: StoreError? = state.withLock { state in
            guard !state.isClosed, let database = state.database else {
                return StoreError(.closed, "the store is closed")
            }
            guard state.writer == nil else { return StoreError(.failed, "the store has a writer already") }
            do {
                let thread = try DatabaseThread(name: "rif-write") { [self] in
                    try DuckDBWriter(store: self, database: database)
                }
                let ended = Task<Void, Never>.detached {
                    // The body answers for its own errors; the thread itself refuses only once it was stopped.
                    _ = try? await thread.run { writer in
                        body(writer)
                        writer.end()
                    }
                }
                state.writer = (thread, ended)
                return nil
            } catch {
                return StoreError(error)
            }
        }
        if let refused { throw refused }
    }

    /// Closes the database and opens it again, readers and all. Called on the writing thread, which holds no connection.
    func reopen(whileClosed action: () throws(StoreError) -> Void) throws(StoreError) -> Database {
        // A read that comes meanwhile waits, and then sees the new instance.
        try whileNobodyReads { () throws(StoreError) in try reopenWithoutReaders(whileClosed: action) }
    }

    /// Runs a body on the writing thread while nobody reads.
    func whileNobodyReads<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try queries.whilePaused { _ throws(StoreError) in try readers.whilePaused(body) }
    }

    private func reopenWithoutReaders(whileClosed action: () throws(StoreError) -> Void) throws(StoreError) -> Database
    {
        readers.disconnect()
        queries.replace(with: nil)
        state.withLock { state in
            state.database?.close()
            state.database = nil
        }
        try action()
        guard let files else {
            // What was in memory is gone with the instance that failed.
            throw StoreError(.closed, "the database in memory is lost: it stopped working")
        }
        let database = try Opening(files: files, options: options, library: library, logger: logger).reopen()
        do {
            try readers.connect(to: database, setUp: LiveState.setUp(isReadOnly: false))
        } catch {
            // One reader that stays connected would keep the file open, and the next open would be a second one.
            readers.disconnect()
            database.close()
            throw StoreError(opening: files, error)
        }
        queries.replace(with: database)
        state.withLock { $0.database = database }
        logger.debug("the database was reopened", metadata: ["database": "\(files.database)"])
        return database
    }

    public func close() async {
        let writer = state.withLock { state in
            state.isClosed = true
            return state.writer
        }
        // A query would keep the writer's last checkpoint waiting.
        await Self.onOwnThread { [self] in queries.close() }
        await writer?.ended.value
        await Self.onOwnThread { [self] in
            writer?.thread.stop()
            queries.close()
            readers.disconnect()
            readers.stop()
            state.withLock { state in
                state.database?.close()
                state.database = nil
            }
            lock?.release()
        }
    }

    // MARK: - Reading

    public func load(_ sessionID: String) async throws(StoreError) -> StoredSession? {
        try await readers.read { try $0.load(sessionID) }
    }

    public func loadUnfolded() async throws(StoreError) -> [StoredSession] {
        try await readers.read { try $0.loadUnfolded() }
    }

    public func sessionIDs(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await readers.read { try $0.sessionIDs(prefix: prefix, limit: limit) }
    }

    public func sessions(_ query: SessionQuery) async throws(StoreError) -> [SessionListing] {
        try await readers.read { try $0.sessions(query) }
    }

    public func decisions(sessionID: String?, limit: Int) async throws(StoreError) -> [Decision] {
        try await readers.read { try $0.decisions(sessionID: sessionID, limit: limit) }
    }

    public func metrics(sessionID: String?, limit: Int) async throws(StoreError) -> [Metric] {
        try await readers.read { try $0.metrics(sessionID: sessionID, limit: limit) }
    }

    public func events(_ query: EventQuery) async throws(StoreError) -> [Event] {
        try await readers.read { try $0.events(query) }
    }

    public func keyedEntry(_ key: String, sessionID: String?) async throws(StoreError) -> LogEntry? {
        try await readers.read { try $0.keyedEntry(key, sessionID: sessionID) }
    }

    public func sessionID(ofAssignment assignmentID: String) async throws(StoreError) -> String? {
        try await readers.read { try $0.sessionID(ofAssignment: assignmentID) }
    }

    public func assignments(_ query: AssignmentQuery) async throws(StoreError) -> [Assignment] {
        try await readers.read { try $0.assignments(query) }
    }

    public func activeSessions(
        with types: [EventType], mentioning text: String?
    ) async throws(StoreError) -> [String] {
        try await readers.read { try $0.activeSessions(with: types, mentioning: text) }
    }

    public func figures(sessionID: String?) async throws(StoreError) -> DecisionFigures? {
        try await readers.read { try $0.figures(sessionID: sessionID) }
    }

    public func countFinished(before cut: Timestamp) async throws(StoreError) -> Int {
        try await readers.read { try $0.countFinished(before: cut) }
    }

    public func checkIntegrity(sessionID: String?, now: Timestamp) async throws(StoreError) -> IntegrityReport {
        try await readers.read { try IntegrityCheck(reader: $0, sessionID: sessionID).report(at: now) }
    }

    public func counts() async throws(StoreError) -> StoreCounts {
        try await readers.read { try $0.counts() }
    }

    public func query(_ request: QueryRequest) async throws(RIFError) -> RIFStore.QueryResult {
        try await queries.query(request)
    }

    // MARK: - Threads

    /// Runs what blocks on a thread that is not one of the cooperative pool.
    static func onOwnThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        do {
            let thread = try DatabaseThread(name: "rif-open") {}
            let value = try await thread.run { _ in try body() }
            return value
        } catch {
            throw StoreError(error)
        }
    }

    private static func onOwnThread(_ body: @escaping @Sendable () -> Void) async {
        if let thread = try? DatabaseThread(name: "rif-close", {}) {
            // Refused only by a thread that was stopped, and nobody stops this one.
            try? await thread.run { _ in body() }
        } else {
            // No thread can be made any more: better to block than not to close.
            body()
        }
    }
}
