import ArgumentParser
import RIFOrchestrator

struct Demo: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        abstract: "See it at work on a real history: this repository's commits.",
        discussion: """
            Each of the last commits becomes a session that goes initialized → analyzing → planning → implementing →
            validating → completed, many at once. One of them runs in a child process that is killed by SIGKILL in the
            middle, and is recovered. Without a git history, a small built-in one is used.

            Confidence and times follow from each commit: 0.98, less 0.02 for each file; 20 ms for each inserted line and
            8 ms for each deleted one, and so on.

            The database is \(DemoDatabase.path), made anew each time. A database that is given is only added to.
            RIF_DATABASE is not looked at.

            Examples:
              rif demo
              rif demo --repo ../elsewhere --commits 100
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The git repository. (default: that of the current directory)", valueName: "path"),
        completion: .directory)
    var repo: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many commits, 1 to 1000. (default: 25)", valueName: "n"))
    var commits: String?

    // What the child process is started with.
    @Flag(help: .hidden)
    var worker = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        var options = shared
        if options.database == nil { options.database = DemoDatabase.path }
        let location = try Location(options)
        try location.mustBeFile()
        if worker {
            try await location.writing { try await DemoWorker.run(on: $0) }
            return Report(json: .null) { _ in }
        }
        let count = try Input.integer("--commits", commits, in: 1...1000) ?? 25
        if let repo { try Input.folder("--repo", repo) }
        let history = ProjectHistory.read(repository: repo, count: count)
        if shared.database == nil { try DemoDatabase.prepare() }
        let result = try await DemoRun(location: location, shared: shared, plans: history.commits.map(Plan.init)).run()
        let report = DemoReport(history: history, result: result, suffix: location.suffix)
        return Report(json: report.json) { page in report.show(&page) }
    }
}
