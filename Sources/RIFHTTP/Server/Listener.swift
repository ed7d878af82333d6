import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import RIFModel
import Synchronization

/// Accepts connections at one place and hands their requests to the API.
///
/// Hummingbird's own server binds by itself: it replaces a socket that exists without asking, and a client that keeps a
/// stream open keeps it from ending. Its HTTP channel and its router are used as they are.
final class Listener: Sendable {
    typealias Server = NIOAsyncChannel<HTTP1Channel.Value, Never>

    private let server: Server
    private let http: HTTP1Channel
    private let connections: Connections
    private let logger: Logger

    var connectionCount: Int { connections.count }

    /// Where it can be reached.
    var localAddress: SocketAddress? { server.channel.localAddress }

    private init(server: Server, http: HTTP1Channel, connections: Connections, logger: Logger) {
        self.server = server
        self.http = http
        self.connections = connections
        self.logger = logger
    }

    enum Place {
        case address(ServerConfiguration.Address)
        /// A Unix domain socket that somebody bound; it belongs to the listener from now on.
        case descriptor(Int32)
    }

    /// - Throws: what the system says where the place cannot be bound.
    static func bind(
        _ place: Place, configuration: ServerConfiguration, connections: Connections, group: any EventLoopGroup,
        logger: Logger, responder: @escaping HTTPChannelHandler.Responder
    ) async throws -> Listener {
        let http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [SlowRequests.Parts()],
                idleTimeout: TimeAmount(configuration.idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        let setUp: @Sendable (any Channel) -> EventLoopFuture<HTTP1Channel.Value> = { channel in
            guard connections.add(channel) else {
                return channel.close().flatMapThrowing { throw ChannelError.alreadyClosed }
            }
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    LastWords(), SlowReaders(configuration), SlowRequests.Bytes(configuration),
                ])
            }.flatMap { http.setup(channel: channel, logger: logger) }.flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
                try pipeline.addHandler(RequestHeads(), position: .before(codec))
                return value
            }
        }
        let server: Server
        switch place {
        case .address(let address):
            server = try await bootstrap.bind(
                host: address.host, port: address.port, childChannelInitializer: setUp)
        case .descriptor(let descriptor):
            server = try await bootstrap.bind(descriptor, childChannelInitializer: setUp)
        }
        return Listener(server: server, http: http, connections: connections, logger: logger)
    }

    /// Serves until `stop`, and until every connection has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { [http, logger] inbound in
                    for try await connection in inbound {
                        group.addTask { await http.handle(value: connection, logger: logger) }
                    }
                }
            } catch {
                logger.error("no more connections are accepted", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Accepts no more, and ends each connection as soon as the request on it is answered.
    func stop() {
        server.channel.close(promise: nil)
        connections.quiesce()
    }

    /// Ends every connection at once.
    func abort() { connections.closeAll() }
}
