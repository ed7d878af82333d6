import RIFEngine
import RIFStore

/// The store's aggregates, read through the engine: where the database stops answering, it is reopened and asked again.
struct EngineReads: AnalyticsStore {
    let engine: Engine
    let store: any AnalyticsStore

    func dashboard(_ request: DashboardRequest) async throws(StoreError) -> DashboardFigures {
        try await engine.read { _ throws(StoreError) in try await store.dashboard(request) }
    }

    func insight(_ request: InsightRequest) async throws(StoreError) -> InsightFigures {
        try await engine.read { _ throws(StoreError) in try await store.insight(request) }
    }
}
