import ArgumentParser
import RIFOrchestrator

struct Show: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one session: state, context, agents, history.",
        discussion: """
            With --at it is shown as it was after that event of the log; sequences count over all sessions.

            Examples:
              rif show 0198c0de
              rif show 0198c0de --at 42
              rif show 0198c0de --json | jq .context
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("As it was after this event of the log.", valueName: "sequence"))
    var at: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let sequence = try Input.integer("--at", at, in: Int64(0)...Int64.max)
        let (session, summary) = try await location.reading(session: session) { orchestrator, id in
            if let sequence {
                guard let session = try await orchestrator.state(of: id, at: sequence) else {
                    throw RIFError(.notFound, "session \(RIFError.quoted(id)) has no state at sequence \(sequence)")
                }
                return (session, SessionSummary?.none)
            }
            let summary = try await orchestrator.summary(id)
            return (summary.session, summary)
        }
        var document = session.json.objectValue ?? [:]
        if let summary { document["summary"] = summary.json }
        return Report(json: .object(document)) { page in
            page.line("Session \(page.styled(session.sessionID, .bold))")
            if let sequence { page.line(page.styled("as it was after event \(sequence)", .yellow)) }
            page.line()
            page.fields(facts(session, page))
            if let summary, summary.figures.total > 0 {
                page.heading("Summary")
                page.fields(SummaryText.fields(summary))
            }
            agents(session, &page)
            context(session, &page)
            history(session, &page)
        }
    }

    private func facts(_ session: Session, _ page: Page) -> [(name: String, value: String)] {
        func time(_ moment: Timestamp) -> String {
            "\(Times.exact(moment))  " + page.styled(Times.ago(moment, now: page.now), .dim)
        }
        return [
            ("State", page.styled(Text.visible(session.stateInWords), Page.style(of: session.outcome))),
            ("Workflow", Text.visible(session.workflowType ?? "-")),
            ("Priority", "\(session.priority)"),
            ("Started", time(session.createdAt)),
            ("Updated", time(session.updatedAt)),
        ]
    }

    private func agents(_ session: Session, _ page: inout Page) {
        guard !session.agentAssignments.isEmpty else { return }
        page.heading("Agents")
        var table = Table([.init(""), .init("", flexible: true)], indentation: 2)
        for (agent, status) in session.agentAssignments.sorted(by: { $0.key < $1.key }) {
            table.rows.append([.init(agent), .init(status.stringValue ?? status.compact, .dim)])
        }
        page.table(table)
    }

    private func context(_ session: Session, _ page: inout Page) {
        guard !session.context.isEmpty else { return }
        page.heading("Context")
        var table = Table([.init(""), .init("")], indentation: 2)
        for (key, value) in session.context.sorted(by: { $0.key < $1.key }) {
            table.rows.append([.init(key, .dim), .init(shortened(value.stringValue ?? value.compact, page))])
        }
        page.table(table)
    }

    /// Long values wrap; a terminal gets the beginning of the very long ones, a file or a pipe all of them.
    private func shortened(_ text: String, _ page: Page) -> String {
        page.terminal.width == nil || text.utf8.count <= 1000
            ? text : String(text.prefix(800)) + "… (all of it with --json)"
    }

    private func history(_ session: Session, _ page: inout Page) {
        page.heading("History")
        var table = Table([.init(""), .init(""), .init("")], indentation: 2)
        for entry in session.history {
            let time = entry.timestamp.map(Times.exactWithMilliseconds) ?? "-"
            switch entry {
            case .step(let step):
                table.rows.append([.init(time, .dim), .init(step.state), .init(shortened(step.reason, page))])
            case .other(let value):
                let reason = value["reason"]?.stringValue
                table.rows.append([
                    .init(time, .dim), .init(entry.state ?? "?"), .init(shortened(reason ?? value.compact, page)),
                ])
            }
        }
        page.table(table)
    }
}
