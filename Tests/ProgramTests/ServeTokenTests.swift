import Foundation
import RIFModel
import Testing

@Suite("rif serve and its tokens")
struct ServeTokenTests {
    @Test("Beyond loopback it does not start where a new token would end in a log")
    func elsewhere() async throws {
        let workspace = try Workspace()
        for host in ["0.0.0.0", "::", "rif.example.org"] {
            let ran = try await workspace.rif("serve", "--host", host, "--port", "0")
            expectRefusal(ran, 2, saying: "--host", host, "--token-file")
        }
        #expect(!workspace.exists("test.duckdb"), "a refused server makes no database")
    }

    @Test("A file that holds no token is refused, with its name and without its content")
    func badFiles() async throws {
        let workspace = try Workspace()
        for (text, name) in [
            ("", "empty"), ("\nsecond\n", "second"), ("two words\n", "words"), ("se\u{1}cret\n", "control"),
        ] {
            try workspace.write(text, to: name)
            let ran = try await workspace.rif("serve", "--port", "0", "--token-file", name)
            expectRefusal(ran, 2, saying: "--token-file", name, "openssl rand -hex 32")
            #expect(!ran.errors.contains("secret") && !ran.errors.contains("two words"))
        }
        expectRefusal(
            try await workspace.rif("serve", "--token-file", "nowhere"), 2, saying: "--token-file", "nowhere",
            "No such file")
        expectRefusal(
            try await workspace.rif("serve", "--token-file", workspace.folder), 2, saying: "--token-file")
        expectRefusal(try await workspace.rif("serve", "--token-file", ""), 2, saying: "--token-file", "is empty")
        try workspace.write("same-token-0123456789\n", to: "same")
        expectRefusal(
            try await workspace.rif("serve", "--token-file", "same", "--read-token-file", "same"), 2,
            saying: "--read-token-file", "the same token")
    }

    @Test("A token that is made is in the ready line, opens the server, and stands in no log")
    func generated() async throws {
        let workspace = try Workspace()
        try workspace.write("read-token-0123456789\n", to: "read")
        let server = try Server(
            workspace, "--host", "0.0.0.0", "--read-token-file", "read", "--set", "log.level=trace", "--set",
            "log.format=json")
        let token = try #require(server.ready["token"]?.stringValue)
        #expect(token.utf8.count == 43)
        let port = try #require(server.ready["address"]?.stringValue?.split(separator: ":").last.map { String($0) })
        for (secret, status) in [(token, "201"), ("read-token-0123456789", "403"), ("wrong", "401")] {
            let ran = try await workspace.run(
                "/bin/bash",
                [
                    "-c",
                    """
                    exec 3<>/dev/tcp/127.0.0.1/\(port)
                    printf 'POST /api/v1/sessions?q=queried HTTP/1.1\\r\\nHost: 127.0.0.1:\(port)\\r\\n' >&3
                    printf 'Connection: close\\r\\nAuthorization: Bearer \(secret)\\r\\n' >&3
                    printf 'Content-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}' >&3
                    head -n 1 <&3
                    """,
                ])
            #expect(ran.output.contains(" \(status) "), "\(ran)")
        }
        let log = try server.stop()
        for word in [token, "read-token", "queried"] { #expect(!log.contains(word), "the log has \(word)") }
        let lines = try log.split(separator: "\n").map { try JSONValue.parse(String($0)) }
        let requests = lines.filter { $0["message"] == "request" }
        #expect(requests.map { $0["status"] } == ["201", "403", "401"])
        #expect(requests.allSatisfy { $0["route"] == "/api/v1/sessions" && $0["method"] == "POST" })
        #expect(lines.contains { $0["message"]?.stringValue?.contains("can read the token") == true })
    }

    /// A `rif serve --json` that runs until it is stopped.
    private final class Server {
        private let process = Process()
        private let log: String
        let ready: JSONValue

        init(_ workspace: Workspace, _ arguments: String...) throws {
            log = workspace.path("serve.log")
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            process.executableURL = URL(fileURLWithPath: Workspace.program)
            process.arguments = ["serve", "--json", "--port", "0"] + arguments
            process.currentDirectoryURL = URL(fileURLWithPath: workspace.folder)
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["RIF_DATABASE": workspace.database, "XDG_CONFIG_HOME": workspace.path("xdg")]) { $1 }
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle(forWritingAtPath: log)
            try process.run()
            var line = Data()
            while !line.contains(UInt8(ascii: "\n")) {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { break }
                line += more
            }
            ready = try JSONValue.parse(String(decoding: line, as: UTF8.self))
        }

        deinit { if process.isRunning { process.terminate() } }

        /// - Returns: what it said on standard error.
        func stop() throws -> String {
            process.terminate()
            process.waitUntilExit()
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
        }
    }
}
