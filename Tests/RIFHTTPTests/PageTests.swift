import Crypto
import Foundation
import RIFHTTP
import RIFModel
import RIFOrchestrator
import Testing

@Suite("The web page over HTTP")
struct PageTests {
    @Test(
        "Each of its addresses answers with the document, which no cache keeps",
        arguments: [
            "/", "/sessions/0199f3a2-7c1e-7d3b-9a41-5f0c2e8b6d17", "/analytics", "/sql", "/events", "/health",
            "/approvals", "/workflows",
        ])
    func document(path: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.request("GET \(path)")
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "text/html; charset=utf-8")
            #expect(reply["cache-control"] == "no-cache")
            #expect(reply.body.contains("<main"))
            #expect(reply.body.contains("data-rights=\"write\" data-token=\"false\""))
            let location = server.orchestrator.information.location
            #expect(reply.body.contains("id=\"database\" title=\"\(location)\">\(location)<"))
        }
    }

    @Test("What stands in the document itself is known to the policy by its hash, and nothing else is")
    func policy() async throws {
        try await TestServer.run { server in
            let reply = try await server.request("GET /")
            let policy = try #require(reply["content-security-policy"])
            #expect(!policy.contains("unsafe"))
            for (kind, pattern) in [
                ("script", /<script>(.*?)<\/script>/.dotMatchesNewlines()),
                ("style", /<style>(.*?)<\/style>/.dotMatchesNewlines()),
            ] {
                let parts = reply.body.matches(of: pattern).map { String($0.output.1) }
                try #require(parts.count == 1, "\(kind)")
                let hash = Data(SHA256.hash(data: Data(parts[0].utf8))).base64EncodedString()
                #expect(policy.contains("\(kind)-src 'self' 'sha256-\(hash)';"))
            }
        }
    }

    @Test("Every file that the document names is there, and may be kept for good")
    func files() async throws {
        try await TestServer.run { server in
            let document = try await server.request("GET /").body
            let files = document.matches(of: /"(\/assets\/[0-9a-f]{16}\/[^"]+)"/).map { String($0.output.1) }
            #expect(files.count > 5)
            for file in files {
                let reply = try await server.request("GET \(file)")
                #expect(reply.status == 200, "\(file)")
                #expect(reply["cache-control"] == "public, max-age=31536000, immutable")
            }
        }
    }

    @Test("A file of another version, or none at all, is not found, and nothing keeps that answer")
    func unknownFiles() async throws {
        try await TestServer.run { server in
            for path in ["/assets/0123456789abcdef/app.js", "/assets/live/app.js", "/assets/app.js", "/nowhere"] {
                let reply = try await server.request("GET \(path)")
                #expect(reply.status == 404, "\(path)")
                #expect(reply["cache-control"] == "no-store")
            }
        }
    }

    @Test("Files on disk are read anew at each request, and nothing outside of their folder")
    func folder() async throws {
        let place = NSTemporaryDirectory() + "rif-page-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = place + "/page"
        try FileManager.default.createDirectory(atPath: folder + "/core", withIntermediateDirectories: true)
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(place)/\(name)", atomically: true, encoding: .utf8)
        }
        try write("page/index.html", "<script src=\"/assets/version/app.js\"></script>")
        try write("page/core/a.js", "first")
        try write("secret.js", "secret")
        try await TestServer.run { configuration in
            configuration.assetFolder = folder
        } _: { server in
            let document = try await server.request("GET /").body
            #expect(document.contains("/assets/live/app.js"))
            let first = try await server.request("GET /assets/live/core/a.js").body
            #expect(first == "first")
            try write("page/core/a.js", "second")
            let reply = try await server.request("GET /assets/live/core/a.js")
            #expect(reply.body == "second")
            #expect(reply["cache-control"] == "no-cache")
            for path in ["../secret.js", "..%2Fsecret.js", "core/..%2F..%2Fsecret.js", "%2E%2E/secret.js", "core/b.js"]
            {
                let status = try await server.request("GET /assets/live/\(path)").status
                #expect(status == 404, "\(path)")
            }
        }
    }

    @Test("The page needs no token, what it shows does")
    func tokens() async throws {
        try await TestServer.run { configuration in
            configuration.tokens = .init(readWrite: "a-token-of-more-than-thirty-two-characters")
        } _: { server in
            let page = try await server.request("GET /")
            #expect(page.status == 200)
            #expect(page.body.contains("data-rights=\"none\" data-token=\"true\""))
            #expect(page.body.contains("id=\"database\">RIF<"), "where the data lies is not for everybody")
            let data = try await server.request("GET /api/v1/dashboard")
            #expect(data.status == 401)
        }
    }

    @Test("A graph's layout lies where its picture draws it")
    func layout() async throws {
        try await TestServer.run { server in
            let session = try await server.orchestrator.startSession()
            try await session.transition(from: "initialized", to: "analyzing", reason: "Begin")
            let path = "/api/v1/sessions/\(session.id)/visualization?format="
            let picture = try await server.request("GET \(path)svg").body
            let layout = try #require(try await server.request("GET \(path)layout").json)
            let nodes = try #require(layout["nodes"]?.arrayValue)
            #expect(nodes.map { $0["status"]?.stringValue } == ["visited", "current"])
            let first = try #require(nodes[0]["rect"])
            let place = try #require(
                picture.firstMatch(of: /class="box" x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)"/))
            for (name, text) in [("x", place.1), ("y", place.2), ("width", place.3)] {
                let drawn = try #require(Double(text))
                let laid = try #require(first[name]?.doubleValue)
                #expect(abs(laid - drawn) < 0.01, "\(name)")
            }
            #expect(layout["edges"]?.arrayValue?.first?["to"]?.stringValue == "analyzing")
            let other = try await server.request("GET \(path)pdf")
            #expect(other.status == 400)
        }
    }

    @Test("Without its history, a session is all the rest")
    func withoutHistory() async throws {
        try await TestServer.run { server in
            let session = try await server.orchestrator.startSession()
            let path = "/api/v1/sessions/\(session.id)"
            var whole = try #require(try await server.request("GET \(path)").json?.objectValue)
            #expect(whole["history"] != nil)
            whole["history"] = nil
            let rest = try await server.request("GET \(path)?history=false")
            #expect(rest.json == .object(whole))
            let wrong = try await server.request("GET \(path)?history=no")
            #expect(wrong.status == 400)
        }
    }
}
