import ArgumentParser
import RIFOrchestrator

struct Complete: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a session, and say what it came to.",
        discussion: """
            Agents that are still active end with it. A finished session takes no more changes.

            Examples:
              rif complete 0198c0de
              rif complete 0198c0de --final-context '{"success": true}'
              rif complete 0198c0de --outcome failed
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("completed, failed or cancelled. (default: completed)", valueName: "outcome"),
        completion: .list(Outcome.allCases.map(\.rawValue)))
    var outcome: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Keys of the context to set, a JSON object: inline, @FILE, or - for standard input.", valueName: "json"))
    var finalContext: String?

    @OptionGroup var shared: SharedOptions

    var documents: [String: String?] { ["--final-context": finalContext] }

    func report() async throws -> Report {
        let location = try Location(shared)
        let outcome = try Input.outcome(outcome) ?? .completed
        let context = try Input.object("--final-context", finalContext) ?? [:]
        let summary = try await location.writing(session: session) { orchestrator, id in
            try await orchestrator.session(id).complete(outcome, finalContext: context, options: .command(key: nil))
        }
        return Report(json: summary.json) { page in
            let word = page.styled(outcome.rawValue, Page.style(of: outcome))
            page.line("Session \(page.styled(summary.session.sessionID, .bold)) is \(word)")
            page.line()
            page.fields(SummaryText.fields(summary))
            page.line()
            page.line(Text.visible(summary.stateProgression.joined(separator: " → ")))
        }
    }
}
