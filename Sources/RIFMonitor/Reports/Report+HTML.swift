import RIFModel

extension Report {
    /// One file without scripts and without anything to fetch; light, dark, and on paper.
    public var html: String {
        var body = "<h1>\(Self.html(title))</h1>\n<dl>\n"
        for (name, value) in facts { body += "<dt>\(name)</dt><dd>\(Self.html(value))</dd>\n" }
        body += "</dl>\n<h2>Recommendations</h2>\n"
        if recommendations.isEmpty {
            body += "<p>Nothing stands out.</p>\n"
        } else {
            body += "<ul>\n"
            for recommendation in recommendations {
                body +=
                    "<li class=\"\(recommendation.priority.rawValue)\"><strong>\(Self.html(recommendation.title))</strong> "
                    + "(\(recommendation.priority.rawValue)): \(Self.html(recommendation.description))</li>\n"
            }
            body += "</ul>\n"
        }
        if !graph.nodes.isEmpty { body += "<h2>Graph</h2>\n<figure>\(graph.svg)</figure>\n" }
        for section in sections { body += Self.table(section) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Self.html(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            \(body)</main>
            </body>
            </html>

            """
    }

    private static func table(_ section: ReportSection) -> String {
        var text = "<section>\n<h2>\(html(section.title))</h2>\n"
        if let words = section.text { text += "<p>\(html(words))</p>\n" }
        text += "<div class=\"table\"><table>\n<thead><tr>"
        for (index, column) in section.columns.enumerated() {
            text +=
                "<th scope=\"col\"\(section.numeric.contains(index) ? " class=\"number\"" : "")>\(html(column))</th>"
        }
        text += "</tr></thead>\n<tbody>\n"
        for row in section.rows {
            text += "<tr>"
            for (index, cell) in row.enumerated() {
                text += "<td\(section.numeric.contains(index) ? " class=\"number\"" : "")>\(html(cell))</td>"
            }
            text += "</tr>\n"
        }
        return text + "</tbody></table></div>\n</section>\n"
    }

    private static func html(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """
        :root { --text: #1a1d21; --soft: #5a626b; --line: #d9dde2; --ground: #ffffff; --high: #b42318; --medium: #9a6700; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e6e8eb; --soft: #9aa4af; --line: #343a41; --ground: #15181c; --high: #ff8a7a; --medium: #e3b341; }
        }
        body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
        main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }
        h1 { font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { font-size: 20px; margin: 32px 0 8px; }
        p, dt { color: var(--soft); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .table { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: 4px 12px 4px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
        .number { text-align: right; white-space: nowrap; }
        .high strong { color: var(--high); }
        .medium strong { color: var(--medium); }
        figure { margin: 0; overflow-x: auto; }
        figure svg { max-width: 100%; height: auto; }
        @media print { main { max-width: none; padding: 0; } section { break-inside: avoid; } }
        """
}
