import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

struct WorkflowDraw: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw the states and transitions of a workflow.",
        discussion: """
            The formats: mermaid (GitHub shows it in a ```mermaid block), dot (for Graphviz), svg (a picture), json (the data).

            Examples:
              rif workflow graph flow.yaml
              rif workflow graph flow.yaml --format svg -o flow.svg
              rif workflow graph standard --format dot | dot -Tpdf -o standard.pdf
            """)

    @Argument(
        help: ArgumentHelp(
            "The workflow file, or \(WorkflowDefinition.builtinNames.joined(separator: ", ")). "
                + "(default: \(WorkflowFile.standardPaths[0]))", valueName: "file|name"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var workflow: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("mermaid, dot, svg or json. (default: mermaid)", valueName: "format"),
        completion: .list(VisualizationFormat.allCases.map(\.rawValue)))
    var format: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("Write it to this file, over one that is there.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let format = try chosenFormat()
        if let output { try Input.path("--output", output) }
        let definition = try await NamedWorkflow.definition(workflow)
        let text = definition.text(format)
        guard let output else { return Report(json: definition.graphJSON, raw: text) { _ in } }
        let document: JSONValue = [
            "path": .string(output), "format": .string(format.rawValue), "bytes": .int(Int64(text.utf8.count)),
        ]
        return Report(json: document, files: [Answer.File(path: output, text: text, option: "--output")]) { page in
            page.line("Wrote \(Text.visible(output)) (\(Text.bytes(Int64(text.utf8.count)))).")
        }
    }

    private func chosenFormat() throws(RIFError) -> VisualizationFormat {
        guard let word = format else { return shared.json ? .json : .mermaid }
        guard let format = VisualizationFormat(rawValue: word) else {
            throw RIFError.invalid(field: "--format", value: word, expected: "mermaid, dot, svg or json")
        }
        if shared.json, format != .json, output == nil {
            throw RIFError.invalid(
                field: "--format", value: word, problem: "is not JSON, which --json asks for",
                expected: "one of the two, or --output for the picture")
        }
        return format
    }
}
