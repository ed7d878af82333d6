/// One thread for all timeouts of the process: interrupts connections whose time is over.
final class Watchdog: @unchecked Sendable {  // Safe because all that changes is touched while the monitor is held.
    static let shared = Watchdog()

    /// An interrupt that comes between two statements is forgotten by DuckDB, and one that comes
    /// while a statement is being planned may be too. So it is repeated until the watch ends.
    private static let repeatAfter: UInt64 = 10_000_000

    private struct Watch {
        var interrupter: Interrupter
        var due: UInt64
        var fired = false
    }

    // Safe because everything below is only touched while the monitor is held.
    private let monitor = Monitor()
    private var watches: [Int: Watch] = [:]
    private var lastID = 0
    private var isRunning = false
    /// When the thread wakes up by itself, in nanoseconds of the monotonic clock.
    private var wakesAt = UInt64.max

    /// Begins to watch; answers the id for `end`.
    func watch(_ interrupter: Interrupter, seconds: Double) -> Int {
        let now = Monitor.now()
        // A thousand years are as good as for ever and fit.
        let nanoseconds = seconds.isNaN ? 0 : UInt64(max(0, min(seconds, 3e9)) * 1e9)
        return monitor.withLock {
            lastID += 1
            watches[lastID] = Watch(interrupter: interrupter, due: now + nanoseconds)
            if !isRunning {
                // Without the thread there is no limit; the body then simply runs on.
                isRunning = (try? OSThread(name: "duckdb-timeout") { Watchdog.shared.patrol() }.detach()) != nil
            }
            if now + nanoseconds < wakesAt { monitor.signal() }
            return lastID
        }
    }

    /// Ends a watch; no interrupt comes from it afterwards. Answers whether there was one.
    func end(_ id: Int) -> Bool {
        monitor.withLock { watches.removeValue(forKey: id)?.fired ?? false }
    }

    private func patrol() {
        monitor.withLock {
            while true {
                let now = Monitor.now()
                wakesAt = .max
                for (id, watch) in watches {
                    var due = watch.due
                    if due <= now {
                        watch.interrupter.interrupt()
                        due = now + Self.repeatAfter
                        watches[id] = Watch(interrupter: watch.interrupter, due: due, fired: true)
                    }
                    wakesAt = min(wakesAt, due)
                }
                monitor.wait(until: wakesAt)
            }
        }
    }
}
