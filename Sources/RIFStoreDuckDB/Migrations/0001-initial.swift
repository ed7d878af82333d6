extension Migration {
    /// The guide's three tables, ours after them. The guide's columns come first and in the guide's order, so that
    /// whoever knows the guide knows the file.
    static let initial = Migration(
        version: 1, name: "initial", sql: stateTable + decisionsTable + metricsTable + ownTables)

    /// One row a session. `context` and `history` follow the log late, all other columns at once.
    static let stateTable = """
        CREATE TABLE orchestration_state (
            session_id VARCHAR PRIMARY KEY,
            current_state VARCHAR NOT NULL,
            context JSON NOT NULL,
            history JSON NOT NULL,
            agent_assignments JSON,
            workflow_type VARCHAR,
            priority INTEGER DEFAULT 0,
            created_at TIMESTAMP DEFAULT NOW(),
            updated_at TIMESTAMP DEFAULT NOW(),
            outcome VARCHAR,
            entered_at TIMESTAMP,
            folded_sequence BIGINT DEFAULT 0,
            documents_sequence BIGINT DEFAULT 0,
            github_issues JSON
        );
        """

    static let decisionsTable = """
        CREATE TABLE orchestration_decisions (
            decision_id VARCHAR PRIMARY KEY,
            session_id VARCHAR NOT NULL,
            from_state VARCHAR NOT NULL,
            to_state VARCHAR NOT NULL,
            decision_reason TEXT,
            agents_selected JSON,
            confidence_score FLOAT DEFAULT 0.0,
            execution_time_ms INTEGER,
            success BOOLEAN DEFAULT TRUE,
            error_details TEXT,
            timestamp TIMESTAMP DEFAULT NOW(),
            kind VARCHAR,
            sequence BIGINT,
            session_sequence BIGINT,
            context_updates JSON,
            outcome VARCHAR,
            idempotency_key VARCHAR,
            request_hash VARCHAR,
            actor VARCHAR
        );
        """

    static let metricsTable = """
        CREATE TABLE orchestration_metrics (
            metric_id VARCHAR PRIMARY KEY,
            session_id VARCHAR NOT NULL,
            metric_type VARCHAR NOT NULL,
            metric_name VARCHAR NOT NULL,
            metric_value FLOAT NOT NULL,
            metadata JSON,
            timestamp TIMESTAMP DEFAULT NOW(),
            idempotency_key VARCHAR,
            request_hash VARCHAR
        );
        """

    /// Events have no primary key: the one writer gives each sequence once, and an index would cost on every insert.
    private static let ownTables = """
        CREATE TABLE orchestration_events (
            sequence BIGINT NOT NULL,
            session_id VARCHAR,
            session_sequence BIGINT,
            event_type VARCHAR NOT NULL,
            data JSON,
            timestamp TIMESTAMP NOT NULL,
            idempotency_key VARCHAR,
            request_hash VARCHAR,
            actor VARCHAR
        );
        CREATE TABLE rif_counters (name VARCHAR NOT NULL, value BIGINT NOT NULL);
        INSERT INTO rif_counters VALUES ('last_sequence', 0), ('folded_through', 0);
        """
}
