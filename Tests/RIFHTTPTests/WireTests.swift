import Foundation
import NIOCore
import RIFHTTP
import RIFModel
import RIFOrchestrator
import Testing

/// What can be sent to a server that no proper client sends. Each is answered or cut off, and none of it is a 500.
@Suite("Bytes on the wire", .timeLimit(.minutes(2)))
struct WireTests {
    private static func get(_ target: String, _ port: Int, _ more: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\(more)\r\n"
    }

    /// The server still works, and nothing came of what was sent.
    private static func expectUnharmed(_ server: TestServer, sessions: Int = 0) async throws {
        #expect(try await server.request("GET /healthz").status == 200)
        #expect(try await server.orchestrator.activeSessions().count == sessions)
    }

    // MARK: - Heads

    @Test(
        "What is no request is answered with 400, or not at all",
        arguments: [
            "\r\n\r\n\r\n", "GET\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n",
            "get /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n", "G\u{00E9}T / HTTP/1.1\r\nHost: HOST\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost HOST\r\n\r\n", "GET /healthz HTTP/1.1\r\n Host: HOST\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost : HOST\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: HOST\r\nX: \u{0}\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: HOST\r\nX: a\rb\r\n\r\n", "GET /heal thz HTTP/1.1\r\nHost: HOST\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}",
            "OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
            "CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
            "TRACE /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nAuthorization: Bearer secret\r\n\r\n",
        ])
    func noRequest(_ text: String) async throws {
        try await TestServer.run({ $0.headTimeout = .milliseconds(300) }) { (server) async throws in
            let bytes = text.replacing("HOST", with: "127.0.0.1:\(server.port)")
            let replies = try await server.replies(bytes)
            for reply in replies {
                #expect((400..<500).contains(reply.status), "\(reply)")
                #expect(!reply.description.contains("secret"))
            }
            try await Self.expectUnharmed(server)
        }
    }

    @Test("Headers have a limit each, together, and in number")
    func largeHeads() async throws {
        try await TestServer.run { (server) async throws in
            let fits = Self.get("/healthz", server.port, "X: \(String(repeating: "a", count: 8 << 10))\r\n")
            #expect(try await server.replies(fits).first?.status == 200)
            for more in [
                "X: \(String(repeating: "a", count: 17 << 10))\r\n",
                (0..<5).map { "X\($0): \(String(repeating: "a", count: 8 << 10))\r\n" }.joined(),
                (0..<101).map { "X\($0): 1\r\n" }.joined(),
                String(repeating: "a", count: 17 << 10) + ": 1\r\n",
            ] {
                let replies = try await server.replies(Self.get("/healthz", server.port, more))
                #expect(replies.map(\.status) == [400] || replies.isEmpty, "\(replies)")
            }
            let endless = [UInt8](repeating: UInt8(ascii: "a"), count: 4 << 20)
            let replies = Reply.parse(try await server.exchange([Array("GET /".utf8), endless]))
            #expect(replies.allSatisfy { (400..<500).contains($0.status) })
            try await Self.expectUnharmed(server)
        }
    }

    // MARK: - Paths and queries

    @Test(
        "Paths and queries of any bytes are somebody's mistake, never ours",
        arguments: [
            "/%00", "/%", "/%zz", "/%ff%fe", "/api/v1/sessions/%00", "/api/v1/sessions/%ff",
            "/api/v1/sessions/..%2f..%2fetc",
            "/api/v1/sessions/../../../etc/passwd", "/../../etc/passwd", "//api//v1//sessions",
            "/api/v1/sessions?limit=%00",
            "/api/v1/sessions?limit=99999999999999999999", "/api/v1/sessions?q=%ff%00&q=%c3%28",
            "/api/v1/sessions?%ff=%ff",
            "/api/v1/sessions?cursor=%00%ff", "/api/v1/sessions?&&==&=", "/api/v1/sessions/%2e%2e", "/?", "/??", "/#",
            "/api/v1/dashboard/%00", "/api/v1/sessions?state=%00", "/\u{1F600}", "/api/v1/sessions?q=\u{1F600}",
        ])
    func strangeTargets(_ target: String) async throws {
        try await TestServer.run { (server) async throws in
            let replies = try await server.replies(Self.get(target, server.port))
            #expect(replies.count == 1)
            for reply in replies {
                #expect(reply.status < 500 || reply.status == 503, "\(target): \(reply)")
                #expect(!reply.body.contains("root:"))
            }
            try await Self.expectUnharmed(server)
        }
    }

    @Test("Bytes that are no UTF-8 in a target or header are refused or taken as nothing known")
    func noUTF8() async throws {
        try await TestServer.run { (server) async throws in
            for (target, header): ([UInt8], [UInt8]) in [
                ([0xFF, 0xFE], []), ([0xC3, 0x28], []), ([], [0xFF, 0xFE]), ([0xED, 0xA0, 0x80], [0xC0, 0x80]),
            ] {
                let bytes =
                    Array("GET /api/v1/sessions?q=".utf8) + target
                    + Array(" HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\nX-Request-ID: ".utf8)
                    + header + Array("\r\n\r\n".utf8)
                let replies = try await server.replies(bytes)
                #expect(replies.allSatisfy { $0.status < 500 }, "\(replies)")
            }
            try await Self.expectUnharmed(server)
        }
    }

