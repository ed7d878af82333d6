import RIFTesting
import Testing

/// The naive model passes its own suite; what it may not be asked is not in the contract.
@Suite(.timeLimit(.minutes(2)))
struct MemoryStoreTests {
    @Test("memory that outlives its store", arguments: StoreConformance.cases)
    func persistent(_ test: StoreConformance.Case) async throws {
        try await test.run(MemoryFixture(isPersistent: true))
    }

    @Test("memory that ends with its store", arguments: StoreConformance.cases)
    func transient(_ test: StoreConformance.Case) async throws {
        try await test.run(MemoryFixture(isPersistent: false))
    }
}
