/// What the orchestrator has to know of a session to drive it, besides its state: part of the fold of its log.
public struct DriveState: Sendable {
    /// The workflow that the session started with, or was given when it was first driven; none where it has none.
    public internal(set) var workflow: StoredWorkflow?
    /// Whether somebody asked the orchestrator to drive it.
    public internal(set) var isDriven = false
    /// Counts the entries of states, `save_state` included, and the fresh beginnings of one after its timeout.
    public internal(set) var visit = 0
    /// From when the timeout of the state counts.
    public internal(set) var visitedAt: Timestamp
    /// Timeouts of the current state that were answered by a fresh beginning.
    public internal(set) var timeoutRetries = 0
    /// The timeout of this visit, once it has fired.
    public internal(set) var timedOut: TimeoutAction?
    /// Why it is paused; none where it is not.
    public internal(set) var pauseReason: String?
    /// Why it is to be cancelled, from the wish until the last agent has ended.
    public internal(set) var cancelReason: String?
    /// What was checked before this visit could be left, where something was.
    public internal(set) var evidence: Evidence?
    /// Whether an alert about the session is open.
    public internal(set) var hasAlert = false
    /// Whether the context holds what the agents of this visit reported.
    public internal(set) var hasMerged = false
    /// Of this visit; earlier ones are in the log.
    public internal(set) var approvals: [String: Approval] = [:]

    init(visitedAt: Timestamp) { self.visitedAt = visitedAt }

    public var isPaused: Bool { pauseReason != nil }

    /// What came of the proofs that a state requires.
    public struct Evidence: Sendable, Hashable {
        public var holds: Bool
        /// What each of them came to, in words.
        public var checks: JSONValue
        /// Reason for people, where something is missing.
        public var reason: String?
    }

    mutating func enter(at timestamp: Timestamp, isRetry: Bool = false) {
        visit += 1
        visitedAt = timestamp
        timeoutRetries = isRetry ? timeoutRetries + 1 : 0
        timedOut = nil
        evidence = nil
        hasMerged = false
        if !approvals.isEmpty { approvals = [:] }
    }

    mutating func apply(_ type: EventType, _ data: JSONValue, sessionID: String, at timestamp: Timestamp) {
        switch type {
        case .runRequested:
            isDriven = true
            if let stored = data["definition"], let definition = try? WorkflowDefinition(json: stored) {
                workflow = StoredWorkflow(definition)
            }
        case .sessionPaused:
            pauseReason = data["reason"]?.stringValue ?? ""
        case .sessionResumed:
            pauseReason = nil
            evidence = nil
        case .sessionCancelled:
            cancelReason = data["reason"]?.stringValue ?? ""
        case .timeoutFired:
            guard let action = data["action"]?.stringValue.flatMap(TimeoutAction.init(rawValue:)) else { return }
            if action == .retry {
                enter(at: timestamp, isRetry: true)
            } else {
                timedOut = action
            }
        case .evidenceChecked:
            // With the agents at work again, it is looked for again.
            guard data["retried"]?.boolValue != true else { return }
            evidence = Evidence(
                holds: data["holds"]?.boolValue ?? false, checks: data["checks"] ?? [],
                reason: data["reason"]?.stringValue)
        case .contextUpdated:
            if data["of_results"]?.boolValue == true { hasMerged = true }
        case .alertRaised:
            hasAlert = true
        case .alertCleared:
            hasAlert = false
        case .approvalRequested:
            guard let made = Approval(request: data, sessionID: sessionID, at: timestamp) else { return }
            approvals[made.approvalID] = made
        case .approvalDecided:
            guard let id = data["approval_id"]?.stringValue else { return }
            approvals[id]?.apply(decided: data, at: timestamp)
        default:
            break
        }
    }
}

/// A definition as a session keeps it: parsed once, and shared by all copies of the session's state.
public final class StoredWorkflow: Sendable {
    public let definition: WorkflowDefinition

    public init(_ definition: WorkflowDefinition) { self.definition = definition }
}
