import Foundation
import RIFModel
import RIFOrchestrator
import Testing

@testable import RIFHTTP

/// What `GET /api/v1/sessions` lets pass.
@Suite(.timeLimit(.minutes(3))) struct SessionListTests {
    private static let path = "/api/v1/sessions"

    private static func ids(_ query: String, _ live: LiveServer) async throws -> [String] {
        let (status, _, body) = try await live.send("GET", path + query)
        #expect(status == 200, "\(query): \(body?.compact ?? "")")
        return (body?["sessions"]?.arrayValue ?? []).compactMap { $0["session_id"]?.stringValue }
    }

    @Test func `Sessions are found by how they ended and by when they changed`() async throws {
        try await LiveServer.run { live in
            let rif = live.orchestrator
            var ids: [String] = []
            for outcome in [Outcome.failed, .completed, .failed, .cancelled] {
                let session = try await rif.startSession()
                try await session.complete(outcome)
                ids.append(session.id)
            }
            let active = try await rif.startSession()
            #expect(try await Self.ids("?outcome=failed", live) == [ids[0], ids[2]])
            #expect(try await Self.ids("?outcome=completed&active=false", live) == [ids[1]])
            #expect(try await Self.ids("?outcome=failed&active=true", live) == [])

            let moment = try #require(try await rif.session(ids[1]).current().updatedAt.rfc3339 as String?)
            #expect(try await Self.ids("?updated_after=\(moment)", live) == [ids[2], ids[3], active.id])
            #expect(try await Self.ids("?updated_after=\(moment)&outcome=failed", live) == [ids[2]])
            // The same moment in another zone, as a browser may write it.
            let early = try #require(Timestamp(rfc3339: moment)).advanced(by: -7_200_000_000).rfc3339
            let zoned = early.replacing("Z", with: "-02:00")
            #expect(try await Self.ids("?updated_after=\(zoned)&outcome=failed", live) == [ids[2]])
            #expect(try await Self.ids("?updated_after=2999-01-01T00:00:00Z", live) == [])
        }
    }

    /// A session that changes between two pages stays where it was.
    @Test func `Pages of those that changed lately follow each other without a gap or a repetition`() async throws {
        try await LiveServer.run { live in
            let old = try await live.orchestrator.startSession()
            let moment = try await old.current().updatedAt.rfc3339
            var ids: [String] = []
            for _ in 0..<5 { ids.append(try await live.orchestrator.startSession().id) }
            var found: [String] = []
            var cursor = ""
            repeat {
                let (_, _, page) = try await live.send("GET", Self.path + "?limit=2&updated_after=\(moment)\(cursor)")
                found += (page?["sessions"]?.arrayValue ?? []).compactMap { $0["session_id"]?.stringValue }
                cursor = page?["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
                let first = live.orchestrator.session(ids[0])
                try await first.transition(from: try await first.current().currentState, to: "s\(found.count)")
            } while !cursor.isEmpty && found.count < 20
            #expect(found == ids)
        }
    }

    @Test(
        arguments: [
            ("outcome=broken", "outcome", "one of completed, failed, cancelled"), ("outcome=", "outcome", "one of"),
            ("updated_after=yesterday", "updated_after", "a time such as"),
            ("updated_after=", "updated_after", "a time"),
            ("updated_after=2026-11-22", "updated_after", "a time such as"),
        ])
    func `What is neither an outcome nor a time is refused by name`(
        _ query: String, _ field: String, _ expected: String
    ) async throws {
        try await TestServer.run { server in
            let reply = try await server.request("GET \(Self.path)?\(query)")
            #expect(reply.status == 400 && reply.code == "invalid_request")
            #expect(reply.detail.hasPrefix(field + ":") && reply.detail.contains(expected), "\(reply.detail)")
        }
    }

    @Test func `The description of the API knows them`() async throws {
        try await TestServer.run { server in
            let document = try #require(try await server.request("GET /openapi.json").json)
            let parameters = document["paths"]?[Self.path]?["get"]?["parameters"]?.arrayValue ?? []
            let names = parameters.compactMap { $0["name"]?.stringValue }
            #expect(names.contains("outcome") && names.contains("updated_after"))
            let stream = document["paths"]?["/api/v1/events"]?["get"]?["parameters"]?.arrayValue ?? []
            #expect(stream.contains { $0["name"] == "snapshot" })
        }
    }
}
