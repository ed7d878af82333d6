import RIFModel
import RIFStore

/// A dashboard worked out from the entries and sessions that were written, in the plainest way: what the aggregates of
/// every store are held against.
struct NaiveAnalytics {
    /// Of the sessions that are stored, and events of none.
    let entries: [LogEntry]
    let sessions: [SessionState]
    private let decisions: [(entry: LogEntry, decision: Decision)]
    private let last: [String: Decision]

    init(_ log: SampleLog, without removed: Set<String> = []) {
        entries = log.all.filter { $0.sessionID.map { !removed.contains($0) } ?? true }
        sessions = log.states.values.filter { !removed.contains($0.sessionID) }
        decisions = entries.compactMap { entry in
            if case .decision(let decision, _) = entry.body { (entry, decision) } else { nil }
        }
        last = Dictionary(decisions.map { ($0.decision.sessionID, $0.decision) }, uniquingKeysWith: { $1 })
    }

    private func decisions(since: Timestamp) -> [Decision] {
        decisions.map(\.decision).filter { $0.timestamp >= since }
    }

    // MARK: - Sections

    var active: [DashboardFigures.ActiveSession] {
        sessions.filter { $0.outcome == nil }.map { state in
            let snapshot = Snapshot(state)
            return .init(
                listing: snapshot.listing, enteredAt: state.enteredAt, githubIssues: snapshot.githubIssues,
                lastDecision: last[state.sessionID])
        }.sorted { one, other in
            let (one, other) = (one.listing, other.listing)
            return (other.priority, one.createdAt, one.sessionID) < (one.priority, other.createdAt, other.sessionID)
        }
    }

    var states: Set<DashboardFigures.StateCount> {
        let listings = active.map(\.listing)
        return Set(
            listings.map { listing in
                .init(
                    state: listing.currentState, workflowType: listing.workflowType ?? "",
                    count: Int64(
                        listings.count {
                            $0.currentState == listing.currentState && $0.workflowType == listing.workflowType
                        }))
            })
    }

    func transitions(since: Timestamp) -> [TransitionFigures] {
        Dictionary(grouping: decisions(since: since)) { [$0.fromState, $0.toState] }.map { pair, all in
            let times = all.compactMap { $0.executionTimeMS.map(Double.init) }.sorted()
            return TransitionFigures(
                from: pair[0], to: pair[1], count: Int64(all.count), successes: Int64(all.count(where: \.success)),
                averageMS: Self.mean(times), p50MS: Self.quantile(times, 0.5), p95MS: Self.quantile(times, 0.95),
                p99MS: Self.quantile(times, 0.99), totalMS: times.reduce(0, +),
                averageConfidence: Self.confidence(all))
        }.sorted { ($1.count, $0.from, $0.to) < ($0.count, $1.from, $1.to) }
    }

    var overall: DecisionFigures? {
        let all = decisions.map(\.decision)
        guard !all.isEmpty else { return nil }
        let times = all.compactMap { $0.executionTimeMS.map(Int64.init) }
        return DecisionFigures(
            total: Int64(all.count), successful: Int64(all.count(where: \.success)),
            averageExecutionTimeMS: Self.mean(times.map(Double.init)), maximumExecutionTimeMS: times.max() ?? 0,
            minimumExecutionTimeMS: times.min() ?? 0, averageConfidence: Self.confidence(all), mostCommonTransition: nil
        )
    }

    /// Days of UTC.
    func trends(since: Timestamp) -> [DashboardFigures.DayFigures] {
        Dictionary(grouping: decisions(since: since)) { String($0.timestamp.rfc3339.prefix(10)) }.map { day, all in
            .init(
                date: day, decisions: Int64(all.count),
                averageExecutionTimeMS: Self.mean(all.compactMap { $0.executionTimeMS.map(Double.init) }),
                averageConfidence: Self.confidence(all),
                successRate: Double(all.count(where: \.success)) / Double(all.count))
        }.sorted { $0.date > $1.date }
    }

