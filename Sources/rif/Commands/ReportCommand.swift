import ArgumentParser
import RIFMonitor
import RIFOrchestrator

struct ReportCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write down what happened: figures, graph, recommendations with their reasons.",
        discussion: """
            Markdown pastes into a GitHub issue, HTML is one file that prints well.

            Examples:
              rif report
              rif report --session 0198c0de --hours 168
              rif report --format html -o report.html
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Only this session: its id or a prefix.", valueName: "session"))
    var session: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The window in hours. (default: 24)", valueName: "n"))
    var hours: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("json, markdown or html. (default: markdown)", valueName: "format"),
        completion: .list(["json", "markdown", "html"]))
    var format: String?

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: ArgumentHelp("Write it to this file, over one that is there.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let hours = try Input.integer("--hours", hours, in: 1...87_840) ?? 24
        let format = format ?? (shared.json ? "json" : "markdown")
        guard ["json", "markdown", "html"].contains(format) else {
            throw RIFError.invalid(field: "--format", value: format, expected: "json, markdown or html")
        }
        if let output { try Input.path("--output", output) }
        let report: RIFMonitor.Report
        if let session {
            report = try await location.reading(session: session) { try await $0.report($1, timeframeHours: hours) }
        } else {
            report = try await location.reading { try await $0.report(timeframeHours: hours) }
        }
        let text =
            switch format {
            case "html": report.html
            case "markdown": report.markdown
            default: report.json.pretty() + "\n"
            }
        guard let output else { return Report(json: report.json, raw: text) { _ in } }
        try Input.path("--output", output)
        let document: JSONValue = [
            "path": .string(output), "format": .string(format), "bytes": .int(Int64(text.utf8.count)),
        ]
        let file = Answer.File(path: output, text: text, option: "--output")
        return Report(json: document, files: [file]) { page in
            page.line("Wrote \(Text.visible(output)) (\(Text.bytes(Int64(text.utf8.count)))).")
        }
    }
}
