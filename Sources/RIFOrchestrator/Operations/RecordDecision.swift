public import RIFEngine
public import RIFModel

extension SessionHandle {
    /// Notes a decision without moving the session (`record_decision`).
    ///
    /// - Returns: the id of the decision.
    /// - Throws: `unprocessable` for a confidence outside 0…1, `session_finished`, `not_found`, and what storage throws.
    @discardableResult
    public func recordDecision(
        from: String, to: String, reason: String, agents: [String] = [], confidence: Double = 1,
        executionTimeMS: Int64 = 0, success: Bool = true, errorDetails: String? = nil,
        options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> String {
        let command = RecordDecisionCommand(
            fromState: from, toState: to, reason: reason, agentsSelected: agents, confidence: confidence,
            executionTimeMS: executionTimeMS, success: success, errorDetails: errorDetails)
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "record_decision", on: id, options: options, request: command.json
        ) { state, moment throws(RIFError) in
            try SessionRules.recordDecision(command, on: state, at: moment, limits: limits)
        }
        return performed.result.stringValue ?? ""
    }
}
