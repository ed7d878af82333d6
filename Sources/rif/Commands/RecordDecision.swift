import ArgumentParser
import RIFOrchestrator

struct RecordDecision: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Note a decision without moving the session.",
        discussion: """
            Examples:
              rif record-decision 0198c0de --from planning --to implementing --reason "Plan approved"
              rif record-decision 0198c0de --from implementing --to validating --failed --error-details "Tests fail"
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The state that it was in.", valueName: "state"))
    var from: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The state that was decided for.", valueName: "state"))
    var to: String

    @Option(parsing: .unconditional, help: "Why.")
    var reason = ""

    @Option(
        name: .customLong("agent"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An agent that was chosen. May be given several times.", valueName: "agent"))
    var agents: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("How sure, from 0 to 1. (default: 1)", valueName: "x"))
    var confidence: String?

    @Option(
        name: .customLong("execution-time-ms"), parsing: .unconditional,
        help: ArgumentHelp("How long it took, in milliseconds. (default: 0)", valueName: "n"))
    var executionTime: String?

    @Flag(help: "The decision did not succeed.")
    var failed = false

    @Option(parsing: .unconditional, help: ArgumentHelp("What went wrong.", valueName: "text"))
    var errorDetails: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let confidence = try Input.confidence(confidence) ?? 1
        let time = try Input.integer("--execution-time-ms", executionTime, in: Int64(0)...Int64(Int32.max)) ?? 0
        let id: String
        do {
            id = try await location.writing(session: session) { orchestrator, id in
                try await orchestrator.session(id).recordDecision(
                    from: from, to: to, reason: reason, agents: agents, confidence: confidence, executionTimeMS: time,
                    success: !failed, errorDetails: errorDetails, options: .command(key: nil))
            }
        } catch let error as RIFError where error.field == "to_state" {
            // Everywhere else this field is an argument; here it is an option.
            throw RIFError(error.code, "--to" + error.detail.dropFirst("to_state".count), field: "to_state")
        }
        return Report(json: ["decision_id": .string(id)]) { page in page.line("Recorded decision \(id)") }
    }
}
