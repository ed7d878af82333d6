import DuckDB
public import RIFModel
public import RIFStore

extension DuckDBStore: AnalyticsStore {
    public func dashboard(_ request: DashboardRequest) async throws(StoreError) -> DashboardFigures {
        try await readers.read { try $0.dashboard(request) }
    }

    public func insight(_ request: InsightRequest) async throws(StoreError) -> InsightFigures {
        try await readers.read { try $0.insight(request) }
    }

    public func transitions(
        workflowType: String, since: Timestamp
    ) async throws(StoreError) -> [TransitionFigures]? {
        try await readers.read { try $0.transitions(workflowType: workflowType, since: since) }
    }

    public func alerts(onlyOpen: Bool, limit: Int) async throws(StoreError) -> [AlertFigures] {
        try await readers.read { try $0.alerts(onlyOpen: onlyOpen, limit: limit) }
    }

    public func knowsZone(_ name: String) async throws(StoreError) -> Bool {
        try await readers.read { try $0.knowsZone(name) }
    }
}

extension Reader {
    /// All sections in the one transaction of the read, so that they show one moment.
    func dashboard(_ request: DashboardRequest) throws -> DashboardFigures {
        var figures = DashboardFigures()
        let wanted = request.sections
        try refreshDecisions()
        if wanted.contains(.activeWorkflows) { figures.active = try activeSessions() }
        if !wanted.isDisjoint(with: [.stateDistribution, .performanceStats, .systemHealth]) {
            try load(request, into: &figures)
        }
        if wanted.contains(.transitionMetrics) {
            figures.transitions = try transitions(since: request.transitionsSince, sessionID: nil)
        }
        if wanted.contains(.performanceStats) {
            figures.overall = try overallFigures()
            figures.trends = try trends(since: request.trendsSince, zone: request.zone)
            figures.hours = try hours(since: request.hoursSince)
        }
        if wanted.contains(.performanceStats) || wanted.contains(.systemHealth) {
            try lately(request, into: &figures)
        }
        if wanted.contains(.recentDecisions) { figures.recent = try recentDecisions(request.recentDecisions) }
        if wanted.contains(.agentStatus) {
            let active =
                wanted.contains(.activeWorkflows)
                ? Self.activeAgents(figures.active.lazy.map(\.listing.agentAssignments))
                : try activeAgents(sessionID: nil)
            figures.agents = try agents(since: request.agentsSince, sessionID: nil, active: active)
        }
        if wanted.contains(.realTimeEvents) { figures.events = try recentEvents(request.events) }
        return figures
    }

    /// How many sessions there are, in which states: counted from the list of the active ones where that was read.
    private func load(_ request: DashboardRequest, into figures: inout DashboardFigures) throws {
        let counts =
            request.sections.contains(.activeWorkflows)
            ? Self.stateCounts(figures.active.lazy.map(\.listing)) : try stateCounts()
        if request.sections.contains(.stateDistribution) { figures.states = counts.map(\.states) }
        figures.activeSessions = counts.reduce(0) { $0 + $1.states.count }
        figures.highPrioritySessions = counts.reduce(0) { $0 + $1.highPriority }
        figures.totalSessions = try rows("SELECT count(*) FROM live_state") { try $0.int64(0) ?? 0 }.first ?? 0
    }

    private struct StateKey: Hashable { var state, type: ExactText }
    private typealias StateLoad = (states: DashboardFigures.StateCount, highPriority: Int64)

    private static func stateCounts(_ active: some Sequence<SessionListing>) -> [StateLoad] {
        var counts: [StateKey: StateLoad] = [:]
        for listing in active {
            let type = listing.workflowType ?? ""
            let key = StateKey(state: ExactText(listing.currentState), type: ExactText(type))
            let none = DashboardFigures.StateCount(state: listing.currentState, workflowType: type, count: 0)
            counts[key, default: (none, 0)].states.count += 1
            if listing.priority > 5 { counts[key]?.highPriority += 1 }
        }
        return counts.sorted { one, other in
            if one.value.states.count != other.value.states.count {
                return one.value.states.count > other.value.states.count
            }
            return one.key.state == other.key.state ? one.key.type < other.key.type : one.key.state < other.key.state
        }.map(\.value)
    }

    private func stateCounts() throws -> [StateLoad] {
        try rows(
            """
            SELECT current_state, coalesce(workflow_type, ''), count(*), count(*) FILTER (WHERE priority > 5)
            FROM live_state WHERE outcome IS NULL GROUP BY ALL ORDER BY count(*) DESC, 1, 2
            """
        ) { row in
            (
                .init(state: try row.text(0), workflowType: try row.text(1), count: try row.int64(2) ?? 0),
                try row.int64(3) ?? 0
            )
        }
    }

