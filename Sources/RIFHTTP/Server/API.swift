import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RIFModel
import RIFOrchestrator

/// Turns each request into one call of one endpoint, and whatever happens into one response.
struct API: Sendable {
    let service: Service
    private let router: RouterResponder<Context>

    /// - Parameter endpoints: every operation; a method of a path that is not among them is answered with 405.
    init(service: Service, endpoints: [Endpoint]) {
        self.service = service
        let router = Router(context: Context.self)
        var allowed: [String: Set<HTTPRequest.Method>] = [:]
        for endpoint in endpoints {
            allowed[endpoint.path, default: []].insert(endpoint.method)
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try await Self.perform(endpoint, request, context, service)
            }
            if endpoint.method == .get {
                allowed[endpoint.path, default: []].insert(.head)
                router.on(RouterPath(endpoint.path), method: .head) { request, context in
                    try await Self.perform(endpoint, request, context, service).createHeadResponse()
                }
            }
        }
        for (path, methods) in allowed {
            let words = methods.map(\.rawValue).sorted().joined(separator: ", ")
            for method in Self.methods where !methods.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ in
                    var reply = Reply.problem(
                        RIFError(.methodNotAllowed, "this method is not possible here; expected \(words)"))
                    reply.headers[.allow] = words
                    return reply.response
                }
            }
        }
        self.router = router.buildResponder()
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    /// What travels with a request on its way to its endpoint.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel
        var requestID = ""
        var door = Door.address
        /// Whether a person followed a link on a page of another site.
        var isForeignLink = false

        /// The port at which it came in.
        var port: Int? { channel.localAddress?.port }

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    /// By which way a request came in.
    enum Door: Sendable {
        /// TCP.
        case address
        /// The owner's socket: only processes of our own user.
        case socket
    }

    // MARK: - One request

    func respond(to request: Request, on channel: any Channel, by door: Door) async -> Response {
        let began = ContinuousClock.now
        let requestID = Self.requestID(request)
        var context = Context(source: ApplicationRequestContextSource(channel: channel, logger: service.logger))
        context.requestID = requestID
        context.door = door
        var response: Response
        do {
            context.isForeignLink = try service.gate.inspect(request, context)
            var routed = request
            // Methods that nobody knows are as impossible as those that no operation has.
            if !Self.methods.contains(request.method) {
                var head = request.head
                head.method = .connect
                routed = Request(head: head, body: request.body)
            }
            response = try await router.respond(to: routed, context: context)
        } catch {
            response = Reply.problem(service.problem(error, requestID: requestID)).response
        }
        if response.status == .notFound, response.headers[.contentType] == nil {
            let path = RIFError.quoted(request.uri.path)
            response =
                Reply.problem(RIFError(.notFound, "there is nothing at \(path); /openapi.json lists what there is"))
                .response
        }
        response.headers[.requestID] = requestID
        SecurityHeaders.add(to: &response.headers, route: context.endpointPath)
        if request.headers[.connection] == "close" { response.headers[.connection] = "close" }
        service.finished(
            request, response, requestID: requestID, route: context.endpointPath,
            took: ContinuousClock.now - began)
        return response
    }

    private static func perform(
        _ endpoint: Endpoint, _ request: Request, _ context: Context, _ service: Service
    ) async throws -> Response {
        guard endpoint.tag != .socket || context.door == .socket else {
            throw RIFError(.notFound, "there is nothing at \(RIFError.quoted(request.uri.path))")
        }
        let caller = try await service.gate.admit(request, context, needs: endpoint.access)
        var path: [String: String] = [:]
        for (name, value) in context.parameters { path[String(name)] = Percent.decoded(value) }
        let call = Call(
            orchestrator: service.orchestrator, service: service, request: request, path: path,
            query: Query(request.uri), body: try await body(of: request, endpoint, service), caller: caller,
            requestID: context.requestID, port: context.port, channel: context.channel)
        return try await endpoint.run(call).response
    }

    // MARK: - Bodies

    /// Whether a client holds its body back until it is told to go on (RFC 9110, 10.1.1). One that is too long to be
    /// taken is not asked for.
    func wantsContinue(_ request: Request) -> Bool {
        guard let expect = request.headers[.expect], expect.lowercased() == "100-continue" else { return false }
        return (request.headers[.contentLength].flatMap { Int($0) } ?? 0) <= service.configuration.limits.bodyBytes
    }

    private static func body(
        of request: Request, _ endpoint: Endpoint, _ service: Service
    ) async throws -> Fields {
        guard let expected = endpoint.body else { return Fields() }
        let limit = expected.maximumBytes ?? service.configuration.limits.bodyBytes
        let tooLarge = RIFError(.payloadTooLarge, "the body is longer than \(limit) bytes; expected at most that")
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit { throw tooLarge }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch {
            throw RIFError(
                .invalidRequest, "the body broke off, or is not what the headers say; expected a whole JSON object")
        }
        guard buffer.readableBytes > 0 else {
            if expected.isRequired { throw RIFError(.invalidRequest, "the body is empty; expected a JSON object") }
            return Fields()
        }
        let type = request.headers[.contentType] ?? ""
        guard type.prefix(while: { $0 != ";" && $0 != " " }).lowercased() == "application/json" else {
            throw RIFError(
                .unsupportedMediaType,
                "Content-Type: \(RIFError.quoted(type)) is not known; expected application/json")
        }
        let value: JSONValue
        do {
            value = try JSONValue.parse(utf8: Array(buffer.readableBytesView))
        } catch {
            throw RIFError.notJSON(field: "body", error)
        }
        guard let members = value.objectValue else {
            throw RIFError.wrongType(field: "body", value: value, expected: "a JSON object")
        }
        return Fields(members)
    }

    /// The caller's own where it is a sensible one, so that its logs and ours can be put together.
    private static func requestID(_ request: Request) -> String {
        if let given = request.headers[.requestID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return Service.newRequestID()
    }
}
