public import RIFEngine
public import RIFModel

extension SessionHandle {
    /// Replaces the stored state (`save_state`), whatever it was.
    ///
    /// - Throws: `session_finished`, `not_found`, `unprocessable` for a limit.
    @discardableResult
    public func saveState(
        _ command: SaveStateCommand, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Session {
        let limits = orchestrator.limits
        return try await orchestrator.engine.perform(
            "save_state", on: id, options: options, request: command.json
        ) { state, _ throws(RIFError) in
            try SessionRules.saveState(command, on: state, limits: limits)
        }.state.session
    }
}
