import HTTPTypes
import Hummingbird
import Logging
import RIFModel
import RIFOrchestrator
import Synchronization

/// What all requests of a server share.
final class Service: Sendable {
    let orchestrator: Orchestrator
    let configuration: ServerConfiguration
    let gate: Gate
    let logger: Logger
    /// Told when the server begins to stop.
    let drain = Drain()
    let metrics = RequestMetrics()
    let eventMetrics = EventMetrics()
    let readiness = Readiness()
    let startedAt = SystemClock().now()
    private let connections = Mutex<[Connections]>([])
    let events: EventBroadcast
    private let snapshots: [Caller.Rights: SharedReading<EventSnapshot>]

    init(orchestrator: Orchestrator, configuration: ServerConfiguration, gate: Gate, logger: Logger) {
        self.orchestrator = orchestrator
        self.configuration = configuration
        self.gate = gate
        self.logger = logger
        events = EventBroadcast(orchestrator: orchestrator, configuration: configuration, logger: logger)
        snapshots = Dictionary(
            uniqueKeysWithValues: [Caller.Rights.read, .write].map { rights in
                (rights, SharedReading { try await EventSnapshot.read(orchestrator, for: rights) })
            })
    }

    /// What a client of the event stream sees first.
    func snapshot(for rights: Caller.Rights) -> SharedReading<EventSnapshot> {
        snapshots[rights] ?? SharedReading { [orchestrator] in try await EventSnapshot.read(orchestrator, for: rights) }
    }

    /// Those of one more place at which the server listens.
    func makeConnections() -> Connections {
        let fresh = Connections(maximum: configuration.maximumConnections)
        connections.withLock { $0.append(fresh) }
        return fresh
    }

    /// Connections that are open, at all places.
    var connectionCount: Int { connections.withLock { $0 }.map(\.count).reduce(0, +) }

    private static let requestIDs = UUIDv7Generator()

    static func newRequestID() -> String { requestIDs.next(at: SystemClock().now()) }

    /// What a client is told of an error, and what the log is.
    func problem(_ error: any Error, requestID: String) -> RIFError {
        guard let known = error as? RIFError else {
            // A client that went away in the middle of its body is no fault of ours.
            logger.info("a request failed", metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            return RIFError(.internal, "something went wrong that should not; the log has it under \(requestID)")
        }
        if known.code.status >= 500 {
            logger.error("a request failed", metadata: ["request_id": "\(requestID)", "error": "\(known)"])
        }
        return known
    }

    func finished(
        _ request: Request, _ response: Response, requestID: String, route: String?, took: Duration
    ) {
        metrics.count(method: request.method, route: route ?? "", status: response.status, took: took)
        guard logger.logLevel <= .info else { return }
        // No headers, no query and no body: they hold tokens and what users work on.
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "path": "\(String(request.uri.path.prefix(200)))",
            "status": "\(response.status.code)", "request_id": "\(requestID)",
            "milliseconds": "\((took.milliseconds * 1000).rounded() / 1000)",
        ]
        if let route { metadata["route"] = "\(route)" }
        logger.info("request", metadata: metadata)
    }
}

extension Duration {
    /// Whole and fractional milliseconds.
    var milliseconds: Double { self / .milliseconds(1) }

    var seconds: Double { self / .seconds(1) }
}
