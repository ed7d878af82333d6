import ArgumentParser
import RIFOrchestrator

struct Transition: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move a session to another state.",
        discussion: """
            Decision, context, history and agents change in one step; when the command returns, it is on disk.
            With --from, a session that is in another state is left alone: exit 3, recorded as a failed decision.

            Examples:
              rif transition 0198c0de analyzing --reason "Starting issue analysis" --agent RIF-Analyst
              rif transition 0198c0de implementing --from planning --confidence 0.9
              rif transition 0198c0de validating --context-updates '{"tests": "passing"}'
              rif transition 0198c0de validating --idempotency-key ci-4711    # safe to repeat
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Argument(help: "The state to enter.")
    var toState: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The state that it must be in. (default: whatever it is in)", valueName: "state"))
    var from: String?

    @Option(parsing: .unconditional, help: "Why.")
    var reason = ""

    @Option(
        name: .customLong("agent"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An agent that works on it from now on. May be given several times.", valueName: "agent"))
    var agents: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Keys of the context to set, a JSON object: inline, @FILE, or - for standard input.", valueName: "json"))
    var contextUpdates: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How sure, from 0 to 1. (default: 1)", valueName: "x"))
    var confidence: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A word of yours: given again, nothing is done twice.", valueName: "key"))
    var idempotencyKey: String?

    @Flag(help: "Move it where its workflow does not lead; needs --reason, and is noted as an override.")
    var force = false

    @OptionGroup var shared: SharedOptions

    var documents: [String: String?] { ["--context-updates": contextUpdates] }

    func report() async throws -> Report {
        let location = try Location(shared)
        let confidence = try Input.confidence(confidence) ?? 1
        let updates = try Input.object("--context-updates", contextUpdates) ?? [:]
        let (before, result) = try await location.writing(session: session) { orchestrator, id in
            let handle = orchestrator.session(id)
            let before = try await handle.current()
            let result = try await handle.transition(
                from: from, to: toState, reason: reason, agents: agents, contextUpdates: updates,
                confidence: confidence, force: force, options: .command(key: idempotencyKey))
            return (before, result)
        }
        return Report(json: result.json) { page in
            if result.isRepetition, idempotencyKey != nil {
                page.line("Nothing to do: this was decided before, as decision \(result.decisionID).")
                page.line(page.styled("The session is in \(Text.visible(result.session.currentState)).", .dim))
                return
            }
            let to = page.styled(
                Text.visible(result.session.currentState), Page.style(of: result.session.outcome))
            page.line("\(Text.visible(before.currentState)) → \(to)")
            page.line(page.styled("session \(result.session.sessionID), decision \(result.decisionID)", .dim))
            if let outcome = result.session.outcome {
                page.line("The session is finished: \(outcome.rawValue).")
            }
        }
    }
}
