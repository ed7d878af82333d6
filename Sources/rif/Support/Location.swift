import RIFHTTP
import RIFOrchestrator
import RIFStoreDuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Which database a command works on, and how it is opened for the time of the command.
struct Location {
    static let standard = "knowledge/orchestration.duckdb"

    let path: String
    /// What the suggestions of what to type next must repeat, so that they reach the same database.
    let suffix: String
    /// The zone of the times in a file of the earlier Python system.
    private let assumedZone: String?
    let configuration: Configuration

    var settings: Settings { configuration.settings }

    /// - Throws: `invalid_request` for an empty path or zone, or what is wrong in the configuration.
    init(_ options: SharedOptions) throws(RIFError) {
        if let invocation = Invocation.current, let path = invocation.database, let served = invocation.configuration {
            // The owner has it open already, and is configured by itself.
            self.path = path
            configuration = served
            suffix = options.database.map { " --database \(Text.shell($0))" } ?? ""
            assumedZone = nil
            return
        }
        assumedZone = options.assumeZone
        if let zone = assumedZone, zone.isEmpty {
            throw RIFError.invalid(
                field: "--assume-zone", value: zone, problem: "is empty",
                expected: "the name of a time zone such as Europe/Berlin")
        }
        if let given = options.database {
            guard !given.isEmpty else {
                throw RIFError.invalid(field: "--database", value: given, problem: "is empty", expected: "a path")
            }
            path = given
            suffix = " --database \(Text.shell(given))"
        } else {
            path = Terminal.environment("RIF_DATABASE").flatMap { $0.isEmpty ? nil : $0 } ?? Self.standard
            suffix = ""
        }
        configuration = try Configuration.load(
            file: options.config, flags: options.set, database: path == ":memory:" ? nil : path)
    }

    /// The file's name, without its folder.
    var name: String { path.split(separator: "/").last.map { String($0) } ?? path }

    var isMemory: Bool { path == ":memory:" }

    var store: DuckDBStore.Location { isMemory ? .memory : .file(path) }

    /// A database in memory begins empty and ends with the command: most commands can find nothing in it.
    ///
    /// - Throws: `invalid_request` where this is one.
    func mustBeFile() throws(RIFError) {
        guard isMemory, Invocation.current?.orchestrator == nil else { return }
        throw RIFError.invalid(
            field: "--database", value: path, problem: "is empty when a command starts and gone when it ends",
            expected: "the path of a file")
    }

    /// Refuses a path at which there is nothing, so that a slip in a path makes no database.
    ///
    /// - Throws: `storage_unavailable`.
    func mustExist() throws(RIFError) {
        try mustBeFile()
        guard !exists, Invocation.current?.orchestrator == nil else { return }
        throw RIFError(
            .storageUnavailable,
            "there is no database at \(Text.visible(path)); 'rif start' makes one, --database or RIF_DATABASE names another"
        )
    }

    /// Also true where a killed restore has moved the file aside: the store puts it back when it opens.
    private var exists: Bool {
        if access(path, F_OK) == 0 { return true }
        // Nothing can be said: the store will say why.
        guard errno == ENOENT || errno == ENOTDIR else { return true }
        return [".restoring", ".restore-step"].contains { access(path + $0, F_OK) == 0 }
    }

    /// How every command opens the database.
    var options: DuckDBStore.Options {
        var options = DuckDBStore.Options()
        options.lockTimeout = Self.patience
        options.assumedZone = assumedZone
        options.memoryLimit = settings.database.memoryBytes
        return options
    }

    /// Opens the database for reading, and closes it whatever happens.
    ///
    /// - Parameters:
    ///   - patience: how long to wait for other processes.
    ///   - record: what an earlier reading knew of the health.
    func reading<Value>(
        patience: Duration = Self.patience, record: MonitorRecord? = nil,
        _ body: (Orchestrator) async throws -> Value
    ) async throws -> Value {
        if let orchestrator = Invocation.current?.orchestrator { return try await body(orchestrator) }
        if !isMemory { try mustExist() }
        var options = options
        options.lockTimeout = patience
        options.isReadOnly = !isMemory
        return try await open(options, record: record, body)
    }

