public import RIFModel
public import RIFStore

/// All sessions of a workflow type as one graph, over a window.
public struct WorkflowTypeGraph: Sendable, Hashable {
    public var workflowType: String
    public var since: Timestamp
    public var until: Timestamp
    public var graph: WorkflowGraph
    private var figures: [TransitionFigures]

    public init(workflowType: String, since: Timestamp, until: Timestamp, transitions: [TransitionFigures]) {
        self.workflowType = workflowType
        self.since = since
        self.until = until
        figures = transitions
        graph = WorkflowGraph(
            title: workflowType,
            counts: transitions.map {
                .init(
                    from: $0.from, to: $0.to, count: $0.count, failures: $0.count - $0.successes,
                    averageMS: $0.averageMS, p95MS: $0.p95MS)
            })
    }

    /// The whole document, with a line break at its end.
    public func text(_ format: VisualizationFormat) -> String {
        switch format {
        case .json: json.pretty() + "\n"
        case .mermaid: graph.mermaid
        case .dot: graph.dot
        case .svg: graph.svg
        }
    }
}

extension WorkflowTypeGraph: JSONRepresentable {
    /// Nodes as those of a session's graph; edges with what was counted, most frequent first.
    public var json: JSONValue {
        [
            "workflow_type": .string(workflowType), "since": .string(since.rfc3339), "until": .string(until.rfc3339),
            "nodes": .array(
                graph.nodes.map {
                    [
                        "id": .string($0.id), "label": .string($0.label), "status": .string($0.status.rawValue),
                        "agents": .strings($0.agents),
                    ]
                }),
            "edges": .array(
                figures.map { transition in
                    var edge = transition.performance.objectValue ?? [:]
                    edge["from"] = .string(transition.from)
                    edge["to"] = .string(transition.to)
                    return .object(edge)
                }),
            "metadata": [
                "total_states": .int(Int64(graph.nodes.count)),
                "total_transitions": .int(figures.reduce(0) { $0 + $1.count }),
            ],
        ]
    }
}
