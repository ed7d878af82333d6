public import RIFModel
import RIFStore
import Synchronization

/// The newest events in memory, and whoever waits for the next one.
///
/// Subscribers pull. A slow one costs nothing: what has left the ring it reads from the log, at its own pace.
final class LiveFeed: Sendable {
    private struct Ring {
        var entries: [LogEntry] = []
        /// Index of the oldest entry, once the ring is full.
        var start = 0
        /// Every event after this sequence is in the ring.
        var completeAfter: Int64 = 0
        var newest: Int64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var isClosed = false
    }

    private let ring = Mutex(Ring())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// The newest committed sequence that was published.
    var newest: Int64 { ring.withLock { $0.newest } }

    /// Takes the newest events of the log, oldest first.
    ///
    /// - Parameter isWholeLog: the log has no events before them.
    func preload(_ events: [Event], isWholeLog: Bool) {
        ring.withLock { ring in
            ring.entries = events.map { event in
                LogEntry(
                    sessionID: event.sessionID, sessionSequence: nil, sequence: event.sequence,
                    timestamp: event.timestamp, body: .event(EventType(rawValue: event.eventType), event.data))
            }
            ring.completeAfter = isWholeLog ? 0 : (events.first?.sequence ?? 1) - 1
            ring.newest = events.last?.sequence ?? 0
        }
    }

