/// What a caller asks of a session. Commands are checked (limits, names) when they are made, and decided against the
/// session's state by `SessionRules`.
public struct StartCommand: Sendable, Hashable {
    /// Given by a caller who may have to ask twice; else made by the engine.
    public var sessionID: String?
    public var workflowType: String
    public var priority: Int
    /// None: the guide's own context.
    public var context: [String: JSONValue]?
    /// What it follows; none for a session that an outside brain moves as it likes.
    public var workflow: WorkflowDefinition?

    public init(
        sessionID: String? = nil, workflowType: String = "standard", priority: Int = 0,
        context: [String: JSONValue]? = nil
    ) {
        self.sessionID = sessionID
        self.workflowType = workflowType
        self.priority = priority
        self.context = context
    }
}

public struct TransitionCommand: Sendable, Hashable {
    /// The state that the caller believes the session to be in; none takes whatever it is in.
    public var fromState: String?
    public var toState: String
    public var reason: String
    public var agentsSelected: [String]
    public var contextUpdates: [String: JSONValue]
    public var confidence: Double
    /// Milliseconds; none: the time since the state was entered.
    public var executionTimeMS: Int64?
    /// Whether it may leave the session's workflow; then a reason is needed.
    public var isForced = false

    public init(
        fromState: String?, toState: String, reason: String = "", agentsSelected: [String] = [],
        contextUpdates: [String: JSONValue] = [:], confidence: Double = 1, executionTimeMS: Int64? = nil
    ) {
        self.fromState = fromState
        self.toState = toState
        self.reason = reason
        self.agentsSelected = agentsSelected
        self.contextUpdates = contextUpdates
        self.confidence = confidence
        self.executionTimeMS = executionTimeMS
    }
}

public struct RecordDecisionCommand: Sendable, Hashable {
    public var fromState: String
    public var toState: String
    public var reason: String
    public var agentsSelected: [String]
    public var confidence: Double
    public var executionTimeMS: Int64
    public var success: Bool
    public var errorDetails: String?

    public init(
        fromState: String, toState: String, reason: String, agentsSelected: [String] = [], confidence: Double = 1,
        executionTimeMS: Int64 = 0, success: Bool = true, errorDetails: String? = nil
    ) {
        self.fromState = fromState
        self.toState = toState
        self.reason = reason
        self.agentsSelected = agentsSelected
        self.confidence = confidence
        self.executionTimeMS = executionTimeMS
        self.success = success
        self.errorDetails = errorDetails
    }
}

public struct SaveStateCommand: Sendable, Hashable {
    public var currentState: String
    public var context: [String: JSONValue]
    public var history: [JSONValue]
    public var agentAssignments: [String: JSONValue]

    public init(
        currentState: String, context: [String: JSONValue], history: [JSONValue],
        agentAssignments: [String: JSONValue] = [:]
    ) {
        self.currentState = currentState
        self.context = context
        self.history = history
        self.agentAssignments = agentAssignments
    }

    /// From the guide's `save_state` document: `{current_state, context, history, agent_assignments?}`.
    ///
    /// - Throws: `invalid_request` naming the field that is missing or of the wrong type.
    public init(json: JSONValue) throws(RIFError) {
        func field(_ name: String, _ expected: String) throws(RIFError) -> JSONValue {
            guard let value = json[name] else {
                throw RIFError.missing(field: name, expected: expected)
            }
            return value
        }
        let state = try field("current_state", "a string")
        guard let currentState = state.stringValue else {
            throw RIFError.wrongType(field: "current_state", value: state, expected: "a string")
        }
        let contextValue = try field("context", "an object")
        guard let context = contextValue.objectValue else {
            throw RIFError.wrongType(field: "context", value: contextValue, expected: "an object")
        }
        let historyValue = try field("history", "an array")
        guard let history = historyValue.arrayValue else {
            throw RIFError.wrongType(field: "history", value: historyValue, expected: "an array")
        }
        let agentsValue = json["agent_assignments"] ?? .null
        guard agentsValue.isNull || agentsValue.objectValue != nil else {
            throw RIFError.wrongType(
                field: "agent_assignments", value: agentsValue, expected: "an object {agent: status}")
        }
        self.init(
            currentState: currentState, context: context, history: history,
            agentAssignments: agentsValue.objectValue ?? [:])
    }
}

public struct LaunchCommand: Sendable, Hashable {
    public var agents: [String]
    public var taskDescription: String

    public init(agents: [String], taskDescription: String) {
        self.agents = agents
        self.taskDescription = taskDescription
    }
}

public struct UpdateAssignmentCommand: Sendable, Hashable {
    public var assignmentID: String
    public var status: AssignmentStatus
    public var result: JSONValue

    public init(assignmentID: String, status: AssignmentStatus, result: JSONValue = .null) {
        self.assignmentID = assignmentID
        self.status = status
        self.result = result
    }
}

public struct CompleteCommand: Sendable, Hashable {
    public var outcome: Outcome
    public var finalContext: [String: JSONValue]
    /// Why it ends, where somebody says so.
    public var reason: String?

    public init(
        outcome: Outcome = .completed, finalContext: [String: JSONValue] = [:], reason: String? = nil
    ) {
        self.outcome = outcome
        self.finalContext = finalContext
        self.reason = reason
    }
}

public struct RecordMetricCommand: Sendable, Hashable {
    public var type: String
    public var name: String
    public var value: Double
    public var metadata: JSONValue

    public init(type: String, name: String, value: Double, metadata: JSONValue = .null) {
        self.type = type
        self.name = name
        self.value = value
        self.metadata = metadata
    }
}

public struct ReportCommand: Sendable, Hashable {
    public var type: EventType
    public var data: JSONValue

    public init(type: EventType, data: JSONValue) {
        self.type = type
        self.data = data
    }
}
