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
        if let initial {
            lines.append("    [*] --> s\(initial)")
        } else if let first = nodes.first, first.status != .planned {
            lines.append("    [*] --> s0")
        }
        for edge in edges {
            // Ours is plain, a definition's is not.
            let text = edge.isPlanned ? Self.mermaidText(EdgeText.long(edge)) : EdgeText.long(edge)
            lines.append(
                "    s\(edge.from) --> s\(edge.to)" + (text.isEmpty ? "" : " : \(text)"))
        }
        if let current, outcome != nil { lines.append("    s\(current) --> [*]") }
        for (index, node) in nodes.enumerated() where node.isFinal && (index != current || outcome == nil) {
            lines.append("    s\(index) --> [*]")
        }
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
                case .format: scalar == "\u{200D}"
                case .spaceSeparator:
                    scalar == " " && index > 0 && index < scalars.count - 1 && scalars[index - 1] != " "
                        && !endsInKeyword(scalars[..<index])
                default: !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                }
            if isPlain, !ownMarks.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "#\(scalar == " " ? 160 : scalar.value);"
            }
        }
        return result
    }

    /// Mermaid takes any line that holds `direction LR` for a statement, even if it stands between quotes.
    private static func endsInKeyword(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
        String(String.UnicodeScalarView(scalars.suffix(9))).lowercased() == "direction"
    }

    /// What Mermaid puts in the place of `#` and `;` while it parses.
    private static let ownMarks: Set<Unicode.Scalar> = ["\u{FB02}", "\u{B0}", "\u{B6}", "\u{DF}"]
}
