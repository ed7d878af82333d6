import DuckDB
import RIFModel
import RIFStore

extension Reader {
    func insight(_ request: InsightRequest) throws -> InsightFigures {
        var figures = InsightFigures()
        figures.transitions = try transitions(since: request.since, sessionID: request.sessionID)
        figures.performance = try self.figures(
            sessionID: request.sessionID, since: request.since, withCommonTransition: false)
        // They are in the order that this wants.
        figures.performance?.mostCommonTransition = figures.transitions.first.map { ($0.from, $0.to) }
        figures.previousTransitions = try transitions(
            since: request.previousSince, until: request.since, sessionID: request.sessionID, withPercentiles: false)
        figures.states = try stateTimes(request)
        figures.agents = try agents(
            since: request.since, sessionID: request.sessionID, active: activeAgents(sessionID: request.sessionID))
        figures.calibration = try calibration(request)
        figures.dwelling = try dwelling(request)
        return figures
    }

    private func bindWindow(_ request: InsightRequest) -> (PreparedStatement) throws -> Void {
        { statement in
            try statement.bind(DuckDBTimestamp(microseconds: request.since.microseconds), at: 1)
            try statement.bind(request.sessionID, at: 2)
        }
    }

    /// What a transition took is the time in the state that it left. A visit was a person's where the decision that began
    /// it chose the agent `human`, or where that agent was launched in it. Such rows are rare, so they are found by their
    /// text first, and not before the longest visit can have begun. The time is whole milliseconds, cut off, so a visit
    /// began up to one earlier.
    private func stateTimes(_ request: InsightRequest) throws -> [InsightFigures.StateTime] {
        let longest =
            try rows(
                """
                SELECT coalesce(max(execution_time_ms), 0) FROM orchestration_decisions
                WHERE timestamp >= $1 AND ($2 IS NULL OR session_id = $2)
                """, bindWindow(request), map: { try $0.int64(0) ?? 0 }
            ).first ?? 0
        let earliest = request.since.advanced(by: -(longest + 1) * 1000)
        let people = Dictionary(try peopleTimes(request, since: earliest)) { first, _ in first }
        return try rows(
            """
            SELECT from_state, count(*), coalesce(sum(execution_time_ms), 0)::DOUBLE,
                quantile_cont(execution_time_ms, [0.5, 0.95]) AS q, q[1], q[2]
            FROM orchestration_decisions
            WHERE timestamp >= $1 AND ($2 IS NULL OR session_id = $2) AND \(Self.left)
            GROUP BY from_state ORDER BY 3 DESC, 1
            """, bindWindow(request)
        ) { row in
            let state = try row.text(0)
            return .init(
                state: state, visits: try row.int64(1) ?? 0, totalMS: try row.double(2) ?? 0,
                humanMS: people[ExactText(state)] ?? 0, p50MS: try row.double(4) ?? 0, p95MS: try row.double(5) ?? 0)
        }
    }

    private static let left = "coalesce(kind, 'transition') = 'transition' AND success"

    /// By state, the milliseconds of visits that were a person's. Mostly nobody is found, and then nothing else is read.
    private func peopleTimes(_ request: InsightRequest, since earliest: Timestamp) throws -> [(ExactText, Double)] {
        try rows(
            """
            WITH people AS (
                SELECT session_id, timestamp AS launched FROM orchestration_events
                WHERE timestamp >= $3 AND ($2 IS NULL OR session_id = $2)
                    AND event_type = '\(EventType.agentLaunch.rawValue)' AND contains(data::VARCHAR, '"human"')
                    AND CASE WHEN json_valid(data) THEN json_extract_string(data, '$.agent') END = 'human'
                UNION ALL
                SELECT session_id, timestamp FROM orchestration_decisions
                WHERE timestamp >= $3 AND ($2 IS NULL OR session_id = $2)
                    AND contains(agents_selected::VARCHAR, '"human"') AND \(Self.left))
            SELECT from_state, sum(execution_time_ms)::DOUBLE
            FROM orchestration_decisions d SEMI JOIN people p ON p.session_id = d.session_id
                AND p.launched < d.timestamp AND p.launched >= d.timestamp - to_milliseconds(d.execution_time_ms + 1)
            WHERE d.timestamp >= $1 AND ($2 IS NULL OR d.session_id = $2) AND \(Self.left)
            GROUP BY from_state
            """,
            { statement in
                try bindWindow(request)(statement)
                try statement.bind(DuckDBTimestamp(microseconds: earliest.microseconds), at: 3)
            }
        ) { (ExactText(try $0.text(0)), try $0.double(1) ?? 0) }
    }

    /// A FLOAT is exact to six or seven digits: half a millionth more, and 0.7 is in the bin that begins there.
    private func calibration(_ request: InsightRequest) throws -> [InsightFigures.CalibrationBin] {
        try rows(
            """
            WITH teams AS (
                SELECT agents_selected,
                    least(9, greatest(0, floor(confidence_score::DOUBLE * 10 + 5e-6)))::INTEGER AS bin, count(*) AS n,
                    count(*) FILTER (WHERE success) AS successes, sum(confidence_score::DOUBLE) AS stated,
                    sum((confidence_score::DOUBLE - success::INTEGER) * (confidence_score::DOUBLE - success::INTEGER))
                        AS error
                FROM orchestration_decisions
                WHERE timestamp >= $1 AND ($2 IS NULL OR session_id = $2) AND confidence_score IS NOT NULL
                    AND success IS NOT NULL
                GROUP BY ALL),
            named AS (
                SELECT unnest(from_json(agents_selected, '["VARCHAR"]')) AS agent, teams.* FROM teams
                WHERE json_valid(agents_selected) AND json_type(agents_selected) = 'ARRAY')
            SELECT agent, bin, sum(n)::BIGINT, round(sum(stated) / sum(n), 6)::DOUBLE, sum(successes)::BIGINT, sum(error)::DOUBLE
            FROM named WHERE agent IS NOT NULL GROUP BY agent, bin ORDER BY agent, bin
            """, bindWindow(request)
        ) { row in
            .init(
                agent: try row.text(0), bin: try row.int(1) ?? 0, count: try row.int64(2) ?? 0,
                meanConfidence: try row.double(3) ?? 0, successes: try row.int64(4) ?? 0,
                squaredError: try row.double(5) ?? 0)
        }
    }

    private func dwelling(_ request: InsightRequest) throws -> [InsightFigures.Dwelling] {
        try rows(
            """
            SELECT \(Columns.listing), coalesce(entered_at, updated_at, created_at) AS entered FROM live_state
            WHERE outcome IS NULL AND ($1 IS NULL OR session_id = $1) ORDER BY entered, session_id
            """, { try $0.bind(request.sessionID, at: 1) }
        ) { .init(listing: try $0.listing(), enteredAt: try $0.moment(8)) }
    }
}
