import DuckDB
import RIFModel
import RIFStore

extension Reader {
    func activeSessions() throws -> [DashboardFigures.ActiveSession] {
        var documents = JSONMemo()
        var active = try rows(
            """
            SELECT session_id, current_state, workflow_type, priority, agent_assignments, created_at, updated_at,
                coalesce(entered_at, created_at), github_issues
            FROM live_state WHERE outcome IS NULL ORDER BY priority DESC, created_at, session_id
            """
        ) { row in
            let listing = SessionListing(
                sessionID: try row.text(0), currentState: try row.text(1), outcome: nil,
                workflowType: try row.string(2), priority: try row.int32(3) ?? 0,
                agentAssignments: documents.value(try row.string(4)), createdAt: try row.moment(5),
                updatedAt: try row.moment(6))
            return DashboardFigures.ActiveSession(
                listing: listing, enteredAt: try row.moment(7), githubIssues: documents.value(try row.string(8)),
                lastDecision: nil)
        }
        try addLastDecisions(to: &active)
        return active
    }

    private func addLastDecisions(to active: inout [DashboardFigures.ActiveSession]) throws {
        // Nobody else holds it meanwhile, so that it is changed in place.
        let kept = decisions?.last
        decisions?.last = nil
        var last = try kept ?? lastSinceEntry()
        last.keep(active)
        var unknown: [Int] = []
        for index in active.indices {
            let id = active[index].listing.sessionID
            active[index].lastDecision = last[id]
            if active[index].lastDecision == nil, !last.isWithout(id) { unknown.append(index) }
        }
        if let oldest = unknown.map({ active[$0].listing.createdAt }).min() {
            // Those that were not active when the others were looked for have mostly just begun.
            let ids = unknown.map { active[$0].listing.sessionID }
            for decision in try lastDecisions(of: ids, since: kept == nil ? nil : oldest) { last.set(decision) }
            for (index, id) in zip(unknown, ids) {
                active[index].lastDecision = last[id]
                if active[index].lastDecision == nil { last.setNone(id) }
            }
        }
        if last.bytes <= DecisionCache.LastDecisions.mostBytes { decisions?.last = last }
    }

    /// In the order of the log the times of a session do not run backwards, so its last decision is one of those since it
    /// entered its state, if there are any: few rows are looked at by that. It does not find those of sessions that
    /// `save_state` replaced since, and those that others wrote, which have no sequence.
    private func lastSinceEntry() throws -> DecisionCache.LastDecisions {
        var last = DecisionCache.LastDecisions()
        let found = try rows(
            """
            WITH active AS (
                SELECT session_id, coalesce(entered_at, created_at) AS since FROM live_state WHERE outcome IS NULL),
            last AS (
                SELECT arg_max(d.rowid, d.sequence) AS place
                FROM orchestration_decisions d JOIN active a ON d.session_id = a.session_id AND d.timestamp >= a.since
                WHERE d.sequence IS NOT NULL GROUP BY d.session_id)
            SELECT \(Columns.decision) FROM orchestration_decisions WHERE rowid IN (SELECT place FROM last)
            """
        ) { try $0.decision() }
        for decision in found { last.set(decision) }
        return last
    }

    /// Rows without a sequence rank below all others, by time.
    ///
    /// - Parameter since: none looks through the whole table.
    private func lastDecisions(of sessionIDs: [String], since: Timestamp?) throws -> [Decision] {
        try rows(
            """
            WITH wanted AS (SELECT unnest(from_json($1, '["VARCHAR"]')) AS session_id),
            last AS (
                SELECT arg_max(d.rowid, coalesce(sequence, epoch_us(timestamp) - 4611686018427387904)) AS place
                FROM orchestration_decisions d JOIN wanted w ON d.session_id = w.session_id
                \(since == nil ? "" : "WHERE timestamp >= $2") GROUP BY d.session_id)
            SELECT \(Columns.decision) FROM orchestration_decisions WHERE rowid IN (SELECT place FROM last)
            """,
            {
                try $0.bind(JSONValue.strings(sessionIDs).compact, at: 1)
                if let since { try $0.bind(DuckDBTimestamp(microseconds: since.microseconds), at: 2) }
            }
        ) { try $0.decision() }
    }

    /// Names of the agents that are active in any active session, or in the one that is named.
    func activeAgents(sessionID: String?) throws -> Set<ExactText> {
        var documents = JSONMemo()
        let assignments = try rows(
            """
            SELECT DISTINCT agent_assignments FROM live_state
            WHERE outcome IS NULL \(sessionID == nil ? "" : "AND session_id = ?")
            """, { if let sessionID { try $0.bind(sessionID, at: 1) } }
        ) { documents.value(try $0.string(0)) }
        return Self.activeAgents(assignments)
    }

    static func activeAgents(_ assignments: some Sequence<JSONValue>) -> Set<ExactText> {
        var active: Set<ExactText> = []
        for json in assignments {
            for (agent, status) in json.objectValue ?? [:]
            where AssignmentStatus.works(status) {
                active.insert(ExactText(agent))
            }
        }
        return active
    }
}

/// JSON of one column, in which the same few texts come again and again: each is parsed once.
struct JSONMemo {
    private var parsed: [ExactText: JSONValue] = [:]
    /// A column in which no two values are equal is not held twice.
    private static let most = 256

    /// As for lists that should show also what is broken: that is given as text.
    mutating func value(_ text: String?) -> JSONValue {
        guard let text else { return .null }
        let key = ExactText(text)
        if let known = parsed[key] { return known }
        let value = (try? JSONValue.parse(text, maximumDepth: 512)) ?? .string(text)
        if parsed.count < Self.most { parsed[key] = value }
        return value
    }
}
