import RIFModel
import RIFStore
import Synchronization

/// What a monitor remembers: since when something has been wrong, the growth of memory, the counters. A program that
/// opens its database again and again hands one record to each of its monitors.
public final class MonitorRecord: Sendable {
    let memory: MemoryTrend
    private let state = Mutex(State())

    private struct State {
        /// Checks that are not in order, and since when.
        var since: [String: Timestamp] = [:]
        /// Whether the alerts that the log says are open have been taken over.
        var knowsLog = false
        var counters: [String: EventCounter] = [:]
        /// What the last usual read took, in milliseconds.
        var readMS = 0.0
    }

    public init(configuration: MonitorConfiguration = MonitorConfiguration()) {
        memory = MemoryTrend(windowSeconds: configuration.memoryWindowSeconds)
    }

    var knowsLog: Bool { state.withLock { $0.knowsLog } }

    /// Keeps what a usual read took, where there was one, and answers what the last one took.
    func note(readMS: Double?) -> Double {
        state.withLock { state in
            if let readMS { state.readMS = readMS }
            return state.readMS
        }
    }

    var counters: [String: EventCounter] { state.withLock { $0.counters } }

    /// Takes over the alerts that are open in the log, once: they are not raised a second time, and are cleared when they
    /// are not true any more.
    func adopt(_ open: [Alert]) {
        state.withLock { state in
            guard !state.knowsLog else { return }
            state.knowsLog = true
            for alert in open { state.since[alert.check] = alert.raisedAt }
        }
    }

    /// Notes since when each check has been out of order. An alert is raised once and cleared once, however often it is
    /// looked at in between.
    func follow(_ health: inout SystemHealth, at now: Timestamp) -> [Monitor.AlertChange] {
        state.withLock { state in
            var changes: [Monitor.AlertChange] = []
            for index in health.checks.indices {
                let check = health.checks[index]
                if check.isOK {
                    if state.since.removeValue(forKey: check.name) != nil {
                        changes.append(.init(check: check, isRaised: false))
                    }
                    continue
                }
                let since = state.since[check.name]
                health.checks[index].since = since ?? now
                if since == nil {
                    state.since[check.name] = now
                    changes.append(.init(check: health.checks[index], isRaised: true))
                }
            }
            return changes
        }
    }

    func count(_ key: String, milliseconds: Double) {
        state.withLock { state in
            state.counters[key, default: EventCounter(count: 0, totalTime: 0)].count += 1
            state.counters[key]?.totalTime += milliseconds
        }
    }
}
