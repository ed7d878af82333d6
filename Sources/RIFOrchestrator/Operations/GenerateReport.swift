public import RIFModel
public import RIFMonitor
import RIFStore

extension Orchestrator {
    /// What happened in the last hours, of one session or of all (`generate_report`).
    ///
    /// - Throws: `not_found` for an unknown session, `unprocessable` for a window outside 1…87,840 hours.
    public func report(_ sessionID: String? = nil, timeframeHours: Int = 24) async throws(RIFError) -> Report {
        let insight = try await insight(hours: timeframeHours, sessionID: sessionID)
        var session: Session?
        var graph: WorkflowGraph?
        if let sessionID {
            session = try await self.session(sessionID).current()
            graph = try await visualize(sessionID).map { WorkflowGraph($0) }
        }
        return Report(
            reportID: engine.makeID(), generatedAt: insight.now, timeframeHours: timeframeHours, session: session,
            insight: insight, graph: graph, configuration: try requireMonitor().configuration)
    }
}
