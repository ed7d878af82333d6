import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The little of files that workflows need.
enum FileReader {
    /// The whole file, as far as any workflow may go: one byte more tells that it is too long.
    ///
    /// - Throws: `not_found`, or `storage_unavailable` where it cannot be read.
    static func read(_ path: String) throws(RIFError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= YAMLNodes.maximumBytes {
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw refusal(path)
            }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func refusal(_ path: String) -> RIFError {
        let code = errno
        if code == ENOENT || code == ENOTDIR { return RIFError.notFound("workflow file", path) }
        return RIFError(
            .storageUnavailable,
            "\(RIFError.quoted(path)) could not be read: \(String(cString: strerror(code)))")
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Links resolved, where the file is there.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}

/// The system's `read`, under a name that the members called `read` do not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
