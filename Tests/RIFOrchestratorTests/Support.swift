import Foundation
import Logging
import RIFMonitor
import RIFOrchestrator
import RIFStoreDuckDB
import RIFTesting

/// Where a test's sessions are kept.
enum Place: String, CaseIterable, Sendable { case file, memory }

/// An orchestrator on a database of its own, which can be closed and opened again.
final class Workshop: Sendable {
    private let folder: URL
    private let place: Place
    let clock = ManualClock()

    init(_ place: Place = .memory) throws {
        self.place = place
        folder = FileManager.default.temporaryDirectory.appending(path: "rif-orchestrator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    var monitoring: MonitorConfiguration {
        var monitoring = MonitorConfiguration()
        // A busy machine is not what these tests are about.
        monitoring.slowQueryMS = 600_000
        // Tests examine when they mean to.
        monitoring.examinationSeconds = 0
        return monitoring
    }

    func open(
        record: MonitorRecord? = nil, _ change: (inout MonitorConfiguration) -> Void = { _ in }
    ) async throws -> Orchestrator {
        var monitoring = monitoring
        change(&monitoring)
        var policy = EnginePolicy()
        policy.probeDeadline = .seconds(3600)
        return try await Orchestrator.open(
            place == .file ? .file(path("orchestration.duckdb")) : .memory, policy: policy,
            monitoring: monitoring, record: record, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

func code(_ body: () async throws -> Void) async -> RIFError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? RIFError)?.code
    }
}
