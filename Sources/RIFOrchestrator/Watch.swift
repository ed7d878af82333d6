import Logging
import RIFEngine
import RIFModel
import RIFMonitor

/// Looks at the health, and keeps the log of alerts.
struct Watch: Sendable {
    let engine: Engine
    let monitor: Monitor
    let clock: any WallClock
    let logger: Logger

    func examine() async -> SystemHealth {
        // A flush that fails is the database not answering, which the examination finds by itself.
        try? await engine.flush()
        let (health, changes) = await monitor.health(at: clock.now(), residentMB: ResidentMemory.megabytes())
        // While it is being closed, the database answers nobody; that is no finding.
        if !Task.isCancelled { await note(changes) }
        return health
    }

    /// Examines until it is cancelled, so that alerts are raised also where nobody looks.
    func run(every interval: Duration) async {
        while true {
            do {
                try await Task.sleep(for: interval)
            } catch {
                return
            }
            _ = await examine()
        }
    }

    /// Alerts that began or ended are part of the log; only a program that owns the database writes them.
    func note(_ changes: [Monitor.AlertChange]) async {
        guard !engine.store.information.isReadOnly, engine.policy.runsMaintenance else { return }
        for change in changes {
            do {
                try await engine.record(
                    change.isRaised ? .alertRaised : .alertCleared, data: change.check.eventData, sessionID: nil)
            } catch {
                logger.warning("an alert could not be noted", metadata: ["error": "\(error)"])
            }
        }
    }
}
