import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

struct WorkflowCheck: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong in a workflow file, where, and what to do.",
        discussion: """
            Errors make the file unusable; warnings are things that can hardly be meant, such as states that nothing leads to.
            Keys that are not acted on are listed: files of other programs may have many. The agents.yaml beside the file is
            checked with it. Exits with 1 where there is an error.

            Examples:
              rif workflow check
              rif workflow check flow.yaml --json
            """)

    @Argument(
        help: "The workflow file. (default: \(WorkflowFile.standardPaths[0]))",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let path = try NamedWorkflow.file(file)
        let reading = try await WorkflowFile.loaded(path: path).reading
        return Report(json: reading.json, exitCode: reading.isUsable ? 0 : 1) { page in
            for problem in reading.problems { Self.show(problem, in: path, &page) }
            if !reading.problems.isEmpty { page.line() }
            Self.showUnused(reading.unused, &page)
            if let summary = reading.summary { page.line(Self.line(summary, reading)) }
            let errors = reading.problems.count { $0.severity == .error }
            let warnings = reading.problems.count - errors
            let words = [
                errors > 0 ? Text.count(errors, "error") : nil, warnings > 0 ? Text.count(warnings, "warning") : nil,
            ].compactMap(\.self)
            page.line(
                page.styled(
                    words.isEmpty ? "No problems." : words.joined(separator: ", ") + ".",
                    errors > 0 ? .red : warnings > 0 ? .yellow : .green))
        }
    }

    /// As compilers write it, so that editors find the place.
    private static func show(_ problem: WorkflowProblem, in path: String, _ page: inout Page) {
        let file = problem.file.map { FilePaths.join(FilePaths.folder(of: path), $0) } ?? path
        let place = [file, problem.line.map { "\($0)" }, problem.column.map { "\($0)" }].compactMap(\.self)
            .joined(separator: ":")
        let style: Terminal.Style = problem.severity == .error ? .red : .yellow
        page.line(
            page.styled(Text.visible(place) + ": ", .bold) + page.styled(problem.severity.rawValue + ": ", style)
                + Text.visible(problem.message))
        page.line("    " + page.styled(Text.visible(problem.remedy), .dim))
    }

    private static let mostUnused = 40

    private static func showUnused(_ unused: [UnusedKey], _ page: inout Page) {
        guard !unused.isEmpty else { return }
        page.line(page.styled("Not used (kept in the file, nothing acts on it):", .dim))
        for key in unused.prefix(mostUnused) {
            let place = [key.file, key.line.map { "line \($0)" }].compactMap(\.self).joined(separator: " ")
            page.line(
                page.styled("  \(Text.visible(key.path))\(place.isEmpty ? "" : " (\(Text.visible(place)))")", .dim))
        }
        if unused.count > mostUnused {
            page.line(page.styled("  and \(unused.count - mostUnused) more; --json has them all", .dim))
        }
        page.line()
    }

    private static func line(_ summary: WorkflowSummary, _ reading: WorkflowReading) -> String {
        let name = Text.visible([summary.name, summary.version].compactMap(\.self).joined(separator: " "))
        let begin = summary.initialState.map { ", begins in \(Text.visible($0))" } ?? ""
        return
            "\(name): \(Text.count(summary.states, "state")), \(Text.count(summary.transitions, "transition"))\(begin)."
    }
}