    @Test("A very long path is refused")
    func longPath() async throws {
        try await TestServer.run { (server) async throws in
            let path = "/api/v1/sessions/" + String(repeating: "a", count: 12_000)
            let reply = try await server.replies(Self.get(path, server.port)).first
            #expect(reply.map { $0.status == 404 || $0.status == 400 } ?? true)
            #expect(reply.map { $0.body.utf8.count < 1_000 } ?? true, "a path is quoted in full")
            let longer = try await server.replies(Self.get(path + String(repeating: "b", count: 40_000), server.port))
            #expect(longer.allSatisfy { (400..<500).contains($0.status) })
            try await Self.expectUnharmed(server)
        }
    }

    // MARK: - Bodies

    @Test("A body that is too large is refused before and while it comes")
    func largeBodies() async throws {
        try await TestServer.run({ $0.limits.bodyBytes = 2_000 }) { (server) async throws in
            let fits = "{\"workflow_type\": \"x\"}" + String(repeating: " ", count: 1_000)
            #expect(try await server.request("POST /api/v1/sessions", body: fits).status == 201)
            let large = try await server.request(
                "POST /api/v1/sessions", body: "{}" + String(repeating: " ", count: 4_000))
            #expect(large.status == 413 && large.code == "payload_too_large", "\(large)")
            #expect(large.detail.contains("2000"))
            let head = """
                POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n
                """
            let chunk = "3e8\r\n" + String(repeating: " ", count: 1_000) + "\r\n"
            let chunked = try await server.replies(head + chunk + chunk + chunk + "0\r\n\r\n")
            #expect(chunked.map(\.status) == [413], "\(chunked)")
            let small = try await server.replies(head + "2\r\n{}\r\n0\r\n\r\n")
            #expect(small.map(\.status) == [201], "\(small)")
            try await Self.expectUnharmed(server, sessions: 2)
        }
    }

