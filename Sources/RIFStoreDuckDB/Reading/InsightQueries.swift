import DuckDB
import RIFModel
import RIFStore

extension Reader {
    func insight(_ request: InsightRequest) throws -> InsightFigures {
        var figures = InsightFigures()
        figures.performance = try self.figures(sessionID: request.sessionID, since: request.since)
        figures.transitions = try transitions(since: request.since, sessionID: request.sessionID)
        figures.previousTransitions = try transitions(
            since: request.previousSince, until: request.since, sessionID: request.sessionID)
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

    /// What a transition took is the time in the state that it left.
    private func stateTimes(_ request: InsightRequest) throws -> [InsightFigures.StateTime] {
        try rows(
            """
            SELECT from_state, count(*), coalesce(sum(execution_time_ms), 0)::DOUBLE,
                coalesce(quantile_cont(execution_time_ms, 0.5), 0), coalesce(quantile_cont(execution_time_ms, 0.95), 0)
            FROM orchestration_decisions
            WHERE timestamp >= $1 AND ($2 IS NULL OR session_id = $2) AND coalesce(kind, 'transition') = 'transition'
                AND success
            GROUP BY from_state ORDER BY 3 DESC, 1
            """, bindWindow(request)
        ) { row in
            .init(
                state: try row.text(0), visits: try row.int64(1) ?? 0, totalMS: try row.double(2) ?? 0,
                p50MS: try row.double(3) ?? 0, p95MS: try row.double(4) ?? 0)
        }
    }

    private func calibration(_ request: InsightRequest) throws -> [InsightFigures.CalibrationBin] {
        try rows(
            """
            WITH teams AS (
                SELECT agents_selected,
                    least(9, greatest(0, floor(round(confidence_score::DOUBLE, 6) * 10)))::INTEGER AS bin, count(*) AS n,
                    count(*) FILTER (WHERE success) AS successes, sum(confidence_score::DOUBLE) AS stated,
                    sum((confidence_score::DOUBLE - success::INTEGER) ** 2) AS error
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
