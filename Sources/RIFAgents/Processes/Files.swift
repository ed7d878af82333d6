import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What this room does with files, by the system's own calls: each error is the `errno` of the call that failed.
enum Files {
    struct Failure: Error {
        let code: Int32
        let what: String

        var words: String { "\(what): \(Files.words(of: code))" }
    }

    /// The system's words for an error number.
    static func words(of code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }

    /// A call that is made again when a signal interrupts it.
    static func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
        while true {
            let value = call()
            if value >= 0 || errno != EINTR { return value }
        }
    }

    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(Failure) -> Int32 {
        let descriptor = retrying {
            #if canImport(Glibc)
            Glibc.open(path, flags | O_CLOEXEC, mode)
            #elseif canImport(Musl)
            Musl.open(path, flags | O_CLOEXEC, mode)
            #else
            Darwin.open(path, flags | O_CLOEXEC, mode)
            #endif
        }
        guard descriptor >= 0 else { throw Failure(code: errno, what: "open \(path)") }
        return descriptor
    }

    /// All of `bytes`, at the place where the descriptor stands.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                retrying { systemWrite(descriptor, buffer.baseAddress! + done, bytes.count - done) }
            }
            guard count > 0 else { throw Failure(code: count == 0 ? EIO : errno, what: "write") }
            done += count
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, start, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, start, count)
        #else
        Darwin.write(descriptor, start, count)
        #endif
    }

    /// The content of a regular file of at most `limit` bytes, one byte more of a longer one; nil where there is none.
    ///
    /// Whatever stands there, it does not wait: not for the writer of a named pipe either.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard let descriptor = try? open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) else { return nil }
        defer { close(descriptor) }
        guard isRegular(descriptor) else { return nil }
        return readAll(descriptor, limit: limit + 1)
    }

    /// A file of /proc: its size is not known before, and it is regular to the eye only.
    static func readAll(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit, 16 << 10))
        while bytes.count < limit {
            let wanted = min(chunk.count, limit - bytes.count)
            let count = chunk.withUnsafeMutableBytes { buffer in
                retrying {
                    #if canImport(Glibc)
                    Glibc.read(descriptor, buffer.baseAddress, wanted)
                    #elseif canImport(Musl)
                    Musl.read(descriptor, buffer.baseAddress, wanted)
                    #else
                    Darwin.read(descriptor, buffer.baseAddress, wanted)
                    #endif
                }
            }
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    static func isRegular(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    static func exists(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    /// A JSON object; nil for everything else that may stand there.
    static func readObject(_ path: String, limit: Int = 1 << 20) -> JSONValue? {
        guard let bytes = read(path, limit: limit), bytes.count <= limit, let value = try? JSONValue.parse(utf8: bytes),
            value.objectValue != nil
        else { return nil }
        return value
    }

    /// Writes a file in one step: others see the old one, or the whole new one.
    ///
    /// - Parameter isDurable: whether it is on disk when this returns.
    static func replace(_ path: String, with bytes: [UInt8], isDurable: Bool) throws(Failure) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max))"
        let descriptor = try open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        do throws(Failure) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor)
            if isDurable, fsync(descriptor) != 0 { throw Failure(code: errno, what: "sync \(path)") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = Failure(code: errno, what: "rename to \(path)")
            unlink(temporary)
            throw failure
        }
        if isDurable { try syncFolder(holding: path) }
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(Failure) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(code: errno, what: "sync \(path)") }
    }

    static func syncFolder(holding path: String) throws(Failure) { try syncFolder(parent(of: path)) }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and those above it, for us alone and durably.
    static func makeFolder(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 {
            try syncFolder(holding: path)
            return
        }
        switch errno {
        case EEXIST:
            var facts = stat()
            guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(code: ENOTDIR, what: "make the folder \(path)")
            }
        case ENOENT where parent(of: path) != path:
            try makeFolder(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw Failure(code: errno, what: "make the folder \(path)")
            }
            try syncFolder(holding: path)
        case let code: throw Failure(code: code, what: "make the folder \(path)")
        }
    }
}
