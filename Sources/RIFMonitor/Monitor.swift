public import RIFModel
public import RIFStore
import Synchronization

/// Watches one store: makes dashboards, judges health, and remembers since when something has been wrong.
public final class Monitor: Sendable {
    private let store: any AnalyticsStore
    public let configuration: MonitorConfiguration
    private let memory: MemoryTrend
    private let state = Mutex(State())

    fileprivate struct State {
        /// Checks that are not in order, and since when.
        var since: [String: Timestamp] = [:]
        var counters: [String: EventCounter] = [:]
    }

    public init(store: any AnalyticsStore, configuration: MonitorConfiguration = MonitorConfiguration()) {
        self.store = store
        self.configuration = configuration
        memory = MemoryTrend(windowSeconds: configuration.memoryWindowSeconds)
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
        if let residentMB { memory.add(residentMB, at: now) }
        var request = request
        request.sections.insert(.systemHealth)
        let begin = ContinuousClock.now
        let figures = try await store.dashboard(request)
        let (health, changes) = judge(figures, since: begin, at: now, problem: nil)
        let dashboard = Dashboard(
            timestamp: now, figures: figures, health: health, counters: state.withLock { $0.counters },
            configuration: configuration)
        return (dashboard, changes)
    }

    /// Judges the health; a database that does not answer is a finding, not an error.
    public func health(at now: Timestamp, residentMB: Double?) async -> (health: SystemHealth, changes: [AlertChange]) {
        if let residentMB { memory.add(residentMB, at: now) }
        let begin = ContinuousClock.now
        do throws(StoreError) {
            let figures = try await store.dashboard(DashboardRequest(now: now, sections: [.systemHealth]))
            return judge(figures, since: begin, at: now, problem: nil)
        } catch {
            return judge(nil, since: begin, at: now, problem: error.message)
        }
    }

    public func insight(_ request: InsightRequest) async throws(StoreError) -> Insight {
        Insight(figures: try await store.insight(request), now: request.now, since: request.since)
    }

    private func judge(
        _ figures: DashboardFigures?, since begin: ContinuousClock.Instant, at now: Timestamp, problem: String?
    ) -> (SystemHealth, [AlertChange]) {
        let elapsed = ContinuousClock.now - begin
        let milliseconds = Double(elapsed.components.seconds) * 1e3 + Double(elapsed.components.attoseconds) / 1e15
        var health = HealthChecks(configuration: configuration).examine(
            figures, measurements: .init(queryMS: milliseconds, memoryGrowthMBPerHour: memory.growthPerHour), at: now,
            problem: problem)
        let changes = state.withLock { $0.follow(&health, at: now) }
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
        state.withLock { state in
            state.counters[counted.key, default: EventCounter(count: 0, totalTime: 0)].count += 1
            state.counters[counted.key]?.totalTime += counted.time
        }
    }
}

extension Monitor.State {
    /// Notes since when each check has been out of order. An alert is raised once and cleared once, however often it is
    /// looked at in between.
    fileprivate mutating func follow(_ health: inout SystemHealth, at now: Timestamp) -> [Monitor.AlertChange] {
        var changes: [Monitor.AlertChange] = []
        for index in health.checks.indices {
            let check = health.checks[index]
            if check.isOK {
                if since.removeValue(forKey: check.name) != nil {
                    changes.append(.init(check: check, isRaised: false))
                }
                continue
            }
            health.checks[index].since = since[check.name] ?? now
            if since.updateValue(since[check.name] ?? now, forKey: check.name) == nil {
                changes.append(.init(check: health.checks[index], isRaised: true))
            }
        }
        return changes
    }
}
