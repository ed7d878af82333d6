public import RIFModel

/// Why a store could not do what it was asked. Every case says what a person can do about it.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The write was refused and nothing of it is stored: a duplicate key, a value that does not fit.
        case rejected
        /// The store failed before the commit: nothing is stored, the same write may succeed later.
        case failed
        /// The commit itself failed: it may or may not have happened. `StoreWriter.reopen` and `isCommitted` tell. Also
        /// what a read throws after which the store answers nobody any more, until it was reopened.
        case outcomeUnknown
        /// Out of memory: nothing is stored; fewer rows at once may fit.
        case outOfMemory
        /// Another process has the database, and kept it for as long as we were willing to wait.
        case locked
        /// The file is not a database, is cut short, or fails its checksums. It is left as it is.
        case damaged
        /// The file was written by a newer version. It is left as it is.
        case newerVersion
        /// There is no database at the path, and reading does not make one.
        case missing
        /// The file, its folder or the disk does not allow it: permissions, no space.
        case unwritable
        /// The database library is missing or is not one that was tested.
        case library
        /// A file that would have been overwritten exists.
        case exists
        /// The store was closed.
        case closed
    }

    public var kind: Kind
    /// What happened, in one or two sentences, with the store's own words.
    public var message: String
    /// What to do about it.
    public var remedy: String?

    public init(_ kind: Kind, _ message: String, remedy: String? = nil) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
    }

    /// The remedy where the disk is full: it tells that apart from everything else that may go wrong with a file.
    public static let freeSpace = "free some space on the disk"

    /// Whether the disk, or what we may use of it, is full.
    public var isDiskFull: Bool { remedy == Self.freeSpace }

    public var description: String { remedy.map { "\(message); \($0)" } ?? message }

    /// The error that a user sees. The store's own words may hold paths and SQL, so they are its diagnosis.
    public var rifError: RIFError {
        let code: RIFError.Code =
            switch kind {
            case .rejected: .internal
            case .exists: .fileExists
            default: .storageUnavailable
            }
        return RIFError(code, wordsForClients, diagnosis: description)
    }

    /// One sentence without a path and without the store's own words.
    private var wordsForClients: String {
        if isDiskFull {
            return kind == .outcomeUnknown
                ? "the disk is full, and the database has to be reopened; the same request may succeed when there is room"
                : "the disk is full: nothing was stored; the same request may succeed when there is room"
        }
        return switch kind {
        case .rejected: "the database refused this, and nothing of it was stored"
        case .failed: "the database failed; a write was not stored, and the same request may succeed later"
        case .outcomeUnknown: "the database stopped working and has to be reopened; the same request may succeed later"
        case .outOfMemory: "the database ran out of memory; nothing was stored"
        case .locked: "the database is in use by another process"
        case .damaged: "the database, or what it holds of this, is damaged; it was left as it is"
        case .newerVersion: "the database was written by a newer version"
        case .missing: "there is no database"
        case .unwritable: "the database cannot be written to"
        case .library: "the database library is missing, or is not one that was tested"
        case .exists: "there is a file at the path already"
        case .closed: "the database is closed"
        }
    }
}

extension RIFError.Code {
    /// A file that would have been overwritten exists.
    public static let fileExists = RIFError.Code(rawValue: "file_exists")
}
