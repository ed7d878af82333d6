extension WorkflowGraph {
    /// The graph as a Mermaid `stateDiagram-v2`, which GitHub and others render from Markdown.
    ///
    /// States have ids of our own making; what people named appears only in labels, with every sign that means
    /// something to Mermaid, to Markdown or to HTML as a character reference (`#34;`).
    public var mermaid: String {
        var lines = ["stateDiagram-v2"]
        for (index, node) in nodes.enumerated() {
            lines.append("    state \"\(Self.mermaidText(node.label))\" as s\(index)")
        }
        if let first = nodes.first, first.status != .planned { lines.append("    [*] --> s0") }
        for edge in edges {
            let text = EdgeText.long(edge)
            lines.append(
                "    s\(edge.from) --> s\(edge.to)" + (text.isEmpty ? "" : " : \(Self.mermaidText(text))"))
        }
        if let current, outcome != nil { lines.append("    s\(current) --> [*]") }
        // Without semicolons: Mermaid takes those in a line with a colour for the end of a character reference.
        if let current {
            let colours = PictureColours.current(outcome)
            lines.append(
                "    classDef current fill:\(colours.fill),stroke:\(colours.line),stroke-width:3px,color:\(colours.text)"
            )
            lines.append("    class s\(current) current")
        }
        let planned = nodes.indices.filter { nodes[$0].status == .planned }
        if !planned.isEmpty {
            lines.append("    classDef planned fill:#f3f4f6,stroke:#6b7280,stroke-dasharray:5 4,color:#374151")
            lines.append("    class \(planned.map { "s\($0)" }.joined(separator: ",")) planned")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Letters, digits and signs beyond ASCII stand for themselves. So do single spaces between them; others would be
    /// lost.
    static func mermaidText(_ text: String) -> String {
        var result = ""
        let scalars = Array(StateName.drawable(text).unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isPlain: Bool =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalar == "\u{200D}"
                case .spaceSeparator:
                    scalar == " " && index > 0 && index < scalars.count - 1 && scalars[index - 1] != " "
                default: !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                }
            // Mermaid's own marks for a character reference, while it parses.
            let isMark = scalar == "\u{FB02}" || scalar == "\u{B0}" || scalar == "\u{B6}" || scalar == "\u{DF}"
            if isPlain, !isMark {
                result.unicodeScalars.append(scalar)
            } else {
                result += "#\(scalar == " " ? 160 : scalar.value);"
            }
        }
        return result
    }
}
