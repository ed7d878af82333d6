/// Where an assignment stands. Agents of a session carry the same words in `agent_assignments`.
public enum AssignmentStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// Waits for its turn: for a slot, or for the time of its next attempt.
    case queued
    /// Works. Of an agent that is only tracked: nobody has reported its end.
    case active
    /// Works, but has been without output for longer than its agent allows for.
    case silent
    case waitingForPerson = "waiting_for_person"
    /// Put off until a limit of whoever serves the agent ends.
    case rateLimited = "rate_limited"
    case completed, failed
    /// The agent says that it cannot go on by itself.
    case blocked
    case cancelled
    case timedOut = "timed_out"

    /// What anybody may report of an assignment while its session is active.
    public static let reportable: [AssignmentStatus] = [.active, .completed, .failed, .cancelled, .timedOut]

    /// Whether nothing more is to come, unless it is begun anew.
    public var hasEnded: Bool {
        switch self {
        case .queued, .active, .silent, .waitingForPerson, .rateLimited: false
        case .completed, .failed, .blocked, .cancelled, .timedOut: true
        }
    }

    /// Whether a process of it runs, or somebody works on it.
    public var isWorking: Bool { self == .active || self == .silent }
}

extension AssignmentStatus {
    /// Whether a value of `agent_assignments` says that the agent works now.
    public static func works(_ value: JSONValue) -> Bool {
        value.stringValue.flatMap(AssignmentStatus.init(rawValue:))?.isWorking ?? false
    }
}
