import DuckDB
import RIFModel
import RIFStore

/// Holds the rows of `orchestration_state` against the fold of their logs: what a row says has to be what the log said
/// when the row was written. A row that lags behind its log is in order; one that others have changed is not.
///
/// State and outcome have rules of their own in `IntegrityCheck`; here is what SQL cannot fold.
struct SnapshotCheck {
    let reader: Reader

    /// Sessions that are read at once.
    private static let sessionsAtOnce = 64

    func findings(in range: ClosedRange<String>) throws -> [String] {
        var findings: [String] = []
        var last: String?
        while true {
            let rows = try page(of: range, after: last)
            guard let first = rows.first?.id, let end = rows.last?.id else { return findings }
            do {
                let logs = try reader.entries(from: first, through: end)
                for row in rows { findings += compare(row, logs[row.id] ?? []) }
            } catch let error as StoreError where error.kind == .damaged {
                // Something in one of the logs cannot be read: one by one, to say in which.
                for row in rows { findings += try compareAlone(row) }
            }
            guard rows.count == Self.sessionsAtOnce else { return findings }
            last = end
        }
    }

    /// A row as it stands in the file. What cannot be read is none here.
    private struct StateRow {
        var id: String
        var workflowType: String?
        var priority: Int32
        var agents: JSONValue?
        var context: JSONValue?
        var history: JSONValue?
        var foldedSequence: Int64
        var documentsSequence: Int64
    }

    private func page(of range: ClosedRange<String>, after last: String?) throws -> [StateRow] {
        try reader.rows(
            """
            SELECT session_id, workflow_type, priority, agent_assignments, context, history, folded_sequence,
                documents_sequence
            FROM orchestration_state WHERE session_id \(last == nil ? ">=" : ">") ? AND session_id <= ?
            ORDER BY session_id LIMIT \(Self.sessionsAtOnce)
            """,
            {
                try $0.bind(last ?? range.lowerBound, at: 1)
                try $0.bind(range.upperBound, at: 2)
            },
            map: { row in
                StateRow(
                    id: try row.text(0), workflowType: try row.string(1), priority: try row.int32(2) ?? 0,
                    agents: try json(row.string(3) ?? "{}"), context: try json(row.text(4)),
                    history: try json(row.text(5)), foldedSequence: try row.int64(6) ?? 0,
                    documentsSequence: try row.int64(7) ?? 0)
            })
    }

    private func compareAlone(_ row: StateRow) throws -> [String] {
        do {
            return compare(row, try reader.entries(from: row.id, through: row.id)[row.id] ?? [])
        } catch let error as StoreError where error.kind == .damaged {
            return ["session \(row.id): \(error.message)"]
        }
    }

    private func json(_ text: String) -> JSONValue? { try? JSONValue.parse(text, maximumDepth: 512) }

    private func compare(_ row: StateRow, _ entries: [LogEntry]) -> [String] {
        // A row that was taken over and has not been written since holds what its first entry says.
        let documents = max(1, row.documentsSequence)
        let small = max(1, row.foldedSequence)
        var state: SessionState?
        var wrong: [String] = []
        let unreadable = [("context", row.context), ("history", row.history), ("agent_assignments", row.agents)]
            .filter { $0.1 == nil }.map { "session \(row.id): \($0.0) is stored as something that cannot be read" }
        for (index, entry) in entries.enumerated() {
            if state == nil { state = SessionState(first: entry) } else { state?.apply(entry) }
            guard let now = state else { return unreadable }
            let next = index + 1 < entries.count ? entries[index + 1].sessionSequence ?? .max : .max
            if now.lastSequence <= documents && documents < next {
                if let context = row.context, !same(context, .object(now.context)) { wrong.append("context") }
                if let history = row.history, !same(history, now.history.json) { wrong.append("history") }
            }
            if now.lastSequence <= small && small < next {
                let agents = JSONValue.object(now.agents)
                if let found = row.agents, !same(found.isNull ? [:] : found, agents) {
                    wrong.append("agent_assignments")
                }
                if row.workflowType != now.workflowType { wrong.append("workflow_type") }
                if row.priority != now.priority { wrong.append("priority") }
            }
        }
        return unreadable
            + wrong.map { "session \(row.id): \($0) is not what its log says; the log counts" }
    }

    /// As text, so that values of different number types which are written the same are the same.
    private func same(_ left: JSONValue, _ right: JSONValue) -> Bool { left == right || left.compact == right.compact }
}