    /// Opens the database for one change, and closes it whatever happens; closing brings its tables up to date.
    func writing<Value>(_ body: (Orchestrator) async throws -> Value) async throws -> Value {
        if let orchestrator = Invocation.current?.orchestrator { return try await body(orchestrator) }
        return try await open(options, body)
    }

    /// Opens the database together with something that can end agents: the owner's driver, else one for this command, which
    /// drives nothing by itself.
    func driving<Value>(
        isReadOnly: Bool = false, _ body: (Orchestrator, Driver) async throws -> Value
    ) async throws -> Value {
        if let invocation = Invocation.current, let orchestrator = invocation.orchestrator,
            let driver = invocation.driver
        {
            return try await body(orchestrator, driver)
        }
        func work(_ orchestrator: Orchestrator) async throws -> Value {
            let driver = Driver(
                orchestrator,
                configuration: .standard(settings, database: orchestrator.information.location))
            do {
                let value = try await body(orchestrator, driver)
                await driver.stop(detaching: true)
                return value
            } catch {
                await driver.stop(detaching: true)
                throw error
            }
        }
        return isReadOnly ? try await reading(work) : try await writing(work)
    }

    /// The absolute path of the file, links resolved; none for a database in memory, or where there is no file.
    var realPath: String? {
        guard !isMemory, let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// How long to wait for other processes. Each `rif` has the database for a fraction of a second, so this is for a queue
    /// of many on a busy machine.
    static let patience: Duration = .seconds(20)

    /// The process that has the database began to serve it while this command waited for it: it is to be asked.
    struct Served: Error {}

    /// Waits for other processes in parts: one that has the database for long serves it soon.
    private func patiently(
        _ options: DuckDBStore.Options,
        _ open: (DuckDBStore.Options) async throws(RIFError) -> Orchestrator
    ) async throws -> Orchestrator {
        // Short ones before the whole: each goes to the end of the kernel's queue, and must not cost a turn in the end.
        let whole = options.lockTimeout
        var options = options
        for part in [.seconds(1), .seconds(2), .seconds(4)] as [Duration] where part * 4 < whole {
            options.lockTimeout = part
            let begun = ContinuousClock.now
            do throws(RIFError) {
                return try await open(options)
            } catch {
                // clock: an error that came sooner is none of waiting.
                let hasWaited = ContinuousClock.now - begun >= part / 2
                guard error.code == .storageUnavailable, Invocation.current != nil, let path = realPath else {
                    throw error
                }
                if OwnerSocket.find(for: path) != nil { throw Served() }
                guard hasWaited else { throw error }
            }
        }
        options.lockTimeout = whole
        return try await open(options)
    }

    private func open<Value>(
        _ options: DuckDBStore.Options, record: MonitorRecord? = nil,
        _ body: (Orchestrator) async throws -> Value
    ) async throws -> Value {
        let orchestrator = try await patiently(options) { options throws(RIFError) in
            try await Orchestrator.open(
                store, options: options, policy: settings.policy(.oneShot), monitoring: settings.monitoring,
                record: record)
        }
        do {
            let value = try await body(orchestrator)
            await orchestrator.close()
            return value
        } catch {
            await orchestrator.close()
            throw error
        }
    }

    // MARK: - Commands on one session

    /// Looks at one session, given by the beginning of its id.
    func reading<Value>(
        session prefix: String, _ body: (Orchestrator, String) async throws -> Value
    ) async throws -> Value {
        try mustExist()
        try Self.check(prefix)
        return try await reading { orchestrator in try await body(orchestrator, orchestrator.session(named: prefix)) }
    }

    /// Changes one session, given by the beginning of its id.
    func writing<Value>(
        session prefix: String, _ body: (Orchestrator, String) async throws -> Value
    ) async throws -> Value {
        try mustExist()
        try Self.check(prefix)
        return try await writing { orchestrator in try await body(orchestrator, orchestrator.session(named: prefix)) }
    }

    /// An empty prefix would be that of every session; it is most likely an unset variable of a script.
    private static func check(_ prefix: String) throws(RIFError) {
        guard !prefix.isEmpty else {
            throw RIFError.invalid(
                field: "session", value: prefix, problem: "is empty", expected: "the id of a session, or its beginning")
        }
    }
}
