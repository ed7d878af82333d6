/// Orders the items of each layer so that few links cross: sweeps that put each item at the average place of its
/// neighbours, and exchanges of neighbours in a layer; the best order found is kept.
struct Ordering {
    private var graph: LayeredGraph
    private var place: [Int]

    static func sort(_ graph: inout LayeredGraph) {
        var ordering = Ordering(graph)
        ordering.improve()
        graph.layers = ordering.graph.layers
    }

    private init(_ graph: LayeredGraph) {
        self.graph = graph
        place = Array(repeating: 0, count: graph.items.count)
        for layer in graph.layers.indices { number(layer) }
    }

    private mutating func number(_ layer: Int) {
        for (index, item) in graph.layers[layer].enumerated() { place[item] = index }
    }

    private mutating func improve() {
        sweep(downwards: true)
        var best = graph.layers
        var fewest = crossings()
        for round in 0..<16 where fewest > 0 {
            sweep(downwards: !round.isMultiple(of: 2))
            exchange()
            let found = crossings()
            if found < fewest { (fewest, best) = (found, graph.layers) }
        }
        graph.layers = best
    }

    private mutating func sweep(downwards: Bool) {
        let indices = Array(graph.layers.indices)
        for layer in downwards ? indices : indices.reversed() {
            // Items without neighbours on that side keep their places, the others are sorted into the rest.
            let items = graph.layers[layer]
            let movable = items.filter { !neighbours($0, above: downwards).isEmpty }
            let wanted = Dictionary(
                uniqueKeysWithValues: movable.map { item in
                    let places = neighbours(item, above: downwards).map { Double(place[$0]) }
                    return (item, places.reduce(0, +) / Double(places.count))
                })
            var sorted = movable.sorted { (wanted[$0] ?? 0, place[$0]) < (wanted[$1] ?? 0, place[$1]) }[...]
            graph.layers[layer] = items.map { wanted[$0] == nil ? $0 : sorted.removeFirst() }
            number(layer)
        }
    }

    /// Exchanges neighbours in a layer while that takes crossings away.
    private mutating func exchange() {
        for layer in graph.layers.indices where graph.layers[layer].count > 1 {
            for _ in 0..<4 {
                var hasChanged = false
                for index in 1..<graph.layers[layer].count {
                    let (left, right) = (graph.layers[layer][index - 1], graph.layers[layer][index])
                    guard crossings(left, right) > crossings(right, left) else { continue }
                    graph.layers[layer].swapAt(index - 1, index)
                    (place[left], place[right]) = (index, index - 1)
                    hasChanged = true
                }
                if !hasChanged { break }
            }
        }
    }

    private func neighbours(_ item: Int, above: Bool) -> [Int] {
        above ? graph.above[item].map { graph.links[$0].upper } : graph.below[item].map { graph.links[$0].lower }
    }

    /// Between the links of two items of a layer, one left of the other.
    private func crossings(_ left: Int, _ right: Int) -> Int {
        var count = 0
        for side in [true, false] {
            let others = neighbours(right, above: side).map { place[$0] }
            for own in neighbours(left, above: side) { count += others.count { $0 < place[own] } }
        }
        return count
    }

    private func crossings() -> Int {
        graph.layers.indices.dropLast().reduce(0) { $0 + crossings(below: $1) }
    }

    /// Pairs in the wrong order, counted with a tree of sums (Barth, Jünger, Mutzel 2002).
    private func crossings(below layer: Int) -> Int {
        let links = graph.layers[layer].flatMap { graph.below[$0] }.map { graph.links[$0] }
        let ends = links.sorted { (place[$0.upper], place[$0.lower]) < (place[$1.upper], place[$1.lower]) }
            .map { place[$0.lower] + 1 }
        let size = graph.layers[layer + 1].count
        var tree = Array(repeating: 0, count: size + 1)
        var count = 0
        for (seen, end) in ends.enumerated() {
            var index = end
            var notGreater = 0
            while index > 0 {
                notGreater += tree[index]
                index -= index & -index
            }
            count += seen - notGreater
            index = end
            while index <= size {
                tree[index] += 1
                index += index & -index
            }
        }
        return count
    }
}
