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
        var checks = await DuckDBStore.diagnose(location.store, options: options)
        if let path = location.realPath, let owner = OwnerClient(database: path) {
            checks = checks.filter { $0.name != "lock" } + (await Self.askOwner(owner, of: path))
        }
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

    /// That somebody owns the database is as it should be; what is in it, only the owner can look at.
    private static func askOwner(_ owner: OwnerClient, of path: String) async -> [DoctorCheck] {
        let served = DoctorCheck(
            name: "lock", isOK: true, detail: "the database is served by \(Owner.name(of: path))", remedy: nil)
        do {
            let command = RemoteCommand(
                arguments: ["validate", "--json"],
                invocation: Invocation(database: path, folder: Input.workingFolder, terminal: .standardOutput))
            let report = try JSONValue.parse(try await owner.run(command).text)
            let errors = report["errors"]?.arrayValue ?? []
            let sessions = report["sessions_checked"]?.intValue ?? 0
            return [
                served,
                DoctorCheck(
                    name: "contents", isOK: errors.isEmpty,
                    detail: errors.isEmpty
                        ? "\(Text.count(Int(sessions), "session")) agree with their log"
                        : "\(Text.count(errors.count, "error")) in what is stored",
                    remedy: errors.isEmpty ? nil : "'rif validate' lists them"),
            ]
        } catch {
            let detail = (error as? RIFError)?.detail ?? "it went away while it was asked"
            return [served, DoctorCheck(name: "contents", isOK: false, detail: detail, remedy: "ask again")]
        }
    }
}
