import ArgumentParser
import RIFOrchestrator

struct Cleanup: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove finished sessions that are old.",
        discussion: """
            Removes what finished and was last updated so many days ago, with all of its rows, in one transaction.
            Active sessions are never touched. The file keeps its size: 'rif compact' makes it smaller.

            Examples:
              rif cleanup --dry-run
              rif cleanup --days 90
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How old, in days. (default: cleanup.days, else 30)", valueName: "n"))
    var days: String?

    @Flag(help: "Only count; remove nothing.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let days = try Input.integer("--days", days, in: 0...Int(Int32.max)) ?? location.settings.cleanup.days ?? 30
        if !location.isMemory { try location.mustExist() }
        let count =
            if dryRun {
                try await location.reading { try await $0.cleanUp(daysOld: days, dryRun: true) }
            } else {
                try await location.driving { orchestrator, driver in
                    let count = try await orchestrator.cleanUp(daysOld: days)
                    // What their agents put out goes with the sessions.
                    if count > 0 { try await driver.removeOldRuns() }
                    return count
                }
            }
        var document: [String: JSONValue] = ["removed": .int(Int64(count))]
        if dryRun { document["dry_run"] = true }
        return Report(json: .object(document)) { page in
            let what = "\(Text.count(count, "finished session")) older than \(Text.count(days, "day"))"
            if count == 0 {
                page.line("Nothing to remove: no finished session is older than \(Text.count(days, "day")).")
            } else {
                page.line(dryRun ? "Would remove \(what)." : "Removed \(what).")
            }
            if count > 0, !dryRun { page.next([("rif compact\(location.suffix)", "give the space back")]) }
        }
    }
}
