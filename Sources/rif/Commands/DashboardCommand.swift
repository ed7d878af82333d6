import ArgumentParser
import RIFOrchestrator

struct DashboardCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Show everything on one screen: sessions, health, transitions, agents.",
        discussion: """
            With --json the whole dashboard, or one section of it: \(Dashboard.sectionNames.joined(separator: ", ")).

            Examples:
              rif dashboard
              rif dashboard --section transition_metrics --hours 168
              rif dashboard --days 30 --tz Europe/Berlin
              rif dashboard --json | jq .system_health
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Only this section, as JSON.", valueName: "name"))
    var section: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The window of transitions and agents, in hours. (default: 24)", valueName: "n"))
    var hours: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The days of the trends. (default: 7)", valueName: "n"))
    var days: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The time zone that days are counted in. (default: UTC)", valueName: "zone"))
    var tz: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let window = try window()
        if let section {
            let known = Dashboard.sectionNames + ["integration"]
            guard known.contains(section) else {
                throw RIFError.invalid(field: "--section", value: section, expected: known.joined(separator: ", "))
            }
            let sections = DashboardSection(rawValue: section).map { Set([$0]) } ?? []
            let dashboard = try await location.reading { try await $0.dashboard(sections: sections, window) }
            let value = dashboard.section(section) ?? Self.document(dashboard, location)[section] ?? .null
            return Report(json: value) { page in
                for line in value.pretty().split(separator: "\n") { page.line(Text.visible(line)) }
            }
        }
        let (dashboard, short) = try await location.reading { orchestrator in
            let dashboard = try await orchestrator.dashboard(window)
            return (dashboard, shared.json ? Abbreviation([]) : try await Abbreviation(orchestrator))
        }
        return Report(json: Self.document(dashboard, location)) { page in
            DashboardScreen(dashboard: dashboard, short: short, location: location, window: window).show(on: &page)
        }
    }

    private func window() throws(RIFError) -> DashboardWindow {
        let hours = try Input.integer("--hours", hours, in: 1...87_840) ?? 24
        let days = try Input.integer("--days", days, in: 1...3660) ?? 7
        return DashboardWindow(hours: hours, days: days, zone: tz ?? "UTC")
    }
}

/// What the figures of a dashboard cover.
struct DashboardWindow {
    var hours = 24
    var days = 7
    var zone = "UTC"
}

extension Orchestrator {
    fileprivate func dashboard(
        sections: Set<DashboardSection> = Set(DashboardSection.allCases), _ window: DashboardWindow
    ) async throws(RIFError) -> Dashboard {
        try await dashboard(sections: sections, hours: window.hours, trendDays: window.days, zone: window.zone)
    }
}

extension DashboardCommand {
    /// The whole of it, as `--json` prints it.
    static func document(_ location: Location) async throws -> JSONValue {
        document(try await location.reading { try await $0.dashboard() }, location)
    }

    private static func document(_ dashboard: Dashboard, _ location: Location) -> JSONValue {
        var json = dashboard.json.objectValue ?? [:]
        json["integration"] = [
            "active_session_id": .null, "system_version": .string(Program.version),
            "database_path": .string(location.path), "total_sessions": .int(dashboard.figures.totalSessions),
        ]
        return .object(json)
    }
}

/// A dashboard as text.
struct DashboardScreen {
    let dashboard: Dashboard
    let short: Abbreviation
    let location: Location
    let window: DashboardWindow

    /// Rows of a list that one screen has room for.
    private static let rows = 12

    func show(on page: inout Page) {
        let figures = dashboard.figures
        guard figures.totalSessions > 0 else {
            page.line("No sessions yet.")
            page.next([("rif start\(location.suffix)", "start one"), ("rif demo", "see it at work")])
            return
        }
        overview(&page)
        workflows(&page)
        transitions(&page)
        trends(&page)
        decisions(&page)
        page.next([
            ("rif agents\(location.suffix)", "agents compared"), ("rif stuck\(location.suffix)", "what hangs"),
        ])
    }

    private func overview(_ page: inout Page) {
        let figures = dashboard.figures
        let health = dashboard.health
        var fields = [
            (
                name: "Health",
                value: page.styled("\(health.status.rawValue) \(health.score)", HealthText.style(health.status))
            ),
            (
                name: "Sessions",
                value: "\(Text.grouped(figures.totalSessions)), \(Text.grouped(figures.activeSessions)) of them active "
                    + "(load \(dashboard.loadLevel))"
            ),
            (name: "Decisions", value: SummaryText.decisions(figures.overall ?? .none)),
        ]
        for alert in health.alerts { fields.append((name: "Alert", value: Text.visible(alert.message))) }
        page.fields(fields)
    }

    private func workflows(_ page: inout Page) {
        let active = dashboard.figures.active
        guard !active.isEmpty else { return }
        page.heading("Active")
        var table = Table([
            .init("SESSION"), .init("STATE", flexible: true), .init("DONE", right: true), .init("PRIO", right: true),
            .init("SINCE"), .init("AGENTS", flexible: true), .init("LAST DECISION", flexible: true),
        ])
        for workflow in active.prefix(Self.rows) {
            let listing = workflow.listing
            table.rows.append([
                .init(short(listing.sessionID)), .init(listing.currentState),
                .init("\(Progress.percentage(of: listing.currentState)) %"), .init("\(listing.priority)"),
                .init(Times.ago(workflow.enteredAt, now: page.now)),
                .init(listing.activeAgents.isEmpty ? "-" : listing.activeAgents.joined(separator: ", ")),
                .init(workflow.lastDecision?.reason ?? "-"),
            ])
        }
        page.table(table)
        if active.count > Self.rows { page.line("… and \(active.count - Self.rows) more: rif list\(location.suffix)") }
    }

    private func transitions(_ page: inout Page) {
        let transitions = dashboard.figures.transitions
        guard !transitions.isEmpty else { return }
        page.heading("Transitions of the last \(Text.count(window.hours, "hour"))")
        var table = Table([
            .init("FROM", flexible: true), .init("TO", flexible: true), .init("COUNT", right: true),
            .init("AVERAGE", right: true), .init("P95", right: true), .init("OK", right: true),
            .init("CONFIDENCE", right: true),
        ])
        for transition in transitions.prefix(Self.rows) {
            table.rows.append([
                .init(transition.from), .init(transition.to), .init(Text.grouped(transition.count)),
                .init(Times.duration(milliseconds: transition.averageMS)),
                .init(Times.duration(milliseconds: transition.p95MS)), .init(Text.percent(transition.successRate)),
                .init(Text.decimal(transition.averageConfidence)),
            ])
        }
        page.table(table)
    }

    private func trends(_ page: inout Page) {
        let trends = dashboard.figures.trends
        guard trends.count > 1 else { return }
        page.heading("Days\(window.zone == "UTC" ? "" : " in \(Text.visible(window.zone))")")
        var table = Table([
            .init("DAY"), .init("DECISIONS", right: true), .init("AVERAGE", right: true), .init("OK", right: true),
            .init("CONFIDENCE", right: true),
        ])
        for day in trends.prefix(Self.rows) {
            table.rows.append([
                .init(day.date), .init(Text.grouped(day.decisions)),
                .init(Times.duration(milliseconds: day.averageExecutionTimeMS)), .init(Text.percent(day.successRate)),
                .init(Text.decimal(day.averageConfidence)),
            ])
        }
        page.table(table)
    }

    private func decisions(_ page: inout Page) {
        let recent = dashboard.figures.recent
        guard !recent.isEmpty else { return }
        page.heading("Newest decisions")
        var table = Table([
            .init("WHEN"), .init("SESSION"), .init("DECISION", flexible: true), .init("CONF", right: true),
            .init("REASON", flexible: true),
        ])
        for entry in recent.prefix(8) {
            let decision = entry.decision
            table.rows.append([
                .init(Times.ago(decision.timestamp, now: page.now)), .init(short(decision.sessionID)),
                .init("\(decision.success ? "✓" : "✗") \(decision.fromState) → \(decision.toState)"),
                .init(Text.decimal(Double(decision.confidence))),
                .init(decision.success ? decision.reason : decision.errorDetails ?? decision.reason),
            ])
        }
        page.table(table)
    }
}
