import RIFModel

/// What an agent reports about its end, in its result file or in a line of its output.
enum ResultReading {
    /// In bytes.
    static let largest = 1 << 20

    enum File {
        case none
        case broken(String)
        case found(JSONValue)
    }

    /// What stands in the result file. Whatever the agent put there, reading it neither waits nor fails.
    static func file(_ folder: RunFolder) -> File {
        guard Files.exists(folder.resultFile) else { return .none }
        guard let bytes = Files.read(folder.resultFile, limit: largest) else {
            return .broken("is not a file that can be read")
        }
        if bytes.count > largest { return .broken("has more than \(largest) bytes") }
        if bytes.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) { return .none }
        do { return .found(try JSONValue.parse(utf8: bytes)) } catch {
            return .broken("is not acceptable as JSON: \(error)")
        }
    }

    /// A line of output as a result: only an object with a known outcome is one.
    static func line(_ text: String?, now: Timestamp, limits: Limits) -> AgentResult? {
        guard let text, text.utf8.count <= largest, text.contains("{"), let json = try? JSONValue.parse(text),
            let outcome = json["outcome"]?.stringValue, AgentOutcome(rawValue: outcome) != nil
        else { return nil }
        return try? result(json, outcomeIfNone: .failure, now: now, limits: limits)
    }

    /// Reads a result. Unknown keys are passed over, null is the same as absent.
    ///
    /// - Throws: `invalid_request` and `unprocessable`, naming what is wrong.
    static func result(
        _ json: JSONValue, outcomeIfNone: AgentOutcome, now: Timestamp, limits: Limits
    ) throws(RIFError) -> AgentResult {
        guard json.objectValue != nil else {
            throw RIFError.wrongType(field: "result", value: json, expected: "an object")
        }
        var result = AgentResult(outcome: outcomeIfNone)
        if let value = member(json, "outcome") {
            guard let name = value.stringValue, let outcome = AgentOutcome(rawValue: name) else {
                throw RIFError.invalid(
                    field: "outcome", value: value, expected: "success, failure, blocked or rate_limited")
            }
            result.outcome = outcome
        }
        result.trigger = try text(json, "trigger")
        if let trigger = result.trigger { try Validation.name(trigger, field: "trigger", limits: limits) }
        if let value = member(json, "context_updates") {
            guard let updates = value.objectValue else {
                throw RIFError.wrongType(field: "context_updates", value: value, expected: "an object")
            }
            try Validation.jsonSize(value, field: "context_updates", maximumBytes: limits.contextBytes)
            result.contextUpdates = updates
        }
        if let value = member(json, "confidence") {
            guard let number = value.doubleValue else {
                throw RIFError.wrongType(field: "confidence", value: value, expected: "a number from 0 to 1")
            }
            _ = try Validation.confidence(number, field: "confidence")
            result.confidence = number
        }
        result.reason = try text(json, "reason")
        result.evidence = json["evidence"] ?? .null
        if let value = member(json, "until") {
            guard let until = ResetTime.read(value) else {
                throw RIFError.invalid(field: "until", value: value, expected: "a moment such as 2026-01-31T12:00:00Z")
            }
            result.until = until
        }
        if result.outcome == .rateLimited, result.until == nil { result.until = now + ResetTime.standardWait }
        return result
    }

    private static func member(_ json: JSONValue, _ key: String) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return Optional.none }
        return value
    }

    private static func text(_ json: JSONValue, _ key: String) throws(RIFError) -> String? {
        guard let value = member(json, key) else { return nil }
        guard let text = value.stringValue else {
            throw RIFError.wrongType(field: key, value: value, expected: "a string")
        }
        return text
    }
}
