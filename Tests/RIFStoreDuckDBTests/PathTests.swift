import Foundation
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

@Suite("The path of a database") struct PathTests {
    @Test(
        "Any name that DuckDB takes works",
        arguments: [
            "it's.db", "a b.db", "q\"uote.db", "ünï😀.db", "semi;colon.db", "per%20cent.db", "--dash", ":memory:x",
        ])
    func odd(_ name: String) async throws {
        let folder = try Folder()
        let orchestrator = try await Orchestrator.open(.file(folder.file(name)))
        try await orchestrator.startSession()
        try await orchestrator.backUp(to: folder.file("copy of " + name))
        await orchestrator.close()
        #expect(folder.names.contains(name) && folder.names.contains("copy of " + name))
    }

    @Test(
        "Signs that make DuckDB open another file are refused, and nothing is made", arguments: ["a?b.db", "a\\b.db"])
    func refused(_ name: String) async throws {
        let folder = try Folder()
        let error = await storageError { _ = try await Orchestrator.open(.file(folder.file(name))) }
        #expect(error?.code == .storageUnavailable && error?.diagnosis?.contains(name) == true, "\(error as Any)")
        #expect(folder.names == [])
    }

    @Test("A symbolic link is followed, and one that leads nowhere is left alone")
    func links() async throws {
        let folder = try Folder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.db"), withDestinationPath: folder.file("real.db"))
        let error = await storageError { _ = try await Orchestrator.open(.file(folder.file("link.db"))) }
        #expect(error?.code == .storageUnavailable && error?.diagnosis?.contains("symbolic link") == true)
        #expect(folder.names == ["link.db"])
        let real = try await Orchestrator.open(.file(folder.file("real.db")))
        let session = try await real.startSession()
        await real.close()
        let linked = try await Orchestrator.open(.file(folder.file("link.db")))
        #expect(try await linked.recoverState(session.id) != nil)
        await linked.close()
        #expect(folder.names.contains("real.db.lock") && !folder.names.contains("link.db.lock"))
    }

    @Test("A restore from a database of something else names the file that was given")
    func foreignBackup() async throws {
        let folder = try Folder()
        try folder.edit("CREATE TABLE something (x INTEGER)")
        let error = await storageError {
            _ = try await Orchestrator.restore(folder.file("rif.db"), from: folder.database)
        }
        #expect(error?.diagnosis?.hasPrefix(folder.database + " is") == true, "\(error as Any)")
        #expect(!folder.names.contains { $0.contains(".restoring") }, "\(folder.names)")
    }
}
