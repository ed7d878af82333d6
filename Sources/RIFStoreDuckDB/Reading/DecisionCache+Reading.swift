import DuckDB
import RIFModel
import RIFStore

extension Reader {
    /// DuckDB knows this without looking at rows.
    func seen(_ table: String) throws -> DecisionCache.Seen {
        try rows("SELECT count(*), max(sequence) FROM \(table)") {
            DecisionCache.Seen(count: try $0.int64(0) ?? 0, through: try $0.int64(1))
        }.first ?? .init(count: 0)
    }

    /// Brings what is kept of the decisions up to the snapshot, or lets it go where it does not belong to it.
    func refreshDecisions() throws {
        let seen = try seen("orchestration_decisions")
        if let kept = decisions, kept.seen == seen { return }
        // Nothing is kept of what fails midway; and nobody else holds it, so that it is changed in place.
        let kept = decisions
        decisions = nil
        if let kept, let added = seen.added(since: kept.seen) {
            let entries = try rows(
                "SELECT \(Columns.decisionLog) FROM orchestration_decisions WHERE sequence > ? ORDER BY sequence",
                { try $0.bind(kept.seen.through ?? Int64.min, at: 1) }, map: { try $0.decisionEntry(isShown: true) })
            if Int64(entries.count) == added {
                var new = kept.adding(entries, seen: seen)
                new.newest = try kept.newest.map { try newest($0, adding: entries) }
                decisions = new
                return
            }
        }
        decisions = DecisionCache(seen: seen)
    }

    // MARK: - Sums

    /// The columns of `sums(in:at:)`.
    private static let sumColumns = """
        count(*), count(*) FILTER (WHERE success), sum(execution_time_ms), count(execution_time_ms),
        max(execution_time_ms), min(execution_time_ms), sum(confidence_score::DOUBLE), count(confidence_score)
        """

    private static func sums(in row: Row, at column: Int) throws -> DecisionSums {
        DecisionSums(
            count: try row.int64(column) ?? 0, successes: try row.int64(column + 1) ?? 0,
            time: try row.int64(column + 2) ?? 0, timed: try row.int64(column + 3) ?? 0,
            longest: try row.int64(column + 4), shortest: try row.int64(column + 5),
            confidence: try row.double(column + 6) ?? 0, stated: try row.int64(column + 7) ?? 0)
    }

    func overallFigures() throws -> DecisionFigures? {
        if let kept = decisions?.sums { return kept.figures }
        let sums = try rows("SELECT \(Self.sumColumns) FROM orchestration_decisions") { try Self.sums(in: $0, at: 0) }
            .first
        decisions?.sums = sums
        return sums?.figures
    }

    /// Days are put together from quarters of an hour; only the quarter in which the window begins is read each time.
    func trends(since: Timestamp, zone: String) throws -> [DashboardFigures.DayFigures] {
        let first = DecisionCache.Quarters.beginning(of: since.microseconds)
        var inWindow = try quarters(since: first).filter { $0.key >= first }
        if first < since.microseconds { inWindow[first] = try begun(first, since: since.microseconds) }
        let days = try self.days(of: inWindow.keys, zone: zone)
        var byDay: [String: DecisionSums] = [:]
        for (quarter, sums) in inWindow where sums.count > 0 {
            byDay[days[quarter] ?? "", default: DecisionSums()] += sums
        }
        return byDay.sorted { $0.key > $1.key }.map { day, sums in
            .init(
                date: day, decisions: sums.count, averageExecutionTimeMS: sums.averageTime,
                averageConfidence: sums.averageConfidence, successRate: Double(sums.successes) / Double(sums.count))
        }
    }

    /// Newest first; `since` begins an hour.
    func hours(since: Timestamp) throws -> [DashboardFigures.HourFigures] {
        let length = 4 * DecisionCache.Quarters.length
        var byHour: [Int64: DecisionSums] = [:]
        for (quarter, sums) in try quarters(since: since.microseconds)
        where quarter >= since.microseconds && sums.count > 0 {
            byHour[since.microseconds + (quarter - since.microseconds) / length * length, default: .init()] += sums
        }
        return byHour.sorted { $0.key > $1.key }.map { begin, sums in
            .init(begin: Timestamp(microseconds: begin), decisions: sums.count, successes: sums.successes)
        }
    }

