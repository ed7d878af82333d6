import RIFModel
import RIFMonitor
import Testing

/// What must hold of every layout, on graphs of all sizes and in both directions.
struct LayoutTests {
    struct Case: Sendable, CustomStringConvertible {
        var graph: WorkflowGraph
        var direction: GraphLayout.Direction
        var layout: GraphLayout { GraphLayout(graph, direction: direction) }
        var description: String { "\(graph.title), \(graph.nodes.count)/\(graph.edges.count), \(direction)" }
    }

    static let cases: [Case] = {
        var graphs = (0..<12).map { WorkflowGraph.random($0, states: 2 + Int($0) * 2, ways: 3 + Int($0) * 5) }
        graphs.append(.random(99, states: 40, ways: 80))
        graphs.append(Walk().graph)
        graphs.append(
            WorkflowGraph(
                title: "hub",
                counts: (0..<12).flatMap { index in
                    [
                        WorkflowGraph.Count(from: "hub", to: "w\(index)", count: Int64(1 + index * index)),
                        WorkflowGraph.Count(from: "w\(index)", to: "hub", count: 3, failures: 1),
                    ]
                } + [WorkflowGraph.Count(from: "hub", to: "hub", count: 12_345)]))
        graphs.append(
            WorkflowGraph(
                title: "parts",
                counts: (0..<9).map { WorkflowGraph.Count(from: "a\($0)", to: "b\($0)", count: Int64(1 + $0)) }))
        return graphs.flatMap { graph in GraphLayout.Direction.allCases.map { Case(graph: graph, direction: $0) } }
    }()

    @Test(arguments: cases)
    func boxesAndLabelsDoNotOverlap(_ sample: Case) {
        let layout = sample.layout
        let rects = layout.nodes.map(\.rect) + layout.edges.compactMap(\.labelRect)
        for (index, rect) in rects.enumerated() {
            #expect(rect.x >= 0 && rect.y >= 0 && rect.maxX <= layout.width && rect.maxY <= layout.height)
            for other in rects[..<index] {
                let isApart =
                    rect.maxX <= other.x || other.maxX <= rect.x || rect.maxY <= other.y || other.maxY <= rect.y
                #expect(isApart, "\(rect) and \(other)")
            }
        }
    }

    @Test(arguments: cases)
    func waysBeginAndEndAtTheBordersOfTheirBoxes(_ sample: Case) throws {
        let layout = sample.layout
        for (edge, drawn) in zip(sample.graph.edges, layout.edges) {
            #expect(drawn.points.count % 3 == 1 && drawn.points.count >= 4)
            let (first, last) = (try #require(drawn.points.first), try #require(drawn.points.last))
            #expect(layout.nodes[edge.from].rect.hasOnBorder(first))
            #expect(layout.nodes[edge.to].rect.hasOnBorder(last))
        }
    }

    @Test(arguments: cases)
    func noWayCrossesABoxOrLeavesThePicture(_ sample: Case) {
        let layout = sample.layout
        for drawn in layout.edges {
            for point in drawn.samples {
                #expect(point.x >= 0 && point.x <= layout.width && point.y >= 0 && point.y <= layout.height)
                for node in layout.nodes {
                    #expect(!node.rect.holdsInside(point), "\(point) in \(node.lines) of \(sample)")
                }
            }
        }
    }

    @Test func aChainRunsStraight() throws {
        var walk = Walk()
        for state in ["a", "b", "c"] { walk.to(state) }
        let down = GraphLayout(walk.graph, direction: .topToBottom)
        #expect(Set(down.nodes.map { ($0.rect.midX * 1000).rounded() }).count == 1)
        #expect(down.nodes.map(\.rect.y) == down.nodes.map(\.rect.y).sorted())
        let across = GraphLayout(walk.graph, direction: .leftToRight)
        #expect(Set(across.nodes.map { ($0.rect.midY * 1000).rounded() }).count == 1)
        #expect(across.nodes.map(\.rect.x) == across.nodes.map(\.rect.x).sorted())
        #expect(GraphLayout(walk.graph) == across)
        #expect(across.edges.allSatisfy { !$0.isBack })
    }

    @Test func onlyWaysBackRunBack() {
        var walk = Walk()
        for state in ["a", "b", "c", "b", "c", "a", "a", "d"] { walk.to(state) }
        let graph = walk.graph
        let layout = GraphLayout(graph, direction: .topToBottom)
        let back = zip(graph.edges, layout.edges).filter(\.1.isBack).map { edge, _ in
            "\(graph.nodes[edge.from].id)\(graph.nodes[edge.to].id)"
        }
        #expect(back == ["cb", "ca"])
        for (edge, drawn) in zip(graph.edges, layout.edges) where !edge.isLoop {
            let (from, to) = (layout.nodes[edge.from].rect, layout.nodes[edge.to].rect)
            #expect(drawn.isBack ? from.y > to.y : from.y < to.y)
        }
    }

    @Test func theLayoutAsDataHoldsEverythingThatIsDrawn() {
        var walk = Walk()
        walk.to("a", agents: ["A"])
        walk.to("a")
        walk.to("a")
        let json = GraphLayout(walk.graph, direction: .topToBottom).json
        #expect(json["direction"] == "top_to_bottom")
        #expect(json["nodes"]?[1]?["note"] == "A")
        #expect(json["nodes"]?[1]?["lines"] == ["A"])
        #expect(json["edges"]?[1]?["label"] == "2×")
        #expect(json["edges"]?[1]?["label_rect"]?["height"] == 18.0)
        #expect(json["edges"]?[0]?["label_rect"] == JSONValue.null)
        #expect(json["edges"]?[1]?["points"]?.arrayValue?.count == 4)
    }

    @Test func longAndWideNamesStayInTheirBoxes() throws {
        var walk = Walk()
        for name in hostileNames { walk.to(name) }
        for node in GraphLayout(walk.graph).nodes {
            #expect((1...3).contains(node.lines.count))
            #expect(node.rect.width <= 240)
        }
    }
}

extension GraphLayout.Rect {
    fileprivate func hasOnBorder(_ point: GraphLayout.Point) -> Bool {
        let isAtSide = min((point.x - x).magnitude, (point.x - maxX).magnitude) < 0.02
        let isAtEnd = min((point.y - y).magnitude, (point.y - maxY).magnitude) < 0.02
        let isWithin = point.x > x - 0.02 && point.x < maxX + 0.02 && point.y > y - 0.02 && point.y < maxY + 0.02
        return isWithin && (isAtSide || isAtEnd)
    }

    fileprivate func holdsInside(_ point: GraphLayout.Point) -> Bool {
        point.x > x + 0.5 && point.x < maxX - 0.5 && point.y > y + 0.5 && point.y < maxY - 0.5
    }
}

extension GraphLayout.Edge {
    /// Points on the curves.
    fileprivate var samples: [GraphLayout.Point] {
        stride(from: 0, to: points.count - 1, by: 3).flatMap { start in
            (0...12).map { step in
                let t = Double(step) / 12
                let weights = [(1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t]
                var point = GraphLayout.Point(x: 0, y: 0)
                for (weight, control) in zip(weights, points[start...start + 3]) {
                    point.x += weight * control.x
                    point.y += weight * control.y
                }
                return point
            }
        }
    }
}
