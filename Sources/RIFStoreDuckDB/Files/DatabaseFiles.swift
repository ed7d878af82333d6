import RIFStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The files that belong to one database, by the path that all processes agree on.
///
/// While a database is open in this process, none of its files may be opened by path: closing such a descriptor would
/// free DuckDB's POSIX lock, and a second process could write. `stat`, `rename` and `chmod` open nothing.
struct DatabaseFiles: Sendable, Hashable {
    /// Absolute, symbolic links resolved.
    let database: String

    var log: String { database + ".wal" }
    var lock: String { database + ".lock" }
    var creating: String { database + ".creating" }
    var restoring: String { database + ".restoring" }
    var restoreStep: String { database + ".restore-step" }
    var spill: String { database + ".tmp" }
    var folder: String { FileSystem.folder(of: database) }

    init(absolute path: String) { database = path }

    /// - Throws: `unwritable` where the path is empty, a folder, or lies in a folder that is not there.
    init(path: String, makeFolder: Bool) throws(StoreError) {
        guard !path.isEmpty, !path.contains("\0") else {
            throw StoreError(.unwritable, "the path of the database is empty", remedy: "give --database PATH")
        }
        if let resolved = FileSystem.realPath(path) {
            guard FileSystem.kind(resolved) != .folder else {
                throw StoreError(
                    .unwritable, "\(path) is a folder", remedy: "give the path of a file")
            }
            try Self.check(resolved)
            database = resolved
            return
        }
        // The disk that it leads to may not be there; a database in the link's place would hide the other one.
        guard !FileSystem.isLink(path) else {
            throw StoreError(
                .unwritable, "\(path) is a symbolic link that leads nowhere",
                remedy: "see that what it points to is there, or give another --database PATH")
        }
        let folder = FileSystem.folder(of: path)
        if makeFolder { try FileSystem.makeFolders(folder) }
        guard let resolved = FileSystem.realPath(folder) else {
            throw StoreError(
                .missing, "there is no database at \(path)",
                remedy: "make one with 'rif start', or give --database PATH")
        }
        database = (resolved == "/" ? "" : resolved) + "/" + FileSystem.name(of: path)
        try Self.check(database)
    }

    /// DuckDB takes what follows a question mark for options, and a backslash for a slash: it would open another file
    /// than the one that is locked.
    private static func check(_ path: String) throws(StoreError) {
        guard let sign = path.first(where: { $0 == "?" || $0 == "\\" }) else { return }
        throw StoreError(
            .unwritable, "the path \(path) holds \"\(sign)\", which DuckDB does not take",
            remedy: "give a --database PATH without ? and \\")
    }

    /// Looks at the file's header, before anything opens it.
    ///
    /// - Returns: false where there is no file, or an empty one: a new database.
    /// - Throws: `damaged`, `unwritable`.
    func checkHeader() throws(StoreError) -> Bool {
        guard FileSystem.kind(database) != .missing else {
            // What is in the log can be read together with its database only. Making a new one would throw it away.
            guard FileSystem.size(log) ?? 0 == 0 else {
                throw StoreError(
                    .damaged,
                    "\(database) is missing, but its write-ahead log is there. It was left as it is",
                    remedy: "put the database back to its place, or remove \(log) to begin anew")
            }
            return false
        }
        guard FileSystem.kind(database) == .file else {
            throw StoreError(.unwritable, "\(database) is not a regular file", remedy: "give another --database PATH")
        }
        let size = FileSystem.size(database) ?? 0
        if size == 0 {
            guard FileSystem.size(log) ?? 0 == 0 else {
                throw damaged("it is empty, but has a write-ahead log")
            }
            return false
        }
        let header = try FileSystem.read(database, count: Self.headerBytes)
        guard header.count >= 12, Array(header[8..<12]) == Array("DUCK".utf8) else {
            throw damaged("it does not begin as a DuckDB database does")
        }
        guard header.count == Self.headerBytes else {
            throw damaged("it is \(size) bytes long, shorter than its header")
        }
        // Whether all blocks are there is known only after the open: `Opening.requireAllBlocks`.
        return true
    }

    func damaged(_ reason: String) -> StoreError {
        StoreError(
            .damaged, "\(database) is damaged: \(reason). It was left as it is",
            remedy: "put a backup in its place with 'rif restore FILE', which keeps this file beside it")
    }

    /// A main header and two database headers, of which the newer one counts.
    static let headerBytes = 3 * 4096
}
