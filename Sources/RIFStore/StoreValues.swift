public import RIFModel

/// A session as it lies in the store.
public struct StoredSession: Sendable {
    /// In the order of the session sequence. Where another program wrote the row and there is no log, the one entry
    /// that takes the row over; it is not stored yet.
    public var entries: [LogEntry]
    public var isUnlogged: Bool
    /// What was recorded under an idempotency key and left no entry in the session's own log, which are metrics and
    /// reported events: key → result.
    public var keyedResults: [String: IdempotentResult]

    public init(entries: [LogEntry], isUnlogged: Bool, keyedResults: [String: IdempotentResult]) {
        self.entries = entries
        self.isUnlogged = isUnlogged
        self.keyedResults = keyedResults
    }
}

/// Which events to read from the log; what is none does not narrow it. They come in the order of their sequence.
public struct EventQuery: Sendable, Hashable {
    /// Global sequence that they lie above: then the first ones after it. None: the newest ones.
    public var after: Int64?
    /// The last global sequence that counts.
    public var through: Int64?
    public var sessionID: String?
    public var eventType: String?
    /// At most so many.
    public var limit: Int

    public init(
        after: Int64? = nil, through: Int64? = nil, sessionID: String? = nil, eventType: String? = nil, limit: Int
    ) {
        self.after = after
        self.through = through
        self.sessionID = sessionID
        self.eventType = eventType
        self.limit = limit
    }
}

/// Which assignments a list holds; what is none does not narrow it.
public struct AssignmentQuery: Sendable, Hashable {
    public var sessionID: String?
    public var agent: String?
    public var status: AssignmentStatus?
    /// At most so many.
    public var limit: Int

    public init(
        sessionID: String? = nil, agent: String? = nil, status: AssignmentStatus? = nil, limit: Int = 100
    ) {
        self.sessionID = sessionID
        self.agent = agent
        self.status = status
        self.limit = limit
    }

    /// Whether an assignment belongs in the list.
    public func holds(_ assignment: Assignment) -> Bool {
        (sessionID == nil || sessionID == assignment.sessionID) && (agent == nil || agent == assignment.agent)
            && (status == nil || status == assignment.status)
    }
}

/// What is open, and where. Does not change while it is.
public struct StoreInformation: Sendable, Hashable {
    /// `duckdb`, and whatever comes later.
    public var kind: String
    /// Absolute path, or `:memory:`.
    public var location: String
    public var isReadOnly: Bool
    public var schemaVersion: Int
    /// Version of the database library.
    public var libraryVersion: String

    public init(kind: String, location: String, isReadOnly: Bool, schemaVersion: Int, libraryVersion: String) {
        self.kind = kind
        self.location = location
        self.isReadOnly = isReadOnly
        self.schemaVersion = schemaVersion
        self.libraryVersion = libraryVersion
    }
}

/// Rows of each kind.
public struct StoreCounts: Sendable, Hashable {
    public var sessions: Int64
    public var activeSessions: Int64
    public var decisions: Int64
    public var metrics: Int64
    /// Without those that are rendered from decisions.
    public var events: Int64

    public init(sessions: Int64, activeSessions: Int64, decisions: Int64, metrics: Int64, events: Int64) {
        self.sessions = sessions
        self.activeSessions = activeSessions
        self.decisions = decisions
        self.metrics = metrics
        self.events = events
    }
}

/// What a backup wrote.
public struct BackupReceipt: Sendable, Hashable {
    /// Absolute.
    public var path: String
    /// Bytes of the copy, its write-ahead log included.
    public var bytes: Int64

    public init(path: String, bytes: Int64) {
        self.path = path
        self.bytes = bytes
    }
}

/// The size of the database, its write-ahead log included, before and after it was rewritten; 0 and 0 where it has no
/// file.
public struct CompactionReceipt: Sendable, Hashable {
    public var bytesBefore: Int64
    public var bytesAfter: Int64

    public init(bytesBefore: Int64, bytesAfter: Int64) {
        self.bytesBefore = bytesBefore
        self.bytesAfter = bytesAfter
    }
}
