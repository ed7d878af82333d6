/// Puts the steps of a layered drawing together. Inside, everything is measured along the direction of the work and
/// across it; only the result has x and y.
struct LayeredLayout {
    enum Size {
        static let label = 13.0
        static let note = 11.0
        static let edge = 11.0
        static let margin = 20.0
        static let loop = 29.0
    }

    let graph: WorkflowGraph
    let direction: GraphLayout.Direction
    /// Rects at the origin, to be moved to their places.
    private let nodes: [GraphLayout.Node]
    let labels: [String]
    let layering: Layering
    private(set) var layered: LayeredGraph
    /// Of each item, across.
    private(set) var place: [Double] = []
    /// Of each layer, along: where it begins and ends.
    private(set) var layerStart: [Double] = []
    private(set) var layerEnd: [Double] = []

    init(_ graph: WorkflowGraph, _ direction: GraphLayout.Direction) {
        self.graph = graph
        self.direction = direction
        labels = graph.edges.map(EdgeText.short)
        layering = Layering(graph)
        nodes = Self.boxes(graph, layering, direction)
        let isVertical = direction == .topToBottom
        let (nodes, labels) = (nodes, labels)
        var loops: [Int: Int] = [:]
        for (index, edge) in graph.edges.enumerated() where edge.isLoop { loops[edge.from] = index }
        layered = LayeredGraph(
            graph, layering,
            node: { index in
                let rect = nodes[index].rect
                let (across, along) = isVertical ? (rect.width, rect.height) : (rect.height, rect.width)
                var item = LayeredGraph.Item(
                    node: index, layer: 0, before: across / 2, after: across / 2, thickness: along)
                if let loop = loops[index] {
                    let label = Self.labelSize(labels[loop])
                    item.after += Size.loop + (label.map { isVertical ? $0.width + 4 : $0.height + 3 } ?? 0)
                    if !isVertical { item.thickness = max(item.thickness, label?.width ?? 0) }
                }
                return item
            },
            label: { index in
                Self.labelSize(labels[index]).map { isVertical ? ($0.width, $0.height) : ($0.height, $0.width) }
            })
        Ordering.sort(&layered)
        setPorts()
        place = Placing(layered, gap: isVertical ? 22 : 16).place
        setLayers()
    }

    // MARK: - Sizes

    /// With room for all the ways that begin or end at a box.
    private static func boxes(
        _ graph: WorkflowGraph, _ layering: Layering, _ direction: GraphLayout.Direction
    ) -> [GraphLayout.Node] {
        var ends = Array(repeating: (above: 0, below: 0), count: graph.nodes.count)
        for (edge, isBack) in zip(graph.edges, layering.isBack) where !edge.isLoop {
            ends[isBack ? edge.to : edge.from].below += 1
            ends[isBack ? edge.from : edge.to].above += 1
        }
        return zip(graph.nodes, ends).map { node, ends in
            var box = box(node)
            let room = 9 * Double(max(ends.above, ends.below) - 1)
            if direction == .topToBottom {
                box.rect.width = max(box.rect.width, room + 28)
            } else {
                box.rect.height = max(box.rect.height, room + 18)
            }
            return box
        }
    }

    private static func box(_ node: WorkflowGraph.Node) -> GraphLayout.Node {
        let lines = TextMetrics.lines(StateName.drawable(node.label), width: 210, count: 3, size: Size.label)
        let note = TextMetrics.cut(
            StateName.drawable(agents(node.agents)), to: 210, size: Size.note)
        let width = max(
            lines.map { TextMetrics.width($0, size: Size.label) }.max() ?? 0,
            TextMetrics.width(note, size: Size.note))
        let height = 18 + 17 * Double(lines.count) + (note.isEmpty ? 0 : 15)
        let rect = GraphLayout.Rect(x: 0, y: 0, width: max(64, width.rounded(.up) + 28), height: height)
        return GraphLayout.Node(rect: rect, lines: lines, note: note)
    }

    private static func agents(_ names: [String]) -> String {
        guard names.count > 2 else { return names.joined(separator: ", ") }
        return "\(names[0]) and \(names.count - 1) more"
    }

    private static func labelSize(_ label: String) -> (width: Double, height: Double)? {
        label.isEmpty ? nil : (TextMetrics.width(label, size: Size.edge).rounded(.up) + 10, 18)
    }

    // MARK: - Places

    /// Links leave and enter a node beside each other, in the order of where they lead.
    private mutating func setPorts() {
        var order = Array(repeating: 0, count: layered.items.count)
        for layer in layered.layers {
            for (index, item) in layer.enumerated() { order[item] = index }
        }
        let isVertical = direction == .topToBottom
        for (index, item) in layered.items.enumerated() {
            guard let node = item.node else { continue }
            let rect = nodes[node].rect
            let room = isVertical ? rect.width - 28 : rect.height - 18
            func port(_ index: Int, of count: Int) -> Double {
                count < 2 ? 0 : (Double(index) - Double(count - 1) / 2) * min(18, room / Double(count - 1))
            }
            let below = layered.below[index].sorted { order[layered.links[$0].lower] < order[layered.links[$1].lower] }
            for (index, link) in below.enumerated() { layered.links[link].upperPort = port(index, of: below.count) }
            let above = layered.above[index].sorted { order[layered.links[$0].upper] < order[layered.links[$1].upper] }
            for (index, link) in above.enumerated() { layered.links[link].lowerPort = port(index, of: above.count) }
        }
    }

