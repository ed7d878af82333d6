import RIFStore

/// What every store has to fulfil, as cases that any test framework can run. No case is skipped for any store: one that
/// lacks an ability declares it in its fixture, and the case checks the declared answer.
///
/// ```swift
/// @Test(arguments: StoreConformance.cases)
/// func conforms(_ test: StoreConformance.Case) async throws { try await test.run(MyFixture()) }
/// ```
public enum StoreConformance {
    public struct Case: Sendable, CustomStringConvertible {
        public let name: String
        private let body: @Sendable (any StoreFixture) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any StoreFixture) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { name }

        /// - Parameter fixture: a fresh one for every case.
        /// - Throws: `TestFailure` where the store breaks its promise, and whatever the store throws.
        public func run(_ fixture: any StoreFixture) async throws { try await body(fixture) }
    }

    public static let cases: [Case] =
        commitCases + roundTripCases + listCases + searchCases + keyCases + assignmentCases + decisionCases + eventCases
        + foldingCases
        + cleanUpCases
        + integrityCases + lifeCases
}

/// An opened store with its writer; closed in any case.
func withStore<Value>(
    _ fixture: any StoreFixture, _ body: (any SessionStore, WriterDriver) async throws -> Value
) async throws -> Value {
    let store = try await fixture.open()
    let writer = try WriterDriver(store)
    do {
        let value = try await body(store, writer)
        writer.stop()
        await store.close()
        return value
    } catch {
        writer.stop()
        await store.close()
        throw error
    }
}

/// The error that a store throws.
func storeError<Value>(
    file: String = #fileID, line: Int = #line, _ body: () async throws -> Value
) async throws -> StoreError {
    do {
        _ = try await body()
    } catch let error as StoreError {
        return error
    }
    throw TestFailure("a StoreError was expected, and none was thrown", file: file, line: line)
}

extension WriterDriver {
    func commit(_ writes: Write...) async throws(StoreError) {
        try await self { writer throws(StoreError) in try writer.commit(writes) }
    }

    func commit(_ writes: [Write]) async throws(StoreError) {
        try await self { writer throws(StoreError) in try writer.commit(writes) }
    }

    func save(_ snapshots: [Snapshot], through: Int64) async throws(StoreError) {
        try await self { writer throws(StoreError) in try writer.save(snapshots, foldedThrough: through) }
    }

    func backUp(to path: String, overwrite: Bool = false) async throws(StoreError) -> BackupReceipt {
        try await self { writer throws(StoreError) in try writer.backUp(to: path, overwrite: overwrite) }
    }
}
