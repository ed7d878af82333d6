import HTTPTypes
import Hummingbird
import NIOCore
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let streamEvents = Endpoint(
        method: .get, path: "/api/v1/events", name: "streamEvents",
        summary: "Everything that happens, as server-sent events.",
        detail: """
            Without `Last-Event-ID` the first message is `snapshot`: the dashboard as of now; then comes every event \
            after it. With `Last-Event-ID` every event after that one comes, and no snapshot. Messages of the log carry \
            their sequence as `id`, their type as `event` and the event as one line of `data`; `snapshot` and \
            `heartbeat` carry no id. With `snapshot=false` the dashboard is left out: the stream begins at once with a \
            `heartbeat` whose `id` says behind which event it begins, and a dashboard that is asked for after that misses \
            nothing. A client that reads too slowly is cut off and may come back with its last id.
            """,
        tag: .events, access: .read,
        parameters: [
            Parameter(
                name: "Last-Event-ID", place: .header, summary: "The sequence of the last event that the client has.",
                schema: Schema.whole(0...Int64.max)),
            .query(
                "last_event_id", "The same, for clients that cannot set the header; the header is stronger.",
                Schema.whole(0...Int64.max)),
            .query(
                "snapshot", "False begins without the dashboard; with the id of an event there is none anyway.",
                Schema.flag, example: false),
            .query("session_id", "Only events of this session.", Schema.text),
            .query("event_type", "Only events of this type.", Schema.name, example: "state_transition"),
        ],
        answers: [
            Answer(
                status: .ok, summary: "A stream that does not end by itself.",
                content: [
                    // Of each message: what tools that know streams see of it.
                    "text/event-stream": Schema.object(
                        ["id": Schema.text, "event": Schema.text, "data": Schema.text, "retry": Schema.integer],
                        optional: ["id", "event", "data", "retry"])
                ])
        ],
        errors: [.invalidRequest, .notFound, .unprocessable]
    ) { call in
        let filter = EventFilter(sessionID: try call.query.sessionID(), eventType: try call.query.name("event_type"))
        if let id = filter.sessionID { _ = try await call.orchestrator.session(id).current() }
        let withSnapshot = try call.query.bool("snapshot") ?? true
        let stream: EventsToClient
        if let id = try lastEventID(call) {
            stream = EventsToClient(call: call, filter: filter, after: id, greeting: ByteBuffer())
        } else if call.request.method == .head {
            stream = EventsToClient(call: call, filter: filter, after: 0, greeting: ByteBuffer())
        } else if !withSnapshot {
            let place = call.orchestrator.feedPosition.published
            stream = EventsToClient(
                call: call, filter: filter, after: place, greeting: EventText.place(place, at: SystemClock().now()))
        } else {
            let snapshot = try await call.service.snapshot(for: call.caller.rights).value()
            stream = EventsToClient(call: call, filter: filter, after: snapshot.through, greeting: snapshot.message)
        }
        var reply = Reply(
            contentType: "text/event-stream", body: ResponseBody { writer in try await stream.write(to: .init(writer)) }
        )
        reply.headers[.cacheControl] = "no-store"
        // nginx and its like would else gather the stream before they pass it on.
        reply.headers[.xAccelBuffering] = "no"
        return reply
    }

    /// - Throws: `invalid_request` for what can be the id of no event.
    private static func lastEventID(_ call: Call) throws(RIFError) -> Int64? {
        let field: String
        let word: String
        if let header = call.request.headers[.lastEventID] {
            (field, word) = ("Last-Event-ID", header)
        } else if let parameter = call.query.text("last_event_id") {
            (field, word) = ("last_event_id", parameter)
        } else {
            return nil
        }
        guard !word.isEmpty, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(word) else {
            throw RIFError.invalid(
                field: field, value: word, problem: "is the id of no event", expected: "a whole number from 0 on")
        }
        let newest = call.orchestrator.feedPosition.newest
        guard id <= newest else {
            // It would wait in silence until the log has grown past it, and miss everything until then.
            throw RIFError.invalid(
                field: field, value: word, problem: "is above the newest event, \(newest)",
                expected: "an id of this database (was it restored from a copy?), or none to begin with a snapshot")
        }
        return id
    }
}

/// The dashboard as a message, and the sequence of the last event that it includes.
struct EventSnapshot: Sendable {
    var message: ByteBuffer
    var through: Int64

    static func read(_ orchestrator: Orchestrator, for rights: Caller.Rights) async throws -> EventSnapshot {
        let before = orchestrator.feedPosition.published
        let dashboard = try await orchestrator.dashboard()
        // Its sections are read in one transaction, so its newest event tells what all of them include.
        return EventSnapshot(
            message: EventText.message("snapshot", dashboard.document(orchestrator, for: rights)),
            through: max(before, dashboard.figures.events.last?.sequence ?? 0))
    }
}

/// One client's stream, from its first line to its last.
struct EventsToClient: Sendable {
    let call: Call
    let filter: EventFilter
    /// What the client knows already.
    let after: Int64
    let greeting: ByteBuffer

    private static let logPage = 500

    // Safe because only the task of the connection writes, one piece after the other.
    final class Outlet: @unchecked Sendable {
        private var writer: any ResponseBodyWriter

        init(_ writer: any ResponseBodyWriter) { self.writer = writer }

        func write(_ text: ByteBuffer) async throws { try await writer.write(text) }

        func finish() async throws { try await writer.finish(nil) }
    }

    func write(to outlet: Outlet) async throws {
        let service = call.service
        let events = service.events
        let id = events.add(after: after, filter, channel: call.channel)
        defer { events.remove(id) }
        try await call.request.body.consumeWithInboundCloseHandler { body in
            try await service.drain.listening(onBegin: { events.end(id) }) {
                // A body that somebody sends with a GET is read and thrown away: unread, it would hide that the client
                // has gone.
                async let _: Void = { for try await _ in body {} }()
                var greeting = greeting
                var first = EventText.retry(after: .seconds(2))
                first.writeBuffer(&greeting)
                try await outlet.write(first)
                try await follow(id, outlet)
            }
        } onInboundClosed: {
            events.remove(id)
        }
        try await outlet.finish()
    }

    private func follow(_ id: EventBroadcast.ClientID, _ outlet: Outlet) async throws {
        let events = call.service.events
        while true {
            switch await events.next(id) {
            case .send(let text): try await outlet.write(text)
            case .readLog(let after, let through): try await sendLog(id, after, through, outlet)
            case .gone: return
            case .end:
                // Not all at once, where many will look for the next server.
                try await outlet.write(EventText.retry(after: .milliseconds(Int.random(in: 2000...5000))))
                return
            }
        }
    }

    private func sendLog(
        _ id: EventBroadcast.ClientID, _ after: Int64, _ through: Int64, _ outlet: Outlet
    ) async throws {
        let events = call.service.events
        let page = try await call.orchestrator.pastEvents(
            EventQuery(
                after: after, through: through, sessionID: filter.sessionID, eventType: filter.eventType,
                limit: Self.logPage))
        for piece in EventPiece.encode(page) {
            events.isWriting(id)
            try await outlet.write(piece.bytes)
        }
        // A short page was the last one: whatever the filter left out lies before `through`, too.
        let reached = page.count < Self.logPage ? through : page[page.count - 1].sequence
        events.advance(id, to: reached)
    }
}
