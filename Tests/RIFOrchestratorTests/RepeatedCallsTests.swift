import RIFOrchestrator
import RIFTesting
import Testing

/// Calls that are made twice, because the first answer was lost: with and without a restart in between.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RepeatedCallsTests {
    private func options(_ key: String) -> CommandOptions { CommandOptions(idempotencyKey: key) }

    @Test(arguments: Place.allCases)
    func aRepeatedCallWritesNothing(_ place: Place) async throws {
        let shop = try Workshop(place)
        var rif = try await shop.open()
        let id = try await rif.startSession(priority: 1, context: ["a": 1], options: options("k")).id
        let noticed = try await rif.track("noticed", data: ["x": 1], options: options("e"))
        let about = try await rif.track("noticed", data: ["x": 1], sessionID: id, options: options("e"))
        #expect((noticed, about) == (2, 3))
        #expect(try await rif.recoverSession(id, options: options("r")))
        if place == .file {
            await rif.close()
            rif = try await shop.open()
        }
        let before = try await rif.counts()
        #expect(try await rif.startSession(priority: 1, context: ["a": 1], options: options("k")).id == id)
        #expect(try await rif.track("noticed", data: ["x": 1], options: options("e")) == noticed)
        #expect(try await rif.track("noticed", data: ["x": 1], sessionID: id, options: options("e")) == about)
        #expect(try await rif.recoverSession(id, options: options("r")))
        #expect(try await !rif.recoverSession("nobody", options: options("r")))
        #expect(try await rif.counts() == before)
        #expect(await code { try await rif.startSession(priority: 2, options: options("k")) } == .unprocessable)
        #expect(await code { try await rif.session(id).transition(to: "a", options: options("r")) } == .unprocessable)
        #expect(try await rif.recoverSession(id, options: options("r2")))
        #expect(try await rif.counts().events == before.events + 1)
        #expect(try await rif.validateIntegrity().errors == [])
        await rif.close()
    }
}
