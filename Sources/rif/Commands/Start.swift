import ArgumentParser
import RIFOrchestrator

struct Start: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a session.",
        discussion: """
            The session begins in the state "initialized". The database is made where there is none.

            Examples:
              rif start
              rif start --workflow-type feature_development --priority 1
              rif start --context '{"github_issues": [123, 124]}'
              rif start --context @context.json --json
            """)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("What kind of work it is.", valueName: "type"))
    var workflowType = "standard"

    @Option(parsing: .unconditional, help: ArgumentHelp("Higher is more urgent. (default: 0)", valueName: "n"))
    var priority: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The context, a JSON object: inline, @FILE, or - for standard input.", valueName: "json"))
    var context: String?

    @OptionGroup var shared: SharedOptions

    var documents: [String: String?] { ["--context": context] }

    func report() async throws -> Report {
        let location = try Location(shared)
        let priority = try Input.integer("--priority", priority, in: Int(Int32.min)...Int(Int32.max)) ?? 0
        let context = try Input.object("--context", context)
        // Before a database is made for nothing.
        try Validation.name(workflowType, field: "--workflow-type")
        let (session, short, followsWorkflow) = try await location.writing { orchestrator in
            // An owner knows its folder's workflow already.
            if Invocation.current?.orchestrator == nil { try await Owner.learnWorkflow(orchestrator) }
            let handle = try await orchestrator.startSession(
                id: Invocation.current?.key, workflowType: workflowType, priority: priority, context: context,
                options: CommandOptions(actor: "cli"))
            return (
                try await handle.current(), await orchestrator.shortened(handle.id),
                try await handle.workflow() != nil
            )
        }
        return Report(json: session.json) { page in
            page.line("Started session \(page.styled(session.sessionID, .bold))")
            var facts = "\(session.currentState), \(Text.visible(session.workflowType ?? "no workflow type"))"
            if session.priority != 0 { facts += ", priority \(session.priority)" }
            page.line(page.styled(facts, .dim))
            guard !location.isMemory else {
                page.line("It was in memory and is gone: give --database the path of a file to keep it.")
                return
            }
            page.next([
                followsWorkflow
                    ? ("rif run \(short)\(location.suffix)", "drive it along its workflow")
                    : ("rif transition \(short) analyzing\(location.suffix)", "move it on"),
                ("rif show \(short)\(location.suffix)", "look at it"),
            ])
        }
    }
}
