import ArgumentParser
import RIFOrchestrator

/// What `rif run` takes.
struct RunOptions: ParsableArguments {
    @Argument(help: "A session to go on with: its id, or an unambiguous beginning of it. (default: a new one)")
    var session: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The workflow file. (default: config/rif-workflow.yaml where there is one)", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var workflow: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A built-in workflow instead: standard or feature_development.", valueName: "type"))
    var workflowType: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A value of the context; JSON where it is some, else a text. May be given several times.",
            valueName: "key=value"))
    var context: [String] = []

    @Option(
        name: .customLong("issue"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A GitHub issue that it is about. May be given several times.", valueName: "n"))
    var issues: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Higher is more urgent. (default: 0)", valueName: "n"))
    var priority: String?

    @Flag(help: "Go on with every unfinished session that follows a workflow.")
    var all = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Agents at once, whatever workflows say. (default: 8)", valueName: "n"))
    var maxConcurrent: String?

    @Flag(help: "End as soon as every session waits for somebody: exit 6.")
    var noWait = false

    @Flag(help: "Leave agents at work when this command is stopped.")
    var detach = false

    /// - Throws: `invalid_request` for options that exclude each other.
    func check() throws(RIFError) {
        let isNew = workflow != nil || workflowType != nil || !context.isEmpty || !issues.isEmpty || priority != nil
        if workflow != nil, workflowType != nil {
            throw Self.clash("--workflow-type", "stands beside --workflow", "one of them")
        }
        guard session != nil || all else { return }
        if session != nil, all { throw Self.clash("--all", "stands beside a session", "one of them") }
        if isNew {
            throw Self.clash(
                "--workflow", "or --context, --issue or --priority is for a new session",
                "only a session, or --all; 'rif context' changes the values of one that goes on")
        }
    }

    private static func clash(_ field: String, _ problem: String, _ expected: String) -> RIFError {
        RIFError(.invalidRequest, "\(field): \(problem); expected \(expected)", field: field)
    }

    /// - Throws: `invalid_request` for a number that is none.
    func concurrency() throws(RIFError) -> Int? { try Input.integer("--max-concurrent", maxConcurrent, in: 1...10_000) }

    /// The values of a new session's context.
    ///
    /// - Throws: `invalid_request` for what is no `key=value`, or a key that is given twice.
    func contextValues() throws(RIFError) -> [String: JSONValue] {
        try Input.pairs("--context", context)
    }

    /// Numbers where they are some, as the guide has them.
    var issueValues: [JSONValue] { issues.map { Int64($0).map { .int($0) } ?? .string($0) } }
}

extension Input {
    /// `key=value` words: the value is JSON where it parses, else a text.
    static func pairs(_ option: String, _ words: [String]) throws(RIFError) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for word in words {
            guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
                throw RIFError.invalid(
                    field: option, value: word, problem: "is no pair", expected: "key=value, such as complexity=high")
            }
            let (key, text) = (String(word[..<sign]), String(word[word.index(after: sign)...]))
            guard values[key] == nil else {
                throw RIFError.invalid(
                    field: option, value: word, problem: "comes a second time", expected: "each key once")
            }
            values[key] = (try? JSONValue.parse(text)) ?? .string(text)
        }
        return values
    }
}
