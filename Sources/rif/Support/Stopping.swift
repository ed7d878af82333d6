import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for SIGTERM, SIGINT or SIGHUP; a second one ends the process at once.
struct Stopping {
    private let signals: UnixSignalsSequence

    /// From here on these signals are heard.
    init() async { signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) }

    /// The number of the first of them.
    func signal() async -> Int32 {
        let (first, report) = AsyncStream<Int32>.makeStream()
        Task.detached { [signals] in
            var isFirst = true
            for await signal in signals {
                let number = signal == .sigterm ? SIGTERM : signal == .sigint ? SIGINT : SIGHUP
                // What was acknowledged is on disk: nothing is lost by ending here.
                if !isFirst { _exit(128 + number) }
                isFirst = false
                report.yield(number)
            }
        }
        for await number in first { return number }
        return SIGTERM
    }
}
