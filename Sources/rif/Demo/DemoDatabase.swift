import RIFOrchestrator

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The demo's own database, made anew each time. Only what an earlier demo has made is ever removed: its folder holds a
/// mark, and a folder without it is left alone.
enum DemoDatabase {
    static let folder = ".demo"
    static let path = folder + "/orchestration.duckdb"
    private static let mark = folder + "/made-by-rif-demo"

    /// Makes the folder, and removes the database of the demo before, with the run folders of its agents.
    ///
    /// - Throws: `file_exists` for a folder of somebody else's; `storage_unavailable` where another demo is running, or
    ///   the folder cannot be made.
    static func prepare() throws(RIFError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure("made") }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw RIFError(.fileExists, "\(RIFError.quoted(folder)) is no folder; \(advice)")
        }
        let isOurs = access(mark, F_OK) == 0
        guard isOurs || access(path, F_OK) != 0 else {
            throw RIFError(
                .fileExists, "\(RIFError.quoted(path)) was not made by rif demo and is left alone; \(advice)")
        }
        // Held until the process ends: of two demos in one folder, the second must not remove what the first works on.
        let descriptor = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("written to") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw RIFError(.storageUnavailable, "another demo is running in this folder; wait for it, or \(advice)")
        }
        if isOurs { try removeOld() }
    }

    private static let advice = "give --database a path of your own"

    private static func removeOld() throws(RIFError) {
        // The lock that every owner of a database holds; held while its files go, and never removed itself.
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw failure("written to") }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw RIFError(.storageUnavailable, "\(RIFError.quoted(path)) is in use by another process; \(advice)")
        }
        for name in [path, path + ".wal"] where unlink(name) != 0 && errno != ENOENT { throw failure("emptied") }
        let runs = DriverConfiguration.runsFolder(besides: path)
        guard access(runs, F_OK) == 0 else { return }
        do {
            try FileManager.default.removeItem(atPath: runs)
        } catch {
            throw failure("emptied")
        }
    }

    private static func failure(_ what: String) -> RIFError {
        RIFError(
            .storageUnavailable,
            "the folder \(RIFError.quoted(folder)) cannot be \(what): \(String(cString: strerror(errno))); \(advice)")
    }
}
