import DuckDB
import RIFModel
import RIFStore

/// `live_state`: the small columns of every session as they are, which is what lists and dashboards query.
///
/// With a writer in the process it is `orchestration_state`, which the engine brings up to date before it asks. Reading
/// alone, a crash may have left rows behind their log, and nothing may be written: then the fold lies over them in a
/// temporary table of the connection.
enum LiveState {
    static func setUp(isReadOnly: Bool) -> @Sendable (Connection) throws -> Void {
        { connection in
            guard isReadOnly else {
                try connection.execute("CREATE TEMP VIEW live_state AS SELECT * FROM orchestration_state")
                return
            }
            try connection.execute(
                """
                CREATE TEMP TABLE unfolded AS
                SELECT session_id, current_state, agent_assignments, outcome, updated_at, entered_at, folded_sequence,
                    github_issues
                FROM orchestration_state LIMIT 0
                """)
            try fill(connection)
            try connection.execute(
                """
                CREATE TEMP VIEW live_state AS
                SELECT s.* FROM orchestration_state s ANTI JOIN temp.unfolded u USING (session_id)
                UNION ALL BY NAME
                SELECT s.* REPLACE (
                    u.current_state AS current_state, u.agent_assignments AS agent_assignments, u.outcome AS outcome,
                    u.updated_at AS updated_at, u.entered_at AS entered_at, u.folded_sequence AS folded_sequence,
                    u.github_issues AS github_issues)
                FROM orchestration_state s JOIN temp.unfolded u USING (session_id)
                """)
        }
    }

    /// For the queries of users, who know `orchestration_state` only: reading alone, a view of that name stands before the
    /// table where rows are behind their log.
    static func shadow(isReadOnly: Bool) -> @Sendable (Connection) throws -> Void {
        { connection in
            guard isReadOnly else { return }
            let behind = try Reader(borrowing: connection).loadUnfolded()
            guard !behind.isEmpty else { return }
            try setUp(isReadOnly: true)(connection)
            // The view over the table is made into a table of the moment: a view that is called like what it reads would
            // be taken for what it reads.
            try connection.execute(
                """
                CREATE TEMP TABLE shadow AS SELECT * FROM live_state;
                DROP VIEW temp.live_state;
                DROP TABLE temp.unfolded;
                ALTER TABLE temp.shadow RENAME TO orchestration_state
                """)
        }
    }

    private static func fill(_ connection: Connection) throws {
        let reader = Reader(borrowing: connection)
        let states = try reader.loadUnfolded().compactMap { SessionState.fold($0.entries) }
        guard !states.isEmpty else { return }
        let appender = try connection.appender(table: "unfolded", schema: nil, columns: nil)
        for state in states { try Snapshot(state).append(to: appender) }
        try appender.close()
    }
}

extension Snapshot {
    /// As a row of the staging tables: the small columns that change, the key first.
    func append(to appender: Appender) throws(DuckDBError) {
        try appender.append(listing.sessionID)
        try appender.append(listing.currentState)
        try appender.append(listing.agentAssignments.compact)
        try appender.append(listing.outcome?.rawValue)
        try appender.append(DuckDBTimestamp(microseconds: listing.updatedAt.microseconds))
        try appender.append(DuckDBTimestamp(microseconds: enteredAt.microseconds))
        try appender.append(foldedSequence)
        try appender.append(githubIssues.isNull ? nil : githubIssues.compact)
        try appender.endRow()
    }
}
