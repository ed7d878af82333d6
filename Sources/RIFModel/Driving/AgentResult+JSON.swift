extension AgentResult: JSONRepresentable {
    /// As an agent writes it; what it left out is left out.
    public var json: JSONValue {
        var object: [String: JSONValue] = ["outcome": .string(outcome.rawValue)]
        if let trigger { object["trigger"] = .string(trigger) }
        if !contextUpdates.isEmpty { object["context_updates"] = .object(contextUpdates) }
        if let confidence { object["confidence"] = .double(confidence) }
        if let reason { object["reason"] = .string(reason) }
        if !evidence.isNull { object["evidence"] = evidence }
        if let until { object["until"] = .string(until.rfc3339) }
        return .object(object)
    }
}
