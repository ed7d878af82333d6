import RIFOrchestrator
import RIFStore
import RIFTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ListSessionsTests {
    @Test(arguments: Place.allCases)
    func pagesHoldEverySessionOnceWhileTheirStatesChange(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        var ids: [String] = []
        for index in 0..<25 {
            if index % 4 == 0 { shop.clock.advance(milliseconds: 1) }
            ids.append(try await rif.startSession(priority: index % 3).id)
        }
        var seen: [String] = []
        var query = SessionQuery(limit: 4)
        var pages = 0
        repeat {
            let page = try await rif.sessionPage(query)
            #expect(page.sessions.count <= 4)
            seen += page.sessions.map(\.sessionID)
            pages += 1
            // What was seen, and what is still to come, goes on; and new ones come.
            for id in [ids[pages], ids[24 - pages]] { try await rif.session(id).transition(to: "s\(pages)") }
            if pages == 3 { try await rif.session(ids[24]).complete() }
            _ = try await rif.startSession(priority: 9)
            query.after = try page.next.map { try SessionCursor(text: $0.text) }
        } while query.after != nil
        #expect(seen.count == Set(seen).count)
        #expect(Set(seen) == Set(ids))
        let expected = try await rif.sessions(SessionQuery()).map(\.sessionID).filter(ids.contains)
        #expect(seen == expected)
        await rif.close()
    }

    @Test func aPageSaysWhetherThereIsAnother() async throws {
        let rif = try await Workshop().open()
        #expect(try await rif.sessionPage(SessionQuery()).json == ["sessions": [], "next_cursor": .null])
        for _ in 0..<3 { _ = try await rif.startSession() }
        #expect(try await rif.sessionPage(SessionQuery(limit: 3)).next == nil)
        let first = try await rif.sessionPage(SessionQuery(limit: 2))
        #expect(first.json["next_cursor"]?.stringValue == first.next?.text)
        let second = try await rif.sessionPage(SessionQuery(after: first.next, limit: 2))
        #expect(second.sessions.count == 1)
        #expect(second.next == nil)
        for limit in [0, -1, 1001] {
            #expect(await code { _ = try await rif.sessionPage(SessionQuery(limit: limit)) } == .unprocessable)
        }
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func aSearchSeesContextsAsTheyAre(_ place: Place) async throws {
        let shop = try Workshop(place)
        let rif = try await shop.open()
        let first = try await rif.startSession(context: ["branch": "Main"])
        let second = try await rif.startSession(context: ["branch": "side"])
        func find(_ text: String) async throws -> [String] {
            try await rif.sessions(SessionQuery(search: text)).map(\.sessionID)
        }
        #expect(try await find("MAIN") == [first.id])
        // The rows' contexts stay behind until the sessions end.
        try await first.transition(to: "a", contextUpdates: ["branch": "elsewhere"])
        try await second.transition(to: "a", contextUpdates: ["branch": "main again"])
        #expect(try await find("main") == [second.id])
        #expect(try await find("elsewhere") == [first.id])
        #expect(try await find("") == [first.id, second.id])
        #expect(await code { _ = try await find("a\0b") } == .invalidRequest)
        #expect(await code { _ = try await find(String(repeating: "x", count: 1025)) } == .unprocessable)
        await rif.close()
        guard place == .file else { return }
        let again = try await shop.open()
        #expect(try await again.sessions(SessionQuery(search: "MAIN")).map(\.sessionID) == [second.id])
        await again.close()
    }

    @Test func whatIsNoCursorIsRefused() throws {
        let cursor = SessionCursor(
            priority: -7, createdAt: Timestamp(microseconds: 1_767_323_045_123_456), sessionID: "an id, \"odd\" 😀")
        let text = cursor.text
        #expect(try SessionCursor(text: text) == cursor)
        #expect(text.allSatisfy { $0.isHexDigit })
        var changed = Array(text)
        changed[3] = changed[3] == "0" ? "1" : "0"
        let rubbish = [
            "", "0", "x", "null", "aGVsbG8", String(text.dropLast()), String(text.dropFirst(2)), text + "00",
            String(changed), String(repeating: "0", count: 16), String(repeating: "a", count: 10_000),
        ]
        for text in rubbish {
            let error = #expect(throws: RIFError.self, "\(text.prefix(40))") { try SessionCursor(text: text) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.field == "cursor")
        }
    }
}
