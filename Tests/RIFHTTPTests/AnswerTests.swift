import Foundation
import HTTPTypes
import RIFModel
import RIFOrchestrator
import Testing

@testable import RIFHTTP

/// What an answer holds, and whether its reader takes it.
@Suite(.timeLimit(.minutes(3))) struct AnswerTests {
    @Test func `Context and history are left out where that is preferred`() async throws {
        try await LiveServer.run { live in
            let minimal = [("Prefer", "return=minimal")]
            let started = try await live.send("POST", "/api/v1/sessions", ["context": ["a": 1]], headers: minimal)
            #expect(started.status == 201 && started.headers["preference-applied"] == "return=minimal")
            let brief = try #require(started.body?.objectValue)
            #expect(brief["context"] == nil && brief["history"] == nil && brief["current_state"] == "initialized")
            let path = "/api/v1/sessions/" + (brief["session_id"]?.stringValue ?? "")

            let step: JSONValue = ["from_state": "initialized", "to_state": "a", "context_updates": ["b": 2]]
            let moved = try await live.send("POST", path + "/transitions", step, headers: minimal)
            #expect(moved.status == 200 && moved.headers["preference-applied"] == "return=minimal")
            let session = try #require(moved.body?["session"]?.objectValue)
            #expect(session["current_state"] == "a" && session["context"] == nil && session["history"] == nil)
            #expect(moved.body?["decision_id"]?.stringValue?.count == 36)

            let whole = try await live.send("POST", path + "/transitions", ["from_state": "a", "to_state": "b"])
            #expect(whole.headers["preference-applied"] == nil)
            #expect(whole.body?["session"]?["context"] == ["a": 1, "b": 2])
            #expect(whole.body?["session"]?["history"]?.arrayValue?.count == 3)
            let read = try await live.send("GET", path)
            #expect(read.body == whole.body?["session"])
            let without = try await live.send("GET", path + "?history=false")
            #expect(without.body?["history"] == nil && without.body?["context"] == ["a": 1, "b": 2])
            let recovered = try await live.send("POST", path + "/recover", headers: minimal)
            #expect(recovered.body?["recovered"] == true && recovered.body?["session"]?["history"] == nil)
        }
    }

    @Test(
        arguments: [
            ("return=minimal", true), ("Return = \"MINIMAL\"", true), ("wait=5, return=minimal; x=1", true),
            ("return=representation", false), ("return=representation, return=minimal", false), ("minimal", false),
            ("returns=minimal", false), ("return", false), ("", false), (",;=,", false),
        ])
    func `A preference is read as RFC 7240 has it`(_ header: String, _ isMinimal: Bool) {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .prefer, value: header))
        #expect(Preference.isMinimal(fields) == isMinimal)
    }

    @Test func `A client that waits to be told to go on is told so`() async throws {
        try await LiveServer.run { live in
            let body = #"{"workflow_type":"feature"}"#
            let client = try RawClient(port: live.port)
            client.send(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            let told = "HTTP/1.1 100 Continue\r\n"
            let head = String(decoding: await client.read(told.utf8.count), as: UTF8.self)
            #expect(head.hasPrefix(told))
            client.send(body)
            let answer = head + String(decoding: await client.read(), as: UTF8.self)
            #expect(answer.contains("\r\n\r\nHTTP/1.1 201 Created\r\n"))
            #expect(try await live.orchestrator.activeSessions().count == 1)
        }
    }

    @Test func `A body that is too long is not asked for`() async throws {
        try await LiveServer.run({ $0.limits.bodyBytes = 100 }) { live in
            let client = try RawClient(port: live.port)
            client.send(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n")
            let answer = String(decoding: await client.read(13), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `A client that takes nothing of a long answer is cut off`() async throws {
        // clock: the time that a client has to take something is what this is about.
        try await LiveServer.run({ $0.writeTimeout = .milliseconds(200) }) { live in
            let session = try await live.orchestrator.startSession()
            let filling: JSONValue = .object(["text": .string(String(repeating: "x", count: 900_000))])
            for _ in 0..<15 { try await live.orchestrator.track("filling", data: filling, sessionID: session.id) }
            let stuck = try RawClient(port: live.port)
            stuck.send("GET /api/v1/sessions/\(session.id)/events HTTP/1.1\r\nHost: HOST\r\n\r\n")
            #expect(await stuck.read(1).count >= 1)
            try await eventually("it was cut off") { live.server.connectionCount == 0 }
        }
    }

    @Test func `A long query is no reason to wait for the end of the server`() async throws {
        try await LiveServer.run({ $0.drain = .seconds(4) }) { live in
            let sql: JSONValue = ["sql": "SELECT count(*) FROM range(10000000000000) t WHERE range % 7 = 3"]
            async let answer = live.send("POST", "/api/v1/query", sql)
            try await eventually("it runs") { live.server.service.drain.listenerCount == 1 }
            await live.server.stop()
            let (status, _, body) = try await answer
            #expect(status == 503 && body?["code"] == "overloaded")
            #expect(body?["detail"]?.stringValue?.contains("stopping") == true)
        }
    }
}

@Suite struct WrongTokenTests {
    private let now = ContinuousClock.now

    @Test func `Whoever shows wrong tokens waits longer each time, up to a limit`() {
        let tokens = WrongTokens()
        let delays = (0..<10).map { _ in tokens.note("a", at: now) }
        #expect(delays.prefix(6) == [50, 100, 200, 400, 800, 1600].map { Duration.milliseconds($0) }[...])
        #expect(delays.suffix(4).allSatisfy { $0 == .seconds(2) })
        #expect(tokens.note("b", at: now) == .milliseconds(50))
    }

    @Test func `It is forgotten after a while`() {
        let tokens = WrongTokens()
        for _ in 0..<5 { _ = tokens.note("a", at: now) }
        #expect(tokens.note("a", at: now + WrongTokens.memory + .seconds(1)) == .milliseconds(50))
    }

    @Test func `Only so many are remembered`() {
        let tokens = WrongTokens()
        for _ in 0..<3 { _ = tokens.note("old", at: now) }
        for peer in 0..<WrongTokens.maximum { _ = tokens.note("\(peer)", at: now + .seconds(1)) }
        #expect(tokens.note("999", at: now + .seconds(2)) == .milliseconds(100))
        #expect(tokens.note("old", at: now + .seconds(2)) == .milliseconds(50))
    }
}
