/// One entry of the log: the truth about what happened. The state of a session is the fold of its entries.
public struct LogEntry: Sendable, Hashable {
    /// None for events that belong to no session.
    public var sessionID: String?
    /// The place in the session's own log, from 1, in the order in which commands were accepted. None for events that
    /// somebody reported about a session: they are shown, but have no part in its state.
    public var sessionSequence: Int64?
    /// The place in the log of all sessions, given by the writer when it builds the commit; 0 before.
    public var sequence: Int64
    public var timestamp: Timestamp
    public var idempotency: IdempotencyStamp?
    /// Who asked, where that is known.
    public var actor: String?
    public var body: Body

    public enum Body: Sendable, Hashable {
        case decision(Decision, DecisionEffect)
        case event(EventType, JSONValue)
    }

    public init(
        sessionID: String?, sessionSequence: Int64?, sequence: Int64 = 0, timestamp: Timestamp,
        idempotency: IdempotencyStamp? = nil, actor: String? = nil, body: Body
    ) {
        self.sessionID = sessionID
        self.sessionSequence = sessionSequence
        self.sequence = sequence
        self.timestamp = timestamp
        self.idempotency = idempotency
        self.actor = actor
        self.body = body
    }
}

/// What a decision row says beyond the decision itself: all that is needed to rebuild the state from it.
public struct DecisionEffect: Sendable, Hashable {
    public var kind: DecisionKind
    public var contextUpdates: [String: JSONValue]
    /// Set where the entered state ended the session.
    public var outcome: Outcome?

    public init(kind: DecisionKind, contextUpdates: [String: JSONValue] = [:], outcome: Outcome? = nil) {
        self.kind = kind
        self.contextUpdates = contextUpdates
        self.outcome = outcome
    }
}

/// The key that a caller gave with a command, and a hash of the command, so that the same key with another command
/// can be told from a repetition.
public struct IdempotencyStamp: Sendable, Hashable {
    public var key: String
    public var requestHash: String

    public init(key: String, requestHash: String) {
        self.key = key
        self.requestHash = requestHash
    }

    /// The hash of the canonical JSON of the request. It guards a caller against its own mistakes, not against an
    /// adversary: who knows the key may send the request anyway.
    public init(key: String, operation: String, request: JSONValue) {
        var bytes = Array(operation.utf8)
        request.append(to: &bytes)
        self.init(key: key, requestHash: String(FNV1a.hash(bytes), radix: 16))
    }
}

extension LogEntry {
    /// The event as it is shown. A decision's event is rendered from its row.
    public var event: Event {
        Event(
            sequence: sequence, sessionID: sessionID, eventType: eventType.rawValue, data: rendered,
            timestamp: timestamp)
    }

    /// The type of ``event``, without making it.
    public var eventType: EventType {
        switch body {
        case .event(let type, _): type
        case .decision(_, let effect):
            switch effect.kind {
            case .transition: .stateTransition
            case .refused: .transitionError
            case .recorded: .decisionRecorded
            }
        }
    }

    /// The entry without what only the fold needs, which can be as large as a context: the live feed holds a thousand
    /// entries in memory.
    public var withoutDocuments: LogEntry {
        var entry = self
        switch body {
        case .decision(let decision, var effect):
            effect.contextUpdates = [:]
            entry.body = .decision(decision, effect)
        case .event(let type, let data):
            guard let hidden = EventType.unpublished[type], sessionSequence != nil, case .object(let object) = data
            else { return self }
            entry.body = .event(type, .object(object.filter { !hidden.contains($0.key) }))
        }
        return entry
    }

    private var rendered: JSONValue {
        switch withoutDocuments.body {
        case .event(_, let data):
            return data
        case .decision(let decision, let effect):
            var data: [String: JSONValue] = [
                "from": .string(decision.fromState), "to": .string(decision.toState),
                "decision_id": .string(decision.decisionID), "reason": .string(decision.reason),
            ]
            guard effect.kind != .refused else {
                data["error"] = .optional(decision.errorDetails)
                return .object(data)
            }
            data["duration"] = .optional(decision.executionTimeMS)
            data["agents_selected"] = .strings(decision.agentsSelected)
            data["confidence_score"] = .float(decision.confidence)
            guard effect.kind == .recorded else { return .object(data) }
            data["success"] = .bool(decision.success)
            data["error"] = .optional(decision.errorDetails)
            return .object(data)
        }
    }
}
