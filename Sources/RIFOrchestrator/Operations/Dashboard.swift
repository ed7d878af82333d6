import Logging
public import RIFModel
public import RIFMonitor
public import RIFStore

extension Orchestrator {
    /// Everything at one moment (`get_dashboard_data`).
    ///
    /// - Parameters:
    ///   - hours: the window of transitions and agents.
    ///   - zone: IANA name of the time zone that days are counted in.
    /// - Throws: `unprocessable` for a window, `storage_unavailable` where the database does not answer.
    public func dashboard(
        sections: Set<DashboardSection> = Set(DashboardSection.allCases), hours: Int = 24, trendDays: Int = 7,
        zone: String = "UTC"
    ) async throws(RIFError) -> Dashboard {
        try Self.checkWindow(hours, field: "hours", limit: 24 * 3660)
        try Self.checkWindow(trendDays, field: "days", limit: 3660)
        let monitor = try requireMonitor()
        let now = clock.now()
        let request = DashboardRequest(
            now: now, sections: sections, hours: hours, trendDays: trendDays, zone: zone)
        let (dashboard, changes) = try await storage { () throws(StoreError) in
            try await engine.flush()
            return try await monitor.dashboard(request, at: now, residentMB: ResidentMemory.megabytes())
        }
        await note(changes)
        return dashboard
    }

    /// The dashboard and the program behind it (`get_live_dashboard`).
    public func liveDashboard(activeSessionID: String? = nil) async throws(RIFError) -> JSONValue {
        let dashboard = try await dashboard()
        var object = dashboard.json.objectValue ?? [:]
        object["integration"] = [
            "active_session_id": .optional(activeSessionID), "system_version": .string(Self.version),
            "database_path": .string(information.location), "total_sessions": .int(dashboard.figures.totalSessions),
        ]
        return .object(object)
    }

    /// How well the system is (`get_system_health`). A database that does not answer is a finding, not an error.
    public func health() async -> SystemHealth {
        guard let monitor else {
            return SystemHealth(checks: [], activeSessions: 0, errorRate: 0, lastCheck: clock.now())
        }
        // A flush that fails is the database not answering, which the examination finds by itself.
        try? await engine.flush()
        let (health, changes) = await monitor.health(at: clock.now(), residentMB: ResidentMemory.megabytes())
        await note(changes)
        return health
    }

    /// Where the time went, agents compared, calibration, stuck sessions: over the last hours, of one session or all.
    public func insight(hours: Int = 24, sessionID: String? = nil) async throws(RIFError) -> Insight {
        try Self.checkWindow(hours, field: "hours", limit: 24 * 3660)
        let monitor = try requireMonitor()
        let request = InsightRequest(now: clock.now(), hours: hours, sessionID: sessionID)
        return try await storage { () throws(StoreError) in
            try await engine.flush()
            return try await monitor.insight(request)
        }
    }

    private func requireMonitor() throws(RIFError) -> Monitor {
        guard let monitor else {
            throw RIFError(.storageUnavailable, "this kind of store (\(information.kind)) has no dashboard")
        }
        return monitor
    }

    private static func checkWindow(_ value: Int, field: String, limit: Int) throws(RIFError) {
        guard (1...limit).contains(value) else {
            throw RIFError.unprocessable(field: field, value: .int(Int64(value)), expected: "1 to \(limit)")
        }
    }

    /// Alerts that began or ended are part of the log; only a program that owns the database writes them.
    private func note(_ changes: [Monitor.AlertChange]) async {
        guard !information.isReadOnly, engine.policy.runsMaintenance else { return }
        for change in changes {
            let data: JSONValue = [
                "check": .string(change.check.name), "message": .string(change.check.message),
                "measured": .double(change.check.measured), "limit": .double(change.check.limit),
                "unit": .string(change.check.unit),
            ]
            do {
                try await engine.record(change.isRaised ? .alertRaised : .alertCleared, data: data, sessionID: nil)
            } catch {
                logger.warning("an alert could not be noted", metadata: ["error": "\(error)"])
            }
        }
    }
}