    /// Starts over: everything up to `sequence` is to be read from the log.
    func reset(through sequence: Int64) {
        let waiting = ring.withLock { ring in
            ring.entries = []
            ring.start = 0
            ring.completeAfter = sequence
            ring.newest = max(ring.newest, sequence)
            return Self.takeWaiting(&ring)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Adds entries in the order of their commit. Called by the writing thread only.
    func publish(_ entries: some Sequence<LogEntry>) {
        let waiting = ring.withLock { ring in
            for entry in entries {
                ring.newest = max(ring.newest, entry.sequence)
                if ring.entries.count < capacity {
                    ring.entries.append(entry.withoutDocuments)
                } else {
                    ring.completeAfter = max(ring.completeAfter, ring.entries[ring.start].sequence)
                    ring.entries[ring.start] = entry.withoutDocuments
                    ring.start = (ring.start + 1) % capacity
                }
            }
            return Self.takeWaiting(&ring)
        }
        for continuation in waiting { continuation.resume() }
    }

    enum Page {
        /// What comes after the cursor, oldest first, and the sequence up to which it is complete.
        case entries([LogEntry], through: Int64)
        /// The cursor lies before the ring: read the log, up to the sequence.
        case log(through: Int64)
        case closed
    }

    /// Copies references only: the writing thread waits for this lock. Rendering is for whoever asked.
    func page(after cursor: Int64) -> Page {
        ring.withLock { ring in
            if cursor < ring.completeAfter { return .log(through: ring.newest) }
            if ring.isClosed && cursor >= ring.newest { return .closed }
            let count = ring.entries.count
            var first = count
            while first > 0, ring.entries[(ring.start + first - 1) % count].sequence > cursor { first -= 1 }
            let entries = (first..<count).map { ring.entries[(ring.start + $0) % count] }
            return .entries(entries, through: ring.newest)
        }
    }

    /// Every event after this sequence is in memory.
    var completeAfter: Int64 { ring.withLock { $0.completeAfter } }

    /// Returns when there is an event after the cursor, the feed was closed, or the task was cancelled.
    func wait(after cursor: Int64) async {
        let id = ring.withLock { ring in
            ring.nextWaiter += 1
            return ring.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = ring.withLock { ring in
                    if ring.newest > cursor || ring.isClosed || Task.isCancelled { return true }
                    ring.waiting[id] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            ring.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    func close() {
        let waiting = ring.withLock { ring in
            ring.isClosed = true
            return Self.takeWaiting(&ring)
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func takeWaiting(_ ring: inout Ring) -> [CheckedContinuation<Void, Never>] {
        guard !ring.waiting.isEmpty else { return [] }
        defer { ring.waiting = [:] }
        return Array(ring.waiting.values)
    }
}

/// Everything that happens, from a point in the log on: first what is in the log, then what comes, without a gap and
/// without a repetition. Ends when the engine shuts down.
public struct EventStream: AsyncSequence, Sendable {
    public typealias Element = Event

    let engine: Engine
    let after: Int64
    let sessionID: String?
    let eventType: String?
    var unwanted: Set<EventType> = []

    /// The same without events of some types, which then cost nearly nothing: for those who only count others.
    public func without(_ types: Set<EventType>) -> EventStream {
        var stream = self
        stream.unwanted.formUnion(types)
        return stream
    }

    public func makeAsyncIterator() -> Iterator { Iterator(stream: self, cursor: after) }

    public struct Iterator: AsyncIteratorProtocol {
        private static let logPage = 500

        let stream: EventStream
        var cursor: Int64
        var buffer: [Event] = []
        var position = 0

        init(stream: EventStream, cursor: Int64) {
            self.stream = stream
            self.cursor = cursor
        }

        /// - Throws: `RIFError` where older events cannot be read from the log; the same iterator may be asked again.
        public mutating func next() async throws -> Event? {
            while position >= buffer.count {
                guard let page = try await nextPage() else { return nil }
                buffer = page
                position = 0
            }
            defer { position += 1 }
            return buffer[position]
        }

        /// The next events, as many as there are at once; at least one, unless the stream has ended.
        ///
        /// - Throws: as `next`.
        public mutating func nextPage() async throws -> [Event]? {
            if position < buffer.count {
                defer { position = buffer.count }
                return Array(buffer[position...])
            }
            while !Task.isCancelled {
                switch stream.engine.feed.page(after: cursor) {
                case .closed: return nil
                case .entries(let entries, let through):
                    // What was cleaned up may have been newer than what is left.
                    cursor = Swift.max(cursor, through)
                    if entries.isEmpty { await stream.engine.feed.wait(after: cursor) }
                    // Made only where it is wanted: that costs more than all the rest.
                    let events = entries.filter { matches($0.sessionID, $0.eventType) }.map(\.event)
                    if !events.isEmpty { return events }
                case .log(let through):
                    let events: [Event]
                    let query = EventQuery(
                        after: cursor, through: through, sessionID: stream.sessionID, eventType: stream.eventType,
                        limit: Self.logPage)
                    do {
                        events = try await stream.engine.read { store throws(StoreError) in
                            try await store.events(query)
                        }
                    } catch {
                        throw error.rifError
                    }
                    // A short page was the last one: whatever the filter left out lies before `through`, too.
                    cursor =
                        events.count < Self.logPage ? Swift.max(cursor, through) : events[events.count - 1].sequence
                    let wanted = events.filter { matches($0.sessionID, EventType(rawValue: $0.eventType)) }
                    if !wanted.isEmpty { return wanted }
                }
            }
            return nil
        }

        private func matches(_ sessionID: String?, _ type: EventType) -> Bool {
            (stream.sessionID == nil || sessionID == stream.sessionID)
                && (stream.eventType == nil || type.rawValue == stream.eventType) && !stream.unwanted.contains(type)
        }
    }
}

extension Engine {
    /// Everything from the next event on, or from the one after a sequence.
    public func events(after sequence: Int64?, sessionID: String?, eventType: String?) -> EventStream {
        EventStream(engine: self, after: sequence ?? feed.newest, sessionID: sessionID, eventType: eventType)
    }

    public var feedPosition: FeedPosition {
        let newest = state.withLock { $0.committedThrough }
        return FeedPosition(begin: feed.completeAfter, published: feed.newest, newest: max(newest, feed.newest))
    }
}

/// Where the live feed stands, in global sequences.
public struct FeedPosition: Sendable, Hashable {
    /// Every event after this one is in memory: a stream that begins there does not read the log.
    public var begin: Int64
    /// Every event up to this one is committed, and whoever listens was told of it.
    public var published: Int64
    /// The highest that was ever given, also to events that were cleaned up since.
    public var newest: Int64
}
