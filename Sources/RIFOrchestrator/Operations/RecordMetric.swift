public import RIFEngine
public import RIFModel

extension SessionHandle {
    /// Adds a measured value (`record_metric`); also to a finished session.
    ///
    /// - Returns: the id of the metric.
    /// - Throws: `unprocessable` for NaN, an infinity, or what does not fit a 32-bit float; `not_found`.
    @discardableResult
    public func recordMetric(
        type: String, name: String, value: Double, metadata: JSONValue = .null,
        options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> String {
        let command = RecordMetricCommand(type: type, name: name, value: value, metadata: metadata)
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "record_metric", on: id, options: options, request: command.json
        ) { _, moment throws(RIFError) in
            try SessionRules.recordMetric(command, at: moment, limits: limits)
        }
        return performed.result.stringValue ?? ""
    }
}
