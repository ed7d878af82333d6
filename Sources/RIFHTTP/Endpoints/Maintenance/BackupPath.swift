import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a backup that was asked for over HTTP may be written.
enum BackupPath {
    /// The absolute path of a new file below a folder, which is made where it is missing.
    ///
    /// - Throws: `invalid_request` for a path that leaves the folder, by `..`, a link, or a beginning of its own.
    static func resolve(_ path: String, below folder: String) throws(RIFError) -> String {
        let expected = "the path of a new file below the server's backup folder"
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.hasPrefix("/"), path.utf8.count <= 1024,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 100 }),
            path.utf8.allSatisfy(isPlain)
        else {
            throw RIFError.invalid(
                field: "path", value: path, problem: "is not possible",
                expected: expected + ", of letters, digits, spaces, . _ - and /")
        }
        // Folders on the way are made, and must be folders: a link could lead anywhere.
        var parent = folder
        try makeFolder(parent, isOurs: false)
        for part in parts.dropLast() {
            parent += "/\(part)"
            try makeFolder(parent, isOurs: true)
        }
        let file = "\(parent)/\(parts.last ?? "")"
        var status = stat()
        guard lstat(file, &status) != 0 else {
            throw exists(path)
        }
        return file
    }

    static func exists(_ path: String) -> RIFError {
        RIFError.invalid(field: "path", value: path, problem: "is there already", expected: "a new file")
    }

    /// Nothing that a shell, another system or a log could read in another way.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._- /".utf8.contains(byte)
        }
    }

    private static func makeFolder(_ path: String, isOurs: Bool) throws(RIFError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw RIFError(
                .storageUnavailable, "the server's backup folder cannot be written",
                diagnosis: "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        let found = isOurs ? lstat(path, &status) : stat(path, &status)
        guard found == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw RIFError.invalid(
                field: "path", value: path.split(separator: "/").last.map { String($0) } ?? "",
                problem: "is no folder", expected: "folders on the way to the file")
        }
    }
}
