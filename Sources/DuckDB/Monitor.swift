#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A lock that one can wait on, which the standard library's `Mutex` is not.
// Safe because both are made for use from several threads and keep their address.
final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
        // A change of the wall clock must not change a timeout.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        let failed = pthread_mutex_init(mutex, nil) | pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        precondition(failed == 0, "the system has no lock to give")
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<T>(_ body: () throws -> T) rethrows -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes everybody who waits. With or without the lock, after a change made under it.
    func signal() { pthread_cond_broadcast(condition) }

    /// Gives the lock up until a signal comes; may return without one. Only while it is held.
    func wait() { pthread_cond_wait(condition, mutex) }

    /// As `wait()`, but no longer than until a moment of `now()`.
    func wait(until deadline: UInt64) {
        guard deadline != .max else { return wait() }
        #if canImport(Darwin)
        let now = Self.now()
        var rest = Self.time(deadline > now ? deadline - now : 0)
        pthread_cond_timedwait_relative_np(condition, mutex, &rest)
        #else
        var moment = Self.time(deadline)
        pthread_cond_timedwait(condition, mutex, &moment)
        #endif
    }

    /// Nanoseconds of a clock that only goes forward.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func time(_ nanoseconds: UInt64) -> timespec {
        timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
