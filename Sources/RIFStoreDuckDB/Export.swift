import DuckDB
import Logging
public import RIFModel
public import RIFStore

/// File formats of an export.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
    case parquet, csv, json
}

/// A table that was exported.
public struct ExportedFile: Sendable, Hashable, JSONRepresentable {
    public var path: String
    public var rows: Int64

    public var json: JSONValue { ["path": .string(path), "rows": .int(rows)] }
}

extension DuckDBStore {
    /// Writes every table to a file of its own in a folder, which is made where it is missing.
    ///
    /// The database is opened for reading only, as it was left by the last writer.
    /// - Throws: `StoreError`: `exists` where one of the files is there and `overwrite` is false, `missing`, `locked`,
    ///   `damaged`, `unwritable`.
    public static func export(
        _ database: String, to folder: String, format: ExportFormat, overwrite: Bool = false,
        options: Options = Options()
    ) async throws(StoreError) -> [ExportedFile] {
        try await onOwnThread { () throws(StoreError) in
            try exportBlocking(database, to: folder, format: format, overwrite: overwrite, options: options)
        }
    }

    private static func exportBlocking(
        _ path: String, to folder: String, format: ExportFormat, overwrite: Bool, options: Options
    ) throws(StoreError) -> [ExportedFile] {
        let library: DuckDBLibrary
        do { library = try DuckDBLibrary.load(path: options.libraryPath) } catch { throw StoreError(error) }
        var options = options
        options.isReadOnly = true
        let files = try DatabaseFiles(path: path, makeFolder: false)
        let opened = try Opening(
            files: files, options: options, library: library, logger: Logger(label: "rif.store")
        ).open()
        // Opened a second time, because the settings of every open of ours let no file be written.
        opened.database.close()
        defer { opened.lock?.release() }
        let tables = WrittenTable.allCases.map(\.rawValue)
        let targets = tables.map { "\(folder)/\($0).\(format.rawValue)" }
        try FileSystem.makeFolders(folder)
        for target in targets where !overwrite && FileSystem.kind(target) != .missing {
            throw StoreError(
                .exists, "there is a file at \(target)", remedy: "give another folder, or --force to replace it")
        }
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: true, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            try connection.execute("SET GLOBAL TimeZone = 'UTC'")
            return try zip(tables, targets).map { table, target in
                try copy(connection, table, to: target, format)
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Written under another name first, so that a file of the right name is a whole one.
    private static func copy(
        _ connection: Connection, _ table: String, to target: String, _ format: ExportFormat
    ) throws -> ExportedFile {
        let partial = target + ".partial"
        let quoted = "'" + partial.replacing("'", with: "''") + "'"
        let settings =
            switch format {
            case .parquet: "FORMAT parquet, COMPRESSION zstd"
            case .csv: "FORMAT csv, HEADER true"
            case .json: "FORMAT json"
            }
        do {
            try connection.execute("COPY \(table) TO \(quoted) (\(settings))")
        } catch {
            try FileSystem.remove(partial)
            throw error
        }
        FileSystem.makePrivate(partial)
        try FileSystem.rename(partial, to: target)
        let rows = try connection.query("SELECT count(*) FROM \(table)").firstRow { try $0.int64(0) ?? 0 } ?? 0
        return ExportedFile(path: target, rows: rows)
    }
}
