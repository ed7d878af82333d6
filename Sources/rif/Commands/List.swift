import ArgumentParser
import RIFOrchestrator

struct List: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "List sessions: the active ones, most urgent first.",
        discussion: """
            Ids are shortened to what tells them apart, and can be typed like that.

            Examples:
              rif list
              rif list --all --limit 20
              rif list --state implementing --workflow-type feature_development
              rif list --json | jq -r '.sessions[].session_id'
            """)

    @Flag(help: "Finished ones too.")
    var all = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Only those in this state.", valueName: "state"))
    var state: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only those of this type.", valueName: "type"))
    var workflowType: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, 1 to 1000. (default: all)", valueName: "n"))
    var limit: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let query = SessionQuery(
            active: all ? nil : true, state: state, workflowType: workflowType,
            limit: try Input.limit(limit, location.settings.limits))
        let (sessions, short) = try await location.reading { orchestrator in
            let sessions = try await orchestrator.sessions(query)
            return (sessions, shared.json ? Abbreviation([]) : try await Abbreviation(orchestrator))
        }
        return Report(json: ["sessions": .array(sessions.map(\.json))]) { page in
            guard !sessions.isEmpty else { return empty(&page, location) }
            var table = Table([
                .init("SESSION"), .init("STATE", flexible: true), .init("WORKFLOW", flexible: true),
                .init("PRIO", right: true), .init("AGENTS", flexible: true), .init("STARTED"), .init("UPDATED"),
            ])
            for session in sessions {
                let outcome = session.outcome.flatMap {
                    $0.rawValue == session.currentState ? nil : " (\($0.rawValue))"
                }
                table.rows.append([
                    .init(short(session.sessionID)),
                    .init(session.currentState + (outcome ?? ""), Page.style(of: session.outcome)),
                    .init(session.workflowType ?? "-"), .init("\(session.priority)"), .init(agents(session)),
                    .init(Times.ago(session.createdAt, now: page.now)),
                    .init(Times.ago(session.updatedAt, now: page.now)),
                ])
            }
            page.table(table)
        }
    }

    /// Those at work, where the session goes on; else how many there were.
    private func agents(_ session: SessionListing) -> String {
        let agents = session.agentAssignments.objectValue ?? [:]
        let active = agents.filter { AssignmentStatus.works($0.value) }.keys.sorted()
        if !active.isEmpty { return active.joined(separator: ", ") }
        return agents.isEmpty ? "-" : "\(agents.count) done"
    }

    private func empty(_ page: inout Page, _ location: Location) {
        let isFiltered = state != nil || workflowType != nil
        switch (isFiltered, all) {
        case (true, false):
            page.line("No active session matches. Look among all of them: rif list --all …\(location.suffix)")
        case (true, true): page.line("No session matches.")
        case (false, false):
            page.line("No active sessions. Start one: rif start --workflow-type feature_development\(location.suffix)")
            page.line(page.styled("Finished ones: rif list --all\(location.suffix)", .dim))
        case (false, true):
            page.line("No sessions. Start one: rif start --workflow-type feature_development\(location.suffix)")
        }
    }
}
