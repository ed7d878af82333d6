public import RIFModel

extension Orchestrator {
    /// What a session came to so far (`generate_session_summary`), over all of its decisions.
    ///
    /// - Throws: `not_found`.
    public func summary(_ sessionID: String) async throws(RIFError) -> SessionSummary {
        try await summary(of: session(sessionID).current())
    }

    func summary(of session: Session) async throws(RIFError) -> SessionSummary {
        let id = session.sessionID
        let figures = try await read { store throws(StoreError) in try await store.figures(sessionID: id) }
        return SessionSummary(session: session, figures: figures ?? .none)
    }

    /// Figures over the decisions of one session or of all (`get_performance_stats`).
    ///
    /// An unknown session has no decisions, which is what the figures say.
    public func performanceStatistics(_ sessionID: String? = nil) async throws(RIFError) -> PerformanceStatistics {
        let figures = try await read { store throws(StoreError) in try await store.figures(sessionID: sessionID) }
        return PerformanceStatistics(sessionID: sessionID, timestamp: clock.now(), figures: figures)
    }
}
