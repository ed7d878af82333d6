import AsyncHTTPClient
import Foundation
import NIOHTTP1
import RIFHTTP
import RIFOrchestrator
import Testing

@Suite(.timeLimit(.minutes(3))) struct EventStreamTests {
    @Test func `Begins with the dashboard, then tells everything after it`() async throws {
        try await LiveServer.run { live in
            let session = try await live.orchestrator.startSession(workflowType: "feature")
            var client = try await live.follow()
            #expect(client.response.status == .ok)
            #expect(client.response.headers["Content-Type"] == ["text/event-stream"])
            #expect(client.response.headers["Cache-Control"] == ["no-store"])
            #expect(client.response.headers["X-Accel-Buffering"] == ["no"])

            #expect(try await client.next() == EventMessage(retry: "2000"))
            let snapshot = try #require(try await client.next())
            #expect(snapshot.event == "snapshot" && snapshot.id == nil)
            let dashboard = try snapshot.json()
            #expect(dashboard["active_workflows"]?.arrayValue?.count == 1)
            #expect(dashboard["integration"]?["total_sessions"] == 1)
            let newest = try #require(dashboard["real_time_events"]?.arrayValue?.last?["sequence"]?.intValue)

            try await session.transition(from: "initialized", to: "analyzing", reason: "two\nlines", agents: ["a"])
            let event = try #require(try await client.nextEvent())
            #expect(event.sequence > newest)
            #expect(event.eventType == "state_transition")
            #expect(event.sessionID == session.id)
            #expect(event.data["to"] == "analyzing" && event.data["reason"] == "two\nlines")
            try await session.complete()
            #expect(try await client.nextEvent()?.eventType == "workflow_complete")
        }
    }

    @Test func `Begins without the dashboard where that is not wanted, and says where`() async throws {
        try await LiveServer.run { live in
            let before = try await Self.notes(3, live)
            var client = try await live.follow("?snapshot=false")
            #expect(try await client.next() == EventMessage(retry: "2000"))
            let place = try #require(try await client.next())
            #expect(place.event == "heartbeat" && place.sequence == before[2])
            #expect(try place.json()["timestamp"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) != nil)
            let after = try await Self.notes(2, live)
            #expect(try await client.sequences(until: after[1]) == after)
            // Whoever was cut off before anything happened goes on from there.
            var again = try await live.follow("?snapshot=false", after: place.id)
            #expect(try await again.next() == EventMessage(retry: "2000"))
            #expect(try await again.sequences(until: after[1]) == after)
            let refused = try await live.follow("?snapshot=no").response
            #expect(refused.status == .badRequest)
        }
    }

    @Test func `Goes on after the last id without a snapshot, a gap or a repetition`() async throws {
        try await LiveServer.run { live in
            let sequences = try await Self.notes(20, live)
            var client = try await live.follow(after: "\(sequences[9])")
            #expect(try await client.next() == EventMessage(retry: "2000"))
            #expect(try await client.sequences(until: sequences[19]) == Array(sequences[10...]))
            let more = try await live.orchestrator.track("note", data: ["x": 2])
            #expect(try await client.next()?.sequence == more)
            var other = try await live.follow("?last_event_id=\(sequences[18])")
            #expect(try await other.sequences(until: more) == [sequences[19], more])
        }
    }

    /// Some resume from the log, some from memory, some begin with a snapshot, while 16 tasks write.
    @Test func `Tells every client everything while others write`() async throws {
        var policy = EnginePolicy()
        policy.feedCapacity = 32
        try await LiveServer.run(policy: policy, { $0.eventBufferBytes = 16 << 10 }) { live in
            let early = try await Self.notes(100, live)
            let (clients, written) = try await withThrowingTaskGroup(of: (start: Int64, seen: [Int64]).self) { group in
                let writers = Task {
                    try await withThrowingTaskGroup(of: [Int64].self) { group in
                        for writer in 0..<16 {
                            group.addTask {
                                var own: [Int64] = []
                                for step in 0..<30 {
                                    own.append(
                                        try await live.orchestrator.track(
                                            "w", data: ["writer": .int(Int64(writer)), "step": .int(Int64(step))]))
                                }
                                return own
                            }
                        }
                        return try await group.reduce(into: early) { $0 += $1 }
                    }
                }
                for index in 0..<12 {
                    let start = index % 3 == 0 ? nil : index % 3 == 1 ? early[index * 4] : early[99]
                    group.addTask {
                        var client = try await live.follow(after: start.map { "\($0)" })
                        var first = start
                        // A client that came late has the end in its snapshot.
                        var isOver = false
                        while first == nil, let message = try await client.next() {
                            guard message.event == "snapshot" else { continue }
                            let newest = try message.json()["real_time_events"]?.arrayValue?.last
                            first = newest?["sequence"]?.intValue
                            isOver = newest?["event_type"] == "end"
                        }
                        var seen: [Int64] = []
                        while !isOver, let event = try await client.nextEvent() {
                            if event.eventType == "end" { break }
                            seen.append(event.sequence)
                        }
                        return (try #require(first), seen)
                    }
                }
                let written = try await writers.value.sorted()
                // Clients may still be on their way; whoever comes late finds the end in the log.
                try await live.orchestrator.track("end", data: .object([:]))
                return (try await group.reduce(into: []) { $0.append($1) }, written)
            }
            #expect(clients.count == 12)
            for client in clients { #expect(client.seen == written.filter { $0 > client.start }) }
        }
    }

    private static func notes(_ count: Int, _ live: LiveServer) async throws -> [Int64] {
        var sequences: [Int64] = []
        for _ in 0..<count { sequences.append(try await live.orchestrator.track("note", data: ["x": 1])) }
        return sequences
    }

    @Test func `Lets only one session or one type pass where that is asked for`() async throws {
        try await LiveServer.run { live in
            let first = try await live.orchestrator.startSession()
            let second = try await live.orchestrator.startSession()
            var ofOne = try await live.follow("?session_id=\(first.id)", after: "0")
            var ofType = try await live.follow("?event_type=state_transition", after: "0")
            var ofBoth = try await live.follow("?session_id=\(second.id)&event_type=state_transition")
            for session in [first, second] {
                try await session.transition(from: "initialized", to: "analyzing")
                try await session.complete()
            }
            var types: [String] = []
            while types.last != "workflow_complete", let event = try await ofOne.nextEvent() {
                #expect(event.sessionID == first.id)
                types.append(event.eventType)
            }
            #expect(types == ["session_start", "state_transition", "workflow_complete"])
            for session in [first, second] { #expect(try await ofType.nextEvent()?.sessionID == session.id) }
            #expect(try await ofBoth.next()?.retry == "2000")
            #expect(try await ofBoth.next()?.event == "snapshot")
            let event = try await ofBoth.nextEvent()
            #expect(event?.sessionID == second.id && event?.eventType == "state_transition")
        }
    }

    @Test(arguments: ["", "x", "-1", "1.5", "+1", "0x1", "1 2", "99999999999999999999", "1000"])
    func `Refuses an id that no event has`(_ id: String) async throws {
        try await LiveServer.run { live in
            try await live.orchestrator.track("note", data: .object([:]))
            let answer = try await live.send("GET", "/api/v1/events", headers: [("Last-Event-ID", id)])
            #expect(answer.status == 400)
            #expect(answer.body?["code"] == "invalid_request")
            #expect(answer.body?["detail"]?.stringValue?.contains("Last-Event-ID") == true)
        }
    }

    @Test func `Refuses an unknown session and a name that is none, before the stream begins`() async throws {
        try await LiveServer.run { live in
            for id in ["x", "0199f3a2-7c1e-7d3b-9a41-5f0c2e8b6d17"] {
                let answer = try await live.send("GET", "/api/v1/events?session_id=\(id)")
                #expect(answer.status == 404 && answer.body?["code"] == "not_found")
            }
            #expect(try await live.send("GET", "/api/v1/events?event_type=").status == 422)
            #expect(try await live.send("GET", "/api/v1/events?event_type=%00").status == 400)
            let head = try await live.send("HEAD", "/api/v1/events")
            #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream")
        }
    }

    @Test func `Says that it is alive`() async throws {
        try await LiveServer.run({ $0.heartbeat = .milliseconds(20) }) { live in
            var client = try await live.follow(after: "0")
            #expect(try await client.next()?.retry == "2000")
            for _ in 0..<3 {
                let beat = try #require(try await client.next())
                #expect(beat.event == "heartbeat" && beat.id == nil)
                #expect(try beat.json()["timestamp"]?.stringValue != nil)
            }
        }
    }

    @Test func `Takes reports of events, once under one key`() async throws {
        try await LiveServer.run { live in
            let session = try await live.orchestrator.startSession()
            var client = try await live.follow("?event_type=lint")
            let body: JSONValue = ["event_type": "lint", "data": ["ok": true], "session_id": .string(session.id)]
            let first = try await live.send("POST", "/api/v1/events", body, headers: [("Idempotency-Key", "k")])
            #expect(first.status == 201)
            let again = try await live.send("POST", "/api/v1/events", body, headers: [("Idempotency-Key", "k")])
            #expect(again.status == 201 && again.body?["sequence"] == first.body?["sequence"])
            let event = try #require(try await client.nextEvent())
            #expect(event.sequence == first.body?["sequence"]?.intValue)
            #expect(event.sessionID == session.id && event.data == ["ok": true])

            for (body, status) in [
                (["data": .object([:])], 400), (["event_type": "x"], 400), (["event_type": "x", "data": 1], 400),
                (["event_type": 1, "data": .object([:])], 400), (["event_type": "", "data": .object([:])], 422),
                (["event_type": "x", "data": .object([:]), "session_id": "y"], 404),
            ] as [(JSONValue, Int)] {
                #expect(try await live.send("POST", "/api/v1/events", body).status == status, "\(body)")
            }
        }
    }

    @Test func `Ends 50 streams in good order, with a last word`() async throws {
        try await LiveServer.run { live in
            var clients: [EventClient] = []
            for _ in 0..<50 { clients.append(try await live.follow(after: "0")) }
            async let stopped: Void = live.stop()
            for var client in clients {
                var messages: [EventMessage] = []
                while let message = try await client.next() { messages.append(message) }
                #expect(messages.first == EventMessage(retry: "2000"))
                let last = try #require(messages.last?.retry.flatMap { Int($0) })
                #expect((2000...5000).contains(last) && messages.count == 2)
            }
            await stopped
        }
    }
}