    private func quarters(since: Int64) throws -> [Int64: DecisionSums] {
        if let kept = decisions?.quarters, kept.since <= since { return kept.sums }
        let found = try rows(
            """
            SELECT time_bucket(INTERVAL 15 MINUTE, timestamp) AS quarter, \(Self.sumColumns)
            FROM orchestration_decisions WHERE timestamp >= ? GROUP BY quarter
            """, { try $0.bind(DuckDBTimestamp(microseconds: since), at: 1) }
        ) { (try $0.moment(0).microseconds, try Self.sums(in: $0, at: 1)) }
        let sums = Dictionary(found, uniquingKeysWith: { first, _ in first })
        decisions?.quarters = .init(since: since, sums: sums)
        return sums
    }

    /// The part of a quarter since a time in it.
    private func begun(_ quarter: Int64, since: Int64) throws -> DecisionSums {
        let range = quarter..<quarter + DecisionCache.Quarters.length
        if let window = decisions?.window, window.range == range { return window.sums(since: since) }
        let found = try rows(
            """
            SELECT timestamp, success, execution_time_ms, confidence_score FROM orchestration_decisions
            WHERE timestamp >= ? AND timestamp < ?
            """,
            {
                try $0.bind(DuckDBTimestamp(microseconds: range.lowerBound), at: 1)
                try $0.bind(DuckDBTimestamp(microseconds: range.upperBound), at: 2)
            }
        ) { row in
            (
                timestamp: try row.moment(0).microseconds,
                sums: DecisionSums(success: try row.bool(1), time: try row.int64(2), confidence: try row.float(3))
            )
        }
        let window = DecisionCache.Window(range: range, rows: found)
        if found.count <= DecisionCache.Window.mostRows { decisions?.window = window }
        return window.sums(since: since)
    }

    /// The day in which each quarter begins in a zone. It never changes, so it is kept.
    private func days(of quarters: some Sequence<Int64>, zone: String) throws -> [Int64: String] {
        if days[zone] == nil, days.count >= Self.mostZones { days = [:] }
        let known = days[zone] ?? [:]
        let new = quarters.filter { known[$0] == nil }
        guard !new.isEmpty else { return known }
        let found = try rows(
            """
            SELECT quarter, strftime((make_timestamp(quarter) AT TIME ZONE 'UTC') AT TIME ZONE $2, '%Y-%m-%d')
            FROM (SELECT unnest(from_json($1, '["BIGINT"]')) AS quarter)
            """,
            {
                try $0.bind(JSONValue.array(new.map { .int($0) }).compact, at: 1)
                try $0.bind(zone, at: 2)
            }
        ) { (try $0.int64(0) ?? 0, try $0.text(1)) }
        let all = known.merging(found) { _, new in new }
        days[zone] = all
        return all
    }

    // MARK: - The newest rows

    private static let recent = """
        SELECT \(Columns.decision.replacing("session_id", with: "d.session_id")), s.workflow_type, s.priority, sequence
        FROM orchestration_decisions d JOIN orchestration_state s USING (session_id)
        """
    private static let newestFirst = "ORDER BY timestamp DESC, sequence DESC NULLS LAST, decision_id DESC LIMIT "

    private static func recent(in row: Row) throws -> DecisionCache.Recent {
        DecisionCache.Recent(
            sequence: try row.int64(13) ?? .min,
            shown: .init(
                decision: try row.decision(), workflowType: try row.string(11), priority: try row.int32(12) ?? 0))
    }

    /// Without the decisions of sessions that are not there; they are rare: somebody deleted rows by hand.
    func recentDecisions(_ limit: Int) throws -> [DashboardFigures.RecentDecision] {
        let newest = try limit > DecisionCache.tail ? readNewest(limit) : newestDecisions()
        return newest.prefix(limit).map(\.shown)
    }

    private func newestDecisions() throws -> [DecisionCache.Recent] {
        if let kept = decisions?.newest { return kept }
        let newest = try readNewest(DecisionCache.tail)
        decisions?.newest = newest
        return newest
    }

