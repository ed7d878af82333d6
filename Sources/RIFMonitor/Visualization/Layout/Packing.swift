/// Draws what hangs together by itself, and puts the parts beside each other.
extension GraphLayout {
    /// How far a row of parts may reach before the next one begins.
    private static let rowLength = 900.0

    static func packed(_ graph: WorkflowGraph, _ direction: Direction) -> GraphLayout {
        let parts = components(of: graph)
        guard parts.count > 1 else { return LayeredLayout(graph, direction).result() }
        var result = GraphLayout(
            direction: direction, width: 0, height: 0,
            nodes: graph.nodes.map { _ in Node(rect: Rect(x: 0, y: 0, width: 0, height: 0), lines: [], note: "") },
            edges: graph.edges.map { _ in Edge(points: [], label: "", labelRect: nil, isBack: false) })
        var (x, y, rowHeight) = (0.0, 0.0, 0.0)
        for part in parts {
            let layout = LayeredLayout(part.graph, direction).result()
            // Rows overlap by one of the margins that each part has around it.
            let margin = LayeredLayout.Size.margin
            if x > 0, x + layout.width > rowLength {
                (x, y, rowHeight) = (0, y + rowHeight - margin, 0)
            }
            for (node, index) in zip(layout.nodes, part.nodes) { result.nodes[index] = node.moved(x, y) }
            for (edge, index) in zip(layout.edges, part.edges) { result.edges[index] = edge.moved(x, y) }
            result.width = max(result.width, x + layout.width)
            result.height = max(result.height, y + layout.height)
            x += layout.width - margin
            rowHeight = max(rowHeight, layout.height)
        }
        return result
    }

    private struct Part {
        var graph: WorkflowGraph
        /// Indices in the whole graph.
        var nodes: [Int] = []
        var edges: [Int] = []
    }

    /// In the order of their first nodes.
    private static func components(of graph: WorkflowGraph) -> [Part] {
        var root = Array(graph.nodes.indices)
        func find(_ node: Int) -> Int {
            var node = node
            while root[node] != node {
                root[node] = root[root[node]]
                node = root[node]
            }
            return node
        }
        for edge in graph.edges {
            let (a, b) = (find(edge.from), find(edge.to))
            root[max(a, b)] = min(a, b)
        }
        var parts: [Part] = []
        var partOfRoot: [Int: Int] = [:]
        var local = Array(repeating: 0, count: graph.nodes.count)
        for node in graph.nodes.indices {
            let part = partOfRoot[find(node)] ?? parts.count
            if part == parts.count {
                partOfRoot[find(node)] = part
                var empty = graph
                (empty.nodes, empty.edges, empty.current) = ([], [], nil)
                parts.append(Part(graph: empty))
            }
            local[node] = parts[part].nodes.count
            parts[part].nodes.append(node)
            parts[part].graph.nodes.append(graph.nodes[node])
        }
        for (index, edge) in graph.edges.enumerated() {
            guard let part = partOfRoot[find(edge.from)] else { continue }
            var moved = edge
            (moved.from, moved.to) = (local[edge.from], local[edge.to])
            parts[part].edges.append(index)
            parts[part].graph.edges.append(moved)
        }
        return parts
    }
}

extension GraphLayout.Rect {
    fileprivate func moved(_ x: Double, _ y: Double) -> GraphLayout.Rect {
        GraphLayout.Rect(x: self.x + x, y: self.y + y, width: width, height: height)
    }
}

extension GraphLayout.Node {
    fileprivate func moved(_ x: Double, _ y: Double) -> GraphLayout.Node {
        GraphLayout.Node(rect: rect.moved(x, y), lines: lines, note: note)
    }
}

extension GraphLayout.Edge {
    fileprivate func moved(_ x: Double, _ y: Double) -> GraphLayout.Edge {
        GraphLayout.Edge(
            points: points.map { GraphLayout.Point(x: $0.x + x, y: $0.y + y) }, label: label,
            labelRect: labelRect?.moved(x, y), isBack: isBack)
    }
}
