import Foundation
import Logging
import RIFHTTP
import RIFModel
import RIFOrchestrator
import Testing

@Suite("Who may come in", .timeLimit(.minutes(2)))
struct GateTests {
    private static let start = "POST /api/v1/sessions"
    private static let list = "GET /api/v1/sessions"

    // MARK: - Host

    @Test(
        "Only our own names are a Host",
        arguments: [
            ("127.0.0.1:PORT", 200), ("localhost:PORT", 200), ("LocalHost:PORT", 200), ("[::1]:PORT", 200),
            ("127.0.0.1", 403), ("localhost:1", 403), ("evil.example:PORT", 403), ("evil.example", 403),
            ("localhost.:PORT", 403), ("127.0.0.1:PORT.evil.example", 403), ("0.0.0.0:PORT", 403), ("[::]:PORT", 403),
            ("2130706433:PORT", 403), ("user@127.0.0.1:PORT", 403), ("", 403), ("127.0.0.1:", 403),
            ("127.0.0.1:+PORT", 403), ("127.0.0.1:PORT, evil.example", 400), ("[::1:PORT", 403), ("::1:PORT", 403),
        ])
    func host(_ host: String, _ status: Int) async throws {
        try await TestServer.run { (server) async throws in
            let word = host.replacing("PORT", with: "\(server.port)")
            for path in ["/healthz", "/api/v1/sessions"] {
                let reply = try await server.request("GET \(path)", host: word)
                #expect(reply.status == status, "\(path) \(reply)")
                if status != 200 { #expect(reply.json?["field"] == "Host") }
            }
        }
    }

    @Test("Without exactly one Host there is no answer but 400")
    func hosts() async throws {
        try await TestServer.run { (server) async throws in
            let none = try await server.replies("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(none.first?.status == 400)
            let two = try await server.replies(
                "GET /healthz HTTP/1.1\r\nHost: localhost:\(server.port)\r\nHost: evil\r\nConnection: close\r\n\r\n")
            #expect(two.first?.status == 400)
            let ten = try await server.replies("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(ten.first?.status == 400)
        }
    }

    @Test("Of a target in absolute form its host counts")
    func absoluteForm() async throws {
        try await TestServer.run { (server) async throws in
            let own = "localhost:\(server.port)"
            let good = try await server.request("GET http://\(own)/healthz", host: "evil.example")
            #expect(good.status == 200)
            let bad = try await server.request("GET http://evil.example/healthz", host: own)
            #expect(bad.status == 403)
        }
    }

    @Test("Configured names are ours too, at the usual ports and at those they name")
    func allowedHosts() async throws {
        try await TestServer.run({ $0.allowedHosts = ["rif.example.org", "other.example:8443"] }) {
            (server) async throws in
            for (host, status) in [
                ("rif.example.org", 200), ("RIF.example.org:443", 200), ("rif.example.org:\(server.port)", 200),
                ("rif.example.org:3000", 403), ("other.example:8443", 200), ("other.example", 403),
                ("x.rif.example.org", 403),
            ] {
                #expect(try await server.request(Self.list, host: host).status == status, "\(host)")
            }
            for (origin, status) in [
                ("https://rif.example.org", 200), ("http://rif.example.org", 200),
                ("https://rif.example.org:3000", 403),
                ("https://other.example:8443", 200), ("https://rif.example.org.evil.example", 403),
            ] {
                #expect(try await server.request(Self.list, "Origin: \(origin)").status == status, "\(origin)")
            }
        }
    }

    @Test("A configured name that can be none is refused, not forgotten")
    func wrongNames() async throws {
        for name in ["https://rif.example.org", "*.example.org", "a b", ""] {
            let error = await #expect(throws: RIFError.self) {
                try await TestServer.run({ $0.allowedHosts = [name] }) { _ in }
            }
            #expect(error?.field == "server.allowed_hosts")
        }
    }

    // MARK: - Origin

    @Test(
        "Pages of other origins are refused, whatever they ask for",
        arguments: [
            ("http://127.0.0.1:PORT", 200), ("http://localhost:PORT", 403), ("http://127.0.0.1:1", 403), ("null", 403),
            ("https://127.0.0.1:PORT", 403), ("http://evil.example", 403), ("http://127.0.0.1:PORT.evil.example", 403),
            ("http://127.0.0.1:PORT/", 403), ("", 403), ("file://", 403), ("http://127.0.0.1", 403),
            ("chrome-extension://abcdef", 403),
        ])
    func origin(_ origin: String, _ status: Int) async throws {
        try await TestServer.run { (server) async throws in
            let word = origin.replacing("PORT", with: "\(server.port)")
            #expect(try await server.request(Self.list, "Origin: \(word)").status == status)
            let written = try await server.request(Self.start, "Origin: \(word)", body: "{}")
            #expect(written.status == (status == 200 ? 201 : 403), "\(written)")
            #expect(try await server.orchestrator.activeSessions().count == (status == 200 ? 1 : 0))
        }
    }

    @Test("What a browser says of the site counts too; a followed link opens only what is open to all")
    func fetchMetadata() async throws {
        try await TestServer.run { (server) async throws in
            for site in ["cross-site", "same-site", "something-new"] {
                #expect(try await server.request(Self.list, "Sec-Fetch-Site: \(site)").status == 403)
                let link = "Sec-Fetch-Mode: navigate"
                #expect(try await server.request(Self.list, "Sec-Fetch-Site: \(site)", link).status == 403)
                #expect(try await server.request("GET /healthz", "Sec-Fetch-Site: \(site)", link).status == 200)
                #expect(
                    try await server.request(Self.start, "Sec-Fetch-Site: \(site)", link, body: "{}").status == 403)
            }
            for site in ["same-origin", "none"] {
                #expect(try await server.request(Self.list, "Sec-Fetch-Site: \(site)").status == 200)
            }
        }
    }

    @Test("A form of another site does nothing, also from a browser that says nothing of it")
    func form() async throws {
        try await TestServer.run { (server) async throws in
            let post = try await server.request(
                Self.start, "Content-Type: text/plain", body: "{\"workflow_type\": \"forged=\"}")
            #expect(post.status == 415)
            #expect(try await server.orchestrator.activeSessions().isEmpty)
        }
    }

    // MARK: - Tokens

    private static let tokens = ServerConfiguration.Tokens(readWrite: "write-0123456789", readOnly: "read-0123456789")

    @Test("A token opens what it is for, and nothing else does")
    func tokens() async throws {
        try await TestServer.run({ $0.tokens = Self.tokens }) { (server) async throws in
            for (header, reading, writing) in [
                ("X-Nothing: 1", 401, 401), ("Authorization: Bearer write-0123456789", 200, 201),
                ("Authorization: bearer  write-0123456789", 200, 201),
                ("Authorization: Bearer read-0123456789", 200, 403),
                ("Authorization: Bearer write-0123456788", 401, 401),
                ("Authorization: Bearer", 401, 401), ("Authorization: Bearer ", 401, 401),
                ("Authorization: Basic write-0123456789", 401, 401), ("Authorization: write-0123456789", 401, 401),
                ("Authorization: Bearer write-0123456789x", 401, 401),
                ("Cookie: rif_session=write-0123456789", 401, 401),
                (
                    "Authorization: Bearer read-0123456789\r\nAuthorization: Bearer write-0123456789", 401, 401
                ),
            ] {
                let read = try await server.request(Self.list, header)
                #expect(read.status == reading, "\(header) \(read)")
                let written = try await server.request(Self.start, header, body: "{}")
                #expect(written.status == writing, "\(header) \(written)")
                if writing == 401 {
                    #expect(written["www-authenticate"] == "Bearer realm=\"rif\"")
                    #expect(written.code == "unauthorized")
                }
                if writing == 403 { #expect(written.code == "forbidden") }
                #expect(!read.body.contains("0123456789") && !written.body.contains("0123456789"))
            }
            #expect(try await server.request("GET /healthz").status == 200)
            // In the address a token would end in logs and histories.
            #expect(try await server.request(Self.list + "?token=write-0123456789").status == 401)
        }
    }

    @Test("A page logs in, and its cookie is worth what its token was")
    func login() async throws {
        try await TestServer.run({ $0.tokens = Self.tokens }) { (server) async throws in
            let origin = "Origin: http://127.0.0.1:\(server.port)"
            let before = try await server.request("GET /login")
            #expect(before.json == ["needs_token": true, "rights": "none"])
            for (token, rights, status) in [("write-0123456789", "write", 201), ("read-0123456789", "read", 403)] {
                let reply = try await server.request("POST /login", origin, body: "{\"token\": \"\(token)\"}")
                #expect(reply.status == 200, "\(reply)")
                #expect(reply.json == ["needs_token": true, "rights": .string(rights)])
                let set = try #require(reply["set-cookie"])
                for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] { #expect(set.contains(word)) }
                #expect(!set.contains(token) && !set.contains("Secure"))
                let cookie = "Cookie: theme=dark; \(set.prefix { $0 != ";" }); x=y"
                #expect(try await server.request("GET /login", cookie).json?["rights"] == .string(rights))
                #expect(try await server.request(Self.list, cookie).status == 200)
                #expect(try await server.request(Self.start, cookie, origin, body: "{}").status == status)
                // A browser always says where a change comes from.
                #expect(try await server.request(Self.start, cookie, body: "{}").status == 403)
                #expect(try await server.request(Self.start, cookie, "Origin: null", body: "{}").status == 403)
                #expect(
                    try await server.request(Self.start, cookie, "Sec-Fetch-Site: same-origin", body: "{}").status
                        == status)
                // Whoever shows a wrong token is not let in by a cookie.
                #expect(try await server.request(Self.list, cookie, "Authorization: Bearer wrong").status == 401)
                let out = try await server.request("POST /logout", cookie, origin, body: "{}")
                #expect(out.status == 200 && out["set-cookie"]?.contains("Max-Age=0") == true)
                #expect(try await server.request(Self.list, cookie).status == 401)
            }
            let wrong = try await server.request("POST /login", origin, body: "{\"token\": \"wrong\"}")
            #expect(wrong.status == 401 && wrong["set-cookie"] == nil)
            let foreign = try await server.request(
                "POST /login", "Origin: http://evil.example", body: "{\"token\": \"write-0123456789\"}")
            #expect(foreign.status == 403 && foreign["set-cookie"] == nil)
            #expect(try await server.request("POST /login", origin, body: "{}").status == 400)
            let form = try await server.request(
                "POST /login", "Content-Type: application/x-www-form-urlencoded", body: "token=write-0123456789")
            #expect(form.status == 415)
        }
    }

    @Test("Through a proxy with HTTPS the cookie is for HTTPS only")
    func secureCookie() async throws {
        try await TestServer.run({
            $0.tokens = Self.tokens
            $0.allowedHosts = ["rif.example.org"]
        }) { (server) async throws in
            let reply = try await server.request(
                "POST /login", "Origin: https://rif.example.org", body: "{\"token\": \"write-0123456789\"}",
                host: "rif.example.org")
            #expect(reply["set-cookie"]?.hasSuffix("; Secure") == true, "\(reply)")
        }
    }

    @Test("Without a token, a login is for nothing and changes nothing")
    func loginWithoutTokens() async throws {
        try await TestServer.run { (server) async throws in
            #expect(try await server.request("GET /login").json == ["needs_token": false, "rights": "write"])
            let reply = try await server.request("POST /login", body: "{\"token\": \"x\"}")
            #expect(reply.status == 200 && reply["set-cookie"] == nil)
        }
    }

    @Test(
        "Elsewhere than at loopback there is no server without a token",
        arguments: ["0.0.0.0", "::", "192.0.2.1", "host"])
    func elsewhere(_ host: String) async throws {
        let error = await #expect(throws: RIFError.self) {
            try await TestServer.run({ $0.address = .init(host: host, port: 0) }) { _ in }
        }
        #expect(error?.code == .invalidRequest && error?.detail.contains("token") == true)
    }