    @Test(
        "A length that lies ends the connection and does nothing",
        arguments: [
            "Content-Length: 1000\r\n\r\n{}", "Content-Length: -1\r\n\r\n{}", "Content-Length: 2, 2\r\n\r\n{}",
            "Content-Length: 99999999999999999999999\r\n\r\n{}", "Content-Length: 0x2\r\n\r\n{}",
            "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}", "Transfer-Encoding:\u{0B}chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ])
    func lies(_ rest: String) async throws {
        try await TestServer.run({ $0.bodyTimeout = .milliseconds(300) }) { (server) async throws in
            let replies = try await server.replies(
                "POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Type: application/json\r\n"
                    + rest)
            #expect(replies.allSatisfy { (400..<500).contains($0.status) }, "\(replies)")
            #expect(replies.count <= 1)
            try await Self.expectUnharmed(server)
        }
    }

    @Test(
        "A second request hidden in the first is not carried out",
        arguments: [
            "Content-Length: LENGTH\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: LENGTH\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
            "Content-Length: 0\r\nContent-Length: LENGTH\r\n\r\n",
            "Content-Length: 0\r\n Content-Length: LENGTH\r\n\r\n",
            "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
        ])
    func smuggling(_ rest: String) async throws {
        try await TestServer.run({
            $0.bodyTimeout = .milliseconds(300)
            $0.headTimeout = .milliseconds(300)
            $0.idleTimeout = .milliseconds(300)
        }) { (server) async throws in
            let hidden = """
                POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Type: application/json\r
                Content-Length: 2\r\nConnection: close\r\n\r\n{}
                """
            let bytes =
                "POST /healthz HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
                + rest.replacing("LENGTH", with: "\(5 + hidden.utf8.count)") + hidden
            let replies = try await server.replies(bytes)
            #expect(replies.allSatisfy { (400..<500).contains($0.status) }, "\(replies)")
            try await Self.expectUnharmed(server)
        }
    }

    @Test("JSON that is none, or too deep, is refused")
    func badJSON() async throws {
        try await TestServer.run { (server) async throws in
            for (body, status) in [
                ("{", 400), ("[]", 400), ("null", 400), ("{\"context\": {\"a\": \"\\ud800\"}}", 400),
                ("\u{FEFF}{}", 400),
                ("{\"priority\": 1e400}", 422),
                (
                    "{\"context\":" + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}",
                    422
                ),
            ] {
                let reply = try await server.request("POST /api/v1/sessions", body: body)
                #expect(reply.status == status, "\(body.prefix(60)) \(reply)")
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "text/json"] {
                let reply = try await server.request("POST /api/v1/sessions", "Content-Type: \(type)", body: "{}")
                #expect(reply.status == 415, "\(type) \(reply)")
            }
            let utf8 = "Content-Type: Application/JSON; charset=utf-8"
            #expect(try await server.request("POST /api/v1/sessions", utf8, body: "{}").status == 201)
            try await Self.expectUnharmed(server, sessions: 1)
        }
    }

    // MARK: - Time and number

    @Test("Whoever sends too slowly is cut off")
    func slow() async throws {
        try await TestServer.run({
            $0.headTimeout = .milliseconds(200)
            $0.bodyTimeout = .milliseconds(200)
            $0.idleTimeout = .milliseconds(400)
        }) { (server) async throws in
            let host = "Host: 127.0.0.1:\(server.port)\r\n"
            // Each of these waits for the server's end of the connection, and would wait for ever without a limit.
            #expect(try await server.exchange([Array("GET /healthz HTTP/1.1\r\n\(host)".utf8)]).isEmpty)
            #expect(try await server.exchange([Array("G".utf8)]).isEmpty)
            #expect(try await server.exchange([]).isEmpty)
            let half =
                "POST /api/v1/sessions HTTP/1.1\r\n\(host)Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
            let replies = Reply.parse(try await server.exchange([Array(half.utf8)]))
            #expect(replies.allSatisfy { $0.status < 500 })
            // A connection that stays open after its answer.
            let idle = Reply.parse(try await server.exchange([Array("GET /healthz HTTP/1.1\r\n\(host)\r\n".utf8)]))
            #expect(idle.map(\.status) == [200])
            try await Self.expectUnharmed(server)
        }
    }

    @Test("Requests behind each other are answered in their order")
    func pipelining() async throws {
        try await TestServer.run { (server) async throws in
            let host = "Host: 127.0.0.1:\(server.port)\r\n"
            let many = (0..<200).map { "GET /healthz HTTP/1.1\r\n\(host)X-Request-ID: n\($0)\r\n\r\n" }.joined()
            let last = "GET /nothing HTTP/1.1\r\n\(host)Connection: close\r\n\r\n"
            let replies = try await server.replies(many + last)
            #expect(replies.map(\.status) == Array(repeating: 200, count: 200) + [404])
            #expect(replies.dropLast().map { $0["x-request-id"] } == (0..<200).map { "n\($0)" })
        }
    }

    @Test("HTTP/1.0 is answered and the connection ended, in whatever case the client asks")
    func oldClients() async throws {
        try await TestServer.run { (server) async throws in
            for head in [
                "GET /healthz HTTP/1.0\r\n", "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n",
                "GET /healthz HTTP/1.1\r\nConnection: Close\r\n",
            ] {
                let replies = try await server.replies(head + "Host: localhost:\(server.port)\r\n\r\n")
                #expect(replies.map(\.status) == [200])
                #expect(replies.first?["connection"] == "close")
            }
        }
    }

    @Test("More connections than allowed are closed, and the others go on")
    func tooMany() async throws {
        try await TestServer.run({
            $0.maximumConnections = 3
            $0.headTimeout = .seconds(2)
        }) { (server) async throws in
            let counts = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await server.exchange([Array("GET /healthz HTTP/1.1\r\n".utf8)]).isEmpty }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(counts == 12)
            #expect(try await server.request("GET /healthz").status == 200)
        }
    }

    // MARK: - What is said

    @Test("Every answer carries the headers that keep browsers in check")
    func headers() async throws {
        try await TestServer.run { (server) async throws in
            for line in ["GET /healthz", "GET /api/v1/sessions", "GET /nothing", "DELETE /healthz", "HEAD /healthz"] {
                let reply = try await server.request(line)
                #expect(reply["x-content-type-options"] == "nosniff", "\(line)")
                #expect(reply["x-frame-options"] == "DENY")
                #expect(reply["referrer-policy"] == "no-referrer")
                #expect(reply["cross-origin-resource-policy"] == "same-origin")
                #expect(reply["cross-origin-opener-policy"] == "same-origin")
                #expect(reply["cache-control"] == "no-store")
                #expect(reply["content-security-policy"]?.hasPrefix("default-src 'none'; ") == true)
                #expect(reply["access-control-allow-origin"] == nil && reply["server"] == nil)
            }
        }
    }

    @Test("A hostile session's picture is shown without any right")
    func hostileContent() async throws {
        try await TestServer.run { (server) async throws in
            let evil = "<script>alert(1)</script>\"'><svg onload=alert(1)>"
            let session = try await server.orchestrator.startSession(workflowType: evil)
            _ = try await session.transition(from: "initialized", to: evil, reason: evil)
            for path in ["//api/v1", "/api/v1"] {
                let reply = try await server.request("GET \(path)/sessions/\(session.id)/visualization?format=svg")
                #expect(reply.status == 200 && reply["content-type"]?.hasPrefix("image/svg+xml") == true, "\(reply)")
                #expect(reply["content-security-policy"]?.hasSuffix("; sandbox") == true)
                #expect(!reply.body.contains("<script") && !reply.body.contains("<svg onload"))
            }
        }
    }
}
