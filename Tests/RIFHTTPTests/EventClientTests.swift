import Foundation
import NIOCore
import RIFOrchestrator
import Testing

@testable import RIFHTTP

/// Clients of the event stream that do not behave.
@Suite(.timeLimit(.minutes(3))) struct EventClientTests {
    private static let request = "GET /api/v1/events?last_event_id=0 HTTP/1.1\r\nHost: HOST\r\n\r\n"

    @Test func `Cuts off a client that takes nothing, and it comes back with its last id`() async throws {
        try await LiveServer.run({ $0.eventBufferBytes = 512 << 10 }) { live in
            let slow = try RawClient(port: live.port)
            slow.send(Self.request)
            let events = live.server.service.events
            try await eventually("the slow client follows") { events.figures.clients == 1 }
            var quick = try await live.follow(after: "0")
            try await eventually("the quick client follows") { events.figures.clients == 2 }
            let filling: JSONValue = .object(["text": .string(String(repeating: "x", count: 100_000))])
            var sequences: [Int64] = []
            while events.figures.cutOff == 0, sequences.count < 1000 {
                let sequence = try await live.orchestrator.track("filling", data: filling)
                sequences.append(sequence)
                // The other one is never made to wait.
                try #require(try await quick.nextEvent()?.sequence == sequence)
            }
            #expect(events.figures.cutOff == 1 && events.figures.clients == 1)
            // Two characters end the head of a chunk, which Swift takes for one that is not a line feed.
            let text = String(decoding: await slow.read(), as: UTF8.self).replacing("\r\n", with: "\n")
            let ids = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
            // The last message may be only half there.
            let known = ids.dropLast()
            #expect(Array(known) == Array(sequences.prefix(known.count)))
            let last = try #require(known.last, "\(text.utf8.count) bytes: \(text.prefix(300))")
            #expect(last < sequences[sequences.count - 1])
            var again = try await live.follow(after: "\(last)")
            #expect(try await again.sequences(until: sequences[sequences.count - 1]) == sequences.filter { $0 > last })
        }
    }

    @Test func `Lets go of a client that has gone, at once`() async throws {
        try await LiveServer.run { live in
            let events = live.server.service.events
            var clients: [RawClient] = []
            for body in ["", "x", String(repeating: "y", count: 100_000)] {
                let client = try RawClient(port: live.port)
                client.send(Self.request.replacing("\r\n\r\n", with: "\r\nContent-Length: \(body.utf8.count)\r\n\r\n"))
                client.send(body)
                clients.append(client)
            }
            let half = try RawClient(port: live.port)
            half.send(Self.request.replacing("\r\n\r\n", with: "\r\nContent-Length: 10\r\n\r\n12345"))
            clients.append(half)
            try await eventually("all follow") { events.figures.clients == 4 }
            for client in clients { client.hangUp() }
            try await eventually("all are gone") { events.figures.clients == 0 }
            try await live.orchestrator.track("note", data: .object([:]))
            var next = try await live.follow(after: "0")
            #expect(try await next.nextEvent()?.eventType == "note")
        }
    }
}

struct EventRingTests {
    /// Random rings against what they stand for: a list of events.
    @Test(arguments: 0..<50) func `Holds what came last, whatever the filter and the place`(_ seed: UInt64) throws {
        var random = Seeded(state: seed)
        var ring = EventRing(after: 10, capacity: 2000)
        var all: [Event] = []
        var sequence: Int64 = 10
        for _ in 0..<30 {
            var events: [Event] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                sequence += .random(in: 1...3, using: &random)
                events.append(
                    Event(
                        sequence: sequence, sessionID: ["a", "b", nil].randomElement(using: &random) ?? nil,
                        eventType: Bool.random(using: &random) ? "x" : "y", data: ["n": .int(sequence)],
                        timestamp: Timestamp(microseconds: 0)))
            }
            all += events
            for piece in EventPiece.encode(events) { ring.append(piece) }
            #expect(ring.through == sequence)
            for filter in [
                EventFilter(), EventFilter(sessionID: "a"), EventFilter(eventType: "x"),
                EventFilter(sessionID: "b", eventType: "y"),
            ] {
                let start = Int64.random(in: ring.completeAfter...ring.through, using: &random)
                var cursor = start
                var text = ""
                while cursor < ring.through {
                    let (more, through) = ring.next(after: cursor, filter)
                    #expect(through > cursor)
                    cursor = through
                    text += more.map { String(buffer: $0) } ?? ""
                }
                var expected: [UInt8] = []
                for event in all where event.sequence > start {
                    guard filter.sessionID == nil || filter.sessionID == event.sessionID else { continue }
                    guard filter.eventType == nil || filter.eventType == event.eventType else { continue }
                    EventText.append(event, to: &expected)
                }
                #expect(text == String(decoding: expected, as: UTF8.self))
            }
        }
        #expect(ring.completeAfter > 10)
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}

struct SharedReadingTests {
    @Test func `A thousand at once share two readings, each begun after its caller asked`() async throws {
        let count = AsyncCounter()
        let reading = SharedReading { await count.next() }
        let values = try await withThrowingTaskGroup(of: (before: Int, value: Int).self) { group in
            for _ in 0..<1000 {
                group.addTask { (await count.value, try await reading.value()) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values.allSatisfy { $0.value > $0.before })
        #expect(Set(values.map(\.value)).count < 100)
        let last = await count.value
        #expect(try await reading.value() == last + 1)
    }

    private actor AsyncCounter {
        private(set) var value = 0
        func next() async -> Int {
            value += 1
            let mine = value
            for _ in 0..<20 { await Task.yield() }
            return mine
        }
    }
}
