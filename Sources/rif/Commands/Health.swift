import ArgumentParser
import RIFOrchestrator

struct Health: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge how well the system is; the score opens to its parts.",
        discussion: """
            Exits 1 where the status is critical, so that a script can act on it.

            Examples:
              rif health
              rif health --json
            """)

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let health = try await location.reading { await $0.health() }
        return Report(json: health.json, exitCode: health.status == .critical ? 1 : 0) { page in
            page.line(
                "\(page.styled(health.status.rawValue, HealthText.style(health.status))), score \(health.score) of 100")
            page.line()
            var table = Table([
                .init("CHECK"), .init("MEASURED", right: true), .init("LIMIT", right: true),
                .init("POINTS", right: true),
                .init("", flexible: true),
            ])
            for check in health.checks {
                table.rows.append([
                    .init("\(check.isOK ? "✓" : "✗") \(check.name)", check.isOK ? .green : .red),
                    .init(HealthText.value(check.measured, check.unit)),
                    .init(HealthText.value(check.limit, check.unit)), .init(check.isOK ? "" : "−\(check.points)"),
                    .init(check.isOK ? "" : check.message),
                ])
            }
            page.table(table)
            let alerts = health.alerts
            if !alerts.isEmpty {
                page.line()
                for alert in alerts { page.line("\(alert.name): \(alert.action)") }
            }
        }
    }
}

enum HealthText {
    static func style(_ status: SystemHealth.Status) -> Terminal.Style {
        switch status {
        case .healthy: .green
        case .warning: .yellow
        case .critical: .red
        }
    }

    static func value(_ number: Double, _ unit: String) -> String {
        switch unit {
        case "share": Text.percent(number)
        case "answers": number > 0 ? "answers" : "silent"
        case "sessions": Text.count(Int64(exactly: number.rounded()) ?? 0, "session")
        default: "\(Text.decimal(number)) \(unit)"
        }
    }
}
