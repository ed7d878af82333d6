/// What a session came to (`generate_session_summary`).
public struct SessionSummary: Sendable, Hashable {
    public var session: Session
    public var figures: DecisionFigures

    public init(session: Session, figures: DecisionFigures) {
        self.session = session
        self.figures = figures
    }

    /// Milliseconds from the first to the last entry of the history.
    public var totalDurationMS: Int64 {
        guard let first = session.history.first?.timestamp, let last = session.history.last?.timestamp else { return 0 }
        return max(0, last.milliseconds(since: first))
    }

    /// The states in the order in which the history entered them.
    public var stateProgression: [String] { session.history.compactMap(\.state) }

    /// How many issues the session's context lists.
    public var githubIssues: Int { session.context["github_issues"]?.arrayValue?.count ?? 0 }

    /// How many of the session's agents are active.
    public var activeAgents: Int {
        session.agentAssignments.values.count(where: AssignmentStatus.works)
    }
}

extension SessionSummary: JSONRepresentable {
    public var json: JSONValue {
        [
            "session_id": .string(session.sessionID), "workflow_type": .optional(session.workflowType),
            "current_state": .string(session.currentState), "outcome": .optional(session.outcome?.rawValue),
            "priority": .int(Int64(session.priority)), "created_at": .string(session.createdAt.rfc3339),
            "updated_at": .string(session.updatedAt.rfc3339), "total_duration_ms": .int(totalDurationMS),
            "total_decisions": .int(figures.total), "total_states_visited": .int(Int64(session.history.count)),
            "success_rate": .double(figures.successRate),
            "avg_execution_time_ms": .double(figures.averageExecutionTimeMS),
            "avg_confidence_score": .double(figures.averageConfidence),
            "context_summary": [
                "github_issues": .int(Int64(githubIssues)), "active_agents": .int(Int64(activeAgents)),
                "total_agents_used": .int(Int64(session.agentAssignments.count)),
            ],
            "state_progression": .strings(stateProgression),
            "decision_summary": [
                "total": .int(figures.total), "successful": .int(figures.successful),
                "failed": .int(figures.total - figures.successful),
                "avg_confidence": .double(figures.averageConfidence),
                "most_common_transition": .string(
                    figures.mostCommonTransition.map { "\($0.from) → \($0.to)" } ?? "none"),
                "longest_execution_ms": .int(figures.maximumExecutionTimeMS),
                "shortest_execution_ms": .int(figures.minimumExecutionTimeMS),
            ],
        ]
    }
}
