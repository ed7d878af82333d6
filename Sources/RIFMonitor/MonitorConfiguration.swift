/// Thresholds and windows of the monitor; the defaults are the guide's.
public struct MonitorConfiguration: Sendable, Hashable {
    /// Seconds between two refreshes of a dashboard (`dashboard.refresh_interval`).
    public var refreshInterval = 1.0
    /// More active sessions than this cost points (`alerts.active_sessions`).
    public var activeSessions: Int64 = 100
    /// A larger share of failed decisions than this is an alert, 0…1 (`alerts.error_rate`).
    public var errorRate = 0.1
    /// Transitions that take longer than this on average are slow, in milliseconds (`alerts.slow_ms`).
    public var slowTransitionMS = 10_000.0
    /// A read that takes longer than this is slow, in milliseconds (`alerts.slow_query_ms`).
    public var slowQueryMS = 1_000.0
    /// Resident memory that grows faster than this, in MB an hour, is an alert (`alerts.memory_mb_per_hour`).
    public var memoryGrowthMBPerHour = 64.0
    /// Growth is judged over so many seconds of samples, and not before there are that many.
    public var memoryWindowSeconds = 600.0
    /// Seconds between two examinations that a program which owns the database makes by itself, so that alerts are raised
    /// also where nobody looks (`alerts.interval_seconds`). 0: never.
    public var examinationSeconds = 15.0

    public init() {}
}
