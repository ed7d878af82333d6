public import RIFEngine
public import RIFModel

extension SessionHandle {
    /// Ends the session (`complete_orchestration_session`): active assignments end with it.
    ///
    /// - Returns: the summary of the session.
    /// - Throws: `session_finished` where it has ended already; `not_found`, `unprocessable` for a limit.
    @discardableResult
    public func complete(
        _ outcome: Outcome = .completed, finalContext: [String: JSONValue] = [:],
        options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> SessionSummary {
        let command = CompleteCommand(outcome: outcome, finalContext: finalContext)
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "complete", on: id, options: options, request: command.json
        ) { state, moment throws(RIFError) in
            try SessionRules.complete(command, on: state, at: moment.now, limits: limits)
        }
        return try await orchestrator.summary(of: performed.state.session)
    }
}
