import RIFStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Copies files of a database that is open in this process. A child does it: a descriptor on the file that is closed
/// here would free DuckDB's lock, one that is closed in a child frees nothing of ours.
enum ChildCopy {
    /// Blocks until the child has ended.
    ///
    /// - Throws: `unwritable` with what `cp` said by its exit status; the unfinished copy is removed.
    static func copy(_ source: String, to target: String) throws(StoreError) {
        var actions: ChildActions = makeActions()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        // The copy is made here, empty, so that it is ours alone from its first byte on.
        let made = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw FileSystem.failure("write", target) }
        close(made)

        let arguments = ["cp", "--", source, target]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let started = posix_spawn(&child, "/bin/cp", &actions, nil, &pointers, environ)
        guard started == 0 else {
            errno = started
            throw FileSystem.failure("start /bin/cp for", source)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else {
            unlink(target)
            let free = FileSystem.freeBytes(FileSystem.folder(of: target)) ?? 0
            throw StoreError(
                .unwritable, "cannot copy \(source) to \(target): cp ended with status \(status >> 8)",
                remedy: "check the permissions and the space there (\(free) bytes are free)")
        }
        // The copy is no file of the open database, so it may be opened here.
        try FileSystem.syncFile(target)
    }

    #if canImport(Darwin)
    private typealias ChildActions = posix_spawn_file_actions_t?
    private static func makeActions() -> ChildActions { nil }
    #else
    private typealias ChildActions = posix_spawn_file_actions_t
    private static func makeActions() -> ChildActions { posix_spawn_file_actions_t() }
    #endif
}
