/// Finds where the items of each layer stand, in their order and at their distance, so that links are short and straight.
struct Placing {
    private let graph: LayeredGraph
    private let gap: Double
    /// Of each item.
    private(set) var place: [Double]

    init(_ graph: LayeredGraph, gap: Double) {
        self.graph = graph
        self.gap = gap
        place = Array(repeating: 0, count: graph.items.count)
        for layer in graph.layers {
            var end = 0.0
            for item in layer {
                place[item] = end + graph.items[item].before
                end = place[item] + graph.items[item].after + gap
            }
            for item in layer { place[item] -= (end - gap) / 2 }
        }
        for _ in 0..<10 {
            sweep(downwards: true, looking: [.up])
            sweep(downwards: false, looking: [.down])
        }
        for round in 0..<24 { sweep(downwards: round.isMultiple(of: 2), looking: [.up, .down]) }
        straighten()
    }

    /// What is nearly straight looks crooked: items with a single link up or down stand exactly in line with its other
    /// end, where there is room.
    private mutating func straighten() {
        let nearly = 8.0
        for layer in graph.layers.reversed() {
            for (index, item) in layer.enumerated() where graph.below[item].count == 1 {
                let link = graph.links[graph.below[item][0]]
                move(index, of: layer, to: place[link.lower] + link.lowerPort - link.upperPort, atMost: nearly)
            }
        }
        for layer in graph.layers {
            for (index, item) in layer.enumerated() where graph.above[item].count == 1 {
                let link = graph.links[graph.above[item][0]]
                move(index, of: layer, to: place[link.upper] + link.upperPort - link.lowerPort, atMost: nearly)
            }
        }
    }

    private mutating func move(_ index: Int, of layer: [Int], to wanted: Double, atMost distance: Double) {
        let item = layer[index]
        guard (wanted - place[item]).magnitude <= distance else { return }
        func room(_ left: Int, _ right: Int) -> Double { graph.items[left].after + gap + graph.items[right].before }
        if index > 0 {
            let left = layer[index - 1]
            guard wanted >= place[left] + room(left, item) else { return }
        }
        if index + 1 < layer.count {
            let right = layer[index + 1]
            guard wanted <= place[right] - room(item, right) else { return }
        }
        place[item] = wanted
    }

    private enum Side { case up, down }

    private mutating func sweep(downwards: Bool, looking sides: [Side]) {
        for layer in downwards ? graph.layers : graph.layers.reversed() { settle(layer, sides) }
    }

    /// Moves the items of a layer as near as possible to where their neighbours want them: least squares with the order
    /// and the distances kept, by pooling adjacent violators (Ayer et al. 1955).
    private mutating func settle(_ layer: [Int], _ sides: [Side]) {
        struct Block {
            var weight: Double
            var place: Double
            var count: Int
        }
        var blocks: [Block] = []
        var offsets: [Double] = []
        var offset = 0.0
        for (index, item) in layer.enumerated() {
            if index > 0 { offset += graph.items[layer[index - 1]].after + gap + graph.items[item].before }
            offsets.append(offset)
            let (wanted, weight) = wish(item, sides)
            blocks.append(Block(weight: weight, place: wanted - offset, count: 1))
            while blocks.count > 1, blocks[blocks.count - 2].place > blocks[blocks.count - 1].place {
                let last = blocks.removeLast()
                let index = blocks.count - 1
                let weight = blocks[index].weight + last.weight
                blocks[index].place =
                    (blocks[index].place * blocks[index].weight + last.place * last.weight) / weight
                blocks[index].weight = weight
                blocks[index].count += last.count
            }
        }
        var next = 0
        for block in blocks {
            for _ in 0..<block.count {
                place[layer[next]] = block.place + offsets[next]
                next += 1
            }
        }
    }

    private func wish(_ item: Int, _ sides: [Side]) -> (place: Double, weight: Double) {
        var (sum, weight) = (0.0, 0.0)
        func add(_ wanted: Double, _ share: Double) {
            sum += wanted * share
            weight += share
        }
        if sides.contains(.up) {
            for link in graph.above[item].map({ graph.links[$0] }) {
                add(place[link.upper] + link.upperPort - link.lowerPort, link.weight)
            }
        }
        if sides.contains(.down) {
            for link in graph.below[item].map({ graph.links[$0] }) {
                add(place[link.lower] + link.lowerPort - link.upperPort, link.weight)
            }
        }
        return weight > 0 ? (sum / weight, weight) : (place[item], 0.01)
    }
}
