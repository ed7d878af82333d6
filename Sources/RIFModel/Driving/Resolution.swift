/// What the agents of a state came to together.
struct Resolution: Sendable {
    var outcome: AgentOutcome = .success
    var trigger: String?
    /// In the order of the file, later ones over earlier ones.
    var contextUpdates: [String: JSONValue] = [:]
    var confidence: Double?
    var reasons: [String] = []
    /// Those that worked, in the order of the file.
    var agents: [String] = []

    /// - Parameters:
    ///   - assignments: those of this entry of the state, all ended.
    ///   - order: the agents as the state names them.
    init(_ assignments: [Assignment], order: [String]) {
        let place = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let sorted = assignments.sorted {
            let (left, right) = (place[$0.agent] ?? order.count, place[$1.agent] ?? order.count)
            return left != right ? left < right : $0.assignmentID < $1.assignmentID
        }
        for assignment in sorted {
            let result = assignment.reported
            if Self.rank(result.outcome) > Self.rank(outcome) {
                outcome = result.outcome
                trigger = nil
            }
            if result.outcome == outcome, trigger == nil { trigger = result.trigger }
            contextUpdates.merge(result.contextUpdates) { $1 }
            if let given = result.confidence { confidence = min(confidence ?? 1, given) }
            if let reason = result.reason, !reason.isEmpty { reasons.append("\(assignment.agent): \(reason)") }
            if !agents.contains(assignment.agent) { agents.append(assignment.agent) }
        }
    }

    private static func rank(_ outcome: AgentOutcome) -> Int {
        switch outcome {
        case .success: 0
        case .blocked, .rateLimited: 1
        case .failure: 2
        }
    }
}

extension Assignment {
    /// What an assignment that has ended came to. Of one that is only tracked, whatever was reported as its result may say
    /// more than its status; what is not of the right type is left alone.
    var reported: AgentResult {
        let outcome: AgentOutcome =
            switch status {
            case .completed: .success
            case .blocked: .blocked
            default: .failure
            }
        var found = AgentResult(
            outcome: outcome, trigger: result["trigger"]?.stringValue,
            contextUpdates: result["context_updates"]?.objectValue ?? [:],
            reason: result["reason"]?.stringValue ?? reason)
        if status == .completed, let said = result["outcome"]?.stringValue.flatMap(AgentOutcome.init(rawValue:)) {
            found.outcome = said
        }
        if let confidence = result["confidence"]?.doubleValue, (0...1).contains(confidence) {
            found.confidence = confidence
        }
        return found
    }
}
