/// A graph whose edges lead from one layer to the next: longer ones run through bends of their own.
///
/// Nodes stand in even layers. The odd ones between them hold a bend of every edge that passes, and one of these bends is
/// as large as the edge's label, so that labels get room like boxes do.
struct LayeredGraph {
    struct Item {
        /// A node; none for a bend.
        var node: Int?
        var layer: Int
        /// Room that it takes across the direction of the work, to both sides of its place.
        var before: Double
        var after: Double
        /// Room that it takes in the direction of the work.
        var thickness: Double
        /// Bends with a label are passed straight.
        var isLabel = false
    }

    /// From an item to one in the next layer.
    struct Link {
        var upper: Int
        var lower: Int
        /// How much it should be straight.
        var weight: Double
        /// Where it leaves and enters, from the places of its items; not 0 only at nodes.
        var upperPort = 0.0
        var lowerPort = 0.0
    }

    var items: [Item] = []
    /// Items of each layer in their order.
    var layers: [[Int]]
    var links: [Link] = []
    /// Links of each edge, downwards; none for loops.
    var chains: [[Int]]
    /// Of each item.
    var above: [[Int]] = []
    var below: [[Int]] = []

    /// - Parameters:
    ///   - node: the room of a node, its place in the middle of its box.
    ///   - label: the room of an edge's label, nothing without one.
    init(
        _ graph: WorkflowGraph, _ layering: Layering, node: (Int) -> Item,
        label: (Int) -> (across: Double, along: Double)?
    ) {
        layers = Array(repeating: [], count: 2 * (layering.rank.max() ?? 0) + 1)
        chains = Array(repeating: [], count: graph.edges.count)
        for index in graph.nodes.indices {
            var item = node(index)
            item.layer = 2 * layering.rank[index]
            add(item)
        }
        for (index, edge) in graph.edges.enumerated() where !edge.isLoop {
            let isBack = layering.isBack[index]
            let (from, to) = isBack ? (edge.to, edge.from) : (edge.from, edge.to)
            let (first, last) = (2 * layering.rank[from], 2 * layering.rank[to])
            // The odd layer in the middle, the upper one of two.
            let middle = (first + last - 1) / 2 | 1
            let digits = Double("\(edge.passages)".count)
            let straightness = digits * digits * (isBack ? 0.3 : 1)
            var previous = from
            for layer in first + 1..<last {
                var bend = Item(layer: layer, before: 7, after: 7, thickness: 0)
                if layer == middle, let room = label(index) {
                    bend.before = max(bend.before, room.across / 2)
                    bend.after = bend.before
                    bend.thickness = room.along
                    bend.isLabel = true
                }
                link(previous, add(bend), index, straightness)
                previous = items.count - 1
            }
            link(previous, to, index, straightness)
        }
    }

    @discardableResult
    private mutating func add(_ item: Item) -> Int {
        layers[item.layer].append(items.count)
        items.append(item)
        above.append([])
        below.append([])
        return items.count - 1
    }

    private mutating func link(_ upper: Int, _ lower: Int, _ edge: Int, _ straightness: Double) {
        let isBetweenBends = items[upper].node == nil && items[lower].node == nil
        chains[edge].append(links.count)
        below[upper].append(links.count)
        above[lower].append(links.count)
        links.append(Link(upper: upper, lower: lower, weight: straightness * (isBetweenBends ? 6 : 1)))
    }
}
