public import RIFModel
public import RIFMonitor
public import RIFStore

extension Orchestrator {
    /// Everything at one moment (`get_dashboard_data`).
    ///
    /// - Parameters:
    ///   - hours: the window of transitions and agents.
    ///   - zone: IANA name of the time zone that days are counted in.
    /// - Throws: `unprocessable` for a window, `invalid_request` for an unknown zone, `storage_unavailable` where the database does not answer.
    public func dashboard(
        sections: Set<DashboardSection> = Set(DashboardSection.allCases), hours: Int = 24, trendDays: Int = 7,
        zone: String = "UTC"
    ) async throws(RIFError) -> Dashboard {
        try Self.checkHours(hours)
        try Self.checkWindow(trendDays, field: "days", limit: 3660)
        let monitor = try requireMonitor()
        try await checkZone(zone)
        let now = clock.now()
        let request = DashboardRequest(
            now: now, sections: sections, hours: hours, trendDays: trendDays, zone: zone)
        var (dashboard, changes) = try await storage { () throws(StoreError) in
            try await engine.flush()
            return try await monitor.dashboard(request, at: now, residentMB: ResidentMemory.megabytes())
        }
        await watch?.note(changes)
        dashboard.progress = progress(dashboard.figures.active.map(\.listing))
        return dashboard
    }

    /// Has every connection that reads gather what it keeps of the log, so that the first dashboard need not wait for it:
    /// with ten million decisions it is a second. A store without a dashboard has nothing to gather.
    ///
    /// - Parameter readers: how many connections read.
    public func warmUp(readers: Int, trendDays: Int) async {
        guard let monitor = try? requireMonitor() else { return }
        let request = DashboardRequest(now: clock.now(), trendDays: trendDays)
        await withTaskGroup { group in
            // What cannot be read now is read, and its failure told, when somebody asks.
            for _ in 0..<readers { group.addTask { try? await monitor.warmUp(request) } }
        }
    }

    /// Percent by session, of those whose workflow is in memory: every one that is driven here.
    private func progress(_ listings: [SessionListing]) -> [String: Int] {
        let workflows = engine.workflows(of: listings.map(\.sessionID))
        guard !workflows.isEmpty else { return [:] }
        // Many sessions are in the same state of the same workflow, and a graph is not walked for each of them.
        struct Place: Hashable {
            var workflow: ObjectIdentifier
            var state: String
        }
        var known: [Place: Int] = [:]
        var found: [String: Int] = [:]
        for listing in listings {
            guard let workflow = workflows[listing.sessionID] else { continue }
            let place = Place(workflow: ObjectIdentifier(workflow), state: listing.currentState)
            let percent =
                known[place] ?? Progress.percentage(of: listing.currentState, in: workflow.definition)
            known[place] = percent
            found[listing.sessionID] = percent
        }
        return found
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
        guard let watch else {
            return SystemHealth(checks: [], activeSessions: 0, errorRate: 0, lastCheck: clock.now())
        }
        return await watch.examine()
    }

    /// Where the time went, agents compared, calibration, stuck sessions: over the last hours, of one session or all.
    public func insight(hours: Int = 24, sessionID: String? = nil) async throws(RIFError) -> Insight {
        try Self.checkHours(hours)
        let monitor = try requireMonitor()
        let request = InsightRequest(now: clock.now(), hours: hours, sessionID: sessionID)
        var insight = try await storage { () throws(StoreError) in
            try await engine.flush()
            return try await monitor.insight(request)
        }
        let workflows = engine.workflows(of: insight.figures.dwelling.map(\.listing.sessionID))
        for dwelling in insight.figures.dwelling {
            let listing = dwelling.listing
            let timeout = workflows[listing.sessionID]?.definition.state(listing.currentState)?.timeout
            if let timeout { insight.timeoutsMS[listing.sessionID] = timeout / .milliseconds(1) }
        }
        return insight
    }

    func requireMonitor() throws(RIFError) -> Monitor {
        guard let monitor else {
            throw RIFError(.storageUnavailable, "this kind of store (\(information.kind)) has no dashboard")
        }
        return monitor
    }

    private func checkZone(_ name: String) async throws(RIFError) {
        guard let watch, name != "UTC" else { return }
        let isKnown = try await storage { () throws(StoreError) in try await watch.monitor.knowsZone(name) }
        guard isKnown else {
            throw RIFError.invalid(
                field: "tz", value: name, problem: "is no time zone that is known",
                expected: "an IANA name such as Europe/Berlin")
        }
    }

    static func checkHours(_ hours: Int) throws(RIFError) {
        try checkWindow(hours, field: "hours", limit: 24 * 3660)
    }

    private static func checkWindow(_ value: Int, field: String, limit: Int) throws(RIFError) {
        guard (1...limit).contains(value) else {
            throw RIFError.unprocessable(field: field, value: .int(Int64(value)), expected: "1 to \(limit)")
        }
    }
}
