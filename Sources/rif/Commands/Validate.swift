import ArgumentParser
import RIFOrchestrator

struct Validate: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that what is stored agrees with itself.",
        discussion: """
            Looks for rows without a session, states that the log does not explain, gaps in the log, times that run
            backwards, and more. Changes nothing. Exit 1 where something is wrong.

            Examples:
              rif validate
              rif validate 0198c0de
            """)

    @Argument(help: "Only this session: its id, or an unambiguous beginning of it.")
    var session: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let report =
            if let session {
                try await location.reading(session: session) { try await $0.validateIntegrity($1) }
            } else {
                try await location.reading { try await $0.validateIntegrity() }
            }
        return Report(json: report.json, exitCode: report.isValid ? 0 : 1) { page in
            let checked = "\(Text.count(report.sessionsChecked, "session")) checked"
            for error in report.errors { page.line("\(page.styled("✗ error", .red))    \(Text.visible(error))") }
            for warning in report.warnings {
                page.line("\(page.styled("! warning", .yellow))  \(Text.visible(warning))")
            }
            if !report.errors.isEmpty || !report.warnings.isEmpty { page.line() }
            if report.isValid {
                page.line("\(page.styled("✓", .green)) Valid: \(checked).")
            } else {
                page.line(
                    "\(page.styled("✗", .red)) Not valid: \(Text.count(report.errors.count, "error")), \(checked).")
            }
        }
    }
}
