public import RIFModel

/// A session as a graph (`visualize_workflow`): its states, and every decision about it as an edge between two of them.
///
/// Values of one moment, ready to be encoded; for a picture, ``WorkflowGraph`` merges what is repeated.
public struct WorkflowVisualization: Sendable, Hashable {
    public var sessionID: String
    public var workflowType: String?
    public var currentState: String
    /// How the session ended; none while it is active.
    public var outcome: Outcome?
    /// In the order of first visit; planned ones come last.
    public var nodes: [Node]
    /// Every decision, in the order of time.
    public var edges: [Edge]
    /// Steps of the history that no decision made: a completion, or what `save_state` brought.
    public var moves: [Move]
    /// The ways of the session's definition that it has not gone; nil where it has no definition.
    public var plannedEdges: [PlannedEdge]?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    /// What a state is to its session.
    public enum Status: String, Sendable, Hashable {
        case current, visited
        /// It has not been there: somebody wanted to go there and was refused, or its definition has the state.
        case planned
    }

    public struct Node: Sendable, Hashable {
        public var id: String
        /// The state's name for people.
        public var label: String
        public var status: Status
        /// Who was chosen for the work in this state, in the order of first choice.
        public var agents: [String]
    }

    public struct Edge: Sendable, Hashable {
        public var decisionID: String
        public var from: String
        public var to: String
        /// The reason, cut.
        public var label: String
        public var timestamp: Timestamp
        public var success: Bool
        public var confidence: Float
        /// Milliseconds; none only in rows that others wrote.
        public var executionTimeMS: Int32?
    }

    /// A transition of a definition.
    public struct PlannedEdge: Sendable, Hashable {
        public var from: String
        public var to: String
        public var trigger: String?
        /// As it is written; none: always.
        public var condition: String?
    }

    public struct Move: Sendable, Hashable {
        public var from: String
        public var to: String
        /// The reason, cut.
        public var label: String
        /// None where the history does not say.
        public var timestamp: Timestamp?
    }
}

extension WorkflowVisualization: JSONRepresentable {
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "session_id": .string(sessionID), "workflow_type": .optional(workflowType),
            "current_state": .string(currentState), "outcome": .optional(outcome?.rawValue),
            "nodes": .array(nodes.map(\.json)), "edges": .array(edges.map(\.json)),
            "moves": .array(moves.map(\.json)),
            "metadata": [
                "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
                "total_states": .int(Int64(nodes.count)), "total_transitions": .int(Int64(edges.count)),
            ],
        ]
        if let plannedEdges { members["planned_edges"] = .array(plannedEdges.map(\.json)) }
        return .object(members)
    }
}

extension WorkflowVisualization.PlannedEdge: JSONRepresentable {
    public var json: JSONValue {
        [
            "from": .string(from), "to": .string(to),
            "label": .string(StateName.cut(WorkflowPlan().adding(trigger, condition).long)),
            "trigger": .optional(trigger),
            "condition": .optional(condition),
        ]
    }
}

extension WorkflowVisualization.Node: JSONRepresentable {
    public var json: JSONValue {
        [
            "id": .string(id), "label": .string(label), "status": .string(status.rawValue),
            "agents": .strings(agents),
        ]
    }
}

extension WorkflowVisualization.Edge: JSONRepresentable {
    public var json: JSONValue {
        [
            "decision_id": .string(decisionID), "from": .string(from), "to": .string(to), "label": .string(label),
            "timestamp": .string(timestamp.rfc3339), "success": .bool(success), "confidence": .float(confidence),
            "execution_time_ms": .optional(executionTimeMS),
        ]
    }
}

extension WorkflowVisualization.Move: JSONRepresentable {
    public var json: JSONValue {
        [
            "from": .string(from), "to": .string(to), "label": .string(label),
            "timestamp": .optional(timestamp?.rfc3339),
        ]
    }
}
