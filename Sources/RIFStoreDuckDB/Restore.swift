import DuckDB
public import RIFStore

extension DuckDBStore {
    /// Puts a backup in the place of a database that nobody has open. What was there is kept beside it.
    ///
    /// - Throws: `StoreError`: `missing` or `damaged` where the backup does not open, `locked` where the database is in
    ///   use, `unwritable`. Nothing is changed then.
    public static func restore(
        _ database: String, from backup: String, options: Options = Options()
    ) async throws(StoreError) -> RestoreReceipt {
        try await onOwnThread { () throws(StoreError) in try restoreBlocking(database, from: backup, options: options) }
    }

    private static func restoreBlocking(
        _ path: String, from backup: String, options: Options
    ) throws(StoreError) -> RestoreReceipt {
        let library: DuckDBLibrary
        do { library = try DuckDBLibrary.load(path: options.libraryPath) } catch { throw StoreError(error) }
        guard FileSystem.kind(backup) != .missing else {
            throw StoreError(.missing, "there is no file at \(backup)", remedy: "give the path of a backup")
        }
        let source = try DatabaseFiles(path: backup, makeFolder: false)
        // A file that changes cannot be copied; and where this very process has it open, reading it by its path would
        // free DuckDB's lock on it.
        guard !FileLock.isHeld(source) else {
            throw StoreError(
                .locked, "\(backup) is a database in use", remedy: "give the path of a backup that 'rif backup' made")
        }
        guard try source.checkHeader() else { throw source.damaged("it is empty") }
        let files = try DatabaseFiles(path: path, makeFolder: true)
        guard source.database != files.database else {
            throw StoreError(.exists, "\(backup) is the database itself", remedy: "give the path of a backup")
        }
        let lock = try FileLock.acquire(files, isShared: false, timeout: options.lockTimeout)
        defer { lock?.release() }
        try Replacement(files: files).finishOrUndo()

        let restoring = DatabaseFiles(absolute: files.restoring)
        let sessions: Int64
        do throws(StoreError) {
            if FileSystem.kind(source.log) == .file { try FileSystem.copy(source.log, to: restoring.log) }
            try FileSystem.copy(source.database, to: restoring.database)
            CrashPoint.restoreCopied.pass()
            // Its log is folded in, so that one file is to be put in place and not two.
            sessions = try DuckDBWriter.verify(restoring, options: options, library: library, foldLog: true)
            try FileSystem.remove(restoring.log)
            FileSystem.makePrivate(restoring.database)
            try FileSystem.syncFile(restoring.database)
        } catch {
            // What is left of it is removed by the next open; the first error is the one to tell.
            for path in [restoring.database, restoring.log] { try? FileSystem.remove(path) }
            guard error.kind == .damaged || error.kind == .newerVersion else { throw error }
            // The user knows the backup, not the copy of it that was looked at.
            throw StoreError(
                error.kind, error.message.replacing(restoring.database, with: backup), remedy: error.remedy)
        }
        let replaced = try Replacement(files: files).replace()
        return RestoreReceipt(
            database: files.database, bytes: FileSystem.size(files.database) ?? 0, sessions: sessions,
            replaced: replaced)
    }
}
