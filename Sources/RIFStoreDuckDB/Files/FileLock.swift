import RIFStore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The lock on a database: `flock` on a file beside it that is never deleted, held for as long as the database is open.
///
/// DuckDB's own POSIX lock is not enough: the kernel frees it as soon as anything in the process closes the file.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32>

    private init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { release() }

    /// Waits, with pauses of a random length so that many waiters do not march in step.
    ///
    /// Blocks: for threads of our own only.
    /// - Throws: `locked` where another process has it for longer than the time limit.
    static func acquire(_ files: DatabaseFiles, isShared: Bool, timeout: Duration) throws(StoreError) -> FileLock? {
        let path = files.lock
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0, isShared {
            // Reading in a folder that we may not write to: lock what is there, or go without, as nobody else can
            // write here with our rights either.
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { return nil }
        }
        guard descriptor >= 0 else { throw FileSystem.failure("make the lock", path) }
        let deadline = ContinuousClock.now + timeout
        let operation = (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB
        while flock(descriptor, operation) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                let error = FileSystem.failure("lock", path)
                close(descriptor)
                throw error
            }
            guard ContinuousClock.now < deadline else {
                close(descriptor)
                throw StoreError(
                    .locked,
                    "\(files.database) is in use by another process, and was so for \(timeout)",
                    remedy: "end that process, or wait for it; 'rif doctor' says more")
            }
            usleep(UInt32.random(in: 2_000...20_000))
        }
        return FileLock(descriptor)
    }

    /// Whether somebody holds the lock in a way that would keep us out.
    static func isHeld(_ files: DatabaseFiles) -> Bool {
        let descriptor = open(files.lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
