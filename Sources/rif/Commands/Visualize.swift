import ArgumentParser
import RIFOrchestrator

struct Visualize: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the graph of a session: its states, and how it went between them.",
        discussion: """
            The formats: json (the data), mermaid (GitHub shows it in a ```mermaid block), dot (for Graphviz), svg (a
            picture). Without --format a terminal gets a table, and anything else json.

            Examples:
              rif visualize 0198c0de
              rif visualize 0198c0de --format svg -o session.svg
              rif visualize 0198c0de --format dot | dot -Tpdf -o session.pdf
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("json, mermaid, dot or svg.", valueName: "format"),
        completion: .list(VisualizationFormat.allCases.map(\.rawValue)))
    var format: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("Write it to this file, over one that is there.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let format = try chosenFormat()
        if let output { try Input.path("--output", output) }
        let visualization = try await location.reading(session: session) { orchestrator, id in
            guard let visualization = try await orchestrator.visualize(id) else {
                throw RIFError.notFound("session", id)
            }
            return visualization
        }
        guard let output else {
            let isTable = format == nil && Terminal.standardOutput.width != nil
            return Report(json: visualization.json, raw: isTable ? nil : visualization.text(format ?? .json)) {
                Self.show(visualization, &$0)
            }
        }
        let text = visualization.text(format ?? .json)
        try Input.path("--output", output)
        let document: JSONValue = [
            "path": .string(output), "format": .string((format ?? .json).rawValue),
            "bytes": .int(Int64(text.utf8.count)),
        ]
        let file = Answer.File(path: output, text: text, option: "--output")
        return Report(json: document, files: [file]) { page in
            page.line("Wrote \(Text.visible(output)) (\(Text.bytes(Int64(text.utf8.count)))).")
        }
    }

    private func chosenFormat() throws -> VisualizationFormat? {
        guard let word = format else { return nil }
        guard let format = VisualizationFormat(rawValue: word) else {
            throw RIFError.invalid(field: "--format", value: word, expected: "json, mermaid, dot or svg")
        }
        if shared.json, format != .json, output == nil {
            throw RIFError.invalid(
                field: "--format", value: word, problem: "is not JSON, which --json asks for",
                expected: "one of the two, or --output for the picture")
        }
        return format
    }

    // MARK: - For people

    private static func show(_ visualization: WorkflowVisualization, _ page: inout Page) {
        let graph = WorkflowGraph(visualization)
        page.line("Session \(page.styled(visualization.sessionID, .bold))")
        page.heading("States")
        var states = Table(
            [.init(""), .init("", flexible: true), .init(""), .init("", flexible: true)], indentation: 2)
        for node in graph.nodes {
            let style: Terminal.Style? =
                switch node.status {
                case .current: Page.style(of: visualization.outcome)
                case .visited: nil
                case .planned: .dim
                }
            let mark =
                switch node.status {
                case .current: "◉"
                case .visited: "●"
                case .planned: "○"
                }
            states.rows.append([
                .init(mark, style), .init(node.id, style), .init(node.status.rawValue, .dim),
                .init(node.agents.joined(separator: ", "), .dim),
            ])
        }
        page.table(states)
        page.heading("Graph")
        guard !graph.edges.isEmpty else {
            page.line("  It has not moved yet.")
            return
        }
        page.table(
            EdgeTable.table(
                graph.edges.map { edge in
                    EdgeTable.Row(
                        from: graph.nodes[edge.from].id, to: graph.nodes[edge.to].id, count: edge.passages,
                        failures: edge.failures, timeMS: edge.averageMS.map { Int64($0.rounded()) },
                        confidence: edge.averageConfidence)
                }))
        page.line()
        page.line(page.styled("  A picture: --format svg -o FILE", .dim))
    }
}
