extension AgentResult {
    /// A result file, in bytes, at most.
    public static let maximumBytes = 1 << 20

    /// What a result file says; nil where the file is empty.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - outcomeIfAbsent: what the exit status of the agent means: counts where the file names no outcome.
    /// - Throws: `invalid_request` or `unprocessable`, in words that say what is wrong with it.
    public static func parse(
        file bytes: some Collection<UInt8>, outcomeIfAbsent: AgentOutcome, limits: Limits = .standard
    ) throws(RIFError) -> AgentResult? {
        guard bytes.count <= maximumBytes else {
            throw RIFError.tooLarge(field: "result", size: bytes.count, unit: "bytes", limit: maximumBytes)
        }
        let spaces: [UInt8] = [0x09, 0x0A, 0x0D, 0x20]
        if bytes.allSatisfy(spaces.contains) { return nil }
        let json: JSONValue
        do {
            json = try JSONValue.parse(utf8: bytes, maximumDepth: limits.jsonDepth)
        } catch {
            throw RIFError.notJSON(field: "result", error)
        }
        return try parse(json, outcomeIfAbsent: outcomeIfAbsent, limits: limits)
    }

    /// What a document of an agent says. Keys that we do not know are passed over, null counts as absent.
    ///
    /// - Parameter outcomeIfAbsent: what the exit status of the agent means: counts where no outcome is named.
    /// - Throws: `invalid_request` or `unprocessable`, in words that say what is wrong with it.
    public static func parse(
        _ json: JSONValue, outcomeIfAbsent: AgentOutcome, limits: Limits = .standard
    ) throws(RIFError) -> AgentResult {
        guard case .object(let members) = json else {
            throw RIFError.wrongType(field: "result", value: json, expected: "an object")
        }
        try Validation.json(json, field: "result", limits: limits)
        guard json.compactByteCount <= maximumBytes else {
            throw RIFError.tooLarge(field: "result", size: json.compactByteCount, unit: "bytes", limit: maximumBytes)
        }
        let fields = ResultFields(members: members)
        var result = AgentResult(outcome: outcomeIfAbsent)
        if let word = try fields.text("outcome") {
            guard let outcome = AgentOutcome(rawValue: word) else {
                throw RIFError.invalid(
                    field: "result.outcome", value: word, expected: "success, failure, blocked or rate_limited")
            }
            result.outcome = outcome
        }
        if let trigger = try fields.text("trigger") {
            try Validation.name(trigger, field: "result.trigger", limits: limits)
            result.trigger = trigger
        }
        if let reason = try fields.text("reason") {
            try Validation.text(reason, field: "result.reason", maximumBytes: limits.reasonBytes)
            result.reason = reason
        }
        if let updates = fields["context_updates"] {
            guard case .object(let updates) = updates else {
                throw RIFError.wrongType(field: "result.context_updates", value: updates, expected: "an object")
            }
            try Validation.jsonSize(
                .object(updates), field: "result.context_updates", maximumBytes: limits.contextBytes)
            result.contextUpdates = updates
        }
        if let confidence = fields["confidence"] {
            guard let number = confidence.doubleValue else {
                throw RIFError.wrongType(
                    field: "result.confidence", value: confidence, expected: "a number from 0 to 1")
            }
            _ = try Validation.confidence(number, field: "result.confidence")
            result.confidence = number
        }
        result.evidence = members["evidence"] ?? .null
        result.until = try fields.until(result.outcome)
        return result
    }

    /// A line of output that is a result: an object with an outcome that we know, and nothing wrong with it.
    ///
    /// Everything else is output as any other: nil.
    public init?(json: JSONValue, limits: Limits = .standard) {
        guard let word = json["outcome"]?.stringValue, let outcome = AgentOutcome(rawValue: word),
            let result = try? Self.parse(json, outcomeIfAbsent: outcome, limits: limits)
        else { return nil }
        self = result
    }
}

private struct ResultFields {
    var members: [String: JSONValue]

    /// Null counts as absent.
    subscript(name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func text(_ name: String) throws(RIFError) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else {
            throw RIFError.wrongType(field: "result.\(name)", value: value, expected: "a string")
        }
        return text
    }

    /// When a rate limit ends. Only that outcome needs it: others may use the word for what they like.
    func until(_ outcome: AgentOutcome) throws(RIFError) -> Timestamp? {
        guard outcome == .rateLimited else { return nil }
        let expected = "the time at which the limit ends, such as 2026-11-22T17:00:00Z"
        guard let text = try text("until") else { throw RIFError.missing(field: "result.until", expected: expected) }
        guard let until = Timestamp(rfc3339: text) else {
            throw RIFError.invalid(
                field: "result.until", value: text, problem: "is no RFC 3339 time", expected: expected)
        }
        return until
    }
}
