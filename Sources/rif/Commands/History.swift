import ArgumentParser
import RIFOrchestrator

struct HistoryCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the decisions of a session, newest first.",
        discussion: """
            Refused transitions are among them, with what was wrong.

            Examples:
              rif history 0198c0de
              rif history 0198c0de --limit 10 --json
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, 1 to 1000. (default: 100)", valueName: "n"))
    var limit: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let limit = try Input.limit(limit, location.settings.limits) ?? 100
        let most = location.settings.limits.listLimit.upperBound
        let (id, decisions) = try await location.reading(session: session) { orchestrator, id in
            (id, try await orchestrator.decisionHistory(id, limit: limit))
        }
        return Report(json: ["decisions": .array(decisions.map(\.json))]) { page in
            guard !decisions.isEmpty else {
                page.line("No decisions yet. Make one: rif transition \(Text.visible(session)) STATE\(location.suffix)")
                return
            }
            page.line("Session \(page.styled(id, .bold))")
            page.line()
            var table = Table([
                .init("WHEN"), .init("", flexible: true), .init("CONF", right: true), .init("TIME", right: true),
                .init("AGENTS", flexible: true), .init("REASON", flexible: true),
            ])
            for decision in decisions {
                let step = "\(decision.success ? "✓" : "✗") \(decision.fromState) → \(decision.toState)"
                let reason = decision.success ? decision.reason : decision.errorDetails ?? decision.reason
                table.rows.append([
                    .init(Times.ago(decision.timestamp, now: page.now), .dim),
                    .init(step, decision.success ? nil : .red),
                    .init(Text.decimal(Double(decision.confidence))),
                    .init(decision.executionTimeMS.map { Times.duration(milliseconds: Int64($0)) } ?? "-"),
                    .init(decision.agentsSelected.isEmpty ? "-" : decision.agentsSelected.joined(separator: ", ")),
                    .init(reason, decision.success ? nil : .red),
                ])
            }
            table.columns[1].title = "DECISION"
            page.table(table)
            if decisions.count == limit {
                page.line(page.styled("The newest \(limit); more with --limit, at most \(most).", .dim))
            }
        }
    }
}
