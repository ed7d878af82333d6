#if os(Linux)
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks the kernel for one TCP socket, over a netlink socket (`sock_diag(7)`). It answers from its hash table in about
/// 20 µs, without waiting for anything; its text table, `/proc/net/tcp`, takes some milliseconds however short it is.
enum SocketQuestion {
    // From linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h, linux/tcp_states.h.
    private static let netlinkFamily: Int32 = 16
    /// `SOCK_RAW | SOCK_CLOEXEC`, which the C libraries have in different types.
    private static let rawAndClosed: Int32 = 0o2_000_003
    private static let diagnosisProtocol: Int32 = 4
    private static let questionType: UInt16 = 20
    private static let errorType: UInt16 = 2
    private static let isRequest: UInt16 = 1
    private static let headerSize = 16
    private static let userOffset = headerSize + 64
    private static let inodeOffset = headerSize + 68

    /// Who owns the socket at the other end of a connection within this machine; nil where the kernel does not say.
    static func owner(from: SocketAddress, to: SocketAddress) -> SocketTable.Owner? {
        guard let question = question(from: from, to: to) else { return nil }
        let socket = socket(netlinkFamily, rawAndClosed, diagnosisProtocol)
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        guard
            question.withUnsafeBytes({ send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }) == question.count
        else { return nil }
        var answer = [UInt8](repeating: 0, count: 4096)
        // The kernel has answered before `send` comes back.
        let count = answer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
        guard count > headerSize else { return nil }
        return read(answer[..<count])
    }

    /// `struct nlmsghdr` and `struct inet_diag_req_v2`.
    static func question(from: SocketAddress, to: SocketAddress) -> [UInt8]? {
        guard let near = end(from), let far = end(to), near.family == far.family else { return nil }
        var bytes: [UInt8] = []
        func add<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
        }
        add(UInt32(headerSize + 56))
        add(questionType)
        add(isRequest)
        add(UInt32(1))
        add(UInt32(0))
        bytes += [near.family, UInt8(IPPROTO_TCP), 0, 0]
        add(UInt32.max)  // in whatever state
        add(near.port.bigEndian)
        add(far.port.bigEndian)
        bytes += near.address + far.address
        add(UInt32(0))  // whatever interface
        add(UInt64.max)  // no cookie is known
        return bytes
    }

    /// `struct inet_diag_msg`, or `struct nlmsgerr`.
    static func read(_ answer: ArraySlice<UInt8>) -> SocketTable.Owner? {
        answer.withUnsafeBytes { bytes in
            switch bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self) {
            case questionType where bytes.count >= inodeOffset + 4:
                // Without an inode it is closed already, and the user is given as 0 whoever it was.
                let inode = bytes.loadUnaligned(fromByteOffset: inodeOffset, as: UInt32.self)
                return inode == 0 ? .gone : .user(bytes.loadUnaligned(fromByteOffset: userOffset, as: UInt32.self))
            case errorType where bytes.count >= headerSize + 4:
                return bytes.loadUnaligned(fromByteOffset: headerSize, as: Int32.self) == -ENOENT ? .gone : nil
            default: return nil
            }
        }
    }

    private static func end(_ address: SocketAddress) -> (family: UInt8, port: UInt16, address: [UInt8])? {
        guard let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        let isSix = address.protocol == .inet6
        // Behind family and port; with IPv6 behind the flow label too.
        let bytes = address.withSockAddr { pointer, size in
            [UInt8](UnsafeRawBufferPointer(start: pointer, count: size).dropFirst(isSix ? 8 : 4).prefix(isSix ? 16 : 4))
        }
        return (UInt8(isSix ? AF_INET6 : AF_INET), port, bytes + [UInt8](repeating: 0, count: 16 - bytes.count))
    }
}
#endif
