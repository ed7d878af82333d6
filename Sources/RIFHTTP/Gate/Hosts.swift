import NIOCore
import RIFModel

/// Host and port as in a Host header or in an origin.
struct Authority: Sendable, Hashable {
    /// Lower case; an IP address in its shortest spelling, without brackets.
    let host: String
    let port: Int?

    init(host: String, port: Int?) {
        self.host = host
        self.port = port
    }

    /// - Returns: nil for what no browser and no proper client sends.
    init?(_ text: some StringProtocol) {
        let text = Substring(text)
        let host: String
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"),
                let address = try? SocketAddress(ipAddress: String(text[..<end].dropFirst()), port: 0),
                address.protocol == .inet6, let canonical = address.ipAddress
            else { return nil }
            host = canonical
            rest = text[text.index(after: end)...]
        } else {
            host = String(text.prefix { $0 != ":" })
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(Self.isHostByte) else { return nil }
            rest = text.dropFirst(host.count)
        }
        if rest.isEmpty {
            port = nil
        } else {
            let digits = rest.dropFirst()
            guard rest.hasPrefix(":"), (1...5).contains(digits.utf8.count),
                digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(digits), number <= 65_535
            else { return nil }
            port = number
        }
        self.host = host.lowercased()
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// By which names the server may be called. A page of somebody else's can make its own name point to this machine (DNS
/// rebinding); then the browser takes it for the server's own, but the Host that it sends is not.
struct Hosts: Sendable {
    private let own: String?
    private let allowed: [Authority]

    init(_ configuration: ServerConfiguration) {
        own = configuration.address?.host.lowercased()
        allowed = configuration.allowedHosts.compactMap { Authority($0) }
    }

    /// - Parameter local: the address at which the connection came in.
    func accept(_ host: Authority, at local: SocketAddress?) -> Bool {
        guard let port = local?.port, let address = local?.plainIP else { return false }
        if (host.port ?? 80) == port {
            // An address is no name that could be made to point here; only that at which it really came in counts.
            if host.host == address { return true }
            if local?.isLoopback == true, ["localhost", "127.0.0.1", "::1"].contains(host.host) { return true }
            // By 0.0.0.0, too, browsers reach this machine.
            if host.host == own, host.host != "0.0.0.0", host.host != "::" { return true }
        }
        return isAllowed(host, port)
    }

    /// Whether a page of an origin may call the server that is called by a name.
    func accept(origin: String, for host: Authority, at local: SocketAddress?) -> Bool {
        for (scheme, standard) in [("http://", 80), ("https://", 443)] where origin.hasPrefix(scheme) {
            guard let page = Authority(origin.dropFirst(scheme.count)), let port = local?.port else { return false }
            // This server speaks no TLS: a page that came by it is another's, or a proxy's that is configured.
            if scheme == "http://", page.host == host.host, (page.port ?? standard) == (host.port ?? standard) {
                return true
            }
            return isAllowed(page, port)
        }
        return false
    }

    /// A name without a port stands for the usual ones, of a proxy, and for ours.
    private func isAllowed(_ host: Authority, _ local: Int) -> Bool {
        allowed.contains { allowed in
            guard allowed.host == host.host else { return false }
            guard let port = allowed.port else { return [nil, 80, 443, local].contains(host.port) }
            return port == host.port
        }
    }
}

extension SocketAddress {
    /// The address without its port; an IPv4 address that came in over IPv6 as IPv4.
    var plainIP: String? {
        guard let text = ipAddress?.lowercased() else { return nil }
        let mapped = "::ffff:"
        return text.hasPrefix(mapped) && text.contains(".") ? String(text.dropFirst(mapped.count)) : text
    }

    /// Whether only this machine can be at the other end.
    var isLoopback: Bool {
        guard let ip = plainIP else { return false }
        return ip == "::1" || ip.hasPrefix("127.")
    }
}
