import Foundation
import RIFOrchestrator
import Testing

@testable import RIFHTTP

/// What an orderly end does to connections in every state.
@Suite(.timeLimit(.minutes(3))) struct StopTests {
    @Test func `Connections that lie idle are no reason to wait`() async throws {
        try await LiveServer.run({ $0.drain = .seconds(600) }) { live in
            let silent = try RawClient(port: live.port)
            let idle = try RawClient(port: live.port)
            idle.send("GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n")
            let first = String(decoding: await idle.read(20), as: UTF8.self)
            #expect(first.hasPrefix("HTTP/1.1 200"))
            await live.server.stop()
            #expect(await silent.read().isEmpty)
        }
    }

    @Test func `An event stream whose client takes nothing is no reason to wait`() async throws {
        let change = { (configuration: inout ServerConfiguration) in
            configuration.drain = .seconds(600)
            configuration.eventBufferBytes = 64 << 20
        }
        try await LiveServer.run(change) { live in
            let slow = try RawClient(port: live.port)
            slow.send("GET /api/v1/events?last_event_id=0 HTTP/1.1\r\nHost: HOST\r\n\r\n")
            let filling: JSONValue = .object(["text": .string(String(repeating: "x", count: 900_000))])
            for _ in 0..<12 { try await live.orchestrator.track("filling", data: filling) }
            try await eventually("it follows") { live.server.service.events.figures.clients == 1 }
            await live.server.stop()
            #expect(live.server.service.events.figures.clients == 0)
        }
    }

    @Test func `A half-sent request is cut off at the end of the time`() async throws {
        try await LiveServer.run({ $0.drain = .milliseconds(200) }) { live in
            let half = try RawClient(port: live.port)
            half.send(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\n\r\n{")
            try await eventually("it is connected") { live.server.connectionCount == 1 }
            await live.server.stop()
            #expect(await half.read().isEmpty)
        }
    }

    /// The answer is longer than what the system takes at once, and the client begins to read it only when the server
    /// has begun to stop.
    @Test func `A long answer reaches a slow reader whole, also when the server stops`() async throws {
        try await LiveServer.run({ $0.drain = .seconds(600) }) { live in
            let session = try await live.orchestrator.startSession()
            let filling: JSONValue = .object(["text": .string(String(repeating: "x", count: 900_000))])
            for _ in 0..<15 { try await live.orchestrator.track("filling", data: filling, sessionID: session.id) }
            let slow = try RawClient(port: live.port)
            slow.send("GET /api/v1/sessions/\(session.id)/events HTTP/1.1\r\nHost: HOST\r\n\r\n")
            let head = await slow.read(1000)
            async let stopped: Void = live.server.stop()
            try await eventually("the stop has begun") { live.server.service.drain.hasBegun }
            let answer = head + (await slow.read())
            await stopped
            let text = String(decoding: answer, as: UTF8.self)
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
            let length = parts.first?.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
            #expect(length?.dropFirst(16) == "\(parts.last?.utf8.count ?? 0)")
            #expect(try JSONValue.parse(String(parts.last ?? ""))["events"]?.arrayValue?.count == 16)
        }
    }
}
