import Foundation
import NIOCore
import Synchronization

/// One client of the event stream: notes when each event came whose data hold the moment in which it was sent.
// Safe because everything but the counter is touched on the event loop of its connection only.
final class Follower: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    struct Arrival: Sendable {
        /// Nanoseconds of this machine's clock.
        var sent: UInt64
        var at: UInt64
    }

    private let counter = Atomic<Int>(0)
    private var arrivals: [Arrival] = []
    /// The end of what came last, where a mark may have begun.
    private var rest: [UInt8] = []
    private let keepsArrivals: Bool

    /// - Parameter keepsArrivals: false only counts, for very many events.
    init(keepsArrivals: Bool = true) { self.keepsArrivals = keepsArrivals }

    /// Events that came so far; anybody may ask.
    var count: Int { counter.load(ordering: .relaxed) }

    func arrivals(on client: LoadClient) async -> [Arrival] {
        (try? await client.onLoop { self.arrivals }) ?? []
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now().uptimeNanoseconds
        let part = unwrapInboundIn(data)
        if rest.isEmpty {
            part.withUnsafeReadableBytes { rest = read($0, at: now) }
        } else {
            var bytes = rest
            bytes.append(contentsOf: part.readableBytesView)
            bytes.withUnsafeBytes { rest = read($0, at: now) }
        }
    }

    /// - Returns: what belongs to the next part.
    private func read(_ bytes: UnsafeRawBufferPointer, at now: UInt64) -> [UInt8] {
        guard keepsArrivals else {
            var from = 0
            while let found = AnswerHead.find("\nid: ", in: .init(rebasing: bytes[from...])) {
                from += found + 5
                counter.wrappingAdd(1, ordering: .relaxed)
            }
            return Array(bytes[max(from, bytes.count - 4)...])
        }
        var from = 0
        while let found = AnswerHead.find("\"sent\":", in: .init(rebasing: bytes[from...])) {
            let digits = bytes[(from + found + 7)...].prefix { (0x30...0x39).contains($0) }
            guard digits.endIndex < bytes.count else { return Array(bytes[(from + found)...]) }
            arrivals.append(Arrival(sent: digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }, at: now))
            counter.wrappingAdd(1, ordering: .relaxed)
            from = digits.endIndex
        }
        return Array(bytes[max(from, bytes.count - 6)...])
    }
}
