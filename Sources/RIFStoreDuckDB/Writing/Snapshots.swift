import DuckDB
import RIFModel
import RIFStore

extension DuckDBWriter {
    /// From this many sessions on, they are staged and updated with one statement.
    private static let stagingThreshold = 4

    func save(_ snapshots: [Snapshot], foldedThrough: Int64) throws(StoreError) {
        try inTransaction {
            if snapshots.count < Self.stagingThreshold {
                for snapshot in snapshots { try update(snapshot) }
            } else {
                try stage(snapshots)
            }
            try setCounter("folded_through", atLeast: foldedThrough)
        }
    }

    private func update(_ snapshot: Snapshot) throws {
        let statement = try statement(
            """
            UPDATE orchestration_state SET current_state = ?, agent_assignments = ?::VARCHAR, outcome = ?, updated_at = ?,
                entered_at = ?, folded_sequence = ?, github_issues = ?::VARCHAR
            WHERE session_id = ?
            """)
        try statement.bind(snapshot.listing.currentState, at: 1)
        try statement.bind(snapshot.listing.agentAssignments.compact, at: 2)
        try statement.bind(snapshot.listing.outcome?.rawValue, at: 3)
        try statement.bind(DuckDBTimestamp(microseconds: snapshot.listing.updatedAt.microseconds), at: 4)
        try statement.bind(DuckDBTimestamp(microseconds: snapshot.enteredAt.microseconds), at: 5)
        try statement.bind(snapshot.foldedSequence, at: 6)
        try statement.bind(snapshot.githubIssues.isNull ? nil : snapshot.githubIssues.compact, at: 7)
        try statement.bind(snapshot.listing.sessionID, at: 8)
        try statement.run()
    }

    private func stage(_ snapshots: [Snapshot]) throws {
        let connection = try open()
        let appender = try connection.appender(table: "staged")
        for snapshot in snapshots { try snapshot.append(to: appender) }
        try appender.close()
        try connection.execute(
            """
            UPDATE orchestration_state AS s SET current_state = n.current_state,
                agent_assignments = n.agent_assignments, outcome = n.outcome, updated_at = n.updated_at,
                entered_at = n.entered_at, folded_sequence = n.folded_sequence, github_issues = n.github_issues
            FROM temp.staged AS n WHERE s.session_id = n.session_id;
            DELETE FROM temp.staged;
            """)
    }

    func setCounter(_ name: String, atLeast value: Int64) throws {
        let statement = try statement("UPDATE rif_counters SET value = ? WHERE name = ? AND value < ?")
        try statement.bind(value, at: 1)
        try statement.bind(name, at: 2)
        try statement.bind(value, at: 3)
        try statement.run()
    }

    func save(_ documents: [Documents]) throws(StoreError) {
        guard !documents.isEmpty else { return }
        try inTransaction {
            let statement = try statement(
                """
                UPDATE orchestration_state SET context = ?::VARCHAR, history = ?::VARCHAR, documents_sequence = ? WHERE session_id = ?
                """)
            for document in documents {
                try statement.bind(JSONValue.object(document.context).compact, at: 1)
                try statement.bind(document.history.json.compact, at: 2)
                try statement.bind(document.foldedSequence, at: 3)
                try statement.bind(document.sessionID, at: 4)
                try statement.run()
            }
        }
    }

    func sessionsWithStaleDocuments(onlyFinished: Bool) throws(StoreError) -> [String] {
        do {
            return try open().query(
                """
                SELECT session_id FROM orchestration_state
                WHERE documents_sequence < folded_sequence \(onlyFinished ? "AND outcome IS NOT NULL" : "")
                ORDER BY session_id
                """
            ).rows { try $0.string(0) ?? "" }
        } catch {
            throw StoreError(error)
        }
    }

    func documentBytes() throws(StoreError) -> Int64 {
        do {
            return try open().query(
                "SELECT coalesce(sum(strlen(context) + strlen(history)), 0)::BIGINT FROM orchestration_state"
            ).firstRow { try $0.int64(0) ?? 0 } ?? 0
        } catch {
            let error = StoreError(error)
            // More than can be looked at is more than any limit.
            if error.kind == .outOfMemory { return .max }
            throw error
        }
    }

    func cleanUp(before cut: Timestamp) throws(StoreError) -> [String] {
        let last = try lastSequence()
        var removed: [String] = []
        try inTransaction {
            // Numbers are never given twice, also when the rows that had them are gone.
            try setCounter("last_sequence", atLeast: last)
            let find = try statement(
                """
                SELECT session_id FROM orchestration_state WHERE outcome IS NOT NULL AND updated_at < ?
                ORDER BY session_id
                """)
            try find.bind(DuckDBTimestamp(microseconds: cut.microseconds), at: 1)
            removed = try find.execute().rows { try $0.string(0) ?? "" }
            guard !removed.isEmpty else { return }
            for table in ["orchestration_decisions", "orchestration_metrics", "orchestration_events"] {
                let statement = try statement(
                    """
                    DELETE FROM \(table) WHERE session_id IN
                    (SELECT session_id FROM orchestration_state WHERE outcome IS NOT NULL AND updated_at < ?)
                    """)
                try statement.bind(DuckDBTimestamp(microseconds: cut.microseconds), at: 1)
                try statement.run()
            }
            let statement = try statement(
                "DELETE FROM orchestration_state WHERE outcome IS NOT NULL AND updated_at < ?")
            try statement.bind(DuckDBTimestamp(microseconds: cut.microseconds), at: 1)
            try statement.run()
        }
        return removed
    }
}
