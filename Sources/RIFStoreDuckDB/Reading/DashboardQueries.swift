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
        if wanted.contains(.activeWorkflows) { figures.active = try activeSessions() }
        if wanted.contains(.stateDistribution) { figures.states = try stateCounts() }
        if wanted.contains(.transitionMetrics) {
            figures.transitions = try transitions(since: request.transitionsSince, sessionID: nil)
        }
        if wanted.contains(.performanceStats) {
            figures.overall = try self.figures(sessionID: nil, withCommonTransition: false)
            figures.trends = try trends(since: request.trendsSince, zone: request.zone)
        }
        if wanted.contains(.performanceStats) || wanted.contains(.systemHealth) {
            try load(into: &figures)
            figures.recentTransitions = try transitions(since: request.bottlenecksSince, sessionID: nil)
        }
        if wanted.contains(.systemHealth) { try errors(since: request.errorsSince, into: &figures) }
        if wanted.contains(.recentDecisions) { figures.recent = try recentDecisions(request.recentDecisions) }
        if wanted.contains(.agentStatus) { figures.agents = try agents(since: request.agentsSince, sessionID: nil) }
        if wanted.contains(.realTimeEvents) { figures.events = try events(EventQuery(limit: request.events)) }
        return figures
    }

    /// The last decision of a session cannot be older than its state, which bounds the part of the table that is read;
    /// its place there is found by two columns, and only then the row itself is read. Rows without a sequence, which
    /// others wrote, rank below all others, by time.
    private func activeSessions() throws -> [DashboardFigures.ActiveSession] {
        try rows(
            """
            WITH active AS (SELECT * FROM live_state WHERE outcome IS NULL),
            last AS (
                SELECT arg_max(rowid, coalesce(sequence, epoch_us(timestamp) - 4611686018427387904)) AS place
                FROM orchestration_decisions
                WHERE timestamp >= (SELECT min(coalesce(entered_at, created_at)) FROM active)
                GROUP BY session_id
            ),
            d AS (
                SELECT decision_id, session_id, from_state, to_state, decision_reason AS reason,
                    agents_selected AS agents, confidence_score AS confidence, execution_time_ms AS time, success,
                    error_details AS error, timestamp AS at_time
                FROM orchestration_decisions WHERE rowid IN (SELECT place FROM last)
            )
            SELECT d.decision_id, a.session_id, d.from_state, d.to_state, d.reason, d.agents, d.confidence, d.time,
                d.success, d.error, d.at_time,
                a.current_state, a.workflow_type, a.priority, a.agent_assignments, a.created_at, a.updated_at,
                coalesce(a.entered_at, a.created_at), a.github_issues
            FROM active a LEFT JOIN d USING (session_id)
            ORDER BY a.priority DESC, a.created_at, a.session_id
            """
        ) { row in
            let listing = SessionListing(
                sessionID: try row.text(1), currentState: try row.text(11), outcome: nil,
                workflowType: try row.string(12), priority: try row.int32(13) ?? 0,
                agentAssignments: try row.lenientJSON(14), createdAt: try row.moment(15), updatedAt: try row.moment(16))
            return .init(
                listing: listing, enteredAt: try row.moment(17), githubIssues: try row.lenientJSON(18),
                lastDecision: try row.isNull(0) ? nil : row.decision())
        }
    }

    private func stateCounts() throws -> [DashboardFigures.StateCount] {
        try rows(
            """
            SELECT current_state, coalesce(workflow_type, ''), count(*) FROM live_state WHERE outcome IS NULL
            GROUP BY ALL ORDER BY count(*) DESC, 1, 2
            """
        ) { .init(state: try $0.text(0), workflowType: try $0.text(1), count: try $0.int64(2) ?? 0) }
    }

    /// Percentiles are interpolated (`quantile_cont`).
    func transitions(
        since: Timestamp, until: Timestamp? = nil, sessionID: String?, workflowType: String? = nil
    ) throws -> [TransitionFigures] {
        try rows(
            """
            SELECT from_state, to_state, count(*), count(*) FILTER (WHERE success),
                coalesce(avg(execution_time_ms), 0), quantile_cont(execution_time_ms, [0.5, 0.95, 0.99]) AS q,
                coalesce(q[1], 0), coalesce(q[2], 0), coalesce(q[3], 0),
                coalesce(sum(execution_time_ms), 0)::DOUBLE, coalesce(round(avg(confidence_score::DOUBLE), 6), 0)
            FROM orchestration_decisions
            WHERE timestamp >= $1 AND timestamp < $2 AND ($3 IS NULL OR session_id = $3)
                \(workflowType == nil ? "" : Self.ofType)
            GROUP BY from_state, to_state ORDER BY count(*) DESC, from_state, to_state
            """,
            { statement in
                try statement.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1)
                try statement.bind(DuckDBTimestamp(microseconds: until?.microseconds ?? Int64.max - 1), at: 2)
                try statement.bind(sessionID, at: 3)
                if let workflowType { try statement.bind(workflowType, at: 4) }
            }
        ) { row in
            TransitionFigures(
                from: try row.text(0), to: try row.text(1), count: try row.int64(2) ?? 0,
                successes: try row.int64(3) ?? 0, averageMS: try row.double(4) ?? 0, p50MS: try row.double(6) ?? 0,
                p95MS: try row.double(7) ?? 0, p99MS: try row.double(8) ?? 0, totalMS: try row.double(9) ?? 0,
                averageConfidence: try row.double(10) ?? 0)
        }
    }

    private static let ofType =
        "AND session_id IN (SELECT session_id FROM live_state WHERE coalesce(workflow_type, '') = $4)"

    func transitions(workflowType: String, since: Timestamp) throws -> [TransitionFigures]? {
        let isKnown = try rows(
            "SELECT count(*) FROM live_state WHERE coalesce(workflow_type, '') = ?",
            { try $0.bind(workflowType, at: 1) },
            map: { try $0.int64(0) ?? 0 }
        ).contains { $0 > 0 }
        return isKnown ? try transitions(since: since, sessionID: nil, workflowType: workflowType) : nil
    }

    /// Every time zone is a multiple of a quarter of an hour off UTC, so only quarters have to be converted.
    private func trends(since: Timestamp, zone: String) throws -> [DashboardFigures.DayFigures] {
        try rows(
            """
            WITH quarters AS (
                SELECT time_bucket(INTERVAL 15 MINUTE, timestamp) AS quarter, count(*) AS n,
                    count(*) FILTER (WHERE success) AS successes, sum(execution_time_ms) AS time,
                    count(execution_time_ms) AS timed, sum(confidence_score::DOUBLE) AS confidence,
                    count(confidence_score) AS stated
                FROM orchestration_decisions WHERE timestamp >= $1 GROUP BY quarter)
            SELECT strftime((quarter AT TIME ZONE 'UTC') AT TIME ZONE $2, '%Y-%m-%d') AS day, sum(n)::BIGINT,
                coalesce(sum(time) / sum(timed), 0)::DOUBLE, coalesce(round(sum(confidence) / sum(stated), 6), 0)::DOUBLE,
                (sum(successes) / sum(n))::DOUBLE
            FROM quarters GROUP BY day ORDER BY day DESC
            """,
            { statement in
                try statement.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1)
                try statement.bind(zone, at: 2)
            }
        ) { row in
            .init(
                date: try row.text(0), decisions: try row.int64(1) ?? 0, averageExecutionTimeMS: try row.double(2) ?? 0,
                averageConfidence: try row.double(3) ?? 0, successRate: try row.double(4) ?? 0)
        }
    }

    private func load(into figures: inout DashboardFigures) throws {
        let found = try rows(
            """
            SELECT count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome IS NULL AND priority > 5),
                count(*) FROM live_state
            """
        ) { (try $0.int64(0) ?? 0, try $0.int64(1) ?? 0, try $0.int64(2) ?? 0) }
        (figures.activeSessions, figures.highPrioritySessions, figures.totalSessions) = found.first ?? (0, 0, 0)
    }

    private func errors(since: Timestamp, into figures: inout DashboardFigures) throws {
        let found = try rows(
            "SELECT count(*), count(*) FILTER (WHERE NOT success) FROM orchestration_decisions WHERE timestamp >= ?",
            { try $0.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1) }
        ) { (try $0.int64(0) ?? 0, try $0.int64(1) ?? 0) }
        (figures.windowDecisions, figures.windowFailures) = found.first ?? (0, 0)
    }

    /// Without the decisions of sessions that are not there. They are rare (somebody deleted rows by hand), so some more
    /// than are wanted are taken, instead of a join of the whole table.
    private func recentDecisions(_ limit: Int) throws -> [DashboardFigures.RecentDecision] {
        try rows(
            """
            WITH newest AS (
                SELECT * FROM orchestration_decisions
                ORDER BY timestamp DESC, sequence DESC NULLS LAST, decision_id DESC LIMIT $1 + 500)
            SELECT \(Columns.decision.replacing("session_id", with: "n.session_id")), s.workflow_type, s.priority
            FROM newest n JOIN orchestration_state s USING (session_id)
            ORDER BY timestamp DESC, sequence DESC NULLS LAST, decision_id DESC LIMIT $1
            """, { try $0.bind(limit, at: 1) }
        ) { .init(decision: try $0.decision(), workflowType: try $0.string(11), priority: try $0.int32(12) ?? 0) }
    }

    /// Decisions are first put together by the list of their agents, of which there are few, so that only those lists are
    /// parsed. Each agent over all decisions that name it; a decision of several agents counts for each.
    func agents(since: Timestamp, sessionID: String?) throws -> [AgentFigures] {
        try rows(
            """
            WITH teams AS (
                SELECT agents_selected, count(*) AS n, count(*) FILTER (WHERE success) AS successes,
                    sum(execution_time_ms) AS time, count(execution_time_ms) AS timed,
                    sum(confidence_score::DOUBLE) AS confidence, count(confidence_score) AS stated
                FROM orchestration_decisions
                WHERE timestamp >= $1 AND ($2 IS NULL OR session_id = $2) GROUP BY agents_selected),
            named AS (
                SELECT unnest(from_json(agents_selected, '["VARCHAR"]')) AS agent, teams.* FROM teams
                WHERE json_valid(agents_selected) AND json_type(agents_selected) = 'ARRAY'),
            worked AS (
                SELECT agent, sum(n)::BIGINT AS tasks, sum(successes)::BIGINT AS successes,
                    coalesce(sum(time) / sum(timed), 0)::DOUBLE AS time,
                    coalesce(round(sum(confidence) / sum(stated), 6), 0)::DOUBLE AS confidence
                FROM named WHERE agent IS NOT NULL GROUP BY agent),
            active AS (
                SELECT DISTINCT e.key AS agent FROM (
                    SELECT DISTINCT agent_assignments FROM live_state
                    WHERE outcome IS NULL AND ($2 IS NULL OR session_id = $2)) AS s,
                    json_each(
                        CASE WHEN NOT json_valid(s.agent_assignments) THEN NULL
                            WHEN json_type(s.agent_assignments) = 'OBJECT' THEN s.agent_assignments END) AS e
                WHERE e.value ->> '$' = 'active')
            SELECT coalesce(w.agent, a.agent), coalesce(tasks, 0), coalesce(successes, 0), coalesce(time, 0),
                coalesce(confidence, 0), a.agent IS NOT NULL
            FROM worked w FULL JOIN active a ON w.agent = a.agent ORDER BY 2 DESC, 1
            """,
            { statement in
                try statement.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 1)
                try statement.bind(sessionID, at: 2)
            }
        ) { row in
            AgentFigures(
                agent: try row.text(0), tasks: try row.int64(1) ?? 0, successes: try row.int64(2) ?? 0,
                averageMS: try row.double(3) ?? 0, averageConfidence: try row.double(4) ?? 0,
                isActive: try row.bool(5) ?? false)
        }
    }
}