    func hours(since: Timestamp) -> [DashboardFigures.HourFigures] {
        Dictionary(grouping: decisions(since: since)) { String($0.timestamp.rfc3339.prefix(13)) }
            .compactMap { hour, all in
                Timestamp(rfc3339: hour + ":00:00Z").map {
                    .init(begin: $0, decisions: Int64(all.count), successes: Int64(all.count(where: \.success)))
                }
            }.sorted { $0.begin > $1.begin }
    }

    func recent(_ limit: Int) -> [DashboardFigures.RecentDecision] {
        let newest = decisions.sorted {
            ($0.decision.timestamp, $0.entry.sequence) > ($1.decision.timestamp, $1.entry.sequence)
        }
        return newest.prefix(limit).compactMap { found in
            sessions.first { $0.sessionID == found.decision.sessionID }.map {
                .init(decision: found.decision, workflowType: $0.workflowType, priority: $0.priority)
            }
        }
    }

    func agents(since: Timestamp) -> [AgentFigures] {
        let all = decisions(since: since)
        let busy = Set(
            active.flatMap { session in
                (session.listing.agentAssignments.objectValue ?? [:]).filter { $0.value == "active" }.map(\.key)
            })
        return busy.union(all.flatMap(\.agentsSelected)).map { agent in
            let own = all.filter { $0.agentsSelected.contains(agent) }
            return AgentFigures(
                agent: agent, tasks: Int64(own.count), successes: Int64(own.count(where: \.success)),
                averageMS: Self.mean(own.compactMap { $0.executionTimeMS.map(Double.init) }),
                averageConfidence: Self.confidence(own), isActive: busy.contains(agent))
        }.sorted { ($1.tasks, $0.agent) < ($0.tasks, $1.agent) }
    }

    func events(_ limit: Int) -> [Event] { entries.suffix(limit).map(\.event) }

    // MARK: - Arithmetic

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private static func confidence(_ decisions: [Decision]) -> Double {
        mean(decisions.map { Double($0.confidence) })
    }

    /// Interpolated between the two nearest ranks.
    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.indices.last else { return 0 }
        let place = Double(last) * share
        let lower = Int(place)
        return sorted[lower] + (sorted[min(lower + 1, last)] - sorted[lower]) * (place - Double(lower))
    }
}

extension NaiveAnalytics {
    /// Holds a store's figures against these; sections that were not asked for must be empty.
    func check(_ found: DashboardFigures, _ request: DashboardRequest) throws {
        func section(_ section: DashboardSection) -> Bool { request.sections.contains(section) }
        try checkActive(section(.activeWorkflows) ? active : [], found.active)
        try expectEqual(Set(found.states), section(.stateDistribution) ? states : [], "states")
        try checkTransitions(
            section(.transitionMetrics) ? transitions(since: request.transitionsSince) : [], found.transitions)
        let withStatistics = section(.performanceStats)
        try checkOverall(withStatistics ? overall : nil, found.overall)
        try checkTrends(withStatistics ? trends(since: request.trendsSince) : [], found.trends)
        try expectEqual(found.hours, withStatistics ? hours(since: request.hoursSince) : [], "hours")
        if withStatistics || section(.systemHealth) { try checkLoad(found, request) }
        try expectEqual(found.recent, section(.recentDecisions) ? recent(request.recentDecisions) : [], "recent")
        try checkAgents(section(.agentStatus) ? agents(since: request.agentsSince) : [], found.agents)
        try expectEqual(found.events, section(.realTimeEvents) ? events(request.events) : [], "events")
    }

