public import RIFModel

/// Why a store could not do what it was asked. Every case says what a person can do about it.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The write was refused and nothing of it is stored: a duplicate key, a value that does not fit.
        case rejected
        /// The store failed before the commit: nothing is stored, the same write may succeed later.
        case failed
        /// The commit itself failed: it may or may not have happened. `StoreWriter.reopen` and `isCommitted` tell.
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

    public var description: String { remedy.map { "\(message); \($0)" } ?? message }

    /// The error that a user sees.
    public var rifError: RIFError {
        switch kind {
        case .rejected: RIFError(.internal, description)
        case .exists: RIFError(.fileExists, description)
        default: RIFError(.storageUnavailable, description)
        }
    }
}

extension RIFError.Code {
    /// A file that would have been overwritten exists.
    public static let fileExists = RIFError.Code(rawValue: "file_exists")
}
