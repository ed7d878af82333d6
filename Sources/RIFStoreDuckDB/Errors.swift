import DuckDB
import RIFStore

extension StoreError {
    /// An error of a statement that did not commit anything.
    init(_ error: any Error) {
        if let known = error as? StoreError {
            self = known
            return
        }
        guard let error = error as? DuckDBError else {
            self.init(.failed, "\(error)")
            return
        }
        switch error.kind {
        case .libraryMissing, .libraryUnusable:
            self.init(.library, error.message)
        case .constraint, .conversion, .invalidInput, .outOfRange, .mismatchType, .invalidType:
            self.init(.rejected, "the database refused it: \(error.message)")
        case .outOfMemory:
            self.init(.outOfMemory, "the database ran out of memory: \(error.message)")
        case .fatal, .internalError:
            self.init(.outcomeUnknown, "the database stopped working: \(error.message)")
            remedy = Self.isFullDisk(error.message) ? Self.freeSpace : nil
        case .closed:
            self.init(.closed, "the database is closed")
        default:
            self.init(Self.isDamage(error.message) ? .damaged : .failed, "the database failed: \(error.message)")
            if kind == .damaged {
                remedy = "'rif doctor' says more; 'rif restore FILE' puts a backup in its place and keeps this file"
            } else if Self.isFullDisk(error.message) {
                remedy = Self.freeSpace
            }
        }
    }

    /// DuckDB has no type of its own for it, but puts the system's words into its text.
    private static func isFullDisk(_ text: String) -> Bool {
        ["No space left", "File too large", "quota exceeded"].contains { text.contains($0) }
    }

    /// Whether DuckDB's words say that bytes are missing or were changed.
    private static func isDamage(_ message: String) -> Bool {
        ["Could not read enough bytes", "Corrupt", "checksum", "Failed to deserialize"].contains {
            message.contains($0)
        }
    }

    /// Whether memory was short, also where the outcome is not known because of that.
    var isOutOfMemory: Bool { kind == .outOfMemory || message.contains("ran out of memory") }

    /// An error of a commit: whatever it says, the rows may be stored.
    init(atCommit error: any Error) {
        let plain = StoreError(error)
        self.init(.outcomeUnknown, plain.message, remedy: plain.remedy)
    }

    /// An error of an open, with the words for what people meet there.
    init(opening files: DatabaseFiles?, _ error: any Error) {
        let plain = StoreError(error)
        guard let error = error as? DuckDBError, let files, plain.kind != .library else {
            self = plain
            return
        }
        let text = error.message
        if plain.kind == .outOfMemory {
            self = plain
        } else if Self.isFullDisk(text) {
            self.init(.unwritable, "\(files.database) cannot be opened: \(text)", remedy: Self.freeSpace)
        } else if text.contains("Could not set lock") || text.contains("Conflicting lock") {
            self.init(
                .locked, "\(files.database) is open in another program",
                remedy: "close it there (a DuckDB shell, a notebook?) and try again")
        } else if text.contains("Permission denied") || text.contains("Cannot open file") || text.contains("Read-only")
        {
            self.init(
                .unwritable, "\(files.database) cannot be opened: \(text)",
                remedy: "check the permissions of the file and its folder")
        } else if text.contains("newer") && text.contains("version") {
            self.init(
                .newerVersion, "\(files.database) was written by a newer DuckDB: \(text)", remedy: "use a newer rif")
        } else {
            self = files.damaged(text)
        }
    }
}
