public import RIFModel

/// Where sessions are kept: the contract that every store fulfils, held by the conformance suite in `RIFTesting`.
///
/// One store object is one opened database. Reading is asynchronous and may run on many tasks at once; each read sees
/// everything that was committed before it began. Writing happens on one thread of the store's own, inside
/// `runWriter`; the writer never leaves that thread.
public protocol SessionStore: Sendable {
    var information: StoreInformation { get }

    /// Starts the store's writing thread and runs `body` on it, once; returns at once. When `body` returns, the writer
    /// has been closed. A store that was opened for reading only has no writer.
    ///
    /// - Throws: `StoreError` where the store is read-only, is closed, or has a writer already.
    func runWriter(_ body: @escaping @Sendable (any StoreWriter) -> Void) throws(StoreError)

    /// Waits until the writer's body has returned, folds what the store keeps outside of its main file into it, and
    /// lets go of every file and lock. Idempotent.
    func close() async

    /// Everything that is stored of a session, in the order of its sequence; nothing where it is unknown.
    func load(_ sessionID: String) async throws(StoreError) -> StoredSession?

    /// The same of all sessions that have entries which their snapshot does not include: those that a crash caught.
    func loadUnfolded() async throws(StoreError) -> [StoredSession]

    /// Ids that begin with a prefix, in their order, at most `limit`.
    func sessionIDs(prefix: String, limit: Int) async throws(StoreError) -> [String]

    func sessions(_ query: SessionQuery) async throws(StoreError) -> [SessionListing]

    /// Newest first, of one session or of all.
    func decisions(sessionID: String?, limit: Int) async throws(StoreError) -> [Decision]

    /// Newest first, of one session or of all.
    func metrics(sessionID: String?, limit: Int) async throws(StoreError) -> [Metric]

    /// Events in their order, those after `sequence` only; or the newest ones, where `sequence` is none.
    func events(_ query: EventQuery) async throws(StoreError) -> [Event]

    /// The entry that was written under an idempotency key of a namespace that no session's state holds: an event that
    /// was reported about the session; or, where `sessionID` is none, the start of a session, or an event about none.
    func keyedEntry(_ key: String, sessionID: String?) async throws(StoreError) -> LogEntry?

    /// The session whose log launched an assignment; nothing where none did.
    func sessionID(ofAssignment assignmentID: String) async throws(StoreError) -> String?

    /// Assignments, those launched last first.
    func assignments(_ query: AssignmentQuery) async throws(StoreError) -> [Assignment]

    /// Sessions that have not ended, as far as their snapshots say, and in whose log one of these events stands; by id.
    ///
    /// - Parameter text: only events whose data, as compact JSON, holds this.
    func activeSessions(with types: [EventType], mentioning text: String?) async throws(StoreError) -> [String]

    /// Figures over the decisions of one session or of all; nothing where there are none.
    func figures(sessionID: String?) async throws(StoreError) -> DecisionFigures?

    /// How many finished sessions a clean-up with this cut would remove.
    func countFinished(before cut: Timestamp) async throws(StoreError) -> Int

    /// Checks that the rows agree with each other: `validate_state_integrity`.
    func checkIntegrity(sessionID: String?, now: Timestamp) async throws(StoreError) -> IntegrityReport

    func counts() async throws(StoreError) -> StoreCounts
}

/// The writing side of a store, confined to its thread. Every method blocks until it is durable or has failed.
public protocol StoreWriter: AnyObject {
    /// The highest global sequence that was ever given, also to rows that were cleaned up since.
    func lastSequence() throws(StoreError) -> Int64

    /// Stores all writes in one transaction, or none.
    ///
    /// - Throws: `outcomeUnknown` where the commit itself failed; every other kind means that nothing is stored.
    func commit(_ writes: [Write]) throws(StoreError)

    /// Makes a commit that goes down to the disk like any other and leaves no row behind: whether one can be made now.
    ///
    /// - Throws: `unwritable` where the disk has no room for one, which is found out without trying; else as `commit`.
    func probe() throws(StoreError)

    /// Lets go of the database and opens it again, after an error that left it unusable or its outcome unknown.
    func reopen() throws(StoreError)

    /// Whether a write whose commit failed is stored nevertheless.
    func isCommitted(_ write: Write) throws(StoreError) -> Bool

    /// Brings the small columns of sessions up to date, all of them or none.
    ///
    /// - Parameter foldedThrough: the global sequence up to which every entry is folded once this is stored.
    func save(_ snapshots: [Snapshot], foldedThrough: Int64) throws(StoreError)

    /// Brings the large columns of sessions up to date.
    func save(_ documents: [Documents]) throws(StoreError)

    /// Ids of sessions whose large columns are behind their log.
    func sessionsWithStaleDocuments(onlyFinished: Bool) throws(StoreError) -> [String]

    /// Bytes of JSON in the large columns, roughly: what rewriting them may cost.
    func documentBytes() throws(StoreError) -> Int64

    /// Removes finished sessions last updated before the cut, with all their rows, and returns their ids.
    func cleanUp(before cut: Timestamp) throws(StoreError) -> [String]

    /// Bytes that were committed since the last checkpoint: what an open after a crash has to replay.
    var uncheckpointedBytes: Int64 { get }

    /// Folds the write-ahead log into the main file.
    func checkpoint() throws(StoreError)

    /// Writes a copy that opens as a database of its own, and checks that it does.
    ///
    /// - Throws: `exists` where there is a file at the path and `overwrite` is false.
    func backUp(to path: String, overwrite: Bool) throws(StoreError) -> BackupReceipt

    /// Rewrites the database without the space that removed rows left.
    func compact() throws(StoreError) -> CompactionReceipt
}
