import Logging
import NIOCore
import RIFModel
import RIFOrchestrator
import Synchronization

/// Sends what happens to every client that follows: read once from the live feed, encoded once, and taken by each client
/// at its own pace from one ring that all of them share.
///
/// A client that takes nothing while the whole ring was replaced is cut off; it comes back with the last id that it has
/// seen. So no client can make the server hold more than the ring, nor make another one or the engine wait. While nobody
/// follows, nothing is read.
final class EventBroadcast: Sendable {
    typealias ClientID = UInt64

    /// What a client has to do next.
    enum Step: Sendable {
        case send(ByteBuffer)
        /// Older events than the ring has: read them from the log.
        case readLog(after: Int64, through: Int64)
        /// The server ends the stream; there may be another server soon.
        case end
        /// The client has gone, or was cut off.
        case gone
    }

    private struct Client {
        let filter: EventFilter
        let channel: any Channel
        var cursor: Int64
        var waiting: CheckedContinuation<Step, Never>?
        /// Where the ring stood when the write began that is not taken yet.
        var writingSince: Int64?
        var isEnding = false
    }

    private struct State {
        var ring: EventRing
        var clients: [ClientID: Client] = [:]
        var nextID: ClientID = 0
        var work: [Task<Void, Never>] = []
        var isOver = false
        var cutOff: UInt64 = 0
    }

    private let orchestrator: Orchestrator
    private let capacity: Int
    private let heartbeat: Duration
    private let logger: Logger
    private let state: Mutex<State>

    init(orchestrator: Orchestrator, configuration: ServerConfiguration, logger: Logger) {
        self.orchestrator = orchestrator
        capacity = configuration.eventBufferBytes
        heartbeat = configuration.heartbeat
        self.logger = logger
        state = Mutex(State(ring: EventRing(after: 0, capacity: configuration.eventBufferBytes)))
    }

    /// Clients that follow now, and those that were cut off since the start because they took nothing.
    var figures: (clients: Int, cutOff: UInt64) { state.withLock { ($0.clients.count, $0.cutOff) } }

    // MARK: - What a client does

    /// Adds a client that has seen everything up to a sequence.
    func add(after sequence: Int64, _ filter: EventFilter, channel: any Channel) -> ClientID {
        state.withLock { state in
            state.nextID += 1
            let id = state.nextID
            var client = Client(filter: filter, channel: channel, cursor: sequence)
            client.isEnding = state.isOver
            if state.clients.isEmpty { begin(&state) }
            state.clients[id] = client
            return id
        }
    }

    /// What comes next for a client, as soon as there is something. Whatever it was given before has been written.
    func next(_ id: ClientID) async -> Step {
        await withCheckedContinuation { continuation in
            let step: Step? = state.withLock { state in
                state.clients[id]?.writingSince = nil
                let step = Self.step(id, &state)
                if step == nil { state.clients[id]?.waiting = continuation }
                return step
            }
            if let step { continuation.resume(returning: step) }
        }
    }

    /// Notes that a client begins to write what it has read from the log.
    func isWriting(_ id: ClientID) {
        state.withLock { state in state.clients[id]?.writingSince = state.ring.through }
    }

    /// Notes how far a client has come by reading the log.
    func advance(_ id: ClientID, to sequence: Int64) {
        state.withLock { state in
            guard let cursor = state.clients[id]?.cursor else { return }
            state.clients[id]?.cursor = max(cursor, sequence)
        }
    }

    /// Lets a client go; one that waits is told. Its connection is its own affair.
    func remove(_ id: ClientID) {
        let waiting: CheckedContinuation<Step, Never>? = state.withLock { state in
            let client = state.clients.removeValue(forKey: id)
            if client != nil, state.clients.isEmpty { rest(&state) }
            return client?.waiting
        }
        waiting?.resume(returning: .gone)
    }

    /// Ends a client's stream, in good order where it takes what it is sent.
    func end(_ id: ClientID) {
        let (waiting, stuck) = state.withLock { state in
            state.clients[id]?.isEnding = true
            let waiting = state.clients[id]?.waiting
            state.clients[id]?.waiting = nil
            let isWriting = state.clients[id]?.writingSince != nil
            return (waiting, isWriting ? state.clients[id]?.channel : nil)
        }
        waiting?.resume(returning: .end)
        if let stuck, !stuck.isWritable { stuck.cutOff() }
    }

