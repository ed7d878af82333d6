/// A recorded decision: why a session went (or was to go) from one state to another, by whom and how sure.
public struct Decision: Sendable, Hashable {
    public var decisionID: String
    public var sessionID: String
    public var fromState: String
    public var toState: String
    public var reason: String
    public var agentsSelected: [String]
    /// 0…1, as the FLOAT that the table holds.
    public var confidence: Float
    /// Milliseconds; none only in rows that others wrote.
    public var executionTimeMS: Int32?
    public var success: Bool
    public var errorDetails: String?
    public var timestamp: Timestamp

    public init(
        decisionID: String, sessionID: String, fromState: String, toState: String, reason: String,
        agentsSelected: [String], confidence: Float, executionTimeMS: Int32?, success: Bool, errorDetails: String?,
        timestamp: Timestamp
    ) {
        self.decisionID = decisionID
        self.sessionID = sessionID
        self.fromState = fromState
        self.toState = toState
        self.reason = reason
        self.agentsSelected = agentsSelected
        self.confidence = confidence
        self.executionTimeMS = executionTimeMS
        self.success = success
        self.errorDetails = errorDetails
        self.timestamp = timestamp
    }
}

extension Decision: JSONRepresentable {
    public var json: JSONValue {
        [
            "decision_id": .string(decisionID), "session_id": .string(sessionID), "from_state": .string(fromState),
            "to_state": .string(toState), "reason": .string(reason), "agents_selected": .strings(agentsSelected),
            "confidence_score": .float(confidence), "execution_time_ms": .optional(executionTimeMS),
            "success": .bool(success), "error_details": .optional(errorDetails),
            "timestamp": .string(timestamp.rfc3339),
        ]
    }
}

/// What a decision row means to its session.
public enum DecisionKind: String, Sendable, Hashable {
    /// It moved the session.
    case transition
    /// `record_decision`: noted, without effect on the state.
    case recorded
    /// A transition that was refused because `from_state` was not the current state.
    case refused
}

/// A measured value that belongs to a session.
public struct Metric: Sendable, Hashable {
    public var metricID: String
    public var sessionID: String
    public var type: String
    public var name: String
    public var value: Float
    public var metadata: JSONValue
    public var timestamp: Timestamp

    public init(
        metricID: String, sessionID: String, type: String, name: String, value: Float, metadata: JSONValue,
        timestamp: Timestamp
    ) {
        self.metricID = metricID
        self.sessionID = sessionID
        self.type = type
        self.name = name
        self.value = value
        self.metadata = metadata
        self.timestamp = timestamp
    }
}

extension Metric: JSONRepresentable {
    public var json: JSONValue {
        [
            "metric_id": .string(metricID), "session_id": .string(sessionID), "metric_type": .string(type),
            "metric_name": .string(name), "metric_value": .float(value), "metadata": metadata,
            "timestamp": .string(timestamp.rfc3339),
        ]
    }
}
