import Synchronization

/// A part of a history that nothing is added to any more, shared by all copies of the session.
final class SealedHistory: Sendable {
    let entries: [HistoryEntry]
    /// Made when it is first asked for: most histories are never sent to anybody.
    private let bytes = Mutex<[UInt8]?>(nil)

    init(_ entries: [HistoryEntry]) { self.entries = entries }

    /// The entries as compact JSON, with commas between them.
    var encoded: [UInt8] {
        bytes.withLock { bytes in
            if let bytes { return bytes }
            var fresh: [UInt8] = []
            for (index, entry) in entries.enumerated() {
                if index > 0 { fresh.append(UInt8(ascii: ",")) }
                entry.append(to: &fresh)
            }
            bytes = fresh
            return fresh
        }
    }
}
