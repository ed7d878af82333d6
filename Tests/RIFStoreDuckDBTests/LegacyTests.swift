import Foundation
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

@Suite("A file of the earlier Python system") struct LegacyTests {
    @Test(
        "Its times are read in the zone that is given",
        arguments: [
            ("Europe/Berlin", "2025-07-01T10:00:00.000000Z"), ("america/new_york", "2025-07-01T16:00:00.000000Z"),
            ("UTC", "2025-07-01T12:00:00.000000Z"),
        ])
    func zone(_ name: String, _ expected: String) async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let orchestrator = try await folder.open { $0.assumedZone = name }
        #expect(try await orchestrator.recoverState("legacy")?.createdAt.rfc3339 == expected)
        await orchestrator.close()
    }

    @Test("A zone that nobody knows is refused before anything is copied or changed")
    func unknownZone() async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        let error = await storageError { _ = try await folder.open { $0.assumedZone = "Nowhere/At'All" } }
        #expect(error?.code == .storageUnavailable)
        #expect(
            error?.diagnosis?.contains("Nowhere/At'All") == true && error?.diagnosis?.contains("--assume-zone") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
        #expect(!folder.names.contains { $0.contains(".backup-") }, "\(folder.names)")
    }

    @Test("What it holds is no reason for a warning, also when its sessions go on")
    func integrity() async throws {
        let folder = try Folder()
        try folder.makeLegacy()
        let orchestrator = try await folder.open { $0.assumedZone = "UTC" }
        for isMoved in [false, true] {
            if isMoved { try await orchestrator.session("legacy").transition(from: "planning", to: "implementing") }
            let report = try await orchestrator.validateIntegrity()
            #expect(report.errors == [] && report.warnings == [])
        }
        await orchestrator.close()
        let again = try await folder.open()
        #expect(try await again.validateIntegrity().errors == [])
        await again.close()
    }
}
