import ArgumentParser
import RIFOrchestrator

struct RecordMetric: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add a measured value to a session.",
        discussion: """
            A finished session takes them too.

            Examples:
              rif record-metric 0198c0de --type quality --name coverage --value 0.93
              rif record-metric 0198c0de --type cost --name usd --value 1.27 --metadata '{"model": "large"}'
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(parsing: .unconditional, help: ArgumentHelp("What kind of value it is.", valueName: "type"))
    var type: String

    @Option(parsing: .unconditional, help: ArgumentHelp("What was measured.", valueName: "name"))
    var name: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The value, a finite number.", valueName: "value"))
    var value: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Anything more, as JSON: inline, @FILE, or - for standard input.", valueName: "json"))
    var metadata: String?

    @OptionGroup var shared: SharedOptions

    var documents: [String: String?] { ["--metadata": metadata] }

    func report() async throws -> Report {
        let location = try Location(shared)
        let number = try Input.number("--value", value, expected: "a finite number") ?? 0
        _ = try Validation.float(number, field: "--value")
        let metadata = try metadata.map { word in try Input.json("--metadata", word) } ?? .null
        let id = try await location.writing(session: session) { orchestrator, id in
            try await orchestrator.session(id).recordMetric(
                type: type, name: name, value: number, metadata: metadata, options: .command(key: nil))
        }
        return Report(json: ["metric_id": .string(id)]) { page in page.line("Recorded metric \(id)") }
    }
}
