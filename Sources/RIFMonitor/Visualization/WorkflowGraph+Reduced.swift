extension WorkflowGraph {
    /// The graph without its least used ways, where it holds more than a picture can show: a session may have invented a
    /// new state at every step.
    func reduced(nodes maximumNodes: Int = 120, edges maximumEdges: Int = 300) -> WorkflowGraph {
        guard nodes.count > maximumNodes || edges.count > maximumEdges else { return self }
        var kept: Set<Int> = []
        var chosen: Set<Int> = []
        func add(_ node: Int) -> Bool {
            guard kept.count < maximumNodes || kept.contains(node) else { return false }
            kept.insert(node)
            return true
        }
        if let current { _ = add(current) }
        for index in edges.indices.sorted(by: { (edges[$1].passages, $0) < (edges[$0].passages, $1) }) {
            guard chosen.count < maximumEdges else { break }
            let edge = edges[index]
            let isNew = !kept.contains(edge.from) && !kept.contains(edge.to) && kept.count + 2 > maximumNodes
            if !isNew, add(edge.from), add(edge.to) { chosen.insert(index) }
        }
        for index in nodes.indices { _ = add(index) }
        let indices = Dictionary(uniqueKeysWithValues: kept.sorted().enumerated().map { ($1, $0) })
        var graph = self
        graph.nodes = kept.sorted().map { nodes[$0] }
        graph.edges = chosen.sorted().compactMap { index in
            var edge = edges[index]
            guard let from = indices[edge.from], let to = indices[edge.to] else { return nil }
            (edge.from, edge.to) = (from, to)
            return edge
        }
        graph.current = current.flatMap { indices[$0] }
        return graph
    }
}
