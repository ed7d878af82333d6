import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whose process is at the other end of a connection within this machine. Asked once for each connection.
final class Peers: Sendable {
    private let known = Mutex<[ObjectIdentifier: Bool]>([:])

    /// False where the other end is known to be another user's. Where the system cannot tell, it counts as ours.
    func isOurs(_ channel: any Channel, door: API.Door) async -> Bool {
        let id = ObjectIdentifier(channel)
        if let known = known.withLock({ $0[id] }) { return known }
        let isOurs =
            switch door {
            case .socket: await Self.isOursAtSocket(channel)
            case .address: await Self.isOursAtAddress(channel)
            }
        known.withLock { $0[id] = isOurs }
        channel.closeFuture.whenComplete { _ in _ = self.known.withLock { $0.removeValue(forKey: id) } }
        return isOurs
    }

    // MARK: - Unix sockets

    private static func isOursAtSocket(_ channel: any Channel) async -> Bool {
        #if os(Linux)
        guard let provider = channel as? any SocketOptionProvider,
            let credentials: Credentials = try? await provider.unsafeGetSocketOption(
                level: .init(SOL_SOCKET), name: .init(SO_PEERCRED)
            ).get()
        else { return true }
        return credentials.user == geteuid()
        #else
        // The socket's rights, 0600, keep others out.
        return true
        #endif
    }

    /// `struct ucred` of Linux.
    private struct Credentials {
        var process: pid_t
        var user: uid_t
        var group: gid_t
    }

    // MARK: - TCP

    private static func isOursAtAddress(_ channel: any Channel) async -> Bool {
        #if os(Linux)
        guard let local = channel.localAddress, let remote = channel.remoteAddress else { return false }
        // Reading the table takes long, so it is left to where the kernel answers no questions, such as in some sandboxes.
        var owner = SocketQuestion.owner(from: remote, to: local)
        if owner == nil {
            owner = try? await NIOThreadPool.singleton.runIfActive { SocketTable.owner(from: remote, to: local) }
        }
        return switch owner {
        case .user(let user): user == geteuid()
        // It went away before its request was looked at: nobody will read the answer.
        case .gone: false
        case .unknown, nil: true
        }
        #else
        return true
        #endif
    }
}

#if os(Linux)
/// The system's table of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6`.
enum SocketTable {
    enum Owner: Sendable, Hashable {
        case user(uid_t)
        case gone
        /// There is no table that could be read.
        case unknown
    }

    /// Who owns the socket at the other end of a connection within this machine.
    static func owner(from: SocketAddress, to: SocketAddress) -> Owner {
        var result = Owner.unknown
        for (path, isSix) in [("/proc/net/tcp", false), ("/proc/net/tcp6", true)] {
            guard let table = contents(of: path) else { continue }
            result = .gone
            guard let near = column(from, isSix), let far = column(to, isSix) else { continue }
            if let user = owner(near, far, in: table) { return .user(user) }
        }
        return result
    }

    /// - Parameters:
    ///   - near: the second column of the wanted line, as `0100007F:1F90`.
    ///   - far: its third.
    static func owner(_ near: String, _ far: String, in table: String) -> uid_t? {
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ", maxSplits: 10)
            // Without an inode it is closed already, and the user is given as 0 whoever it was: an orphan, or TIME_WAIT.
            guard columns.count > 9, columns[1] == near, columns[2] == far, columns[9] != "0" else { continue }
            return uid_t(columns[7])
        }
        return nil
    }

    /// An address as the table spells it: words of 32 bits in the machine's order, in hexadecimal.
    static func column(_ address: SocketAddress, _ isSix: Bool) -> String? {
        guard address.protocol == .inet || address.protocol == .inet6 else { return nil }
        let words = address.withSockAddr { pointer, size in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            // Behind family and port; with IPv6 behind the flow label too.
            let (start, count) = address.protocol == .inet6 ? (8, 4) : (4, 1)
            return (0..<count).map { bytes.loadUnaligned(fromByteOffset: start + 4 * $0, as: UInt32.self) }
        }
        let mapped: [UInt32] = [0, 0, UInt32(0xFFFF).bigEndian]
        let wanted: [UInt32]
        switch (words.count, isSix) {
        case (1, false), (4, true): wanted = words
        case (1, true): wanted = mapped + words
        case (_, _):
            guard Array(words.prefix(3)) == mapped else { return nil }
            wanted = [words[3]]
        }
        return wanted.map { hexadecimal($0, 8) }.joined() + ":" + hexadecimal(UInt32(address.port ?? 0), 4)
    }

    private static func hexadecimal(_ number: UInt32, _ digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
#endif
