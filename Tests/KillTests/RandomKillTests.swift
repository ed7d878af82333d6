import KillNotes
import RIFOrchestrator
import Testing

extension KillTests {
    @Suite("SIGKILL at a random moment") struct RandomKills {
        /// Kills of one database, one after the other, before the next one begins with a new file.
        private static let killsPerDatabase = 5

        @Test("Whatever was acknowledged is there, and nothing is half there")
        func nothingIsLost() async throws {
            print("kill tests: \(KillTests.kills) kills, RIF_TORTURE_SEED=\(KillTests.seed)")
            var chance = Chance(seed: KillTests.seed)
            var folder = Folder()
            var told: [Note] = []
            var acknowledged = 0
            for kill in 1...max(1, KillTests.kills) {
                if kill % Self.killsPerDatabase == 1 {
                    folder = Folder()
                    told = []
                }
                let database = folder.file("kill.duckdb")
                let child = try Child(
                    "write", database, ["seed=\(chance.below(1_000_000))", "snapshot=\(chance.below(3) * 20)"])
                // Now and then before there is anything to acknowledge: at the open itself.
                if chance.below(8) > 0 {
                    var wanted = chance.below(500)
                    await child.read { note in
                        if note.isAcknowledgement { wanted -= 1 }
                        return wanted < 0
                    }
                    dawdle(chance.below(20_000))
                } else {
                    await child.read { $0 == .opening }
                    dawdle(chance.below(2_000_000))
                }
                child.kill()
                let end = await child.finish()
                #expect(end == .signalled(SIGKILL), "kill \(kill)")
                told += child.notes
                acknowledged += child.notes.count { $0.isAcknowledgement }
                try await Aftermath(
                    database: database, notes: told, story: "kill \(kill) of seed \(KillTests.seed)"
                ).check()
            }
            print("kill tests: \(acknowledged) acknowledged commands, all of them compared")
        }
    }
}
