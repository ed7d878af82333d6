public import RIFModel
public import RIFStore

/// Watches one store: makes dashboards, judges health, and remembers since when something has been wrong.
public final class Monitor: Sendable {
    private let store: any AnalyticsStore
    public let configuration: MonitorConfiguration
    private let record: MonitorRecord
    /// Says in words for clients why nothing can be written, if so.
    private let writeProblem: @Sendable () async -> String?

    /// - Parameters:
    ///   - record: what an earlier monitor of this program remembered; none begins anew.
    ///   - writeProblem: why nothing can be written, in words without a path; nothing where it can.
    public init(
        store: any AnalyticsStore, configuration: MonitorConfiguration = MonitorConfiguration(),
        record: MonitorRecord? = nil, writeProblem: @escaping @Sendable () async -> String? = { nil }
    ) {
        self.store = store
        self.configuration = configuration
        self.writeProblem = writeProblem
        self.record = record ?? MonitorRecord(configuration: configuration)
    }

    /// An alert that began or ended with an examination.
    public struct AlertChange: Sendable, Hashable {
        public var check: SystemHealth.Check
        public var isRaised: Bool
    }

    /// Reads what was asked for, at one moment, and judges the health from it.
    ///
    /// - Parameter residentMB: resident memory of this process now, where it is known.
    /// - Throws: `StoreError` where the database does not answer and figures were asked for; `health` answers also then.
    public func dashboard(
        _ request: DashboardRequest, at now: Timestamp, residentMB: Double?
    ) async throws(StoreError) -> (dashboard: Dashboard, changes: [AlertChange]) {
        if let residentMB { record.memory.add(residentMB, at: now) }
        var request = request
        request.sections.insert(.systemHealth)
        await adoptOpenAlerts()
        let problem = await unwritable()
        let begin = ContinuousClock.now
        let figures = try await store.dashboard(request)
        // Whoever looks at a month waits for a month: that says nothing about the database.
        let isWide = request.transitionsSince < DashboardRequest(now: now).transitionsSince
        let (health, changes) = judge(figures, since: isWide ? nil : begin, at: now, problem: problem)
        let dashboard = Dashboard(
            timestamp: now, figures: figures, health: health, counters: record.counters,
            configuration: configuration)
        return (dashboard, changes)
    }

    /// Judges the health; a database that does not answer is a finding, not an error.
    public func health(at now: Timestamp, residentMB: Double?) async -> (health: SystemHealth, changes: [AlertChange]) {
        if let residentMB { record.memory.add(residentMB, at: now) }
        await adoptOpenAlerts()
        let problem = await unwritable()
        let begin = ContinuousClock.now
        do throws(StoreError) {
            let figures = try await store.dashboard(DashboardRequest(now: now, sections: [.systemHealth]))
            return judge(figures, since: begin, at: now, problem: problem)
        } catch {
            return judge(nil, since: begin, at: now, problem: "The database does not answer: \(error.message)")
        }
    }

    /// Has the store gather what it keeps from one dashboard to the next; nothing is judged by how long that takes.
    public func warmUp(_ request: DashboardRequest) async throws(StoreError) {
        _ = try await store.dashboard(request)
    }

    public func insight(_ request: InsightRequest) async throws(StoreError) -> Insight {
        Insight(figures: try await store.insight(request), now: request.now, since: request.since)
    }

    /// Whether days can be counted in a time zone.
    public func knowsZone(_ name: String) async throws(StoreError) -> Bool { try await store.knowsZone(name) }

    /// The graph of all sessions of a workflow type; nothing where there is no such session.
    public func graph(
        workflowType: String, since: Timestamp, until: Timestamp
    ) async throws(StoreError) -> WorkflowTypeGraph? {
        try await store.transitions(workflowType: workflowType, since: since).map {
            WorkflowTypeGraph(workflowType: workflowType, since: since, until: until, transitions: $0)
        }
    }

    /// Alerts as the log tells them, newest first.
    public func alerts(onlyOpen: Bool, limit: Int) async throws(StoreError) -> [Alert] {
        try await store.alerts(onlyOpen: onlyOpen, limit: limit).map { Alert($0) }
    }

    /// Whoever had the database before may have left alerts open. Where the log cannot be read, the next look tries again.
    private func adoptOpenAlerts() async {
        guard !record.knowsLog, let open = try? await alerts(onlyOpen: true, limit: 1000) else { return }
        record.adopt(open)
    }

    private func unwritable() async -> String? {
        await writeProblem().map { "Nothing can be written: \($0)" }
    }

    /// - Parameter begin: of the read that tells how fast the database is; none where it was no usual one, then the usual
    ///   one before it counts.
    private func judge(
        _ figures: DashboardFigures?, since begin: ContinuousClock.Instant?, at now: Timestamp, problem: String?
    ) -> (SystemHealth, [AlertChange]) {
        let elapsed = begin.map { ContinuousClock.now - $0 }?.components
        let milliseconds = record.note(
            readMS: elapsed.map { Double($0.seconds) * 1e3 + Double($0.attoseconds) / 1e15 })
        var health = HealthChecks(configuration: configuration).examine(
            figures, measurements: .init(queryMS: milliseconds, memoryGrowthMBPerHour: record.memory.growthPerHour),
            at: now,
            problem: problem)
        let changes = record.follow(&health, at: now)
        return (health, changes)
    }

    // MARK: - Counters

    /// Counts an event, as `track_metrics` does. Called for each event of the live feed.
    public func count(_ event: Event) {
        func milliseconds(_ key: String) -> Double { event.data[key]?.doubleValue ?? 0 }
        let counted: (key: String, time: Double)? =
            switch EventType(rawValue: event.eventType) {
            case .stateTransition:
                event.data["from"]?.stringValue.flatMap { from in
                    event.data["to"]?.stringValue.map { ("\(from)->\($0)", milliseconds("duration")) }
                }
            case .agentLaunch: event.data["agent"]?.stringValue.map { ("agent_\($0)", 0) }
            case .workflowComplete: ("completions", milliseconds("total_duration"))
            case "error_occurred": ("errors", 0)
            default: nil
            }
        guard let counted else { return }
        record.count(counted.key, milliseconds: counted.time)
    }
}
