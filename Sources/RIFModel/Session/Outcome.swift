/// How a session ended. A session without an outcome is active.
public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable {
    case completed, failed, cancelled

    /// What becomes of agents that were still active when the session ended.
    public var statusOfActiveAgents: AssignmentStatus { self == .completed ? .completed : .cancelled }
}
