public import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the owner of a database says of itself in a file beside it. For messages only: whether an owner lives, its lock
/// says.
public struct OwnerNote: Sendable, Hashable {
    /// Grows when an owner and a command of different versions could not understand each other.
    public static let protocolVersion = 1

    public var processID: Int32
    public var startedAt: Timestamp
    /// `http://host:port`; none where it serves its socket only.
    public var address: String?
    public var version: Int
    /// Where its socket is: for a long path that depends on the environment of the owner.
    public var socket: String?

    public init(processID: Int32, startedAt: Timestamp, address: String?, version: Int, socket: String? = nil) {
        self.socket = socket
        self.processID = processID
        self.startedAt = startedAt
        self.address = address
        self.version = version
    }

    /// The note beside a database; nothing where there is none that can be read.
    ///
    /// - Parameter database: the absolute path of the database, links resolved.
    public static func read(of database: String) -> OwnerNote? {
        let file = open(database + ".owner", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
        guard count > 0, let json = try? JSONValue.parse(utf8: Array(bytes[..<count])),
            let processID = json["pid"]?.intValue.flatMap({ Int32(exactly: $0) }),
            let startedAt = json["started_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        return OwnerNote(
            processID: processID, startedAt: startedAt, address: json["address"]?.stringValue,
            version: json["protocol_version"]?.intValue.flatMap { Int(exactly: $0) } ?? 0,
            socket: json["socket"]?.stringValue)
    }

    /// Whole or not at all; that it could not be written is no reason not to serve.
    func write(to path: String) {
        let json: JSONValue = [
            "pid": .int(Int64(processID)), "started_at": .string(startedAt.rfc3339), "address": .optional(address),
            "protocol_version": .int(Int64(version)), "socket": .optional(socket),
        ]
        let fresh = path + ".\(processID)"
        let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        let bytes = Array((json.compact + "\n").utf8)
        let written = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
        if close(file) != 0 || written != bytes.count || rename(fresh, path) != 0 { unlink(fresh) }
    }

    /// `process 4711, since 14:02:11, at http://127.0.0.1:8420`
    public var inWords: String {
        "process \(processID), since \(startedAt.rfc3339)" + (address.map { ", at \($0)" } ?? "")
    }
}

private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, buffer, count)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(file, bytes, count) }
