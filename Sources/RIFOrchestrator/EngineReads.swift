import RIFEngine
import RIFModel
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

    func transitions(
        workflowType: String, since: Timestamp
    ) async throws(StoreError) -> [TransitionFigures]? {
        try await engine.read { _ throws(StoreError) in
            try await store.transitions(workflowType: workflowType, since: since)
        }
    }

    func alerts(onlyOpen: Bool, limit: Int) async throws(StoreError) -> [AlertFigures] {
        try await engine.read { _ throws(StoreError) in try await store.alerts(onlyOpen: onlyOpen, limit: limit) }
    }

    func knowsZone(_ name: String) async throws(StoreError) -> Bool {
        try await engine.read { _ throws(StoreError) in try await store.knowsZone(name) }
    }
}
