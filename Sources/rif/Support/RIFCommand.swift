import ArgumentParser
import RIFOrchestrator

/// What every command takes.
struct SharedOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The database file. (default: $RIF_DATABASE, else \(Location.standard))", valueName: "path"),
        completion: .file(extensions: ["duckdb"]))
    var database: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Time zone of the times in a file of the earlier Python system, when it is taken over. (default: this \
            process's, from TZ)
            """, valueName: "zone"))
    var assumeZone: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The configuration file. (default: rif.yaml beside the database, else in $XDG_CONFIG_HOME/rif)",
            valueName: "path"),
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Change a setting for this command; 'rif config' lists them.", valueName: "key=value"))
    var set: [String] = []

    @Flag(help: "Print one JSON document; messages go to standard error.")
    var json = false

    @Flag(help: "Say what happens inside, on standard error (as RIF_LOG=debug does).")
    var verbose = false
}

/// What a command answers: a document for programs, a page for people.
struct Report {
    var json: JSONValue
    /// 1 where the command ran but what it found is bad.
    var exitCode: Int32 = 0
    /// A text to be printed as it is, instead of the page.
    var raw: String?
    /// Composes the page; called only where a page is wanted.
    var page: (inout Page) -> Void
}

/// A command: it turns arguments into one operation, and the result into a `Report`. Printing happens here, once, so that
/// `--json` is one document whatever a command does.
protocol RIFCommand: AsyncParsableCommand {
    var shared: SharedOptions { get }

    func report() async throws -> Report
}

extension RIFCommand {
    mutating func run() async throws { try await answer() }

    /// Reports and prints.
    func answer() async throws {
        Log.start(verbose: shared.verbose, level: try Location(shared).settings.log.level)
        let report = try await report()
        if shared.json {
            print(report.json.pretty())
        } else if let raw = report.raw {
            print(raw, terminator: "")
        } else {
            var page = Page(terminal: .standardOutput, now: SystemClock().now())
            report.page(&page)
            for line in page.lines { print(line) }
        }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }
}
