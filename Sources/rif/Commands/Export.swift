import ArgumentParser
import Logging
import RIFOrchestrator
import RIFStoreDuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct Export: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        abstract: "Write all tables to files that other tools read.",
        discussion: """
            Everything is brought up to date first, as by 'rif checkpoint'. Existing files are not overwritten without
            --force.

            Examples:
              rif export out
              rif export out --format csv
            """)

    @Argument(help: "The folder to write to; made where it is missing.", completion: .directory)
    var folder: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("parquet, csv or json. (default: parquet)", valueName: "format"),
        completion: .list(ExportFormat.allCases.map(\.rawValue)))
    var format: String?

    @Flag(help: "Overwrite existing files.")
    var force = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        try location.mustBeFile()
        try location.mustExist()
        try Input.path("FOLDER", folder)
        let chosen = try self.format.map { word throws(RIFError) in
            guard let format = ExportFormat(rawValue: word) else {
                throw RIFError.invalid(field: "--format", value: word, expected: "parquet, csv or json")
            }
            return format
        }
        if let database = location.realPath, let owner = OwnerClient(database: database) {
            return try await exported(from: owner, beside: database, as: chosen ?? .parquet)
        }
        do {
            _ = try await location.writing { try await $0.checkpoint() }
        } catch let error as RIFError where error.code == .storageUnavailable {
            // A file that may only be read is exported as it is; any other reason shows again right below.
            Logger(label: "rif").debug("not brought up to date before the export", metadata: ["error": "\(error)"])
        }
        let files = try await Orchestrator.export(
            location.path, to: folder, format: chosen ?? .parquet, overwrite: force)
        return Self.report(files)
    }

    /// The owner has the database open: a copy of it is exported, and removed.
    private func exported(
        from owner: OwnerClient, beside database: String, as format: ExportFormat
    ) async throws -> Report {
        let copy = "\(database).export-\(UUIDv7Generator().next(at: SystemClock().now()))"
        defer { for suffix in ["", ".wal", ".lock"] { unlink(copy + suffix) } }
        let invocation = Invocation(folder: Input.workingFolder, terminal: .standardOutput)
        for arguments in [["checkpoint"], ["backup", copy]] {
            do {
                _ = try await owner.run(RemoteCommand(arguments: arguments, invocation: invocation))
            } catch is OwnerClient.Lost {
                throw RIFError(
                    .storageUnavailable, "the owner of the database ended meanwhile; nothing was exported, try again")
            }
        }
        return Self.report(
            try await Orchestrator.export(copy, to: folder, format: format, overwrite: force))
    }

    private static func report(_ files: [ExportedFile]) -> Report {
        Report(json: ["files": .array(files.map(\.json))]) { page in
            var table = Table([.init("FILE", flexible: true), .init("ROWS", right: true)])
            for file in files { table.rows.append([.init(file.path), .init(Text.grouped(file.rows))]) }
            page.table(table)
        }
    }
}
