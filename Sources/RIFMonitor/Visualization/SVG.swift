import RIFModel

extension WorkflowGraph {
    /// The graph as a picture: one SVG document without scripts and without references to anything outside.
    public var svg: String { SVGDrawing(self).document }
}

/// Writes a layout down as SVG.
private struct SVGDrawing {
    private static let captionHeight = 34.0
    private static let arrowLength = 9.0

    let graph: WorkflowGraph
    let layout: GraphLayout
    let omitted: String?

    init(_ graph: WorkflowGraph) {
        let reduced = graph.reduced()
        self.graph = reduced
        layout = GraphLayout(reduced)
        omitted =
            reduced.edges.count < graph.edges.count || reduced.nodes.count < graph.nodes.count
            ? "the \(reduced.edges.count) most used of \(EdgeText.grouped(Int64(graph.edges.count))) ways" : nil
    }

    var document: String {
        let caption = [graph.title, omitted].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
        let width = max(layout.width, TextMetrics.width(caption, size: 12) + 40, 240).rounded(.up)
        let height = (layout.height + Self.captionHeight).rounded(.up)
        let (w, h) = (Decimal.text(width), Decimal.text(height))
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rif-graph\" role=\"img\" "
                + "aria-labelledby=\"rif-graph-title rif-graph-desc\" width=\"\(w)\" height=\"\(h)\" "
                + "viewBox=\"0 0 \(w) \(h)\">",
            "<title id=\"rif-graph-title\">Workflow graph: \(Self.escaped(graph.title))</title>",
            "<desc id=\"rif-graph-desc\">\(Self.escaped(description))</desc>",
            "<style>\(Self.style)</style>",
            "<rect class=\"back\" width=\"\(w)\" height=\"\(h)\" rx=\"8\"/>",
            "<text class=\"caption\" x=\"20\" y=\"24\">\(Self.escaped(caption))</text>",
            "<g transform=\"translate(\(Decimal.text((width - layout.width) / 2)) \(Decimal.text(Self.captionHeight - 8)))\">",
        ]
        // What is seldom used lies below what is used often.
        let order = graph.edges.indices.sorted { (graph.edges[$0].passages, $0) < (graph.edges[$1].passages, $1) }
        lines += order.map(edge)
        lines += graph.nodes.indices.map(node)
        lines += graph.edges.indices.compactMap(label)
        return lines.joined(separator: "\n") + "\n</g>\n</svg>\n"
    }

    /// The picture in words.
    private var description: String {
        var parts = ["\(graph.nodes.count) state\(graph.nodes.count == 1 ? "" : "s")"]
        if let current = graph.current {
            let end = graph.outcome.map { " (\($0.rawValue))" } ?? ""
            parts.append("the current one is \(graph.nodes[current].label)\(end)")
        }
        let planned = graph.nodes.filter { $0.status == .planned }.map(\.label)
        if planned.count < graph.nodes.count, !planned.isEmpty {
            parts.append("planned but never entered: \(planned.joined(separator: ", "))")
        }
        let ways = graph.edges.map { EdgeText.full($0, in: graph) }
        return ([parts.joined(separator: "; ")] + ways).joined(separator: ".\n") + "."
    }

    // MARK: - Parts

    private func node(_ index: Int) -> String {
        let (node, box) = (graph.nodes[index], layout.nodes[index])
        let rect = box.rect
        var name = "node \(node.status.rawValue)"
        if node.isFinal { name += " final" }
        if node.status == .current { name += " \(graph.outcome?.rawValue ?? "running")" }
        let agents = node.agents.isEmpty ? "" : "\n" + node.agents.joined(separator: ", ")
        var text =
            "<g class=\"\(name)\"><title>\(Self.escaped("\(node.id) (\(node.status.rawValue))\(agents)"))</title>"
        let isCurrent = node.status == .current
        if isCurrent { text += Self.rect(rect, class: "ring", grownBy: 0) }
        text += Self.rect(rect, class: "box", grownBy: isCurrent ? -4 : 0)
        var y = rect.midY - (17 * Double(box.lines.count) + (box.note.isEmpty ? 0 : 15)) / 2 + 12.5
        for line in box.lines {
            text += Self.text(line, x: rect.midX, y: y)
            y += 17
        }
        if !box.note.isEmpty { text += Self.text(box.note, x: rect.midX, y: y - 1, class: "note") }
        return text + "</g>"
    }

    private func edge(_ index: Int) -> String {
        let edge = graph.edges[index]
        var points = layout.edges[index].points
        guard points.count >= 4, let tip = points.last else { return "" }
        let wing = 3.2 + edge.strokeWidth * 0.8
        let length = Self.arrowLength + edge.strokeWidth
        let arrow = Arrow(to: tip, from: points[points.count - 2], length: length)
        // The line ends within the head.
        points[points.count - 1] = arrow.point(length * 0.6)
        points[points.count - 2] = points[points.count - 2].moved(as: points[points.count - 1], from: tip)
        var name = "edge \(EdgeHealth(edge).rawValue)"
        if edge.isOnlyRefused { name += " refused" }
        if edge.isPlanned { name += " planned" } else if edge.count == 0 { name += " moved" }
        let head = [arrow.point(0), arrow.point(length, aside: wing), arrow.point(length, aside: -wing)]
        return "<g class=\"\(name)\"><title>\(Self.escaped(EdgeText.full(edge, in: graph)))</title>"
            + "<path class=\"line\" d=\"\(Self.path(points))\" stroke-width=\"\(Decimal.text(edge.strokeWidth))\"/>"
            + "<path class=\"head\" d=\"M\(head.map(Self.pair).joined(separator: "L"))Z\"/></g>"
    }

    private func label(_ index: Int) -> String? {
        guard let rect = layout.edges[index].labelRect else { return nil }
        return "<g class=\"label \(EdgeHealth(graph.edges[index]).rawValue)\">"
            + Self.rect(rect, class: "under", grownBy: 0)
            + Self.text(layout.edges[index].label, x: rect.midX, y: rect.midY + 4) + "</g>"
    }

    // MARK: - Writing

    private static func path(_ points: [GraphLayout.Point]) -> String {
        var text = "M" + pair(points[0])
        for index in stride(from: 1, to: points.count - 2, by: 3) {
            text += "C" + points[index...index + 2].map(pair).joined(separator: " ")
        }
        return text
    }

    private static func pair(_ point: GraphLayout.Point) -> String {
        Decimal.text(point.x) + "," + Decimal.text(point.y)
    }

    private static func rect(_ rect: GraphLayout.Rect, class name: String, grownBy margin: Double) -> String {
        let numbers = [rect.x - margin, rect.y - margin, rect.width + 2 * margin, rect.height + 2 * margin]
            .map(Decimal.text)
        return "<rect class=\"\(name)\" x=\"\(numbers[0])\" y=\"\(numbers[1])\" width=\"\(numbers[2])\" "
            + "height=\"\(numbers[3])\" rx=\"\(Decimal.text(8 + margin))\"/>"
    }

    private static func text(_ text: String, x: Double, y: Double, class name: String? = nil) -> String {
        let attribute = name.map { " class=\"\($0)\"" } ?? ""
        return "<text\(attribute) x=\"\(Decimal.text(x))\" y=\"\(Decimal.text(y))\">\(escaped(text))</text>"
    }

    /// For text between tags and in attributes; without what XML 1.0 cannot hold at all.
    static func escaped(_ text: String) -> String {
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !result.isEmpty { result += "\n" }
            for scalar in StateName.drawable(String(line)).unicodeScalars {
                switch scalar {
                case "&": result += "&amp;"
                case "<": result += "&lt;"
                case ">": result += "&gt;"
                case "\"": result += "&quot;"
                case "'": result += "&#39;"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// Colours come twice: plainly, for viewers that do not know custom properties, and by name. White boxes on a pale
    /// ground, or the other way round; what is calm is grey, colour means something.
    private static let style = """

        .rif-graph{--ground:#f7f8f9;--box:#fff;--ink:#1a1d21;--quiet:#5a626b;--line:#9aa3ad;--way:#6b747e;\
        --running:#2563eb;--running-box:#dbeafe;--done:#15803d;--done-box:#dcfce7;--failed:#dc2626;\
        --failed-box:#fee2e2;--cancelled:#475569;--cancelled-box:#e2e8f0;--warn:#b45309;color-scheme:light dark;\
        font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
        @media (prefers-color-scheme:dark){.rif-graph{--ground:#15181c;--box:#22272e;--ink:#e6e8eb;--quiet:#9aa4af;\
        --line:#5c6670;--way:#8b949e;--running:#60a5fa;--running-box:#1e3a8a;--done:#4ade80;--done-box:#14532d;\
        --failed:#f87171;--failed-box:#7f1d1d;--cancelled:#cbd5e1;--cancelled-box:#334155;--warn:#fbbf24}}
        .rif-graph text{font-size:13px;font-weight:500;text-anchor:middle;unicode-bidi:plaintext;fill:#1a1d21;\
        fill:var(--ink)}
        .rif-graph .back{fill:#f7f8f9;fill:var(--ground)}
        .rif-graph .caption{font-size:12px;font-weight:400;text-anchor:start;fill:#5a626b;fill:var(--quiet)}
        .rif-graph .box{fill:#fff;fill:var(--box);stroke:#9aa3ad;stroke:var(--line);stroke-width:1.5}
        .rif-graph .note{font-size:11px;font-weight:400;fill:#5a626b;fill:var(--quiet)}
        .rif-graph .planned .box{fill:none;stroke-dasharray:5 4}
        .rif-graph .final .box{stroke-width:3}
        .rif-graph .planned text{fill:#5a626b;fill:var(--quiet)}
        .rif-graph .ring{fill:none;stroke-width:2.5}
        .rif-graph .current text{font-weight:600}
        .rif-graph .current .note{font-weight:400;fill:#1a1d21;fill:var(--ink)}
        .rif-graph .running .ring,.rif-graph .running .box{stroke:#2563eb;stroke:var(--running)}
        .rif-graph .running .box{fill:#dbeafe;fill:var(--running-box)}
        .rif-graph .completed .ring,.rif-graph .completed .box{stroke:#15803d;stroke:var(--done)}
        .rif-graph .completed .box{fill:#dcfce7;fill:var(--done-box)}
        .rif-graph .failed .ring,.rif-graph .failed .box{stroke:#dc2626;stroke:var(--failed)}
        .rif-graph .failed .box{fill:#fee2e2;fill:var(--failed-box)}
        .rif-graph .cancelled .ring,.rif-graph .cancelled .box{stroke:#475569;stroke:var(--cancelled)}
        .rif-graph .cancelled .box{fill:#e2e8f0;fill:var(--cancelled-box)}
        .rif-graph .line{fill:none;stroke:#6b747e;stroke:var(--way);stroke-linecap:round}
        .rif-graph .head{stroke:none;fill:#6b747e;fill:var(--way)}
        .rif-graph .mixed .line{stroke:#b45309;stroke:var(--warn)}
        .rif-graph .mixed .head{fill:#b45309;fill:var(--warn)}
        .rif-graph .bad .line{stroke:#dc2626;stroke:var(--failed)}
        .rif-graph .bad .head{fill:#dc2626;fill:var(--failed)}
        .rif-graph .refused .line{stroke-dasharray:5 5}
        .rif-graph .moved .line{stroke-dasharray:1 5}
        .rif-graph .planned .line{stroke-dasharray:4 4}
        .rif-graph .under{fill:#f7f8f9;fill:var(--ground)}
        .rif-graph .label text{font-size:11px;font-variant-numeric:tabular-nums}
        .rif-graph .label.mixed text{fill:#b45309;fill:var(--warn)}
        .rif-graph .label.bad text{fill:#dc2626;fill:var(--failed)}

        """
}

/// The head of an arrow, measured backwards from its tip.
private struct Arrow {
    let tip: GraphLayout.Point
    private let dx: Double
    private let dy: Double

    init(to tip: GraphLayout.Point, from: GraphLayout.Point, length: Double) {
        self.tip = tip
        let (x, y) = (from.x - tip.x, from.y - tip.y)
        let distance = max((x * x + y * y).squareRoot(), 0.001)
        dx = x / distance
        dy = y / distance
    }

    func point(_ back: Double, aside: Double = 0) -> GraphLayout.Point {
        GraphLayout.Point(x: tip.x + dx * back - dy * aside, y: tip.y + dy * back + dx * aside)
    }
}

extension GraphLayout.Point {
    fileprivate func moved(as point: GraphLayout.Point, from start: GraphLayout.Point) -> GraphLayout.Point {
        GraphLayout.Point(x: x + point.x - start.x, y: y + point.y - start.y)
    }
}
