public import RIFEngine
public import RIFModel

extension Orchestrator {
    /// Starts a session in the state `initialized` (`start_session`, `start_orchestration_session`); one of a type that
    /// a known workflow file defines follows that, and begins in its initial state.
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
        var command = StartCommand(
            sessionID: id, workflowType: workflowType, priority: priority, context: context)
        command.workflow = workflows.followed(by: workflowType)
        return try await start(command, options)
    }

    /// Starts a session that follows a workflow, in its initial state. The definition is stored with the session: a file
    /// that is edited later changes nothing for it.
    ///
    /// - Parameters: as for `startSession(id:workflowType:priority:context:options:)`.
    /// - Throws: as that one; `unprocessable` where an agent of the initial state asks for a value that the context does not
    ///   have.
    @discardableResult
    public func startSession(
        id: String? = nil, following workflow: WorkflowDefinition, priority: Int = 0,
        context: [String: JSONValue]? = nil, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> SessionHandle {
        var command = StartCommand(
            sessionID: id, workflowType: workflow.type, priority: priority, context: context)
        command.workflow = workflow
        try workflow.checkBeginning(context: context ?? [:])
        return try await start(command, options)
    }

    private func start(_ command: StartCommand, _ options: CommandOptions) async throws(RIFError) -> SessionHandle {
        let state = try await engine.start(command, options: options)
        return session(state.sessionID)
    }
}
