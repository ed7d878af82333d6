import ArgumentParser
import RIFOrchestrator

struct Launch: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put agents to work on a session.",
        discussion: """
            Each agent gets an assignment with an id of its own. One that the session's workflow declares is started as a
            process, or waits for its turn; of every other one it is only recorded that it works.

            Examples:
              rif launch 0198c0de --agent RIF-Implementer --task "Implement the feature"
              rif launch 0198c0de --agent RIF-Implementer --agent RIF-Architect --task "Design and build"
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @Option(
        name: .customLong("agent"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An agent. At least one; may be given several times.", valueName: "agent"))
    var agents: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("What they are to do.", valueName: "task"))
    var task = ""

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        guard !agents.isEmpty else { throw RIFError.missing(field: "--agent", expected: "at least one agent") }
        try location.mustExist()
        let (id, assignments) = try await location.driving { orchestrator, driver in
            let id = try await orchestrator.session(named: session)
            let made = try await orchestrator.session(id).launchAgents(agents, task: task, options: .command(key: nil))
            if Invocation.current?.driver != nil {
                driver.attend(id)
            } else {
                try await driver.startQueued(id)
            }
            return (id, made)
        }
        return Report(json: ["assignments": .object(assignments.mapValues { .string($0) })]) { page in
            page.line("\(Text.count(assignments.count, "agent")) at work on session \(id)")
            page.line()
            var table = Table([.init("AGENT", flexible: true), .init("ASSIGNMENT")])
            for agent in agents { table.rows.append([.init(agent), .init(assignments[agent] ?? "")]) }
            page.table(table)
        }
    }
}
