public import RIFModel

/// Where everything of a graph is drawn: the same for the SVG picture and for the web page.
///
/// A layered drawing (Sugiyama, Tagawa, Toda 1981): states stand in layers in the direction of the work, ways back run
/// beside what they go round, and no line crosses a box. Lengths are CSS pixels, y grows downwards. The same graph always
/// gets the same layout.
public struct GraphLayout: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    public struct Rect: Sendable, Hashable {
        public var x: Double
        public var y: Double
        public var width: Double
        public var height: Double

        public var maxX: Double { x + width }
        public var maxY: Double { y + height }
        public var midX: Double { x + width / 2 }
        public var midY: Double { y + height / 2 }
    }

    public enum Direction: String, Sendable, Hashable, CaseIterable {
        case topToBottom = "top_to_bottom"
        case leftToRight = "left_to_right"
    }

    public struct Node: Sendable, Hashable {
        public var rect: Rect
        /// The label, on as many lines as it takes.
        public var lines: [String]
        /// The agents, below the label; empty where there are none.
        public var note: String
    }

    public struct Edge: Sendable, Hashable {
        /// A chain of cubic Bézier curves: the start, then two control points and an end for each curve. The first and
        /// the last point lie on the borders of the two boxes.
        public var points: [Point]
        public var label: String
        /// Where the label stands; none without one.
        public var labelRect: Rect?
        /// Against the direction of the work.
        public var isBack: Bool
    }

    public var direction: Direction
    public var width: Double
    public var height: Double
    /// As the nodes of the graph.
    public var nodes: [Node]
    /// As the edges of the graph.
    public var edges: [Edge]

    init(direction: Direction, width: Double, height: Double, nodes: [Node], edges: [Edge]) {
        self.direction = direction
        self.width = width
        self.height = height
        self.nodes = nodes
        self.edges = edges
    }

    /// - Parameter direction: by default the one that is easier to read on a page as wide as a window.
    public init(_ graph: WorkflowGraph, direction: Direction? = nil) {
        if let direction {
            self = Self.packed(graph, direction)
            return
        }
        let vertical = Self.packed(graph, .topToBottom)
        let horizontal = Self.packed(graph, .leftToRight)
        // How much each must shrink to fit.
        func scale(_ layout: GraphLayout) -> Double { min(1, 960 / layout.width, 640 / layout.height) }
        let isFlat = horizontal.height <= 260 && scale(horizontal) == 1
        self = isFlat || scale(horizontal) > scale(vertical) ? horizontal : vertical
    }
}

extension GraphLayout: JSONRepresentable {
    public var json: JSONValue {
        [
            "direction": .string(direction.rawValue), "width": .double(width), "height": .double(height),
            "nodes": .array(
                nodes.map { ["rect": $0.rect.json, "lines": .strings($0.lines), "note": .string($0.note)] }),
            "edges": .array(
                edges.map { edge in
                    [
                        "points": .array(edge.points.map { [.double($0.x), .double($0.y)] }),
                        "label": .string(edge.label), "label_rect": edge.labelRect?.json ?? .null,
                        "is_back": .bool(edge.isBack),
                    ]
                }),
        ]
    }
}

extension GraphLayout.Rect {
    var json: JSONValue {
        ["x": .double(x), "y": .double(y), "width": .double(width), "height": .double(height)]
    }
}
