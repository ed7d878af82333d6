import ArgumentParser
import RIFOrchestrator

struct Agents: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare agents: tasks, success with its uncertainty, time, and how far their confidence holds.",
        discussion: """
            The interval after the success rate says how sure it is at 95 %: few tasks give a wide one. TOO SURE is the
            stated confidence less the share that succeeded; Brier is the mean squared error, 0 is perfect.

            Examples:
              rif agents
              rif agents --hours 168
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("The window in hours. (default: 24)", valueName: "n"))
    var hours: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let hours = try Input.integer("--hours", hours, in: 1...87_840) ?? 24
        let (insight, dashboard) = try await location.reading {
            (try await $0.insight(hours: hours), try await $0.dashboard(sections: [.agentStatus], hours: hours))
        }
        var json = dashboard.agentStatus.objectValue ?? [:]
        json["agents"] = .array(insight.agents.map(\.json))
        json["calibration"] = .array(insight.calibration.map(\.json))
        return Report(json: .object(json)) { page in
            guard !insight.agents.isEmpty else {
                page.line("No agent was selected in the last \(Text.count(hours, "hour")).")
                page.next([("rif agents --hours 720\(location.suffix)", "look further back")])
                return
            }
            let calibration = Dictionary(insight.calibration.map { ($0.agent, $0) }) { first, _ in first }
            var table = Table([
                .init("AGENT", flexible: true), .init("TASKS", right: true), .init("SUCCESS", right: true),
                .init("INTERVAL", right: true), .init("AVERAGE", right: true), .init("CONFIDENCE", right: true),
                .init("TOO SURE", right: true), .init("BRIER", right: true), .init("NOW"),
            ])
            for agent in insight.agents {
                let trust = calibration[agent.figures.agent]
                table.rows.append([
                    .init(agent.figures.agent), .init(Text.grouped(agent.figures.tasks)),
                    .init(Text.percent(agent.figures.successRate)),
                    .init("\(Text.percent(agent.interval.lowerBound)) – \(Text.percent(agent.interval.upperBound))"),
                    .init(Times.duration(milliseconds: agent.figures.averageMS)),
                    .init(Text.decimal(agent.figures.averageConfidence)),
                    .init(trust.map { Text.decimal($0.overconfidence) } ?? "-"),
                    .init(trust.map { Text.decimal($0.brierScore, digits: 3) } ?? "-"),
                    .init(agent.figures.isActive ? "active" : "idle", agent.figures.isActive ? .green : .dim),
                ])
            }
            page.table(table)
        }
    }
}
