public import RIFEngine
public import RIFModel
import RIFStore

extension Orchestrator {
    /// Finds out whether a commit can be made now, by making one that leaves no row behind: what a readiness check asks.
    ///
    /// It goes the way of every other commit, behind those that are waiting, and answers within two seconds
    /// (`EnginePolicy.probeDeadline`). During a backup or a compaction, while writes wait, it says that it cannot.
    ///
    /// - Throws: `storage_unavailable` where the disk has less than 2 MiB left, the database does not answer, is broken,
    ///   closed, or open for reading only.
    public func probe() async throws(RIFError) {
        try await storage { () throws(StoreError) in try await engine.probe() }
    }

    /// What the engine has done since it was started, and how it stands: cheap enough to be asked every second.
    ///
    /// The counters and histograms are of one moment; `activeSessions` is asked of the database right after it, is at
    /// most 250 ms behind, and is none where the database does not answer.
    public func statistics() async -> EngineStatistics {
        var statistics = engine.statistics
        statistics.activeSessions = try? await read { store throws(StoreError) in
            try await store.counts().activeSessions
        }
        return statistics
    }
}
