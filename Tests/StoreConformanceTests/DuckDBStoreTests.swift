import Foundation
import RIFStore
import RIFStoreDuckDB
import RIFTesting
import Testing

/// A DuckDB file in a folder of its own, removed with the fixture.
private final class DuckDBFile: StoreFixture {
    let isPersistent = true
    let hasAnalytics = true
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "rif-conformance-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var backupPath: String? { folder.appending(path: "copy.duckdb").path }

    private func open(_ name: String, isReadOnly: Bool) async throws -> any SessionStore {
        var options = DuckDBStore.Options()
        options.isReadOnly = isReadOnly
        return try await DuckDBStore.open(.file(folder.appending(path: name).path), options: options)
    }

    func open(isReadOnly: Bool) async throws -> any SessionStore {
        try await open("orchestration.duckdb", isReadOnly: isReadOnly)
    }

    func openBackup() async throws -> any SessionStore { try await open("copy.duckdb", isReadOnly: true) }
}

private struct DuckDBMemory: StoreFixture {
    let isPersistent = false
    let hasAnalytics = true

    func open(isReadOnly: Bool) async throws -> any SessionStore {
        var options = DuckDBStore.Options()
        options.isReadOnly = isReadOnly
        return try await DuckDBStore.open(.memory, options: options)
    }
}

/// The store blocks on threads of its own only, so the cases may run side by side.
@Suite(.timeLimit(.minutes(2)))
struct DuckDBStoreTests {
    @Test("a DuckDB file", arguments: StoreConformance.cases)
    func file(_ test: StoreConformance.Case) async throws { try await test.run(try DuckDBFile()) }

    @Test("DuckDB in memory", arguments: StoreConformance.cases)
    func memory(_ test: StoreConformance.Case) async throws { try await test.run(DuckDBMemory()) }
}
