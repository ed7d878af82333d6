import ArgumentParser
import RIFOrchestrator

struct Checkpoint: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring every column up to date and fold the log into the file.",
        discussion: """
            After it, any DuckDB client that opens the file sees everything, history and context included.

            Example:
              rif checkpoint
            """)

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        try location.mustExist()
        let folded = try await location.writing { try await $0.checkpoint() }
        return Report(json: ["sessions_folded": .int(Int64(folded))]) { page in
            page.line(
                folded == 0
                    ? "Everything was up to date." : "Brought \(Text.count(folded, "session")) up to date.")
        }
    }
}
