import ArgumentParser
import RIFOrchestrator

struct Visualize: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the graph of a session, or of all sessions of a workflow type.",
        discussion: """
            Its states, and how it went between them; of a type, how often and how well in the last hours.

            The formats: json (the data), mermaid (GitHub shows it in a ```mermaid block), dot (for Graphviz), svg (a
            picture). Without --format a terminal gets a table, and anything else json.

            Examples:
              rif visualize 0198c0de
              rif visualize 0198c0de --format svg -o session.svg
              rif visualize 0198c0de --format dot | dot -Tpdf -o session.pdf
              rif visualize --workflow-type bugfix --hours 168 --format svg -o bugfix.svg
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("All sessions of this type in one graph.", valueName: "type"))
    var workflowType: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("With --workflow-type: the window in hours. (default: 24)", valueName: "n"))
    var hours: String?

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
        let drawing = try await drawing(location)
        guard let output else {
            let isTable = format == nil && Terminal.standardOutput.width != nil
            return Report(
                json: drawing.json, raw: isTable ? nil : drawing.text(format ?? .json), page: drawing.show)
        }
        let text = drawing.text(format ?? .json)
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

    /// What was asked for, in all its forms.
    private struct Drawing {
        var json: JSONValue
        var text: (VisualizationFormat) -> String
        var show: (inout Page) -> Void
    }

    private func drawing(_ location: Location) async throws -> Drawing {
        let hours = try Input.integer("--hours", hours, in: 1...87_840)
        switch (session, workflowType) {
        case (let session?, nil):
            if hours != nil {
                throw RIFError(
                    .invalidRequest, "--hours: a session is drawn as a whole; expected --workflow-type with it",
                    field: "hours")
            }
            let visualization = try await location.reading(session: session) { orchestrator, id in
                guard let visualization = try await orchestrator.visualize(id) else {
                    throw RIFError.notFound("session", id)
                }
                return visualization
            }
            return Drawing(json: visualization.json, text: visualization.text) { Self.show(visualization, &$0) }
        case (nil, let type?):
            let graph = try await location.reading { orchestrator in
                guard let graph = try await orchestrator.visualize(workflowType: type, hours: hours ?? 24) else {
                    throw RIFError.notFound("session of the workflow type", type)
                }
                return graph
            }
            return Drawing(json: graph.json, text: graph.text) { Self.show(graph, hours: hours ?? 24, &$0) }
        case (nil, nil):
            throw RIFError.missing(field: "SESSION", expected: "the id of a session, or --workflow-type")
        case (.some, .some):
            throw RIFError(
                .invalidRequest, "--workflow-type: stands beside a SESSION; expected one of the two",
                field: "workflow_type")
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
        show(graph, &page)
    }

    private static func show(_ type: WorkflowTypeGraph, hours: Int, _ page: inout Page) {
        page.line("Sessions of type \(page.styled(Text.visible(type.workflowType), .bold))")
        page.heading("Transitions of the last \(Text.count(hours, "hour"))")
        guard !type.graph.edges.isEmpty else {
            page.line("  None. Look further back with --hours.")
            return
        }
        show(type.graph, &page)
    }

    private static func show(_ graph: WorkflowGraph, _ page: inout Page) {
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
