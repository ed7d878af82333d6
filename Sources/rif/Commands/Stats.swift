import ArgumentParser
import RIFOrchestrator

struct Stats: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show figures over the decisions of one session or of all.",
        discussion: """
            Examples:
              rif stats
              rif stats 0198c0de --json
            """)

    @Argument(help: "Only this session: its id, or an unambiguous beginning of it.")
    var session: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let statistics: PerformanceStatistics
        var counts: StoreCounts?
        if let session {
            statistics = try await location.reading(session: session) { try await $0.performanceStatistics($1) }
        } else {
            (statistics, counts) = try await location.reading {
                (try await $0.performanceStatistics(), try await $0.counts())
            }
        }
        return Report(json: statistics.json) { [counts] page in
            var fields: [(name: String, value: String)] = []
            if let counts {
                fields.append(
                    (
                        "Sessions",
                        "\(Text.grouped(counts.sessions)), \(Text.grouped(counts.activeSessions)) of them active"
                    ))
            } else if let id = statistics.sessionID {
                fields.append(("Session", id))
            }
            fields.append(("Decisions", SummaryText.decisions(statistics.figures ?? .none)))
            if let figures = statistics.figures {
                fields.append(("Step", SummaryText.steps(figures)))
                fields.append(("Confidence", "\(Text.decimal(figures.averageConfidence)) on average"))
                if let common = figures.mostCommonTransition {
                    fields.append(("Most often", Text.visible("\(common.from) → \(common.to)")))
                }
            }
            page.fields(fields)
        }
    }
}
