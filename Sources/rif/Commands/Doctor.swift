import ArgumentParser
import RIFOrchestrator
import RIFStoreDuckDB

struct Doctor: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        abstract: "Look for what could be wrong, and say what to do.",
        discussion: """
            Looks at the database library, the file, its lock, permissions and disk space. Changes nothing. Exit 1 where
            something is broken.

            Example:
              rif doctor
            """)

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        var options = location.options
        options.isReadOnly = true
        let checks = await DuckDBStore.diagnose(location.store, options: options)
        let isOK = checks.allSatisfy(\.isOK)
        return Report(
            json: ["ok": .bool(isOK), "checks": .array(checks.map(\.json)), "version": .string(Program.version)],
            exitCode: isOK ? 0 : 1
        ) { page in
            let width = checks.map { Text.width($0.name) }.max() ?? 0
            for check in checks {
                let mark = check.isOK ? page.styled("✓", .green) : page.styled("✗", .red)
                let name = check.name + String(repeating: " ", count: width - Text.width(check.name))
                let margin = "\n" + String(repeating: " ", count: width + 4)
                let lines = check.detail.split(separator: "\n").map { Text.visible($0) }
                page.line("\(mark) \(name)  \(lines.joined(separator: margin))")
                if let remedy = check.remedy {
                    page.line(String(repeating: " ", count: width + 4) + "→ " + Text.visible(remedy))
                }
            }
            page.line()
            let broken = checks.count { !$0.isOK }
            page.line(isOK ? "Everything is in order." : "\(broken) of \(checks.count) checks found something broken.")
        }
    }
}