    /// Layers are as thick as what they hold, and farther apart where links between them go far to the side.
    private mutating func setLayers() {
        var next = 0.0
        for layer in layered.layers.indices {
            let thickness = layered.layers[layer].map { layered.items[$0].thickness }.max() ?? 0
            layerStart.append(next)
            layerEnd.append(next + thickness)
            let slants = layered.layers[layer].flatMap { layered.below[$0] }.map { index in
                let link = layered.links[index]
                return (place[link.upper] + link.upperPort - place[link.lower] - link.lowerPort).magnitude
            }
            next += thickness + min(84, max(26, 14 + 0.3 * (slants.max() ?? 0)))
        }
    }

    // MARK: - Result

    func result() -> GraphLayout {
        let isVertical = direction == .topToBottom
        let start = zip(layered.items, place).map { $1 - $0.before }.min() ?? 0
        let end = zip(layered.items, place).map { $1 + $0.after }.max() ?? 0
        let (shift, across) = (Size.margin - start, end - start + 2 * Size.margin)
        let along = (layerEnd.last ?? 0) + 2 * Size.margin
        func point(_ along: Double, _ across: Double) -> GraphLayout.Point {
            let (along, across) = (along + Size.margin, across + shift)
            return isVertical ? GraphLayout.Point(x: across, y: along) : GraphLayout.Point(x: along, y: across)
        }
        var nodes = nodes
        for (index, item) in layered.items.enumerated() {
            guard let node = item.node else { continue }
            let middle = point((layerStart[item.layer] + layerEnd[item.layer]) / 2, place[index])
            nodes[node].rect.x = middle.x - nodes[node].rect.width / 2
            nodes[node].rect.y = middle.y - nodes[node].rect.height / 2
        }
        let edges = graph.edges.indices.map { index in
            graph.edges[index].isLoop
                ? loop(index, around: nodes[graph.edges[index].from].rect) : route(index, point)
        }
        return GraphLayout(
            direction: direction, width: isVertical ? across : along, height: isVertical ? along : across,
            nodes: nodes, edges: edges)
    }

    private func loop(_ index: Int, around rect: GraphLayout.Rect) -> GraphLayout.Edge {
        let size = Self.labelSize(labels[index])
        let points: [(Double, Double)]
        var label: GraphLayout.Rect?
        if direction == .topToBottom {
            let (x, y) = (rect.maxX, rect.midY)
            points = [(x, y - 7), (x + 34, y - 24), (x + 34, y + 24), (x, y + 7)]
            label = size.map {
                GraphLayout.Rect(x: x + Size.loop + 2, y: y - $0.height / 2, width: $0.width, height: $0.height)
            }
        } else {
            let (x, y) = (rect.midX, rect.maxY)
            points = [(x - 7, y), (x - 24, y + 34), (x + 24, y + 34), (x + 7, y)]
            label = size.map {
                GraphLayout.Rect(x: x - $0.width / 2, y: y + Size.loop + 3, width: $0.width, height: $0.height)
            }
        }
        return GraphLayout.Edge(
            points: points.map { GraphLayout.Point(x: $0, y: $1) }, label: labels[index], labelRect: label,
            isBack: false)
    }

    private func route(_ index: Int, _ point: (Double, Double) -> GraphLayout.Point) -> GraphLayout.Edge {
        let isVertical = direction == .topToBottom
        var knots: [Curve.Knot] = []
        var label: GraphLayout.Rect?
        for link in layered.chains[index].map({ layered.links[$0] }) {
            let (upper, lower) = (layered.items[link.upper], layered.items[link.lower])
            if upper.node != nil {
                let across = place[link.upper] + link.upperPort
                knots.append(Curve.Knot(along: middle(upper.layer) + boxThickness(upper) / 2, across: across))
                knots.append(Curve.Knot(along: layerEnd[upper.layer], across: across))
            }
            let across = place[link.lower] + link.lowerPort
            // A label is wide where the work runs sideways: there a slanted line would leave it at the wrong place.
            let isStraight = lower.node != nil || lower.layer.isMultiple(of: 2) || (lower.isLabel && !isVertical)
            if !isStraight {
                knots.append(Curve.Knot(along: middle(lower.layer), across: across))
            } else {
                knots.append(Curve.Knot(along: layerStart[lower.layer], across: across))
                let end = lower.node == nil ? layerEnd[lower.layer] : middle(lower.layer) - boxThickness(lower) / 2
                knots.append(Curve.Knot(along: end, across: across))
            }
            if lower.isLabel, let size = Self.labelSize(labels[index]) {
                let centre = point(middle(lower.layer), across)
                label = GraphLayout.Rect(
                    x: centre.x - size.width / 2, y: centre.y - size.height / 2, width: size.width,
                    height: size.height)
            }
        }
        let points = Curve.through(knots).map { point($0.along, $0.across) }
        let isBack = layering.isBack[index]
        return GraphLayout.Edge(
            points: isBack ? points.reversed() : points, label: labels[index], labelRect: label, isBack: isBack)
    }

    private func middle(_ layer: Int) -> Double { (layerStart[layer] + layerEnd[layer]) / 2 }

    /// Of a node's box alone, without what its loop needs.
    private func boxThickness(_ item: LayeredGraph.Item) -> Double {
        guard let node = item.node else { return item.thickness }
        return direction == .topToBottom ? nodes[node].rect.height : nodes[node].rect.width
    }
}
