import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import RIFModel
public import RIFOrchestrator

/// Serves an orchestrator over HTTP: the API of version 1, live events, and the pages of the dashboard.
///
/// ```swift
/// let server = try await HTTPServer.start(orchestrator, configuration: configuration)
/// print(server.address ?? "")
/// await server.stop()
/// await orchestrator.close()
/// ```
///
/// The orchestrator stays the caller's: it is not closed with the server.
public final class HTTPServer: Sendable {
    let service: Service
    private let listeners: [Listener]
    private let serving: Task<Void, Never>

    /// `http://host:port`, as a client on this machine reaches it; none where it serves a socket only.
    public let address: String?

    private init(service: Service, listeners: [Listener], address: String?, serving: Task<Void, Never>) {
        self.service = service
        self.listeners = listeners
        self.address = address
        self.serving = serving
    }

    /// Begins to listen. When this returns, requests are answered.
    ///
    /// - Throws: `invalid_request` where an address cannot be listened at, or not without a token, and what to do about it.
    public static func start(
        _ orchestrator: Orchestrator, configuration: ServerConfiguration, logger: Logger = Logger(label: "rif.http")
    ) async throws(RIFError) -> HTTPServer {
        if let address = configuration.address, configuration.tokens == nil, !address.isLoopback {
            throw RIFError(
                .invalidRequest,
                "\(address.host) can be reached from elsewhere, and that needs a token; expected 127.0.0.1, ::1 or "
                    + "localhost without one")
        }
        if let wrong = configuration.allowedHosts.first(where: { Authority($0) == nil }) {
            throw RIFError.invalid(
                field: "server.allowed_hosts", value: wrong, problem: "is no name of a host",
                expected: "a name such as rif.example.org, or with a port, rif.example.org:8443")
        }
        let service = Service(
            orchestrator: orchestrator, configuration: configuration, gate: Gate(configuration: configuration),
            logger: logger)
        let api = API(
            service: service,
            endpoints: Endpoints.all + Page(folder: configuration.assetFolder).endpoints
                + (configuration.runCommand.map { [.runCommand($0)] } ?? []))
        var places: [(Listener.Place, API.Door)] = []
        if let socket = configuration.ownerSocket { places.append((.descriptor(socket.descriptor), .socket)) }
        if let address = configuration.address { places.append((.address(address), .address)) }
        var listeners: [Listener] = []
        var address: String?
        for (place, door) in places {
            do {
                let listener = try await Listener.bind(
                    place, configuration: configuration, connections: service.makeConnections(),
                    group: MultiThreadedEventLoopGroup.singleton, logger: logger
                ) { request, writer, channel in
                    // Only here the answer before this one is out.
                    if api.wantsContinue(request) { try await writer.writeInformationalHead(.init(status: .continue)) }
                    let response = await api.respond(to: request, on: channel, by: door)
                    try await writer.write(response: response.head, body: response.body)
                }
                listeners.append(listener)
                if case .address(let wanted) = place {
                    address = Self.text(Self.reachable(wanted), port: listener.localAddress?.port)
                }
            } catch {
                for listener in listeners { listener.stop() }
                throw Self.failure(place, error)
            }
        }
        // Begun before the first request, so that none is missed.
        let events = orchestrator.events().without(EventMetrics.uncounted)
        let counting = Task { await service.eventMetrics.follow(events) }
        let serving = Task { [listeners] in
            defer { counting.cancel() }
            await withDiscardingTaskGroup { group in
                for listener in listeners { group.addTask { await listener.run() } }
            }
        }
        return HTTPServer(service: service, listeners: listeners, address: address, serving: serving)
    }

    /// Accepts nothing more, ends the event streams, and lets requests that were begun end; what is left two seconds
    /// before the configuration's time is over is cut off.
    public func stop() async {
        service.drain.begin()
        for listener in listeners { listener.stop() }
        let patience = Task { [drain = service.configuration.drain, listeners, serving] in
            // What is left of the time is for whoever closes the database.
            try? await Task.sleep(for: max(drain / 2, drain - .seconds(2)))
            guard !Task.isCancelled else { return }
            for listener in listeners { listener.abort() }
            serving.cancel()
        }
        await serving.value
        patience.cancel()
    }

    /// "Every address" is none that a client could call; this machine's own is among them.
    private static func reachable(_ address: ServerConfiguration.Address) -> ServerConfiguration.Address {
        switch address.host {
        case "0.0.0.0": .init(host: "127.0.0.1", port: address.port)
        case "::": .init(host: "::1", port: address.port)
        default: address
        }
    }

    /// Connections that are open now.
    var connectionCount: Int { listeners.reduce(0) { $0 + $1.connectionCount } }

    private static func text(_ address: ServerConfiguration.Address, port: Int?) -> String {
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        return "http://\(host):\(port ?? address.port)"
    }

    private static func failure(_ place: Listener.Place, _ error: any Error) -> RIFError {
        guard case .address(let address) = place else {
            return RIFError(.internal, "the owner's socket could not be listened at", diagnosis: "\(error)")
        }
        let text = Self.text(address, port: nil).dropFirst("http://".count)
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            return RIFError(
                .invalidRequest, "\(text) is in use by another program; choose another --port, or 0 for any free one")
        case let error as IOError where error.errnoCode == EACCES:
            return RIFError(
                .invalidRequest, "\(text) may not be listened at; ports below 1024 need rights of the system")
        default:
            return RIFError(
                .invalidRequest, "\(text) cannot be listened at: \(error); expected an address of this machine")
        }
    }
}
