import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

extension KillTests {
    @Suite("SIGKILL at each edge of a commit") struct CrashPoints {
        /// A point, which command passes it, and whether that command is stored by then.
        static let commits: [(point: CrashPoint, command: String, isStored: Bool)] = [
            (.beforeCommit, "transition", false), (.afterCommit, "transition", true),
            (.beforeCommit, "launch", false), (.afterRows, "launch", false), (.afterCommit, "launch", true),
        ]

        @Test(
            "A command that nobody acknowledged is stored whole or not at all, and its key tells which",
            arguments: 0..<5)
        func unacknowledged(_ index: Int) async throws {
            let (point, command, isStored) = Self.commits[index]
            let folder = Folder()
            let database = folder.file("crash.duckdb")
            var orchestrator = try await Orchestrator.open(.file(database), logger: quiet)
            let id = try await orchestrator.startSession().id
            await orchestrator.close()

            let child = try Child(
                "once", database, ["session=\(id)", "command=\(command)"],
                environment: ["RIF_CRASH_POINT": point.rawValue])
            #expect(await child.finish() == .signalled(SIGKILL))
            #expect(!child.notes.contains { $0.isAcknowledgement }, "it was acknowledged too early")

            orchestrator = try await Orchestrator.open(.file(database), logger: quiet)
            let session = orchestrator.session(id)
            let decisions = try await orchestrator.decisionHistory(id)
            let assignments = try await session.assignments()
            let metrics = try await orchestrator.metrics(id)
            let options = CommandOptions(idempotencyKey: "once")
            if command == "launch" {
                #expect(assignments.count == (isStored ? 2 : 0))
                #expect(metrics.count == (isStored ? 1 : 0))
                let ids = try await session.launchAgents(["one", "other"], task: "once", options: options)
                if isStored { #expect(Set(ids.values) == Set(assignments.map(\.assignmentID))) }
                #expect(try await session.assignments().count == 2)
                #expect(try await orchestrator.metrics(id).count == 1)
            } else {
                #expect(decisions.count == (isStored ? 1 : 0))
                let again = try await session.transition(to: "analyzing", reason: "once", options: options)
                #expect(again.isRepetition == isStored)
                if isStored { #expect(again.decisionID == decisions.first?.decisionID) }
                #expect(try await orchestrator.decisionHistory(id).count == 1)
            }
            #expect(try await orchestrator.validateIntegrity().errors.isEmpty)
            await orchestrator.close()
        }

        @Test(
            "Killed there in the middle of work, it loses nothing",
            arguments: [
                CrashPoint.beforeCommit, .afterRows, .afterCommit, .beforeSnapshot, .afterSnapshot, .beforeCheckpoint,
                .afterCheckpoint,
            ])
        func inTheMiddle(_ point: CrashPoint) async throws {
            var chance = Chance(seed: KillTests.seed)
            let folder = Folder()
            let database = folder.file("crash.duckdb")
            var told: [Note] = []
            // On a new file, and once more on what that left. Checkpoints are rarer than commits.
            let isCheckpoint = point == .beforeCheckpoint || point == .afterCheckpoint
            for round in 1...2 {
                let count = 1 + chance.below(isCheckpoint ? 2 : 12)
                let child = try Child(
                    isCheckpoint ? "checkpoint" : "write", database, ["seed=\(round)", "snapshot=10"],
                    environment: ["RIF_CRASH_POINT": "\(point.rawValue):\(count)"])
                #expect(await child.finish() == .signalled(SIGKILL))
                told += child.notes
                try await Aftermath(database: database, notes: told, story: "\(point.rawValue):\(count)").check()
            }
        }

        @Test(
            "Killed in the checkpoint of a close, it loses nothing",
            arguments: [CrashPoint.beforeCheckpoint, .afterCheckpoint])
        func atTheClose(_ point: CrashPoint) async throws {
            let folder = Folder()
            let database = folder.file("crash.duckdb")
            let child = try Child(
                "write", database, ["commands=6", "idle=1000000000", "forced=1000000000"],
                environment: ["RIF_CRASH_POINT": point.rawValue])
            #expect(await child.finish() == .signalled(SIGKILL))
            #expect(child.notes.contains { $0.isAcknowledgement })
            try await Aftermath(database: database, notes: child.notes, story: "\(point.rawValue) at the close").check()
        }

        @Test(
            "Killed at a random moment of checkpoints, backups or compactions, it loses nothing",
            arguments: ["checkpoint", "backup", "compact"])
        func duties(_ mode: String) async throws {
            var chance = Chance(seed: KillTests.seed)
            let folder = Folder()
            let database = folder.file("duty.duckdb")
            let target = folder.file("copy.duckdb")
            var told: [Note] = []
            for kill in 1...max(6, KillTests.kills / 20) {
                let child = try Child(
                    mode, database, ["seed=\(kill)", "sessions=16", "target=\(target)"])
                var duties = chance.below(4)
                await child.read { note in
                    if note == .done(what: "duty") { duties -= 1 }
                    return duties < 0
                }
                dawdle(chance.below(600_000))
                child.kill()
                #expect(await child.finish() == .signalled(SIGKILL))
                told += child.notes
                #expect(!child.notes.contains { if case .failed(_, "duty", _, _) = $0 { true } else { false } })
                try await Aftermath(
                    database: database, notes: told, story: "\(mode), kill \(kill) of seed \(KillTests.seed)"
                ).check()
            }
            if mode == "backup" {
                // The copy under the target's name is always a whole one.
                let copy = try await Orchestrator.open(.file(target), logger: quiet)
                #expect(try await copy.validateIntegrity().errors.isEmpty)
                await copy.close()
            }
        }
    }
}
