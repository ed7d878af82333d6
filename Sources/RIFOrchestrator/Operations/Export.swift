public import RIFModel
import RIFStore
public import RIFStoreDuckDB

extension Orchestrator {
    /// Writes every table of a database that nobody has open for writing to a file of its own.
    ///
    /// - Throws: `file_exists` where one of the files is there, unless `overwrite` is set; `storage_unavailable`.
    public static func export(
        _ database: String, to folder: String, format: ExportFormat, overwrite: Bool = false,
        options: DuckDBStore.Options = DuckDBStore.Options()
    ) async throws(RIFError) -> [ExportedFile] {
        try await storage { () throws(StoreError) in
            try await DuckDBStore.export(database, to: folder, format: format, overwrite: overwrite, options: options)
        }
    }
}
