public import RIFModel

extension Orchestrator {
    /// Starts a session in the state `initialized` (`start_session`, `start_orchestration_session`).
    ///
    /// - Parameters:
    ///   - id: a UUIDv7 of the caller's own; the same one twice gives the first session and writes nothing.
    ///   - context: none takes the guide's: `{workflow_type, start_time, github_issues: [], active_agents: []}`.
    /// - Throws: `invalid_request` for a name, `unprocessable` for a limit; both name the field.
    @discardableResult
    public func startSession(
        id: String? = nil, workflowType: String = "standard", priority: Int = 0,
        context: [String: JSONValue]? = nil, actor: String? = nil
    ) async throws(RIFError) -> SessionHandle {
        let command = StartCommand(sessionID: id, workflowType: workflowType, priority: priority, context: context)
        let state = try await engine.start(command, actor: actor)
        return session(state.sessionID)
    }
}