    /// Percentiles are interpolated (`quantile_cont`). A session, an end and its sorting are only in the statement where
    /// they are asked for, since planning costs more than running it on few rows.
    /// Without percentiles, which cost most of it, they are 0.
    func transitions(
        since: Timestamp, until: Timestamp? = nil, sessionID: String?, workflowType: String? = nil,
        withPercentiles: Bool = true
    ) throws -> [TransitionFigures] {
        let percentiles = withPercentiles ? "quantile_cont(execution_time_ms, [0.5, 0.95, 0.99])" : "NULL::DOUBLE[]"
        let typePlace = 2 + (sessionID == nil ? 0 : 1) + (until == nil ? 0 : 1)
        let found = try rows(
            """
            SELECT from_state, to_state, count(*), count(*) FILTER (WHERE success), sum(execution_time_ms),
                count(execution_time_ms), \(percentiles) AS q, q[1], q[2], q[3],
                sum(confidence_score::DOUBLE), count(confidence_score)
            FROM orchestration_decisions WHERE \(Self.filter(sessionID: sessionID, hasEnd: until != nil))
                \(workflowType == nil ? "" : Self.ofType + "$\(typePlace))")
            GROUP BY from_state, to_state
            """,
            { statement in
                try Self.bind(statement, since, until, sessionID)
                if let workflowType { try statement.bind(workflowType, at: typePlace) }
            }
        ) { row in
            let sums = DecisionSums(
                count: try row.int64(2) ?? 0, successes: try row.int64(3) ?? 0, time: try row.int64(4) ?? 0,
                timed: try row.int64(5) ?? 0, confidence: try row.double(10) ?? 0, stated: try row.int64(11) ?? 0)
            return TransitionFigures(
                from: try row.text(0), to: try row.text(1), count: sums.count, successes: sums.successes,
                averageMS: sums.averageTime, p50MS: try row.double(7) ?? 0, p95MS: try row.double(8) ?? 0,
                p99MS: try row.double(9) ?? 0, totalMS: Double(sums.time), averageConfidence: sums.averageConfidence)
        }
        return found.sorted { one, other in
            if one.count != other.count { return one.count > other.count }
            let (from, to) = (ExactText(one.from), ExactText(other.from))
            return from == to ? ExactText(one.to) < ExactText(other.to) : from < to
        }
    }

    private static let ofType =
        "AND session_id IN (SELECT session_id FROM live_state WHERE coalesce(workflow_type, '') = "

    func transitions(workflowType: String, since: Timestamp) throws -> [TransitionFigures]? {
        let isKnown = try rows(
            "SELECT count(*) FROM live_state WHERE coalesce(workflow_type, '') = ?",
            { try $0.bind(workflowType, at: 1) },
            map: { try $0.int64(0) ?? 0 }
        ).contains { $0 > 0 }
        return isKnown ? try transitions(since: since, sessionID: nil, workflowType: workflowType) : nil
    }

    private static func filter(sessionID: String?, hasEnd: Bool = false) -> String {
        "timestamp >= $1" + (sessionID == nil ? "" : " AND session_id = $2")
            + (hasEnd ? " AND timestamp < $\(sessionID == nil ? 2 : 3)" : "")
    }

    private static func bind(
        _ statement: PreparedStatement, _ since: Timestamp, _ until: Timestamp?, _ sessionID: String?
    ) throws {
        try statement.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1)
        if let sessionID { try statement.bind(sessionID, at: 2) }
        if let until {
            try statement.bind(DuckDBTimestamp(microseconds: until.microseconds), at: sessionID == nil ? 2 : 3)
        }
    }

    /// The bottlenecks' window and the errors': one query where they are the same.
    private func lately(_ request: DashboardRequest, into figures: inout DashboardFigures) throws {
        func transitions(since: Timestamp) throws -> [(TransitionTime, failures: Int64)] {
            try rows(
                """
                SELECT from_state, to_state, count(*), coalesce(avg(execution_time_ms), 0),
                    count(*) FILTER (WHERE NOT success)
                FROM orchestration_decisions WHERE timestamp >= ? GROUP BY from_state, to_state
                """, { try $0.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1) }
            ) { row in
                (
                    TransitionTime(
                        from: try row.text(0), to: try row.text(1), count: try row.int64(2) ?? 0,
                        averageMS: try row.double(3) ?? 0), failures: try row.int64(4) ?? 0
                )
            }
        }
        let found = try transitions(since: request.bottlenecksSince)
        figures.recentTransitions = found.map(\.0)
        guard request.sections.contains(.systemHealth) else { return }
        let errors =
            request.errorsSince == request.bottlenecksSince ? found : try transitions(since: request.errorsSince)
        figures.windowDecisions = errors.reduce(0) { $0 + $1.0.count }
        figures.windowFailures = errors.reduce(0) { $0 + $1.failures }
    }

    /// Decisions are put together by the list of their agents, of which there are few, and only those lists are parsed.
    /// Each agent over all decisions that name it; a decision of several agents counts for each.
    func agents(since: Timestamp, sessionID: String?, active: Set<ExactText>) throws -> [AgentFigures] {
        let teams = try rows(
            """
            SELECT agents_selected, count(*), count(*) FILTER (WHERE success), sum(execution_time_ms),
                count(execution_time_ms), sum(confidence_score::DOUBLE), count(confidence_score)
            FROM orchestration_decisions WHERE \(Self.filter(sessionID: sessionID)) GROUP BY agents_selected
            """, { try Self.bind($0, since, nil, sessionID) }
        ) { row in
            (
                agents: try row.lenientJSON(0),
                sums: DecisionSums(
                    count: try row.int64(1) ?? 0, successes: try row.int64(2) ?? 0, time: try row.int64(3) ?? 0,
                    timed: try row.int64(4) ?? 0, confidence: try row.double(5) ?? 0, stated: try row.int64(6) ?? 0)
            )
        }
        var worked: [ExactText: DecisionSums] = [:]
        for team in teams {
            for agent in team.agents.arrayValue ?? [] where !agent.isNull {
                worked[ExactText(agent.stringValue ?? agent.compact), default: DecisionSums()] += team.sums
            }
        }
        for agent in active { worked[agent, default: DecisionSums()] += DecisionSums() }
        return worked.sorted { $0.value.count == $1.value.count ? $0.key < $1.key : $0.value.count > $1.value.count }
            .map { agent, sums in
                AgentFigures(
                    agent: agent.text, tasks: sums.count, successes: sums.successes, averageMS: sums.averageTime,
                    averageConfidence: sums.averageConfidence, isActive: active.contains(agent))
            }
    }
}
