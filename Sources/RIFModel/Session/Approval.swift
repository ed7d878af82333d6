/// A question to a person, and the answer.
public struct Approval: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case pending, approved, rejected
        /// Nobody answered in time, or the session went on without an answer.
        case expired
    }

    public var approvalID: String
    public var sessionID: String
    /// The state that waits for the answer.
    public var state: String
    /// Which entry of that state.
    public var visit: Int
    public var question: String
    /// Triggers to choose from; none where it is a plain yes or no.
    public var choices: [String]
    /// What is taken when the deadline passes.
    public var defaultChoice: String?
    public var deadline: Timestamp?
    public var status: Status
    /// The trigger that was chosen.
    public var decision: String?
    public var reason: String?
    public var decidedBy: String?
    public var createdAt: Timestamp
    public var decidedAt: Timestamp?

    public init(
        approvalID: String, sessionID: String, state: String, visit: Int, question: String, choices: [String] = [],
        defaultChoice: String? = nil, deadline: Timestamp? = nil, status: Status = .pending, createdAt: Timestamp
    ) {
        self.approvalID = approvalID
        self.sessionID = sessionID
        self.state = state
        self.visit = visit
        self.question = question
        self.choices = choices
        self.defaultChoice = defaultChoice
        self.deadline = deadline
        self.status = status
        self.createdAt = createdAt
    }
}

extension Approval: JSONRepresentable {
    public var json: JSONValue {
        [
            "approval_id": .string(approvalID), "session_id": .string(sessionID), "state": .string(state),
            "question": .string(question), "choices": .strings(choices), "default_choice": .optional(defaultChoice),
            "deadline": .optional(deadline?.rfc3339), "status": .string(status.rawValue),
            "decision": .optional(decision), "reason": .optional(reason), "decided_by": .optional(decidedBy),
            "created_at": .string(createdAt.rfc3339), "decided_at": .optional(decidedAt?.rfc3339),
        ]
    }
}

// MARK: - From the log

extension Approval {
    /// The approval that the data of an `approval_requested` makes.
    public init?(request data: JSONValue, sessionID: String, at timestamp: Timestamp) {
        guard let id = data["approval_id"]?.stringValue, let state = data["state"]?.stringValue else { return nil }
        self.init(
            approvalID: id, sessionID: sessionID, state: state, visit: Int(clamping: data["visit"]?.intValue ?? 0),
            question: data["question"]?.stringValue ?? "",
            choices: data["choices"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            defaultChoice: data["default_choice"]?.stringValue,
            deadline: data["deadline"]?.stringValue.flatMap(Timestamp.init(rfc3339:)), createdAt: timestamp)
    }

    /// Takes over what the data of an `approval_decided` says.
    public mutating func apply(decided data: JSONValue, at timestamp: Timestamp) {
        guard let status = data["status"]?.stringValue.flatMap(Status.init(rawValue:)) else { return }
        self.status = status
        decision = data["decision"]?.stringValue
        reason = data["reason"]?.stringValue
        decidedBy = data["decided_by"]?.stringValue
        decidedAt = timestamp
    }
}
