import Crypto
public import RIFModel
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The Unix domain socket at which the owner of a database serves every other process.
///
/// Only who holds the lock of the database may make or remove it, so it is never taken from a living owner. It is bound
/// in a fresh folder that is ours alone and renamed to its place: nobody can reach it before its rights are set, and a
/// socket that a killed owner left is replaced in one step.
public final class OwnerSocket: Sendable {
    /// Where it is.
    public let path: String
    let descriptor: Int32
    private let note: String

    private init(path: String, descriptor: Int32, note: String) {
        self.path = path
        self.descriptor = descriptor
        self.note = note
    }

    /// Where the socket of a database is: beside it, or, where that path is too long for a socket, in a folder of the
    /// user's own.
    ///
    /// - Parameter database: its absolute path, links resolved.
    /// - Throws: `storage_unavailable` where the folder for long paths belongs to somebody else.
    public static func path(of database: String) throws(RIFError) -> String {
        let beside = database + ".sock"
        // 108 bytes with the final zero on Linux, 104 on macOS; the folder that it is bound in needs some of them.
        if beside.utf8.count <= 84 { return beside }
        let digest = SHA256.hash(data: Array(database.utf8)).prefix(12)
        let name = digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
        return try privateFolder() + "/\(name).sock"
    }

    /// Binds the socket and begins to listen.
    ///
    /// - Throws: `storage_unavailable` where that is not possible.
    public static func open(for database: String, address: String?) throws(RIFError) -> OwnerSocket {
        let path = try path(of: database)
        var template = Array((path + ".XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw failure("make a folder beside", path) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fresh = folder + "/s"
        defer {
            unlink(fresh)
            rmdir(folder)
        }
        let descriptor = try bind(fresh)
        guard chmod(fresh, 0o600) == 0, listen(descriptor, 256) == 0, rename(fresh, path) == 0 else {
            let error = failure("put in its place", path)
            close(descriptor)
            throw error
        }
        let socket = OwnerSocket(path: path, descriptor: descriptor, note: database + ".owner")
        OwnerNote(
            processID: getpid(), startedAt: SystemClock().now(), address: address, version: OwnerNote.protocolVersion,
            socket: path
        ).write(to: socket.note)
        return socket
    }

    /// Where somebody answers for a database; nothing where nobody does.
    public static func find(for database: String) -> String? {
        let noted = OwnerNote.read(of: database)?.socket
        return [try? path(of: database), noted].compactMap(\.self).first(where: answers)
    }

    private static func answers(_ path: String) -> Bool {
        var status = stat()
        // One that somebody else put there is none of ours.
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == getuid() else {
            return false
        }
        guard let descriptor = try? make(path), let address = try? address(path) else { return false }
        defer { close(descriptor) }
        return withSystemAddress(address) { systemConnect(descriptor, $0, $1) } == 0
    }

    /// Says where else the owner can be reached, once that is known.
    public func note(address: String?, startedAt: Timestamp) {
        OwnerNote(
            processID: getpid(), startedAt: startedAt, address: address, version: OwnerNote.protocolVersion,
            socket: path
        ).write(to: note)
    }

    /// Takes the socket and the note away. To be called while the lock is still held.
    public func remove() {
        unlink(path)
        unlink(note)
    }

    // MARK: - System

    private static func make(_ path: String) throws(RIFError) -> Int32 {
        #if canImport(Glibc)
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
        let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw failure("make", path) }
        return descriptor
    }

    private static func address(_ path: String) throws(RIFError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw RIFError(.storageUnavailable, "the path of the owner's socket is too long", diagnosis: path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func bind(_ path: String) throws(RIFError) -> Int32 {
        let address = try address(path)
        let descriptor = try make(path)
        guard withSystemAddress(address, { systemBind(descriptor, $0, $1) }) == 0 else {
            let error = failure("bind", path)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func withSystemAddress(
        _ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// A folder that is the user's alone, for sockets of databases with long paths.
    private static func privateFolder() throws(RIFError) -> String {
        let folder: String
        if let runtime = getenv("XDG_RUNTIME_DIR").map({ String(cString: $0) }), runtime.hasPrefix("/"),
            runtime.utf8.count <= 60
        {
            folder = runtime + "/rif"
        } else {
            let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            folder = (temporary.hasPrefix("/") && temporary.utf8.count <= 60 ? temporary : "/tmp") + "/rif-\(getuid())"
        }
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw failure("make the folder", folder) }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(),
            status.st_mode & 0o077 == 0
        else {
            throw RIFError(
                .storageUnavailable, "the folder of the owner's socket is not ours alone",
                diagnosis: "\(folder) must be a folder that belongs to you, with rights 0700")
        }
        return folder
    }

    private static func failure(_ what: String, _ path: String) -> RIFError {
        let reason = String(cString: strerror(errno))
        return RIFError(
            .storageUnavailable, "the owner's socket could not be made: \(reason)",
            diagnosis: "cannot \(what) \(path): \(reason)")
    }
}

/// The system's functions, under names that members do not hide.
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}

private func systemBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    bind(descriptor, address, length)
}
