public import RIFModel

/// The numbers that the engine works by.
public struct EnginePolicy: Sendable, Hashable {
    /// Writes that one commit carries at most. A single huge transaction can fail for want of memory.
    public var maximumBatchWrites = 1024
    /// Bytes (estimated) that one commit carries at most; a larger write goes alone.
    public var maximumBatchBytes = 8 << 20
    /// Writes that may wait for a commit; past it callers wait for room.
    public var maximumQueuedWrites = 16_384
    /// Bytes (estimated) that may wait for a commit.
    public var maximumQueuedBytes = 256 << 20
    /// How long a caller waits for room before it is refused as `overloaded`.
    public var queueDeadline: Duration = .seconds(10)
    /// How long `probe` waits for a commit. Short: whoever asks will ask again.
    public var probeDeadline: Duration = .seconds(2)
    /// How far the small columns of a session may lag behind its log.
    public var snapshotDelay: Duration = .milliseconds(250)
    /// How often the large columns of sessions that finished are written, together.
    public var documentInterval: Duration = .seconds(180)
    /// Bytes of write-ahead log from which on a checkpoint is due when nothing is queued.
    public var idleCheckpointBytes: Int64 = 16 << 20
    /// Bytes of write-ahead log from which on a checkpoint is due in any case. What is not yet in the file is held in
    /// memory, so this has to stay well below the memory limit of the database.
    public var forcedCheckpointBytes: Int64 = 256 << 20
    /// Sessions that are kept in memory; the least recently used go first.
    public var maximumCachedSessions = 8192
    /// History entries over all sessions that are kept in memory.
    public var maximumCachedHistory = 400_000
    /// Events that the live feed keeps in memory; older ones are read from the log.
    public var feedCapacity = 1000
    /// Whether an owner's duties are done in the background: large columns of finished sessions, the daily clean-up.
    public var runsMaintenance = true
    /// Whether the feed begins with the newest events of the log. A command that shows none goes without.
    public var preloadsFeed = true
    /// At a close, the large columns of all sessions are brought up to date where they hold no more JSON than this.
    /// None: always.
    public var documentBytesAtClose: Int64?
    /// Finished sessions older than this many days are removed once a day. None: never.
    public var cleanupDays: Int?
    /// How large what users give us may be.
    public var limits = Limits.standard

    public init() {}

    /// For a command that opens the database, does one thing, and closes it.
    public static var oneShot: EnginePolicy {
        var policy = EnginePolicy()
        policy.documentBytesAtClose = 16 << 20
        policy.preloadsFeed = false
        policy.runsMaintenance = false
        return policy
    }
}
