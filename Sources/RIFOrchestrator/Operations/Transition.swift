public import RIFEngine
public import RIFModel

/// What a transition came to.
public struct TransitionResult: Sendable, Hashable {
    public var decisionID: String
    /// The session right after the transition; the current one where the idempotency key was known.
    public var session: Session
    /// True where the idempotency key was known: nothing was written, and `decisionID` is the first result.
    public var isRepetition: Bool
}

extension TransitionResult: JSONRepresentable {
    public var json: JSONValue { ["decision_id": .string(decisionID), "session": session.json] }
}

extension SessionHandle {
    /// Moves the session to another state (`transition_state`): decision, merge of the context, history entry, agents
    /// and event in one atomic step. When it returns, it is on disk.
    ///
    /// - Parameters:
    ///   - from: the state that the caller believes the session to be in; none takes whatever it is in.
    ///   - executionTimeMS: milliseconds; none takes the time since the current state was entered.
    ///   - force: whether a session may be moved where its workflow does not lead; that needs a reason, and is noted as a
    ///     `workflow_override`.
    /// - Throws: `state_conflict` where the session is in another state (recorded as a failed decision),
    ///   `session_finished`, `not_found`, `invalid_request`, `unprocessable`, `overloaded`, `storage_unavailable`.
    @discardableResult
    public func transition(
        from: String? = nil, to: String, reason: String = "", agents: [String] = [],
        contextUpdates: [String: JSONValue] = [:], confidence: Double = 1, executionTimeMS: Int64? = nil,
        force: Bool = false, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> TransitionResult {
        var command = TransitionCommand(
            fromState: from, toState: to, reason: reason, agentsSelected: agents, contextUpdates: contextUpdates,
            confidence: confidence, executionTimeMS: executionTimeMS)
        command.isForced = force
        let (limits, asked) = (orchestrator.limits, command)
        let performed = try await orchestrator.engine.perform(
            "transition", on: id, options: options, request: asked.json
        ) { state, moment throws(RIFError) in
            try SessionRules.transition(asked, on: state, at: moment, limits: limits)
        }
        return TransitionResult(
            decisionID: performed.result.stringValue ?? "", session: performed.state.session,
            isRepetition: performed.isRepetition)
    }
}
