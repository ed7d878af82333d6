import NIOCore
import Synchronization

/// Makes those wait who show wrong tokens, the longer the more of them they have shown: trying them one by one becomes
/// hopeless even where somebody chose a short one. Who shows a right one never waits, whatever others do.
final class WrongTokens: Sendable {
    private struct Peer {
        var count: Int
        var last: ContinuousClock.Instant
    }

    /// After this time without a wrong token a peer begins anew.
    static let memory: Duration = .seconds(300)
    /// Peers that are remembered; of more, the one that was quiet for longest is forgotten.
    static let maximum = 1_000
    private static let first: Duration = .milliseconds(50)
    private static let longest: Duration = .seconds(2)

    private let peers = Mutex<[String: Peer]>([:])

    /// Notes a wrong token.
    ///
    /// - Returns: how long the answer has to wait.
    func note(_ peer: String, at now: ContinuousClock.Instant = .now) -> Duration {
        let count = peers.withLock { peers in
            if peers[peer] == nil, peers.count >= Self.maximum,
                let oldest = peers.min(by: { $0.value.last < $1.value.last })
            {
                peers[oldest.key] = nil
            }
            var known = peers[peer] ?? Peer(count: 0, last: now)
            if now - known.last > Self.memory { known.count = 0 }
            known.count += 1
            known.last = now
            peers[peer] = known
            return known.count
        }
        return min(Self.first * (1 << min(count - 1, 10)), Self.longest)
    }

    /// Who is at the other end: its address, of an IPv6 address the network, for a machine has as many addresses there
    /// as it likes.
    static func peer(_ address: SocketAddress?) -> String {
        guard let address, let ip = address.plainIP else { return "" }
        guard address.protocol == .inet6, ip.contains(":") else { return ip }
        return address.withSockAddr { pointer, size in
            // Behind family, port and flow label.
            UnsafeRawBufferPointer(start: pointer, count: size)[8..<16].map { "\($0)" }.joined(separator: ".")
        }
    }
}