    private func near(_ found: Double, _ expected: Double, _ what: String) throws {
        // Averages of FLOATs are rounded to six digits.
        try expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)), "\(what): \(found), expected \(expected)")
    }

    private func checkActive(
        _ expected: [DashboardFigures.ActiveSession], _ found: [DashboardFigures.ActiveSession]
    ) throws {
        try expectEqual(found.map(\.listing), expected.map(\.listing), "active sessions")
        try expectEqual(found.map(\.enteredAt), expected.map(\.enteredAt), "times of entry")
        try expectEqual(found.map(\.githubIssues), expected.map(\.githubIssues), "issues")
        try expectEqual(found.map(\.lastDecision), expected.map(\.lastDecision), "last decisions")
    }

    private func checkTransitions(_ expected: [TransitionFigures], _ found: [TransitionFigures]) throws {
        try expectEqual(found.map { [$0.from, $0.to] }, expected.map { [$0.from, $0.to] }, "transitions")
        for (found, expected) in zip(found, expected) {
            let name = "\(expected.from)->\(expected.to)"
            try expectEqual(found.count, expected.count, name)
            try expectEqual(found.successes, expected.successes, name)
            try near(found.averageMS, expected.averageMS, "\(name) average")
            try near(found.p50MS, expected.p50MS, "\(name) p50")
            try near(found.p95MS, expected.p95MS, "\(name) p95")
            try near(found.p99MS, expected.p99MS, "\(name) p99")
            try near(found.totalMS, expected.totalMS, "\(name) total")
            try near(found.averageConfidence, expected.averageConfidence, "\(name) confidence")
        }
    }

    private func checkOverall(_ expected: DecisionFigures?, _ found: DecisionFigures?) throws {
        guard let expected else { return try expect(found == nil, "overall figures of nothing") }
        guard let found else { throw TestFailure("no overall figures") }
        try expectEqual(found.total, expected.total, "total")
        try expectEqual(found.successful, expected.successful, "successful")
        try expectEqual(found.maximumExecutionTimeMS, expected.maximumExecutionTimeMS, "longest")
        try expectEqual(found.minimumExecutionTimeMS, expected.minimumExecutionTimeMS, "shortest")
        try near(found.averageExecutionTimeMS, expected.averageExecutionTimeMS, "average time")
        try near(found.averageConfidence, expected.averageConfidence, "average confidence")
    }

    private func checkTrends(
        _ expected: [DashboardFigures.DayFigures], _ found: [DashboardFigures.DayFigures]
    ) throws {
        try expectEqual(found.map(\.date), expected.map(\.date), "days")
        for (found, expected) in zip(found, expected) {
            try expectEqual(found.decisions, expected.decisions, "decisions of \(expected.date)")
            try near(found.averageExecutionTimeMS, expected.averageExecutionTimeMS, "time of \(expected.date)")
            try near(found.averageConfidence, expected.averageConfidence, "confidence of \(expected.date)")
            try near(found.successRate, expected.successRate, "success rate of \(expected.date)")
        }
    }

    private func checkLoad(_ found: DashboardFigures, _ request: DashboardRequest) throws {
        let listings = active.map(\.listing)
        try expectEqual(found.activeSessions, Int64(listings.count), "active sessions")
        try expectEqual(found.highPrioritySessions, Int64(listings.count { $0.priority > 5 }), "high priority")
        try expectEqual(found.totalSessions, Int64(sessions.count), "all sessions")
        let lately = transitions(since: request.bottlenecksSince)
        try expectEqual(
            Set(found.recentTransitions.map { [$0.from, $0.to, "\($0.count)"] }),
            Set(lately.map { [$0.from, $0.to, "\($0.count)"] }), "transitions of the last hour")
        for transition in found.recentTransitions {
            let expected = lately.first { $0.from == transition.from && $0.to == transition.to }
            try near(transition.averageMS, expected?.averageMS ?? -1, "average of the last hour")
        }
        guard request.sections.contains(.systemHealth) else { return }
        let window = decisions(since: request.errorsSince)
        try expectEqual(found.windowDecisions, Int64(window.count), "decisions of the last hour")
        try expectEqual(found.windowFailures, Int64(window.count { !$0.success }), "failures of the last hour")
    }

    private func checkAgents(_ expected: [AgentFigures], _ found: [AgentFigures]) throws {
        try expectEqual(found.map(\.agent), expected.map(\.agent), "agents")
        for (found, expected) in zip(found, expected) {
            try expectEqual(found.tasks, expected.tasks, "tasks of \(expected.agent)")
            try expectEqual(found.successes, expected.successes, "successes of \(expected.agent)")
            try expectEqual(found.isActive, expected.isActive, "status of \(expected.agent)")
            try near(found.averageMS, expected.averageMS, "time of \(expected.agent)")
            try near(found.averageConfidence, expected.averageConfidence, "confidence of \(expected.agent)")
        }
    }
}
