import ArgumentParser
import RIFOrchestrator

struct Backup: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the database to a file, and check the copy.",
        discussion: """
            An existing file is not overwritten without --force.

            Examples:
              rif backup backups/monday.duckdb
              rif backup backups/latest.duckdb --force
            """)

    @Argument(help: "Where to write the copy.", completion: .file())
    var file: String

    @Flag(help: "Overwrite an existing file.")
    var force = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        try Input.path("FILE", file)
        try location.mustExist()
        let receipt = try await location.writing { try await $0.backUp(to: Input.absolute(file), overwrite: force) }
        return Report(json: ["path": .string(receipt.path), "bytes": .int(receipt.bytes)]) { page in
            page.line("Wrote \(Text.visible(receipt.path)) (\(Text.bytes(receipt.bytes))) and checked it.")
            page.next([("rif restore \(Text.shell(file))\(location.suffix)", "put it back")])
        }
    }
}
