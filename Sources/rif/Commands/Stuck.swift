import ArgumentParser
import RIFOrchestrator

struct Stuck: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "List sessions that have been in their state longer than 95 % of all visits of it.",
        discussion: """
            A state counts once it was left at least five times in the window.

            Examples:
              rif stuck
              rif stuck --hours 168 --json
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("The window in hours. (default: 24)", valueName: "n"))
    var hours: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let hours = try Input.integer("--hours", hours, in: 1...87_840) ?? 24
        let (insight, short) = try await location.reading { orchestrator in
            let insight = try await orchestrator.insight(hours: hours)
            return (insight, shared.json ? Abbreviation([]) : try await Abbreviation(orchestrator))
        }
        let stuck = insight.stuck
        return Report(json: ["sessions": .array(stuck.map(\.json))]) { page in
            guard !stuck.isEmpty else {
                page.line(
                    "Nothing is stuck: no active session of \(Text.grouped(insight.figures.dwelling.count)) has been in "
                        + "its state longer than usual.")
                return
            }
            var table = Table([
                .init("SESSION"), .init("STATE", flexible: true), .init("FOR", right: true),
                .init("USUALLY", right: true),
                .init("TIMES", right: true), .init("AGENTS", flexible: true),
            ])
            for session in stuck {
                let agents = session.listing.activeAgents
                let times = Double(session.elapsedMS) / max(1, session.limitMS)
                table.rows.append([
                    .init(short(session.listing.sessionID)), .init(session.listing.currentState),
                    .init(Times.duration(milliseconds: session.elapsedMS), .red),
                    .init("< " + Times.duration(milliseconds: session.limitMS)),
                    .init(Text.decimal(times, digits: 1)),
                    .init(agents.isEmpty ? "-" : agents.joined(separator: ", ")),
                ])
            }
            page.table(table)
        }
    }
}
