extension WorkflowGraph {
    /// The graph in the language of Graphviz, to be drawn by `dot`.
    public var dot: String {
        var lines = [
            "digraph \(Self.dotText(title)) {",
            "    graph [rankdir=TB, bgcolor=\"transparent\", nodesep=0.4, ranksep=0.5]",
            "    node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#374151\", "
                + "fontcolor=\"#111827\", fontname=\"Helvetica,Arial,sans-serif\", fontsize=12]",
            "    edge [color=\"#6b7280\", fontcolor=\"#374151\", fontname=\"Helvetica,Arial,sans-serif\", fontsize=10]",
        ]
        for (index, node) in nodes.enumerated() {
            var attributes = ["label=\(Self.dotText(node.label))"]
            let tooltip = node.agents.isEmpty ? node.id : "\(node.id): \(node.agents.joined(separator: ", "))"
            attributes.append("tooltip=\(Self.dotText(tooltip))")
            switch node.status {
            case .current:
                let colours = PictureColours.current(outcome)
                attributes.append(
                    "fillcolor=\"\(colours.fill)\", color=\"\(colours.line)\", fontcolor=\"\(colours.text)\", penwidth=3"
                )
            case .visited: break
            case .planned:
                attributes.append(
                    "style=\"rounded,filled,dashed\", fillcolor=\"#f3f4f6\", color=\"#6b7280\", fontcolor=\"#374151\"")
            }
            if node.isFinal { attributes.append("peripheries=2") }
            lines.append("    s\(index) [\(attributes.joined(separator: ", "))]")
        }
        for edge in edges {
            var attributes: [String] = []
            let text = edge.isPlanned ? EdgeText.long(edge) : EdgeText.short(edge)
            if !text.isEmpty { attributes.append("label=\(Self.dotText(text))") }
            attributes.append("tooltip=\(Self.dotText(EdgeText.full(edge, in: self)))")
            attributes.append("penwidth=\(Decimal.text(edge.strokeWidth))")
            if EdgeHealth(edge) != .good { attributes.append("color=\"\(PictureColours.edge(edge))\"") }
            if edge.isOnlyRefused { attributes.append("style=dashed") }
            if edge.isPlanned {
                attributes.append("style=dashed")
            } else if edge.count == 0 {
                attributes.append("style=dotted")
            }
            lines.append("    s\(edge.from) -> s\(edge.to) [\(attributes.joined(separator: ", "))]")
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    /// A quoted string. In labels Graphviz knows escapes (`\N` is the node's name) and references (`&amp;`).
    static func dotText(_ text: String) -> String {
        var result = "\""
        for scalar in StateName.drawable(text).unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "&": result += "&amp;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Numbers of drawings: two digits after the point at most, the same on every machine.
enum Decimal {
    static func text(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e12 else { return "0" }
        let hundredths = Int64((number * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
        return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
