import Foundation
import NIOCore
import NIOPosix

/// Keep-alive connections to one server, all on one thread. Each sends its next request as soon as the last one was
/// answered, and does no more with an answer than to find its end: the server, not this, is to be the limit.
final class LoadClient {
    let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(port: Int) { self.port = port }

    func close() async { try? await group.shutdownGracefully() }

    /// Runs connections until each of them has nothing more to send. They are opened, and have been answered once,
    /// before the clock begins.
    ///
    /// - Returns: seconds from the first request to the last answer.
    func run(_ conversations: [Conversation]) async throws -> Double {
        let loop = group.next()
        for conversation in conversations {
            try await connect { conversation.attach($0) }
        }
        let hello = Self.get("/healthz", port: "\(port)")
        for conversation in conversations { try await loop.flatSubmit { conversation.ask(hello) }.get() }
        let start = ContinuousClock.now
        let ends = conversations.map { conversation in loop.flatSubmit { conversation.begin() } }
        for end in ends { try await end.get() }
        let seconds = milliseconds(ContinuousClock.now - start) / 1000
        for conversation in conversations { try await loop.submit { conversation.close() }.get() }
        return seconds
    }

    /// Opens one connection whose bytes go to a handler.
    @discardableResult
    func connect(_ attach: @escaping @Sendable (any Channel) throws -> Void) async throws -> any Channel {
        try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try attach(channel) } }
            .connect(host: "127.0.0.1", port: port).get()
    }

    /// Runs something where the handlers of the connections run.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        try await group.next().submit(body).get()
    }

    static func get(_ path: String, port: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    }

    static func post(_ path: String, port: String, headers: String = "", body: String) -> ByteBuffer {
        ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}

/// What one connection sends, and how long each answer took.
// Safe because everything in it is touched on the event loop of its connection only, and read when that is done.
final class Conversation: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    enum Step {
        case send(ByteBuffer)
        /// Looks again later.
        case wait(until: NIODeadline)
        case end
    }

    /// Of each answer, in nanoseconds.
    private(set) var latencies: [UInt64] = []
    /// Bytes of all answers, heads included.
    private(set) var bytes = 0
    private let next: () -> Step
    private let answered: ((ByteBuffer) -> Void)?
    private var channel: (any Channel)?
    private var received = ByteBuffer()
    private var sentAt = NIODeadline.now()
    private var done: EventLoopPromise<Void>?
    private var asked: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - next: asked on the event loop for what to do after each answer.
    ///   - answered: is given the body of each answer.
    init(answered: ((ByteBuffer) -> Void)? = nil, next: @escaping () -> Step) {
        self.next = next
        self.answered = answered
    }

    func attach(_ channel: any Channel) {
        self.channel = channel
        _ = channel.pipeline.addHandler(self)
    }

    func close() { channel?.close(promise: nil) }

    /// Sends one request that does not count.
    func ask(_ request: ByteBuffer) -> EventLoopFuture<Void> {
        guard let channel else { preconditionFailure("not connected") }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        asked = promise
        channel.writeAndFlush(request, promise: nil)
        return promise.futureResult
    }

    func begin() -> EventLoopFuture<Void> {
        guard let channel else { preconditionFailure("not connected") }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        done = promise
        goOn()
        return promise.futureResult
    }

    private func goOn() {
        switch next() {
        case .send(let request):
            sentAt = .now()
            channel?.writeAndFlush(request, promise: nil)
        case .wait(let time):
            channel?.eventLoop.scheduleTask(deadline: time) { self.goOn() }
        case .end:
            done?.succeed()
            done = nil
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = part } else { received.writeBuffer(&part) }
        guard let head = AnswerHead(received), received.readableBytes >= head.length + head.bodyLength else { return }
        bytes += head.length + head.bodyLength
        let body = received.getSlice(at: received.readerIndex + head.length, length: head.bodyLength)
        received = ByteBuffer()
        guard (200..<300).contains(head.status) else {
            return fail(HTTPBenchmarkError("status \(head.status): \(body.map(String.init(buffer:)) ?? "")"))
        }
        if let asked {
            self.asked = nil
            return asked.succeed()
        }
        latencies.append((NIODeadline.now() - sentAt).nanoseconds.magnitude)
        if let answered, let body { answered(body) }
        goOn()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(HTTPBenchmarkError("the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    private func fail(_ error: any Error) {
        asked?.fail(error)
        done?.fail(error)
        (asked, done) = (nil, nil)
    }
}

/// Status and lengths of an answer, once its head is whole.
struct AnswerHead {
    let status: Int
    /// Of the head, in bytes, with the empty line behind it.
    let length: Int
    let bodyLength: Int

    init?(_ buffer: ByteBuffer) {
        let found = buffer.withUnsafeReadableBytes { bytes -> (Int, Int, Int)? in
            guard let end = Self.find("\r\n\r\n", in: bytes), bytes.count > 12 else { return nil }
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<(end + 2)])
            let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
            var length = 0
            if let at = Self.find("ontent-Length: ", in: head) ?? Self.find("ontent-length: ", in: head) {
                for byte in head[(at + 15)...] {
                    guard (0x30...0x39).contains(byte) else { break }
                    length = length * 10 + Int(byte - 0x30)
                }
            }
            return (status, end + 4, length)
        }
        guard let found else { return nil }
        (status, length, bodyLength) = found
    }

    static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        let count = text.utf8CodeUnitCount
        var from = 0
        while from + count <= bytes.count, let base = bytes.baseAddress {
            guard let hit = memchr(base + from, Int32(text.utf8Start.pointee), bytes.count - from - count + 1) else {
                return nil
            }
            let at = UnsafeRawPointer(hit) - base
            if memcmp(hit, text.utf8Start, count) == 0 { return at }
            from = at + 1
        }
        return nil
    }
}
