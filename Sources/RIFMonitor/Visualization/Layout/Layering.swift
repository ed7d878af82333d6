/// The first steps of a layered drawing: which edges run backwards, and in which rank each state stands.
struct Layering {
    /// Of each edge: whether it is taken against its direction, so that what remains has no circle.
    private(set) var isBack: [Bool]
    /// Of each node.
    private(set) var rank: [Int]

    init(_ graph: WorkflowGraph) {
        isBack = Self.backEdges(graph)
        rank = Self.ranks(graph, isBack)
    }

    /// A walk in depth from each node, in the order of first visit: what leads to a node on the way to here closes a
    /// circle. Without recursion, since a chain may be long.
    private static func backEdges(_ graph: WorkflowGraph) -> [Bool] {
        var outgoing = Array(repeating: [Int](), count: graph.nodes.count)
        for (index, edge) in graph.edges.enumerated() where !edge.isLoop { outgoing[edge.from].append(index) }
        var isBack = Array(repeating: false, count: graph.edges.count)
        var isOnPath = Array(repeating: false, count: graph.nodes.count)
        var isSeen = isOnPath
        for root in graph.nodes.indices where !isSeen[root] {
            var path: [(node: Int, next: Int)] = [(root, 0)]
            isSeen[root] = true
            isOnPath[root] = true
            while let (node, next) = path.last {
                guard next < outgoing[node].count else {
                    isOnPath[node] = false
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = graph.edges[outgoing[node][next]].to
                if isOnPath[target] {
                    isBack[outgoing[node][next]] = true
                } else if !isSeen[target] {
                    isSeen[target] = true
                    isOnPath[target] = true
                    path.append((target, 0))
                }
            }
        }
        return isBack
    }

    /// Each node one below the lowest of those before it; nodes that nothing leads to right above what follows.
    private static func ranks(_ graph: WorkflowGraph, _ isBack: [Bool]) -> [Int] {
        var below = Array(repeating: [Int](), count: graph.nodes.count)
        var waiting = Array(repeating: 0, count: graph.nodes.count)
        for (edge, isBack) in zip(graph.edges, isBack) where !edge.isLoop {
            let (upper, lower) = isBack ? (edge.to, edge.from) : (edge.from, edge.to)
            below[upper].append(lower)
            waiting[lower] += 1
        }
        let sources = waiting.indices.filter { waiting[$0] == 0 }
        var rank = Array(repeating: 0, count: graph.nodes.count)
        var ready = sources
        while let node = ready.popLast() {
            for next in below[node] {
                rank[next] = max(rank[next], rank[node] + 1)
                waiting[next] -= 1
                if waiting[next] == 0 { ready.append(next) }
            }
        }
        for source in sources {
            if let nearest = below[source].map({ rank[$0] }).min() { rank[source] = nearest - 1 }
        }
        return rank
    }
}
