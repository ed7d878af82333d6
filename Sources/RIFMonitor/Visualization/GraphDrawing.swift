public import RIFModel

/// A graph together with where everything of it lies, for clients that draw it themselves: the same places, the same
/// widths and the same words as in ``WorkflowGraph/svg``.
public struct GraphDrawing: Sendable {
    /// Without the least used ways where there are too many for a picture.
    public let graph: WorkflowGraph
    public let layout: GraphLayout
    /// Ways of the whole graph, drawn or not.
    public let ways: Int

    public init(_ graph: WorkflowGraph) {
        let reduced = graph.reduced()
        self.graph = reduced
        layout = GraphLayout(reduced)
        ways = graph.edges.count
    }
}

extension GraphDrawing: JSONRepresentable {
    public var json: JSONValue {
        [
            "title": .string(graph.title), "outcome": .optional(graph.outcome?.rawValue),
            "direction": .string(layout.direction.rawValue), "width": .double(layout.width),
            "height": .double(layout.height), "total_edges": .int(Int64(ways)),
            "nodes": .array(zip(graph.nodes, layout.nodes).map(Self.node)),
            "edges": .array(zip(graph.edges, layout.edges).map(edge)),
        ]
    }

    private static func node(_ node: WorkflowGraph.Node, _ place: GraphLayout.Node) -> JSONValue {
        [
            "id": .string(node.id), "label": .string(node.label), "status": .string(node.status.rawValue),
            "agents": .strings(node.agents), "rect": place.rect.json, "lines": .strings(place.lines),
            "note": .string(place.note), "final": .bool(node.isFinal),
        ]
    }

    private func edge(_ edge: WorkflowGraph.Edge, _ place: GraphLayout.Edge) -> JSONValue {
        [
            "from": .string(graph.nodes[edge.from].id), "to": .string(graph.nodes[edge.to].id),
            "count": .int(edge.count), "failures": .int(edge.failures), "moves": .int(edge.moves),
            "avg_execution_time_ms": edge.averageMS.map { .double($0) } ?? .null,
            "p95_ms": edge.p95MS.map { .double($0) } ?? .null,
            "avg_confidence": edge.averageConfidence.map { .double($0) } ?? .null,
            "health": .string(EdgeHealth(edge).rawValue), "refused": .bool(edge.isOnlyRefused),
            "width": .double(edge.strokeWidth), "points": .array(place.points.map { [.double($0.x), .double($0.y)] }),
            "label": .string(place.label), "label_rect": place.labelRect?.json ?? .null,
            "is_back": .bool(place.isBack), "planned": .bool(edge.isPlanned),
            "description": .string(EdgeText.full(edge, in: graph)),
        ]
    }
}
