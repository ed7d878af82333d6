import Logging
import RIFAgents
import RIFHTTP
import RIFOrchestrator
import RIFStoreDuckDB
import RIFWorkflow

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A process that owns a database for as long as it runs, and serves it to every other one.
struct Owner {
    let orchestrator: Orchestrator
    let server: HTTPServer
    /// Drives sessions for whoever asks.
    let driver: Driver
    private let socket: OwnerSocket

    /// How long agents may take to end before the database is closed without them: what they come to is taken later.
    private static let agentPatience: Duration = .seconds(8)

    /// Absolute.
    var database: String { orchestrator.information.location }

    /// Opens the database, binds the socket, and begins to serve.
    ///
    /// - Throws: `storage_unavailable` where somebody else owns the database, and who.
    static func start(
        _ location: Location, address: ServerConfiguration.Address?, tokens: ServerConfiguration.Tokens? = nil,
        assetFolder: String? = nil, maxConcurrent: Int? = nil
    ) async throws -> Owner {
        var options = location.options
        // Commands have it for a moment only; another owner has it for good.
        options.lockTimeout = .seconds(3)
        let settings = location.settings
        let orchestrator: Orchestrator
        do throws(RIFError) {
            orchestrator = try await Orchestrator.open(
                location.store, options: options, policy: settings.policy(EnginePolicy()),
                monitoring: settings.monitoring)
        } catch {
            throw Self.explain(error, location)
        }
        var socket: OwnerSocket?
        do {
            try await learnWorkflow(orchestrator)
            let database = orchestrator.information.location
            let opened = try OwnerSocket.open(for: database, address: nil)
            socket = opened
            var configuration = ServerConfiguration(
                backupDirectory: settings.backupDirectory(besides: database))
            configuration.address = address
            configuration.tokens = tokens
            configuration.ownerSocket = opened
            configuration.assetFolder = assetFolder
            configuration.limits = settings.limits
            configuration.allowedHosts = settings.server.allowedHosts
            configuration.drain = .seconds(settings.server.drainSeconds)
            let driver = Driver(
                orchestrator, configuration: .standard(settings, database: database, maxConcurrent: maxConcurrent))
            configuration.driver = driver
            configuration.runCommand = RemoteCommand.handler(orchestrator, driver, location)
            let server = try await HTTPServer.start(orchestrator, configuration: configuration)
            opened.note(address: server.address, startedAt: SystemClock().now())
            driver.note(address: server.address ?? "unix:\(opened.path)")
            return Owner(orchestrator: orchestrator, server: server, driver: driver, socket: opened)
        } catch {
            socket?.remove()
            await orchestrator.close()
            throw error
        }
    }

    /// Makes the workflow of the folder known, where there is one: sessions of its type follow it. One that cannot be used
    /// is said, and left alone: the database has other work.
    static func learnWorkflow(_ orchestrator: Orchestrator) async throws(RIFError) {
        guard let path = WorkflowFile.find(in: Input.workingFolder) else { return }
        let file = try await WorkflowFile.loaded(path: path)
        guard let definition = file.reading.definition, file.reading.isUsable else {
            Terminal.standardError.line(
                "rif: \(Text.visible(path)) cannot be used; 'rif workflow check \(Text.shell(path))' says why")
            return
        }
        orchestrator.workflows.add(definition, file: path)
    }

    /// What a script reads to know that it is there.
    ///
    /// - Parameter token: one that was made for this run; nobody else knows it.
    func readyLine(token: String?) -> JSONValue {
        var line: [String: JSONValue] = [
            "address": .optional(server.address), "pid": .int(Int64(getpid())), "database": .string(database),
        ]
        if let token { line["token"] = .string(token) }
        return .object(line)
    }

    /// The page asks for trends of so many days.
    private static let trendDays = 14

    func warmUp() async {
        await orchestrator.warmUp(readers: DuckDBStore.Options().readers, trendDays: Self.trendDays)
    }

    /// Lets what was begun end, and closes the database.
    func stop() async {
        await driver.stop(atMost: Self.agentPatience)
        // First: from here on commands wait for the lock instead of asking who is about to go.
        socket.remove()
        await server.stop()
        await orchestrator.close()
    }

    /// Says who owns the database, where somebody does.
    private static func explain(_ error: RIFError, _ location: Location) -> RIFError {
        error.code == .storageUnavailable ? servedAlready(location) ?? error : error
    }

    /// Why a command that needs the files for itself cannot have them; none where nobody serves the database.
    static func servedAlready(_ location: Location) -> RIFError? {
        guard let path = location.realPath, OwnerSocket.find(for: path) != nil else { return nil }
        return RIFError(
            .storageUnavailable, "the database is served already",
            diagnosis: "\(Text.visible(path)) is served already, by \(name(of: path)); "
                + "rif commands go through it, and stopping it frees the database")
    }

    /// The owner in words, for messages.
    static func name(of database: String) -> String {
        OwnerNote.read(of: database)?.inWords ?? "another process"
    }
}

extension DriverConfiguration {
    /// For a database of ours, on this machine.
    static func standard(_ settings: Settings, database: String, maxConcurrent: Int? = nil) -> DriverConfiguration {
        DriverConfiguration(
            runsFolder: runsFolder(besides: database), shim: [ThisProgram.path, AgentShim.command],
            maxConcurrent: maxConcurrent ?? settings.agents.maxConcurrent, isStrict: maxConcurrent != nil,
            environment: Configuration.environment)
    }
}