    /// Where the rows that are wanted begin is found by one column, and only then the rows themselves are read.
    private func readNewest(_ limit: Int) throws -> [DecisionCache.Recent] {
        let begin =
            try rows(
                """
                SELECT min(timestamp) FROM (SELECT timestamp FROM orchestration_decisions ORDER BY timestamp DESC LIMIT ?)
                """, { try $0.bind(limit, at: 1) }
            ) { try $0.timestamp(0) }.first ?? nil
        let newest = try rows(
            "\(Self.recent) WHERE timestamp >= ? \(Self.newestFirst) ?",
            {
                try $0.bind(begin, at: 1)
                try $0.bind(limit, at: 2)
            }, map: Self.recent(in:))
        if newest.count >= limit { return newest }
        // Few rows in all, of which some may have no time, or some whose session is not there.
        return try rows("\(Self.recent) \(Self.newestFirst) ?", { try $0.bind(limit, at: 1) }, map: Self.recent(in:))
    }

    private func newest(
        _ kept: [DecisionCache.Recent], adding entries: [LogEntry]
    ) throws -> [DecisionCache.Recent] {
        let entries = entries.sorted { ($0.timestamp, $0.sequence) > ($1.timestamp, $1.sequence) }
            .prefix(DecisionCache.tail)
        typealias Session = (type: String?, priority: Int32)
        var sessions: [ExactText: Session] = [:]
        for recent in kept {
            sessions[ExactText(recent.shown.decision.sessionID)] = (recent.shown.workflowType, recent.shown.priority)
        }
        let unknown = Set(entries.compactMap { $0.sessionID.map(ExactText.init) }).filter { sessions[$0] == nil }
        if !unknown.isEmpty {
            let found = try rows(
                """
                SELECT session_id, workflow_type, priority FROM orchestration_state
                WHERE session_id IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
                """, { try $0.bind(JSONValue.strings(unknown.map(\.text)).compact, at: 1) }
            ) { (ExactText(try $0.text(0)), (try $0.string(1), try $0.int32(2) ?? 0)) }
            sessions.merge(found) { old, _ in old }
        }
        let new = entries.compactMap { entry -> DecisionCache.Recent? in
            guard case .decision(let decision, _) = entry.body, let session = sessions[ExactText(decision.sessionID)]
            else { return nil }
            return .init(
                sequence: entry.sequence,
                shown: .init(decision: decision, workflowType: session.type, priority: session.priority))
        }
        return Array((kept + new).sorted(by: DecisionCache.isNewer).prefix(DecisionCache.tail))
    }

    /// The newest events of both tables, in their order.
    func recentEvents(_ limit: Int) throws -> [Event] {
        guard limit <= DecisionCache.tail else { return try events(EventQuery(limit: limit)) }
        let all = try decisionEvents() + storedEvents()
        return Array(all.sorted { $0.sequence < $1.sequence }.suffix(limit))
    }

    private func decisionEvents() throws -> [Event] {
        if let kept = decisions?.events { return kept }
        let events = try newestRows(of: "orchestration_decisions", Columns.decisionLog) {
            try $0.decisionEntry(isShown: true).event
        }
        decisions?.events = events
        return events
    }

    private func storedEvents() throws -> [Event] {
        let seen = try seen("orchestration_events")
        let kept = eventTail
        if let kept, kept.seen == seen { return kept.events }
        eventTail = nil
        var newest: [Event]?
        if let kept, let added = seen.added(since: kept.seen) {
            let new = try rows(
                "SELECT \(Columns.event) FROM orchestration_events WHERE sequence > ? ORDER BY sequence",
                { try $0.bind(kept.seen.through ?? Int64.min, at: 1) }, map: { try $0.eventEntry(isShown: true).event })
            if Int64(new.count) == added { newest = kept.events + new }
        }
        let found =
            try newest
            ?? newestRows(of: "orchestration_events", Columns.event) { try $0.eventEntry(isShown: true).event }
        let tail = EventTail(seen: seen, events: found.suffix(DecisionCache.tail))
        eventTail = tail
        return tail.events
    }

    private func newestRows(of table: String, _ columns: String, _ map: (Row) throws -> Event) throws -> [Event] {
        let begin =
            try rows(
                """
                SELECT min(sequence) FROM (
                    SELECT sequence FROM \(table) WHERE sequence IS NOT NULL ORDER BY sequence DESC
                    LIMIT \(DecisionCache.tail))
                """
            ) { try $0.int64(0) }.first ?? nil
        guard let begin else { return [] }
        return try rows(
            "SELECT \(columns) FROM \(table) WHERE sequence >= ? ORDER BY sequence", { try $0.bind(begin, at: 1) },
            map: map)
    }
}
