import ArgumentParser
import RIFOrchestrator
import RIFStore

struct AssignmentsCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "assignments",
        abstract: "List which agents were put to work, and how they stand.",
        discussion: """
            Examples:
              rif assignments
              rif assignments 0198c0de
              rif assignments --status active
            """)

    @Argument(help: "Only those of a session: its id, or an unambiguous beginning of it.")
    var session: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only those that stand so.", valueName: "status"),
        completion: .list(AssignmentStatus.allCases.map(\.rawValue)))
    var status: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only those of this agent.", valueName: "agent"))
    var agent: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, 1 to 1000. (default: 100)", valueName: "n"))
    var limit: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let limit = try Input.limit(limit, location.settings.limits) ?? 100
        let wanted = try status.map { word throws(RIFError) in
            guard let status = AssignmentStatus(rawValue: word) else {
                throw RIFError.invalid(
                    field: "--status", value: word,
                    expected: AssignmentStatus.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return status
        }
        let driver = Invocation.current?.driver
        let found = try await location.reading { orchestrator in
            var query = AssignmentQuery(agent: agent, status: wanted, limit: limit)
            if let session { query.sessionID = try await orchestrator.session(named: session) }
            var found = try await orchestrator.assignments(query)
            if let driver { for place in found.indices { found[place] = await driver.refreshed(found[place]) } }
            return found
        }
        return Report(json: ["assignments": .array(found.map(\.json))]) { page in
            guard !found.isEmpty else {
                page.line("No agent was put to work\(status == nil ? "" : " and stands so").")
                return
            }
            var table = Table([
                .init("ASSIGNMENT"), .init("AGENT", flexible: true), .init("STATE", flexible: true), .init("STATUS"),
                .init("TRY", right: true), .init("STARTED"), .init("", flexible: true),
            ])
            for one in found {
                table.rows.append([
                    .init(one.assignmentID), .init(one.agent), .init(one.state),
                    .init(one.statusInWords, one.status.style), .init(String(one.attempt)),
                    .init(Times.ago(one.startedAt, now: page.now)), .init(one.reason ?? "", .dim),
                ])
            }
            page.table(table)
        }
    }
}

extension Assignment {
    /// As people say it.
    var statusInWords: String { status == .active ? "working" : status.rawValue.replacing("_", with: " ") }
}

extension AssignmentStatus {
    var style: Terminal.Style? {
        switch self {
        case .active: .cyan
        case .completed: .green
        case .failed, .timedOut: .red
        case .silent, .blocked, .rateLimited, .waitingForPerson: .yellow
        case .queued, .cancelled: .dim
        }
    }
}
