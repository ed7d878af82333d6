import KillNotes
import Testing

extension KillTests {
    @Suite("A second writer") struct SecondWriter {
        private func isLocked(_ notes: [Note]) -> Bool {
            notes.contains {
                if case .failed(_, _, "storage_unavailable", let detail) = $0 {
                    detail.contains("in use")
                } else {
                    false
                }
            }
        }

        @Test("It is refused while the first lives, also right after a backup, a checkpoint and a compaction")
        func isRefused() async throws {
            let folder = Folder()
            let database = folder.file("one.duckdb")
            let owner = try Child("hold", database)
            #expect(await owner.read { $0 == .ready })
            for act in ["", "backup", "checkpoint", "compact", "backup"] {
                if !act.isEmpty {
                    owner.send(act)
                    #expect(await owner.read { $0 == .done(what: act) })
                }
                let second = try Child("open", database, ["wait=30"])
                #expect(await second.finish() == .exited(1))
                #expect(isLocked(second.notes), "after '\(act)': \(second.notes)")

                // A DuckDB program that does not know our lock is kept out by DuckDB's own.
                let raw = try Child("raw", database)
                #expect(await raw.finish() == .exited(1), "after '\(act)' another DuckDB program could open the file")
                let reader = try Child("raw", database, ["readonly"])
                #expect(
                    await reader.finish() == .exited(1), "after '\(act)' another DuckDB program could read the file")
            }
            owner.send("start")
            #expect(await owner.read { $0 == .done(what: "start") })
            owner.kill()
            await owner.finish()
            try await Aftermath(database: database, notes: owner.notes, story: "the owner was killed").check()
        }

        @Test("Two that each need it for a moment both succeed")
        func inTurn() async throws {
            let folder = Folder()
            let database = folder.file("two.duckdb")
            let children = try (0..<4).map {
                try Child("write", database, ["seed=\($0)", "sessions=4", "commands=5"])
            }
            var told: [Note] = []
            for child in children {
                #expect(await child.finish() == .exited(0))
                told += child.notes
            }
            #expect(told.count { $0 == .done(what: "closed") } == 4)
            try await Aftermath(database: database, notes: told, story: "four in turn").check()
        }

        @Test("Right after a SIGKILL of the owner, the next one gets in")
        func afterAKill() async throws {
            let folder = Folder()
            let database = folder.file("next.duckdb")
            let owner = try Child("hold", database)
            #expect(await owner.read { $0 == .ready })
            let next = try Child("open", database)
            await next.read { $0 == .opening }
            owner.kill()
            #expect(await next.finish() == .exited(0))
            await owner.finish()
        }
    }
}
