import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

struct WorkflowShow: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the states, transitions and agents of a workflow.",
        discussion: """
            With --json it is the workflow in the file's own format, which every other command reads, too.

            Examples:
              rif workflow show flow.yaml
              rif workflow show feature_development
            """)

    @Argument(
        help: ArgumentHelp(
            "The workflow file, or \(WorkflowDefinition.builtinNames.joined(separator: ", ")). "
                + "(default: \(WorkflowFile.standardPaths[0]))", valueName: "file|name"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var workflow: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let definition = try await NamedWorkflow.definition(workflow)
        return Report(json: definition.json) { page in
            page.line(
                page.styled(
                    Text.visible([definition.name, definition.version].compactMap(\.self).joined(separator: " ")), .bold
                ))
            if let description = definition.description { page.line(Text.visible(description)) }
            page.heading("States")
            page.table(Self.states(definition))
            page.heading("Transitions")
            if definition.transitions.isEmpty { page.line("  None.") } else { page.table(Self.transitions(definition)) }
            guard !definition.agents.isEmpty else { return }
            page.heading("Agents")
            page.table(Self.agents(definition))
        }
    }

    private static func states(_ definition: WorkflowDefinition) -> Table {
        var table = Table(
            [
                .init(""), .init("STATE", flexible: true), .init("WHO", flexible: true), .init("TIMEOUT"),
                .init("", flexible: true),
            ],
            indentation: 2)
        for state in definition.states {
            let mark = state.name == definition.initialState ? "▸" : state.isFinal ? "■" : ""
            table.rows.append([
                .init(mark, .cyan), .init(state.name, state.isFinal ? .green : nil),
                .init(state.workers.joined(separator: ", ")), .init(state.timeout.map { DurationText.text($0) } ?? ""),
                .init(state.description ?? "", .dim),
            ])
        }
        return table
    }

    private static func transitions(_ definition: WorkflowDefinition) -> Table {
        var table = Table(
            [
                .init("FROM", flexible: true), .init("TO", flexible: true), .init("TRIGGER", flexible: true),
                .init("CONDITION", flexible: true),
            ],
            indentation: 2)
        for transition in definition.transitions {
            table.rows.append([
                .init(transition.from.joined(separator: ", ")), .init(transition.to), .init(transition.trigger ?? ""),
                .init(transition.condition?.text ?? "always", transition.condition == nil ? .dim : nil),
            ])
        }
        return table
    }

    private static func agents(_ definition: WorkflowDefinition) -> Table {
        var table = Table(
            [.init("AGENT", flexible: true), .init("KIND"), .init("TIMEOUT"), .init("COMMAND", flexible: true)],
            indentation: 2)
        for agent in definition.agents {
            table.rows.append([
                .init(agent.name), .init(agent.kind.rawValue), .init(agent.timeout.map { DurationText.text($0) } ?? ""),
                .init(agent.command.map { Text.shell($0) }.joined(separator: " "), .dim),
            ])
        }
        return table
    }
}
