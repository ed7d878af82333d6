import DuckDB
import RIFModel
import RIFStore

/// Assignments across sessions, from the log: each is a launch, the updates after it, and the end of its session.
extension Reader {
    private static let launches =
        "event_type = '\(EventType.agentLaunch.rawValue)' AND session_sequence IS NOT NULL"

    private static let updating = EventType.ofAssignments.map { "'\($0.rawValue)'" }.joined(separator: ", ")

    /// Launches that are looked at together at first, where a status is asked for; then ever more.
    private static let fewest = 256
    private static let most = 16_384

    /// Ids are made at the moment of the launch, so the time in one says where in the log to look. A clock that was set
    /// back lets ids run ahead of it: then the launch lies further back, and all of it before is read.
    func sessionID(ofAssignment assignmentID: String) throws -> String? {
        let slack: Int64 = 600_000_000
        guard let made = UUIDv7Generator.timestamp(of: assignmentID) else { return nil }
        let end = made.advanced(by: 1_000)
        let begin = made.advanced(by: -slack)
        return try launch(of: assignmentID, from: begin, until: end)
            ?? launch(of: assignmentID, from: Timestamp(microseconds: -Int64.max), until: begin)
    }

    private func launch(of assignmentID: String, from begin: Timestamp, until end: Timestamp) throws -> String? {
        try rows(
            """
            SELECT \(Columns.event) FROM orchestration_events
            WHERE \(Self.launches) AND timestamp >= ? AND timestamp < ? AND contains(data::VARCHAR, ?)
            """,
            {
                try $0.bind(DuckDBTimestamp(microseconds: begin.microseconds), at: 1)
                try $0.bind(DuckDBTimestamp(microseconds: end.microseconds), at: 2)
                try $0.bind(assignmentID, at: 3)
            }, map: { try $0.eventEntry(isShown: true) }
        ).first { entry in
            // A task may quote the id of another assignment.
            guard case .event(_, let data) = entry.body else { return false }
            return data["assignment_id"]?.stringValue == assignmentID
        }?.sessionID
    }

    func assignments(_ query: AssignmentQuery) throws -> [Assignment] {
        var found: [Assignment] = []
        var before = Int64.max
        var count = query.status == nil ? query.limit : max(query.limit, Self.fewest)
        while found.count < query.limit {
            let launches = try launches(query, before: before, count: count)
            guard let oldest = launches.last?.sequence else { break }
            found += try assignments(launches).filter(query.holds)
            guard launches.count == count else { break }
            before = oldest
            count = min(count * 2, max(count, Self.most))
        }
        return Array(found.prefix(query.limit))
    }

    private func launches(_ query: AssignmentQuery, before: Int64, count: Int) throws -> [LogEntry] {
        try rows(
            """
            SELECT \(Columns.event) FROM orchestration_events
            WHERE \(Self.launches) AND sequence < $1 AND ($2 IS NULL OR session_id = $2)
                AND ($3 IS NULL OR contains(data::VARCHAR, $3)) \(Self.sessions(with: query.status))
            ORDER BY sequence DESC LIMIT $4
            """,
            {
                try $0.bind(before, at: 1)
                try $0.bind(query.sessionID, at: 2)
                try $0.bind(query.agent.map(TextSearch.escaped), at: 3)
                try $0.bind(count, at: 4)
            }, map: { try $0.eventEntry(isShown: true) })
    }

    /// Leaves out most of the sessions that cannot have an assignment of a status: those that are over, where it is to be
    /// active; else those that neither have an update to it nor ended in a way that brings it about. Nearly all have
    /// completed ones.
    private static func sessions(with status: AssignmentStatus?) -> String {
        guard let status, status != .completed else { return "" }
        if !status.hasEnded { return "AND session_id IN (SELECT session_id FROM live_state WHERE outcome IS NULL)" }
        let outcomes = Outcome.allCases.filter { $0.statusOfActiveAgents == status }.map { "'\($0.rawValue)'" }
        let ended =
            outcomes.isEmpty
            ? "" : "UNION SELECT session_id FROM live_state WHERE outcome IN (\(outcomes.joined(separator: ", ")))"
        return """
            AND session_id IN (
                SELECT session_id FROM orchestration_events
                WHERE event_type IN (\(updating)) AND contains(data::VARCHAR, '\(status.rawValue)')
                \(ended))
            """
    }

    /// What became of launches, in their order.
    private func assignments(_ launches: [LogEntry]) throws -> [Assignment] {
        let sessions = Array(Set(launches.compactMap(\.sessionID)))
        var updates: [String: [(type: EventType, data: JSONValue, at: Timestamp)]] = [:]
        let updated = try rows(
            """
            SELECT \(Columns.event) FROM orchestration_events
            WHERE event_type IN (\(Self.updating)) AND session_sequence IS NOT NULL
                AND sequence > $1 AND session_id IN (SELECT unnest($2::VARCHAR[])) ORDER BY sequence
            """,
            {
                try $0.bind(launches.last?.sequence ?? 0, at: 1)
                try $0.bind(sessions, at: 2)
            }, map: { try $0.eventEntry(isShown: true) })
        for entry in updated {
            guard case .event(let type, let data) = entry.body, let id = data["assignment_id"]?.stringValue
            else { continue }
            updates[id, default: []].append((type, data, entry.timestamp))
        }
        let ends = try rows(
            """
            SELECT session_id, outcome, updated_at FROM live_state
            WHERE outcome IS NOT NULL AND session_id IN (SELECT unnest($1::VARCHAR[]))
            """, { try $0.bind(sessions, at: 1) },
            map: { (try $0.text(0), (try $0.string(1).flatMap(Outcome.init(rawValue:)), try $0.moment(2))) })
        let endOf = Dictionary(ends) { first, _ in first }
        return launches.compactMap { entry in
            guard case .event(_, let data) = entry.body, let sessionID = entry.sessionID,
                var assignment = Assignment(launch: data, sessionID: sessionID, state: "", at: entry.timestamp)
            else { return nil }
            for update in updates[assignment.assignmentID] ?? [] {
                assignment.apply(update.type, update.data, at: update.at)
            }
            if let (outcome, time) = endOf[sessionID], let outcome { assignment.end(with: outcome, at: time) }
            return assignment
        }
    }
}

extension Reader {
    /// Sessions that have not ended, and in whose log one of these events stands.
    func activeSessions(with types: [EventType], mentioning text: String?) throws -> [String] {
        let names = types.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return try rows(
            """
            SELECT DISTINCT session_id FROM orchestration_events
            WHERE event_type IN (\(names)) AND session_sequence IS NOT NULL
                AND ($1 IS NULL OR contains(data::VARCHAR, $1))
                AND session_id IN (SELECT session_id FROM live_state WHERE outcome IS NULL)
            ORDER BY session_id
            """, { try $0.bind(text, at: 1) }, map: { try $0.text(0) })
    }
}
