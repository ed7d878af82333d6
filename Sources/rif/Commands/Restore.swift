import ArgumentParser
import RIFOrchestrator
import RIFStoreDuckDB

struct Restore: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the database.",
        discussion: """
            The backup is checked first. The database that was there is kept beside it, as
            <database>.replaced-<UTC time>. Nobody may be using it meanwhile.

            Example:
              rif restore backups/monday.duckdb
            """)

    @Argument(help: "The backup.", completion: .file())
    var file: String

    // Scripts may say it, as for a backup; nothing is ever overwritten here.
    @Flag(help: .hidden)
    var force = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        try location.mustBeFile()
        try Input.path("FILE", file)
        if let served = Owner.servedAlready(location) { throw served }
        let receipt = try await Orchestrator.restore(location.path, from: file, options: location.options)
        return Report(json: receipt.json) { page in
            page.line("Restored \(Text.visible(receipt.database))")
            page.line(
                page.styled("\(Text.count(receipt.sessions, "session")), \(Text.bytes(receipt.bytes))", .dim))
            if let replaced = receipt.replaced { page.line("What was there before: \(Text.visible(replaced))") }
        }
    }
}
