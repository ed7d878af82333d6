import RIFOrchestrator
import RIFStore
import RIFTesting
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct AssignmentTests {
    @Test(arguments: Place.allCases)
    func anAssignmentIsFoundAndUpdatedByItsIdAlone(_ place: Place) async throws {
        let shop = try Workshop(place)
        var rif = try await shop.open()
        let session = try await rif.startSession()
        let other = try await rif.startSession()
        let first = try await session.launchAgents(["a", "b"], task: "work")
        shop.clock.advance(milliseconds: 5)
        let second = try await other.launchAgents(["a"], task: "more")
        let id = try #require(first["a"])
        let found = try await rif.assignment(id.uppercased())
        #expect(found.sessionID == session.id)
        #expect(found.taskDescription == "work")
        #expect(found.status == .active)
        let key = CommandOptions(idempotencyKey: "k")
        let ended = try await rif.updateAssignment(id, status: .timedOut, result: ["late": true], options: key)
        #expect(ended.status == .timedOut)
        #expect(try await rif.updateAssignment(id, status: .timedOut, result: ["late": true], options: key) == ended)
        #expect(await code { try await rif.updateAssignment(id, status: .failed, options: key) } == .unprocessable)
        if place == .file {
            await rif.close()
            rif = try await shop.open()
        }
        #expect(try await rif.assignment(id) == ended)
        #expect(try await rif.assignment(try #require(second["a"])).sessionID == other.id)
        #expect(try await rif.assignments().map(\.sessionID) == [other.id, session.id, session.id])
        #expect(try await rif.assignments(AssignmentQuery(agent: "a", status: .timedOut)) == [ended])
        try await rif.session(other.id).complete()
        #expect(try await rif.assignments(AssignmentQuery(sessionID: other.id)).map(\.status) == [.completed])
        #expect(
            await code { try await rif.updateAssignment(try #require(second["a"]), status: .failed) }
                == .sessionFinished)
        for nobody in ["", "x", session.id] {
            #expect(await code { _ = try await rif.assignment(nobody) } == .notFound)
            #expect(await code { try await rif.updateAssignment(nobody, status: .failed) } == .notFound)
        }
        #expect(await code { _ = try await rif.assignments(AssignmentQuery(limit: 0)) } == .unprocessable)
        await rif.close()
    }

    @Test(arguments: Place.allCases)
    func anUnknownSessionIsToldFromAnEmptyOne(_ place: Place) async throws {
        let shop = try Workshop(place)
        var rif = try await shop.open()
        let id = try await rif.startSession().id
        try await rif.requireSession(id)
        if place == .file {
            await rif.close()
            rif = try await shop.open()
            try await rif.requireSession(id)
        }
        for nobody in ["", "nobody", String(id.dropLast()), id + "0", id.uppercased()] {
            #expect(await code { try await rif.requireSession(nobody) } == .notFound, "\(nobody)")
        }
        #expect(try await rif.decisionHistory("nobody") == [])
        try await rif.session(id).complete()
        shop.clock.advance(milliseconds: 40 * 86_400_000)
        #expect(try await rif.cleanUp() == 1)
        #expect(await code { try await rif.requireSession(id) } == .notFound)
        await rif.close()
    }
}
