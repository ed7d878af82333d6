import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

extension KillTests {
    @Suite("SIGKILL between the steps of a backup, a restore and a compaction") struct Replacements {
        /// A database with one session, and how it is left: with everything in its file, or with a log beside it.
        private func make(_ database: String, state: String, withLog: Bool) async throws {
            let orchestrator = try await Orchestrator.open(.file(database), logger: quiet)
            let session = try await orchestrator.startSession()
            try await session.transition(to: state)
            await orchestrator.close()
            guard withLog else { return }
            let child = try Child("hold", database)
            await child.read { $0 == .ready }
            child.send("start")
            await child.read { $0 == .done(what: "start") }
            child.kill()
            await child.finish()
            try #require(bytes(of: database + ".wal")?.isEmpty == false, "the test needs a log beside the file")
        }

        private func states(_ database: String) async throws -> Set<String> {
            let orchestrator = try await Orchestrator.open(.file(database), logger: quiet)
            let sessions = try await orchestrator.sessions(SessionQuery())
            #expect(try await orchestrator.validateIntegrity().errors.isEmpty)
            try await orchestrator.startSession().transition(to: "going on")
            await orchestrator.close()
            return Set(sessions.map(\.currentState)).subtracting(["initialized"])
        }

        static let restoreSteps: [(point: CrashPoint, isNew: Bool)] = [
            (.restoreCopied, false), (.restoreDecided, true), (.restoreLogAside, true), (.restoreOldAside, true),
            (.restoreInPlace, true),
        ]

        @Test("A restore leaves wholly the old or wholly the new database, and no old log replays", arguments: 0..<5)
        func restore(_ index: Int) async throws {
            let (point, isNew) = Self.restoreSteps[index]
            let folder = Folder()
            let (database, backup) = (folder.file("live.duckdb"), folder.file("backup.duckdb"))
            try await make(database, state: "old", withLog: true)
            try await make(backup, state: "new", withLog: true)
            let source = bytes(of: backup)
            let child = try Child(
                "restore", database, ["from=\(backup)"], environment: ["RIF_CRASH_POINT": point.rawValue])
            #expect(await child.finish() == .signalled(SIGKILL))
            #expect(try await states(database) == [isNew ? "new" : "old"])
            #expect(!exists(database + ".restoring") && !exists(database + ".restore-step"))
            let kept = folder.names.filter { $0.contains(".replaced-") }
            #expect(kept.count == (isNew ? 2 : 0), "the old file and its log are kept: \(kept)")
            #expect(bytes(of: backup) == source, "the backup is as it was")
        }

        @Test("A restore that is killed at its end again and again ends once")
        func restoreTwice() async throws {
            let folder = Folder()
            let (database, backup) = (folder.file("live.duckdb"), folder.file("backup.duckdb"))
            try await make(database, state: "old", withLog: false)
            try await make(backup, state: "new", withLog: false)
            let first = try Child(
                "restore", database, ["from=\(backup)"], environment: ["RIF_CRASH_POINT": "restore_decided"])
            await first.finish()
            for point in ["restore_log_aside", "restore_old_aside", "restore_in_place"] {
                let child = try Child("open", database, environment: ["RIF_CRASH_POINT": point])
                #expect(await child.finish() == .signalled(SIGKILL))
            }
            #expect(try await states(database) == ["new"])
        }

        @Test(
            "A compaction leaves all rows, wherever it is killed",
            arguments: [CrashPoint.restoreDecided, .restoreLogAside, .restoreOldAside, .restoreInPlace])
        func compact(_ point: CrashPoint) async throws {
            let folder = Folder()
            let database = folder.file("live.duckdb")
            try await make(database, state: "only", withLog: true)
            let child = try Child("hold", database, environment: ["RIF_CRASH_POINT": point.rawValue])
            await child.read { $0 == .ready }
            child.send("compact")
            #expect(await child.finish() == .signalled(SIGKILL))
            #expect(try await states(database) == ["only"])
        }

        @Test("A backup leaves its source unharmed and no half file under the target's name")
        func backup() async throws {
            let folder = Folder()
            let database = folder.file("live.duckdb")
            try await make(database, state: "only", withLog: true)
            for _ in 1...2 {
                let child = try Child("hold", database, environment: ["RIF_CRASH_POINT": "backup_copied"])
                await child.read { $0 == .ready }
                child.send("backup")
                #expect(await child.finish() == .signalled(SIGKILL))
                #expect(!exists(database + ".copy"))
            }
            let child = try Child("hold", database)
            child.send("backup")
            #expect(await child.read { $0 == .done(what: "backup") })
            child.kill()
            await child.finish()
            #expect(!exists(database + ".copy.partial"))
            #expect(try await states(database + ".copy") == ["only"])
            #expect(try await states(database) == ["only"])
        }

        @Test("A backup over an older one is refused nothing of its own: the new one is there, whole")
        func backupOver() async throws {
            let folder = Folder()
            let database = folder.file("live.duckdb")
            try await make(database, state: "only", withLog: true)
            // An old backup that was opened since, and so has a log of its own.
            try await make(database + ".copy", state: "stale", withLog: true)
            let child = try Child("hold", database)
            child.send("backup")
            #expect(await child.read { $0 == .done(what: "backup") })
            child.kill()
            await child.finish()
            #expect(try await states(database + ".copy") == ["only"], "the old backup's log must not replay")
        }
    }
}
