import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

struct WorkflowEval: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Say whether a condition holds in a context.",
        discussion: """
            Names are looked up in the context, dots lead into it. A name that is not there is false.

            Examples:
              rif workflow eval 'complexity >= high' --context '{"complexity": "medium"}'
              rif workflow eval 'tests_pass AND NOT review.open[0]' --context @context.json
            """)

    @Argument(help: "The condition, as a workflow file has it.")
    var condition: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The context: a JSON object, @file, or - for standard input. (default: {})", valueName: "json"))
    var context: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let context = try Input.object("--context", context) ?? [:]
        let parsed: Condition
        do {
            parsed = try Condition(parsing: condition)
        } catch {
            throw error.refusal(field: "CONDITION")
        }
        let value = parsed.holds(in: context)
        return Report(json: ["value": .bool(value)]) { page in
            page.line(page.styled(value ? "true" : "false", value ? .green : .yellow))
            for finding in parsed.missing(in: context) {
                page.line(page.styled("  \(Text.visible(finding.identifier)) is \(Self.words(finding, context))", .dim))
            }
        }
    }

    private static func words(_ finding: Condition.Finding, _ context: [String: JSONValue]) -> String {
        guard finding.value.isNull else { return Text.visible(Text.cut(finding.value.compact, to: 60)) }
        let path = try? Condition.path(parsing: finding.identifier)
        return path?.value(in: context) == nil ? "not in the context" : "null"
    }
}
