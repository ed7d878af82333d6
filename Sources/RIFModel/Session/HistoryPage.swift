import Synchronization

/// So many entries of a history, shared by every copy of it.
///
/// Entries are only ever added. A copy knows how many of them are its own, so one that is behind is not disturbed by what
/// another one adds, and a copy that has all of them adds the next in place: neither copies what is there.
final class HistoryPage: Sendable {
    static let capacity = 32

    private struct Content {
        var entries: [HistoryEntry] = []
        /// The first entries as compact JSON with commas between them, as many as were asked for so far, and where each
        /// of them ends.
        var bytes: [UInt8] = []
        var ends: [Int] = []
    }

    private let content: Mutex<Content>

    init(_ entries: [HistoryEntry] = []) {
        var content = Content()
        content.entries.reserveCapacity(Self.capacity)
        content.entries += entries
        self.content = Mutex(content)
    }

    subscript(position: Int) -> HistoryEntry { content.withLock { $0.entries[position] } }

    /// The first entries.
    func first(_ count: Int) -> [HistoryEntry] { content.withLock { Array($0.entries.prefix(count)) } }

    /// False where another copy has added something at that place.
    func append(_ entry: HistoryEntry, at position: Int) -> Bool {
        content.withLock { content in
            guard content.entries.count == position else { return false }
            content.entries.append(entry)
            return true
        }
    }

    /// Appends the first entries as compact JSON with commas between them. Each entry is encoded once, when it is first
    /// asked for: most histories are never sent to anybody.
    func encode(_ count: Int, to bytes: inout [UInt8]) {
        content.withLock { content in
            while content.ends.count < count {
                if !content.ends.isEmpty { content.bytes.append(UInt8(ascii: ",")) }
                content.entries[content.ends.count].append(to: &content.bytes)
                content.ends.append(content.bytes.count)
            }
            if count > 0 { bytes.append(contentsOf: content.bytes[..<content.ends[count - 1]]) }
        }
    }
}
