import RIFModel
import RIFStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The few calls on files that the store needs, with errors that say what to do. Everything that is made is ours alone:
/// files 0600, folders 0700.
enum FileSystem {
    enum Kind { case missing, file, folder, other }

    static func kind(_ path: String) -> Kind {
        var info = stat()
        guard stat(path, &info) == 0 else { return .missing }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    static func isLink(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
    }

    static func size(_ path: String) -> Int64? {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : nil
    }

    /// Permission bits.
    static func mode(_ path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o777 : nil
    }

    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
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

    static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    static func makeFolders(_ path: String) throws(StoreError) {
        guard kind(path) != .folder else { return }
        let parent = folder(of: path)
        if parent != path { try makeFolders(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("make the folder", path)
        }
    }

    /// Free bytes on the disk that holds a path.
    static func freeBytes(_ path: String) -> Int64? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int64(
            clamping: UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize)).partialValue)
    }

    /// The first bytes of a file.
    static func read(_ path: String, count: Int) throws(StoreError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + filled, count - filled, off_t(filled))
            }
            if got < 0 { throw failure("read", path) }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }

    /// Copies a file that nobody in this process has open, and syncs the copy.
    static func copy(_ source: String, to target: String) throws(StoreError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("read", source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("write", target) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = buffer.withUnsafeMutableBytes { systemRead(input, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw failure("read", source) }
            if got == 0 { break }
            var written = 0
            while written < got {
                // The buffer is never empty, so it has an address.
                let put = buffer.withUnsafeBytes { systemWrite(output, $0.baseAddress! + written, got - written) }
                guard put > 0 else { throw failure("write", target) }
                written += put
            }
        }
        guard fsync(output) == 0 else { throw failure("sync", target) }
    }

    static func haveSameBytes(_ left: String, _ right: String) throws(StoreError) -> Bool {
        guard size(left) == size(right) else { return false }
        let first = open(left, O_RDONLY | O_CLOEXEC)
        guard first >= 0 else { throw failure("read", left) }
        defer { close(first) }
        let second = open(right, O_RDONLY | O_CLOEXEC)
        guard second >= 0 else { throw failure("read", right) }
        defer { close(second) }
        var one = [UInt8](repeating: 0, count: 1 << 20)
        var other = one
        while true {
            let got = one.withUnsafeMutableBytes { systemRead(first, $0.baseAddress, $0.count) }
            let same = other.withUnsafeMutableBytes { systemRead(second, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw failure("read", left) }
            guard got == same, one.prefix(got) == other.prefix(got) else { return false }
            if got == 0 { return true }
        }
    }

    /// Makes what was renamed or removed in a folder last.
    static func syncFolder(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("sync the folder", path) }
        defer { close(descriptor) }
        // Some file systems cannot sync a folder and say so; there is nothing better to do on them.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw failure("sync the folder", path)
        }
    }

    static func syncFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("sync", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    /// Writes a small file whole or not at all.
    static func write(_ text: String, to path: String) throws(StoreError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", temporary) }
        let bytes = Array(text.utf8)
        let put = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
        let synced = fsync(descriptor)
        close(descriptor)
        guard put == bytes.count, synced == 0 else { throw failure("write", temporary) }
        try rename(temporary, to: path)
        try syncFolder(folder(of: path))
    }

    static func rename(_ source: String, to target: String) throws(StoreError) {
        guard systemRename(source, target) == 0 else { throw failure("rename to \(target)", source) }
    }

    static func remove(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Files are ours alone. A file that is not ours to change keeps its mode; the open itself decides then.
    static func makePrivate(_ path: String) {
        if let mode = mode(path), mode & 0o077 != 0 { _ = chmod(path, 0o600) }
    }

    /// Removes what a crash left of DuckDB's spill folder.
    static func removeSpill(_ path: String) {
        guard kind(path) == .folder else { return }
        for name in names(in: path) where name.hasPrefix("duckdb_temp") { unlink(path + "/" + name) }
        rmdir(path)
    }

    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }

    /// The moment as part of a file's name: `20261122T170000.000001Z`.
    static func stamp() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
        return now.rfc3339.filter { $0 != "-" && $0 != ":" }
    }

    static func failure(_ doing: String, _ path: String) -> StoreError {
        let code = errno
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: StoreError.freeSpace
            case EACCES, EPERM, EROFS: "check the permissions of the file and its folder"
            default: nil
            }
        return StoreError(.unwritable, "cannot \(doing) \(path): \(String(cString: strerror(code)))", remedy: remedy)
    }
}

// `open`, `read`, `write` and `rename` are also names of ours; these are the system's.
#if canImport(Glibc)
private let systemRead = Glibc.read
private let systemWrite = Glibc.write
private let systemRename: @Sendable (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32 = Glibc.rename
#elseif canImport(Musl)
private let systemRead = Musl.read
private let systemWrite = Musl.write
private let systemRename: @Sendable (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32 = Musl.rename
#elseif canImport(Darwin)
private let systemRead = Darwin.read
private let systemWrite = Darwin.write
private let systemRename: @Sendable (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32 = Darwin.rename
#endif
