import Dispatch
import DuckDB
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

    /// Waits in the kernel's queue, which is served in the order of arrival: pauses of our own would let a process
    /// starve among many.
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
        let operation = isShared ? LOCK_SH : LOCK_EX
        if flock(descriptor, operation | LOCK_NB) == 0 { return FileLock(descriptor) }
        guard errno == EWOULDBLOCK || errno == EINTR else {
            let error = FileSystem.failure("lock", path)
            close(descriptor)
            throw error
        }
        guard timeout > .zero, try LockWaiter(descriptor, operation).wait(timeout) else {
            if timeout <= .zero { close(descriptor) }
            throw StoreError(
                .locked, "\(files.database) is in use by another process, and was so for \(timeout)",
                remedy: "end that process, or wait for it; 'rif doctor' says more")
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

/// Waits for a lock on a thread of its own, because the system's call knows no time limit.
private final class LockWaiter: Sendable {
    private enum State { case waiting, acquired, abandoned }

    private let state = Mutex(State.waiting)
    private let done = DispatchSemaphore(value: 0)
    private let descriptor: Int32
    private let operation: Int32

    init(_ descriptor: Int32, _ operation: Int32) {
        self.descriptor = descriptor
        self.operation = operation
    }

    /// - Returns: false where the time was over before the lock came. The thread then waits on, and closes the
    ///   descriptor when it has it, which nobody needs any more.
    func wait(_ timeout: Duration) throws(StoreError) -> Bool {
        let thread: DatabaseThread<Void>
        do { thread = try DatabaseThread(name: "rif-lock") {} } catch { throw StoreError(error) }
        Task.detached { [self] in
            // The thread refuses only once it was stopped, which nobody does.
            try? await thread.run { [self] _ in block() }
        }
        let parts = timeout.components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        _ = done.wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
        return state.withLock { state in
            if state == .waiting { state = .abandoned }
            return state == .acquired
        }
    }

    private func block() {
        while flock(descriptor, operation) != 0 && errno == EINTR {}
        state.withLock { state in
            if state == .abandoned { close(descriptor) } else { state = .acquired }
        }
        done.signal()
    }
}
