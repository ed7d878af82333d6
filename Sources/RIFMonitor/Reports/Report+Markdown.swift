import RIFModel

extension Report {
    /// For a GitHub issue: tables, and the graph as Mermaid.
    public var markdown: String {
        var lines = ["# \(Self.escaped(title))", ""]
        for (name, value) in facts { lines.append("- **\(name):** \(Self.escaped(value))") }
        lines += ["", "## Recommendations", ""]
        if recommendations.isEmpty { lines.append("Nothing stands out.") }
        for recommendation in recommendations {
            lines.append(
                "- **\(Self.escaped(recommendation.title))** (\(recommendation.priority.rawValue)): "
                    + Self.escaped(recommendation.description))
        }
        if !graph.nodes.isEmpty {
            let mermaid = graph.mermaid
            lines += [
                "", "## Graph", "", "```mermaid", mermaid.hasSuffix("\n") ? String(mermaid.dropLast()) : mermaid, "```",
            ]
        }
        for section in sections {
            lines += ["", "## \(section.title)", ""]
            if let text = section.text { lines += [text, ""] }
            lines.append("| " + section.columns.joined(separator: " | ") + " |")
            lines.append("|" + section.columns.indices.map { section.numeric.contains($0) ? "---:|" : "---|" }.joined())
            for row in section.rows { lines.append("| " + row.map(Self.escaped).joined(separator: " | ") + " |") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Users' names must not become markup, links, mentions or columns.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "{", "}", "[", "]", "#", "|", "~", "!":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            // A zero-width joiner between the sign and the name keeps anybody from being notified.
            case "@": result += "@\u{200D}"
            case "\n", "\r", "\t": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
