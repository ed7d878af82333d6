import Foundation
import RIFOrchestrator
import RIFStore
import RIFStoreDuckDB
import RIFTesting
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct ProbeTests {
    private func size(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    @Test func aProbeGoesToTheDiskAndLeavesNothing() async throws {
        let shop = try Workshop(.file)
        let rif = try await shop.open()
        let database = shop.path("orchestration.duckdb")
        let session = try await rif.startSession()
        try await rif.probe()
        try await rif.checkpoint()
        let (file, counts) = (try size(database), try await rif.counts())
        try await rif.probe()
        let log = try size(database + ".wal")
        #expect(log > 0)
        for _ in 0..<100 { try await rif.probe() }
        // A few bytes each, which the next checkpoint takes.
        #expect(try size(database + ".wal") > log)
        #expect(try size(database + ".wal") < log + 100 * 1024)
        for _ in 0..<10 {
            try await rif.probe()
            try await rif.checkpoint()
        }
        #expect(try size(database) <= file + 512 * 1024)
        #expect(try await rif.counts() == counts)
        let statistics = await rif.statistics()
        #expect(statistics.activeSessions == 1)
        #expect(statistics.committedWrites == 1)
        try await session.transition(to: "a")
        // The writing thread looks at the log after it has answered.
        while await rif.statistics().logBytes == 0 { await Task.yield() }
        #expect(try await rif.validateIntegrity().errors == [])
        await rif.close()
        #expect(await code { try await rif.probe() } == .storageUnavailable)
        #expect(await rif.statistics().activeSessions == nil)
    }

    @Test func whoOnlyReadsCannotCommit() async throws {
        let shop = try Workshop(.file)
        try await shop.open().close()
        var options = DuckDBStore.Options()
        options.isReadOnly = true
        let rif = try await Orchestrator.open(.file(shop.path("orchestration.duckdb")), options: options)
        #expect(await code { try await rif.probe() } == .storageUnavailable)
        await rif.close()
    }
}