    /// Nothing where the client has to wait.
    private static func step(_ id: ClientID, _ state: inout State) -> Step? {
        guard let client = state.clients[id] else { return .gone }
        if client.isEnding { return .end }
        if client.cursor < state.ring.completeAfter {
            return .readLog(after: client.cursor, through: state.ring.completeAfter)
        }
        let (text, through) = state.ring.next(after: client.cursor, client.filter)
        state.clients[id]?.cursor = through
        guard let text else { return nil }
        state.clients[id]?.writingSince = state.ring.through
        return .send(text)
    }

    // MARK: - What all of them share

    /// Begins to read with the events that the engine still has in memory, so that clients that come back all at once,
    /// as after a restart, find them here and not in the log.
    private func begin(_ state: inout State) {
        let position = orchestrator.feedPosition
        state.ring = EventRing(after: position.begin, capacity: capacity)
        guard !state.isOver else { return }
        let events = orchestrator.events(after: position.begin)
        state.work = [
            Task { await self.read(events) },
            Task {
                while true {
                    // clock: heartbeats are what time itself is for.
                    do { try await Task.sleep(for: self.heartbeat) } catch { return }
                    self.beat()
                }
            },
        ]
    }

    private func rest(_ state: inout State) {
        for task in state.work { task.cancel() }
        state.work = []
        state.ring = EventRing(after: 0, capacity: capacity)
    }

    private func read(_ events: EventStream) async {
        var iterator = events.makeAsyncIterator()
        while !Task.isCancelled {
            do {
                guard let page = try await iterator.nextPage() else { break }
                let woken = publish(EventPiece.encode(page))
                await Self.pause(after: woken)
            } catch {
                logger.error("events could not be read; it is tried again", metadata: ["error": "\(error)"])
                // clock: the database may answer again after a while.
                try? await Task.sleep(for: .seconds(1))
            }
        }
        // Cancelled, there is nobody left, or others have begun anew.
        if !Task.isCancelled { over() }
    }

    /// Each write to a client costs as much as a small commit, however little it carries. So with many clients events
    /// are gathered for a moment: a hundred a second to a thousand clients would else be a hundred thousand writes.
    private static func pause(after woken: Int) async {
        guard woken >= 50 else { return }
        // clock: the pace of the fan-out.
        try? await Task.sleep(for: .microseconds(20 * woken))
    }

    /// - Returns: how many clients had waited for it.
    private func publish(_ pieces: [EventPiece]) -> Int {
        let (woken, stuck) = state.withLock { state in
            // Of a reader that has been cancelled: the ring may be another one already.
            guard !Task.isCancelled else { return ([(CheckedContinuation<Step, Never>, Step)](), [any Channel]()) }
            for piece in pieces { state.ring.append(piece) }
            var woken: [(CheckedContinuation<Step, Never>, Step)] = []
            var stuck: [any Channel] = []
            for (id, client) in state.clients {
                if let waiting = client.waiting {
                    guard let step = Self.step(id, &state) else { continue }
                    state.clients[id]?.waiting = nil
                    woken.append((waiting, step))
                } else if let since = client.writingSince, since < state.ring.completeAfter {
                    stuck.append(client.channel)
                    state.cutOff += 1
                    state.clients[id] = nil
                }
            }
            if state.clients.isEmpty { rest(&state) }
            return (woken, stuck)
        }
        for (waiting, step) in woken { waiting.resume(returning: step) }
        for channel in stuck {
            logger.notice("a client of the event stream was cut off: it takes nothing")
            channel.cutOff()
        }
        return woken.count
    }

    private func beat() {
        let waiting = state.withLock { state in
            var waiting: [CheckedContinuation<Step, Never>] = []
            for (id, client) in state.clients {
                guard let continuation = client.waiting else { continue }
                state.clients[id]?.waiting = nil
                state.clients[id]?.writingSince = state.ring.through
                waiting.append(continuation)
            }
            return waiting
        }
        guard !waiting.isEmpty else { return }
        let beat = EventText.heartbeat(at: SystemClock().now())
        for continuation in waiting { continuation.resume(returning: .send(beat)) }
    }

    /// The engine has shut down.
    private func over() {
        let ids = state.withLock { state in
            state.isOver = true
            return Array(state.clients.keys)
        }
        for id in ids { end(id) }
    }
}
