public import RIFEngine
public import RIFModel

extension Orchestrator {
    /// Starts a session in the state `initialized` (`start_session`, `start_orchestration_session`).
    ///
    /// - Parameters:
    ///   - id: a UUIDv7 of the caller's own; the same one twice gives the first session and writes nothing.
    ///   - options: the same idempotency key gives the first session, too, also after a restart; with another request it
    ///     is refused. Keys of starts and of events without a session are a namespace of their own.
    ///   - context: none takes the guide's: `{workflow_type, start_time, github_issues: [], active_agents: []}`.
    /// - Throws: `invalid_request` for a name, `unprocessable` for a limit; both name the field.
    @discardableResult
    public func startSession(
        id: String? = nil, workflowType: String = "standard", priority: Int = 0,
        context: [String: JSONValue]? = nil, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> SessionHandle {
        let command = StartCommand(sessionID: id, workflowType: workflowType, priority: priority, context: context)
        let state = try await engine.start(command, options: options)
        return session(state.sessionID)
    }
}