    @Test("On all addresses, a token opens the server by the address at which it was reached")
    func everywhere() async throws {
        try await TestServer.run({
            $0.tokens = Self.tokens
            $0.address = .init(host: "0.0.0.0", port: 0)
        }) { (server) async throws in
            let token = "Authorization: Bearer read-0123456789"
            #expect(try await server.request(Self.list, token).status == 200)
            #expect(try await server.request(Self.list).status == 401)
            #expect(try await server.request(Self.list, token, host: "0.0.0.0:\(server.port)").status == 403)
            #expect(try await server.request(Self.list, token, host: "192.0.2.1:\(server.port)").status == 403)
        }
    }

    #if os(Linux)
    @Test(
        "Without a token, another user of the machine is refused",
        .enabled(if: getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")))
    func anotherUser() async throws {
        try await TestServer.run { (server) async throws in
            for (user, status) in [(65_534, "403"), (0, "200")] {
                let script = """
                    exec 3<>/dev/tcp/127.0.0.1/\(server.port)
                    printf 'GET /api/v1/sessions HTTP/1.1\\r\\nHost: 127.0.0.1:\(server.port)\\r\\nConnection: close\\r\\n\\r\\n' >&3
                    head -n 1 <&3
                    """
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
                process.arguments = ["--reuid=\(user)", "--clear-groups", "/bin/bash", "-c", script]
                let pipe = Pipe()
                process.standardOutput = pipe
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    process.terminationHandler = { _ in continuation.resume() }
                    do { try process.run() } catch { continuation.resume(throwing: error) }
                }
                let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
                #expect(line.contains(" \(status) "), "user \(user): \(line)")
            }
        }
    }
    #endif
}
