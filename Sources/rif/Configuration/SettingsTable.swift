import Logging
import RIFOrchestrator

/// The closed table of all settings. What reads them (files, environment, `--set`), `rif config` and the page
/// `Documentation/Guides/Configuration.md` follow from it; `Settings` holds the defaults.
enum SettingsTable {
    static let keys: [SettingKey] = alerts + limits + query + server + rest

    /// Environment variables that set a key under another name.
    static let aliases = ["RIF_LOG": "log.level"]

    static func key(_ name: String) -> SettingKey? { byName[name] }

    private static let byName = Dictionary(keys.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let alerts: [SettingKey] = [
        .integer(
            "alerts.active_sessions", \.monitoring.activeSessions, 0...1_000_000_000,
            "More active sessions than this are an alert, and cost 20 points of health."),
        .number(
            "alerts.error_rate", \.monitoring.errorRate, 0...1,
            "A larger share of failed decisions in the last hour is an alert, and costs 30 points."),
        .number(
            "alerts.slow_ms", \.monitoring.slowTransitionMS, 1...31_536_000_000,
            "Transitions that take longer on average, in milliseconds, are bottlenecks; they cost 20 points."),
        .number(
            "alerts.slow_query_ms", \.monitoring.slowQueryMS, 1...86_400_000,
            "A read of the dashboard that takes longer, in milliseconds, is an alert, and costs 20 points."),
        .number(
            "alerts.memory_mb_per_hour", \.monitoring.memoryGrowthMBPerHour, 0...1_000_000,
            "Memory of the process that grows faster, in MB an hour, is an alert, and costs 20 points."),
        .number(
            "alerts.memory_window_seconds", \.monitoring.memoryWindowSeconds, 10...86_400,
            "Growth is judged over so many seconds, and not before half of them have passed."),
        .number(
            "alerts.interval_seconds", \.monitoring.examinationSeconds, 0...3_600,
            "A process that stays examines the health so often, and notes alerts; 0: only when somebody asks."),
        .number(
            "dashboard.refresh_interval", \.monitoring.refreshInterval, TopScreen.intervals,
            "Seconds between two refreshes of a dashboard and of 'rif top'."),
    ]

    private static let limits: [SettingKey] = [
        .bytes("limits.body_bytes", \.limits.bodyBytes, 1_024...(1 << 30), "The body of an HTTP request."),
        .bytes(
            "limits.context_bytes", \.limits.contextBytes, 1_024...(256 << 20),
            "A session's context as compact JSON, after a merge."),
        .bytes(
            "limits.history_bytes", \.limits.historyBytes, 1_024...(1 << 30),
            "A history that a saved state brings, as compact JSON."),
        .bytes("limits.reason_bytes", \.limits.reasonBytes, 0...(16 << 20), "A reason, or an agent's task."),
        .integer(
            "limits.name_characters", \.limits.nameScalars, 1...4_096,
            "Names of states, agents, workflow types, metrics and events, in Unicode scalars."),
        .integer(
            "limits.idempotency_key_characters", \.limits.idempotencyKeyCharacters, 1...4_096,
            "An idempotency key, in Unicode scalars."),
        .integer("limits.list_rows", \.listRows, 1...100_000, "What 'limit' of a list may be at most."),
        .integer(
            "limits.json_depth", \.limits.jsonDepth, 1...Int64(JSONValue.maximumDepth),
            "Arrays and objects within each other in JSON that comes in."),
    ]

    private static let query: [SettingKey] = [
        .number("query.timeout_seconds", \.limits.sqlSeconds, 0.01...3_600, "How long a user's query may run."),
        .integer("query.rows", \.queryRows, 1...1_000_000, "Rows that a user's query may return at most."),
        .bytes("query.text_bytes", \.limits.sqlBytes, 16...(16 << 20), "The text of a user's query."),
    ]

    private static let server: [SettingKey] = [
        .text("server.host", \.server.host, "The address that 'rif serve' listens on."),
        .integer("server.port", \.server.port, 0...65_535, "Its port; 0 picks a free one."),
        .path("server.token_file", \.server.tokenFile, "A file with the token that may read and write."),
        .path("server.read_token_file", \.server.readTokenFile, "A file with the token that may only read."),
        .number(
            "server.drain_seconds", \.server.drainSeconds, 0...3_600,
            "How long requests may go on after the server was asked to stop."),
        .list(
            "server.allowed_hosts", \.server.allowedHosts,
            "Further names that a request's Host may have, beside the server's own address."),
    ]

    private static let rest: [SettingKey] = [
        .integer(
            "agents.max_concurrent", \.agents.maxConcurrent, 1...10_000,
            "Agents that one process runs at once; workflows and agents may have lower limits."),
        .optionalInteger(
            "cleanup.days", \.cleanup.days, 1...36_500,
            "Finished sessions older than so many days are removed daily by a process that stays."),
        .path(
            "backup.directory", \.backup.directory, standard: "backups beside the database",
            "The folder that backups over HTTP are written to."),
        .bytes(
            "database.memory_bytes", \.database.memoryBytes, (64 << 20)...(1 << 40),
            "What DuckDB may use for its buffers; a limit, not what it takes."),
        .choice(
            "log.level", \.logLevel, Logger.Level.allCases.map(\.rawValue),
            "Messages of this level and above go to standard error. RIF_LOG is its short name; --verbose is 'debug'."),
        .choice(
            "log.format", \.logFormat, Settings.Log.Format.allCases.map(\.rawValue),
            "Messages for people, or one JSON object a line for programs."),
    ]
}
