public import RIFModel
public import RIFMonitor
import RIFStore

extension Orchestrator {
    /// A session as a graph of its states and of every decision about it (`visualize_workflow`); nothing where the
    /// session is unknown.
    ///
    /// Decisions that other programs added are among the edges. A decision that is committed while this runs is either in
    /// the graph or not; it never leaves a state without its node.
    public func visualize(_ sessionID: String) async throws(RIFError) -> WorkflowVisualization? {
        // The session first: what it has entered by then, the decisions hold too.
        guard let state = try await engine.committed(sessionID) else { return nil }
        let decisions = try await read { store throws(StoreError) in
            try await store.decisions(sessionID: sessionID, limit: .max)
        }
        return WorkflowVisualization.make(
            session: state.session, decisions: decisions.reversed(), definition: state.drive.workflow?.definition)
    }

    /// All sessions of a workflow type as one graph, of what happened in the last hours; nothing where there is no
    /// session of that type.
    ///
    /// - Throws: `unprocessable` for a window outside 1…87,840 hours.
    public func visualize(workflowType: String, hours: Int = 24) async throws(RIFError) -> WorkflowTypeGraph? {
        try Self.checkHours(hours)
        let monitor = try requireMonitor()
        let now = clock.now()
        return try await storage { () throws(StoreError) in
            try await engine.flush()
            return try await monitor.graph(
                workflowType: workflowType, since: now.advanced(by: -Int64(hours) * 3_600_000_000), until: now)
        }
    }
}
