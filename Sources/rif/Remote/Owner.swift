import Logging
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

/// A process that owns a database for as long as it runs, and serves it to every other one.
struct Owner {
    let orchestrator: Orchestrator
    let server: HTTPServer
    private let socket: OwnerSocket

    /// Absolute.
    var database: String { orchestrator.information.location }

    /// Opens the database, binds the socket, and begins to serve.
    ///
    /// - Throws: `storage_unavailable` where somebody else owns the database, and who.
    static func start(
        _ location: Location, address: ServerConfiguration.Address?, tokens: ServerConfiguration.Tokens? = nil,
        assetFolder: String? = nil
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
            configuration.runCommand = RemoteCommand.handler(orchestrator, location)
            let server = try await HTTPServer.start(orchestrator, configuration: configuration)
            opened.note(address: server.address, startedAt: SystemClock().now())
            return Owner(orchestrator: orchestrator, server: server, socket: opened)
        } catch {
            socket?.remove()
            await orchestrator.close()
            throw error
        }
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

    /// Lets what was begun end, and closes the database.
    func stop() async {
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
