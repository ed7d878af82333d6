import Synchronization

/// So many entries of a history, shared by every copy of it.
///
/// Entries are only ever added. A copy knows how many of them are its own, so one that is behind is not disturbed by what
/// another one adds, and a copy that has all of them adds the next in place: neither copies what is there.
final class HistoryPage: Sendable {
    static let capacity = 32

    private struct Content {
        var entries: [HistoryEntry] = []
        /// The first entries as compact JSON with commas between them, as many as are kept, and where each of them ends.
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
    }

    private let content: Mutex<Content>
    /// Bytes that all pages of the process keep encoded, and how many they may.
    private static let kept = Atomic<Int>(0)
    private static let mostKept = 64 << 20

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

    /// Appends the first entries as compact JSON with commas between them. What was encoded is kept for the next time,
    /// as long as all pages together keep less than the limit: most histories are never sent to anybody, and those that
    /// are go out again with each step.
    func encode(_ count: Int, to bytes: inout [UInt8]) {
        content.withLock { content in
            let known = min(count, content.ends.count)
            if known > 0 { bytes.append(contentsOf: content.bytes[..<Int(content.ends[known - 1])]) }
            guard known < count else { return }
            let start = bytes.count
            var ends: [UInt32] = []
            for index in known..<count {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                content.entries[index].append(to: &bytes)
                ends.append(UInt32(clamping: content.bytes.count + bytes.count - start))
            }
            let size = bytes.count - start
            guard Self.kept.load(ordering: .relaxed) + size <= Self.mostKept else { return }
            Self.kept.wrappingAdd(size, ordering: .relaxed)
            // Exactly as much as there is: a full page never grows again.
            content.bytes.reserveCapacity(content.bytes.count + size)
            content.bytes.append(contentsOf: bytes[start...])
            content.ends += ends
        }
    }

    deinit { Self.kept.wrappingSubtract(content.withLock { $0.bytes.count }, ordering: .relaxed) }
}
