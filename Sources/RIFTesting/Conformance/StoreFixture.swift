public import RIFStore

/// One database of a conformance case's own, which can be opened again and again.
public protocol StoreFixture: Sendable {
    /// Whether what was committed is there after a close and another open.
    var isPersistent: Bool { get }

    /// Where a backup can be written; none where the store cannot be backed up.
    var backupPath: String? { get }

    /// Whether its stores are also an `AnalyticsStore`.
    var hasAnalytics: Bool { get }

    /// Opens the database, and makes it where there is none.
    func open(isReadOnly: Bool) async throws -> any SessionStore

    /// Opens a backup that was written to `backupPath`.
    func openBackup() async throws -> any SessionStore
}

extension StoreFixture {
    public var backupPath: String? { nil }

    public var hasAnalytics: Bool { false }

    public func open() async throws -> any SessionStore { try await open(isReadOnly: false) }

    public func openBackup() async throws -> any SessionStore {
        throw TestFailure("this store declares that it cannot be backed up")
    }
}

/// A `MemoryStore`, on a disk that outlives it or on one of its own.
public struct MemoryFixture: StoreFixture {
    public let isPersistent: Bool
    private let disk = MemoryDisk()

    public init(isPersistent: Bool) { self.isPersistent = isPersistent }

    public func open(isReadOnly: Bool) async throws -> any SessionStore {
        MemoryStore(on: isPersistent ? disk : MemoryDisk(), isReadOnly: isReadOnly)
    }
}
