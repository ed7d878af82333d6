import DuckDB
import RIFModel
import RIFStore

extension Reader {
    /// Raised and cleared in turns, for each check by itself. What was raised again before it was cleared, by a program
    /// that did not know of it, is the same alert. The beginning of the type is what DuckDB looks for fastest.
    func alerts(onlyOpen: Bool, limit: Int) throws -> [AlertFigures] {
        let raised = EventType.alertRaised.rawValue
        let cleared = EventType.alertCleared.rawValue
        return try rows(
            """
            WITH found AS MATERIALIZED (SELECT * FROM orchestration_events WHERE starts_with(event_type, 'alert_')),
            marks AS (
                SELECT *, CASE WHEN json_valid(data) THEN json_extract_string(data, '$.check') END AS name FROM found
                WHERE event_type IN ('\(raised)', '\(cleared)')),
            turns AS (
                SELECT * FROM marks
                QUALIFY event_type IS DISTINCT FROM lag(event_type) OVER (PARTITION BY name ORDER BY sequence)),
            paired AS (
                SELECT *, lead(timestamp) OVER (PARTITION BY name ORDER BY sequence) AS cleared_at FROM turns)
            SELECT \(Columns.event), cleared_at FROM paired
            WHERE event_type = '\(raised)' AND (NOT $1 OR cleared_at IS NULL) ORDER BY sequence DESC LIMIT $2
            """,
            { statement in
                try statement.bind(onlyOpen, at: 1)
                try statement.bind(limit, at: 2)
            }
        ) { row in
            AlertFigures(
                raised: try row.eventEntry(isShown: true).event,
                clearedAt: try row.isNull(9) ? nil : try row.moment(9))
        }
    }

    func knowsZone(_ name: String) throws -> Bool {
        try rows(
            "SELECT count(*) FROM pg_timezone_names() WHERE lower(name) = lower(?)", { try $0.bind(name, at: 1) },
            map: { try $0.int64(0) ?? 0 }
        ).contains { $0 > 0 }
    }
}
