import ArgumentParser
import RIFOrchestrator

struct AlertsCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List alerts: those that are open, or all that were.",
        discussion: """
            Alerts are noted by a process that owns the database for longer; 'rif health' judges the moment.
            The limits are settings: rif config.

            Examples:
              rif alerts
              rif alerts --all --limit 20
            """)

    @Flag(help: "Cleared ones too.")
    var all = false

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, 1 to 1000. (default: 100)", valueName: "n"))
    var limit: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let limit = try Input.limit(limit, location.settings.limits) ?? 100
        let alerts = try await location.reading { try await $0.alerts(all: all, limit: limit) }
        return Report(json: ["alerts": .array(alerts.map(\.json))]) { page in
            guard !alerts.isEmpty else {
                page.line(all ? "No alert was ever raised." : "No alert is open.")
                if !all { page.next([("rif alerts --all\(location.suffix)", "those that were")]) }
                return
            }
            var table = Table([
                .init("CHECK"), .init("RAISED"), .init("CLEARED"), .init("MEASURED", right: true),
                .init("LIMIT", right: true), .init("", flexible: true),
            ])
            for alert in alerts {
                let style: Terminal.Style? =
                    alert.clearedAt != nil ? .dim : alert.severity == "critical" ? .red : .yellow
                table.rows.append([
                    .init(alert.check, style), .init(Times.ago(alert.raisedAt, now: page.now)),
                    .init(alert.clearedAt.map { Times.ago($0, now: page.now) } ?? "open"),
                    .init(HealthText.value(alert.measured, alert.unit)),
                    .init(HealthText.value(alert.limit, alert.unit)), .init(alert.message, style),
                ])
            }
            page.table(table)
            if alerts.count == limit { page.line(page.styled("The newest \(limit); more with --limit.", .dim)) }
            let actions = alerts.filter { $0.clearedAt == nil && !$0.action.isEmpty }
            if !actions.isEmpty { page.line() }
            for alert in actions { page.line("\(Text.visible(alert.check)): \(Text.visible(alert.action))") }
        }
    }
}
