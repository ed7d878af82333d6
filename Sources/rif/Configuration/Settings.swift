import Logging
import RIFOrchestrator
import RIFStoreDuckDB

/// Everything that can be configured, as the commands read it. The defaults are the libraries' own; the keys, ranges and
/// meanings stand in `SettingsTable`.
struct Settings: Sendable {
    /// Thresholds of health and alerts, and the refresh interval (`alerts.…`, `dashboard.…`).
    var monitoring = MonitorConfiguration()
    /// How large what users give us may be (`limits.…`, `query.…`).
    var limits = Limits.standard
    var cleanup = Cleanup()
    var backup = Backup()
    var database = Database()
    var server = Server()
    var agents = Agents()
    var log = Log()

    struct Cleanup: Sendable, Hashable {
        /// Finished sessions older than this many days are removed daily by a process that stays. None: never.
        var days: Int?
    }

    struct Backup: Sendable, Hashable {
        /// The only folder that backups over HTTP are written to. None: `backups` beside the database.
        var directory: String?
    }

    struct Database: Sendable, Hashable {
        var memoryBytes = DuckDBStore.Options().memoryLimit
    }

    struct Server: Sendable, Hashable {
        var host = "127.0.0.1"
        /// 0 lets the system pick one.
        var port = 8420
        /// A file whose first line is the token that may read and write.
        var tokenFile: String?
        /// A file whose first line is the token that may only read.
        var readTokenFile: String?
        /// How long requests may go on after the server was asked to stop.
        var drainSeconds = 10.0
        /// Further names, beside its own address, that a request's Host may have.
        var allowedHosts: [String] = []
    }

    struct Agents: Sendable, Hashable {
        /// Processes of agents at once.
        var maxConcurrent = 8
    }

    struct Log: Sendable, Hashable {
        enum Format: String, Sendable, CaseIterable { case text, json }

        var level = Logger.Level.warning
        var format = Format.text
    }
}

extension Settings {
    /// The engine's numbers for one command, or for a process that stays.
    func policy(_ base: EnginePolicy) -> EnginePolicy {
        var policy = base
        policy.limits = limits
        policy.cleanupDays = cleanup.days
        return policy
    }

    /// The folder of backups for a database.
    func backupDirectory(besides database: String) -> String {
        backup.directory ?? FilePaths.join(FilePaths.folder(of: database), "backups")
    }
}

extension Settings {
    // Ranges of `Limits` that begin at one, by their end.
    var listRows: Int {
        get { limits.listLimit.upperBound }
        set { limits.listLimit = 1...newValue }
    }
    var queryRows: Int {
        get { limits.sqlRows.upperBound }
        set { limits.sqlRows = 1...newValue }
    }
    var logLevel: String {
        get { log.level.rawValue }
        set { log.level = Logger.Level(rawValue: newValue) ?? log.level }
    }
    var logFormat: String {
        get { log.format.rawValue }
        set { log.format = Log.Format(rawValue: newValue) ?? log.format }
    }
}
