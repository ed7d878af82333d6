import Foundation
import RIFHTTP
import RIFModel
import Testing

@Suite("Where backups over HTTP may go", .timeLimit(.minutes(2)))
struct BackupPathTests {
    @Test("No path leads out of the folder, nor over a file, nor to a reader's eyes")
    func paths() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rif-backups-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let backups = folder.appending(path: "backups")
        let outside = folder.appending(path: "outside")
        for place in [backups, outside] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        try Data("kept".utf8).write(to: backups.appending(path: "there"))
        let link = { (name: String, target: String) in
            try FileManager.default.createSymbolicLink(
                atPath: backups.appending(path: name).path, withDestinationPath: target)
        }
        try link("link", outside.path)
        try link("up", "../outside")
        try link("dangling", outside.appending(path: "new").path)
        try await TestServer.run({ $0.backupDirectory = backups.path }) { (server) async throws in
            for path in [
                "../outside/x", "../../x", "a/../../outside/x", outside.appending(path: "x").path, "/x", "./x", "a/./x",
                "a//x", "", ".", "..", "a/", "link/x", "up/x", "link", "dangling", "there", "there/x", "a\\u0000b",
                "a\\nb", String(repeating: "a", count: 300), String(repeating: "a/", count: 600) + "x",
            ] {
                let reply = try await server.request(
                    "POST /api/v1/maintenance/backup", body: "{\"path\": \"\(path)\"}")
                #expect(reply.status == 400, "\(path) \(reply)")
                #expect(path.hasPrefix("/") || !reply.body.contains(folder.path), "\(path) shows where it is")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).isEmpty)
        #expect(try String(contentsOf: backups.appending(path: "there"), encoding: .utf8) == "kept")
    }

    @Test("Whoever may only read is told no path of the machine")
    func readers() async throws {
        try await TestServer.run({
            $0.tokens = .init(readWrite: "w-0123456789abcdef", readOnly: "r-0123456789abcdef")
        }) { (server) async throws in
            let token = "Authorization: Bearer r-0123456789abcdef"
            let backup = try await server.request(
                "POST /api/v1/maintenance/backup", token, body: "{\"path\": \"x\"}")
            #expect(backup.status == 403, "\(backup)")
            for path in ["/api/v1/dashboard", "/api/v1/health", "/api/v1/maintenance/integrity", "/metrics", "/readyz"]
            {
                let reply = try await server.request("GET \(path)", token)
                #expect(!reply.body.contains(NSTemporaryDirectory()) && !reply.body.contains("backups"), "\(reply)")
            }
        }
    }
}
