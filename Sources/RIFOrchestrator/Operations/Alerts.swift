public import RIFModel
public import RIFMonitor
import RIFStore

extension Orchestrator {
    /// Alerts, newest first: those that are open, or all that the log holds.
    ///
    /// They are written by the program that owns the database, when it examines the health: by itself every
    /// `MonitorConfiguration.examinationSeconds`, and whenever somebody asks.
    ///
    /// - Throws: `unprocessable` for a limit outside 1…1,000.
    public func alerts(all: Bool = false, limit: Int = 100) async throws(RIFError) -> [Alert] {
        let limit = try Validation.limit(limit, limits: limits)
        let monitor = try requireMonitor()
        return try await storage { () throws(StoreError) in
            try await monitor.alerts(onlyOpen: !all, limit: limit)
        }
    }
}
