#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many files and connections the process may have open.
enum FileLimit {
    /// Raises the limit as far as the system lets us, to `count` at most: many systems begin with 1,024, and a thousand
    /// clients of the event stream are more than that leaves room for. Best effort: with less, fewer are accepted.
    static func raise(to count: rlim_t) {
        #if canImport(Glibc)
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let files = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < count else { return }
        limit.rlim_cur = min(count, limit.rlim_max)
        _ = setrlimit(files, &limit)
    }
}
