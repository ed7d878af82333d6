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

    /// The same without the words of `--set`.
    var withoutSettings: SharedOptions {
        var options = self
        options.set = []
        return options
    }
}

/// What a command answers: a document for programs, a page for people.
struct Report {
    var json: JSONValue
    /// 1 where the command ran but what it found is bad.
    var exitCode: Int32 = 0
    /// A text to be printed as it is, instead of the page.
    var raw: String?
    /// Files to write, in the process that was typed.
    var files: [Answer.File] = []
    /// Composes the page; called only where a page is wanted.
    var page: (inout Page) -> Void
}

/// A command: it turns arguments into one operation, and the result into a `Report`. Printing happens here, once, so that
/// `--json` is one document whatever a command does.
protocol RIFCommand: AsyncParsableCommand {
    var shared: SharedOptions { get }
    /// Those of them that say which database it is, and how it is configured.
    var locationOptions: SharedOptions { get }
    /// Whether it runs in the process that owns the database, where there is one. False for what works on the files.
    static var asksOwner: Bool { get }
    /// Options that may name a file or standard input (`@file`, `-`), and their words.
    var documents: [String: String?] { get }

    func report() async throws -> Report
}

extension RIFCommand {
    static var asksOwner: Bool { true }
    var locationOptions: SharedOptions { shared }
    var documents: [String: String?] { [:] }

    mutating func run() async throws { try await answer() }

    /// Reports and prints.
    func answer() async throws {
        Log.start(verbose: shared.verbose, try Location(locationOptions).settings.log)
        let answer = try await answered()
        for file in answer.files { try Output.write(file.text, to: file.path, option: file.option) }
        print(answer.text, terminator: "")
        if answer.exitCode != 0 { throw ExitCode(answer.exitCode) }
    }

    /// What the command comes to, as it is to be printed.
    func compose(_ terminal: Terminal) async throws -> Answer {
        let report = try await report()
        let text: String
        if shared.json {
            text = report.json.pretty() + "\n"
        } else if let raw = report.raw {
            text = raw
        } else {
            var page = Page(terminal: terminal, now: SystemClock().now())
            report.page(&page)
            text = page.lines.map { $0 + "\n" }.joined()
        }
        return Answer(text: text, files: report.files, exitCode: report.exitCode)
    }

    /// Asks the owner of the database; where there is none, does it here. Where the owner is lost in the middle, it is
    /// tried once more: the key sees to it that nothing is done twice.
    ///
    /// - Parameter words: what to ask the owner; none: what was typed.
    func answered(words: [String]? = nil) async throws -> Answer {
        var invocation = Invocation(
            folder: Input.workingFolder, terminal: .standardOutput, key: nil)
        guard Self.asksOwner, let database = try Location(locationOptions).realPath else {
            return try await compose(.standardOutput)
        }
        for _ in 0..<4 {
            guard let owner = OwnerClient(database: database) else {
                if documents.values.contains("-"), invocation.attachments.isEmpty {
                    // Read once, whoever needs it.
                    invocation.attachments = try Input.attachments(documents)
                }
                do {
                    return try await Invocation.$current.withValue(invocation) { try await compose(.standardOutput) }
                } catch is Location.Served {
                    continue
                }
            }
            if invocation.key == nil {
                invocation.key = UUIDv7Generator().next(at: SystemClock().now())
                invocation.database = try Location(locationOptions).path
                invocation.attachments = try Input.attachments(documents)
            }
            do {
                return try await owner.run(
                    RemoteCommand(
                        arguments: words ?? Array(CommandLine.arguments.dropFirst()), invocation: invocation))
            } catch is OwnerClient.Lost {
                continue
            }
        }
        throw RIFError(
            .storageUnavailable, "the database went from one process to another while this command tried; try again")
    }
}
