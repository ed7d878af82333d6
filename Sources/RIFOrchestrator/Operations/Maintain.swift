public import RIFModel
public import RIFStore
public import RIFStoreDuckDB

extension Orchestrator {
    /// Removes finished sessions that were last updated more than so many days ago, with all their rows, in one
    /// transaction (`cleanup_old_sessions`). Active sessions are never touched.
    ///
    /// - Returns: how many sessions were removed, or would be.
    /// - Throws: `unprocessable` for negative days.
    @discardableResult
    public func cleanUp(daysOld: Int = 30, dryRun: Bool = false) async throws(RIFError) -> Int {
        let days = try Validation.daysOld(daysOld)
        return try await storage { () throws(StoreError) in
            dryRun ? try await engine.countFinished(daysOld: days) : try await engine.cleanUp(daysOld: days)
        }
    }

    /// Checks that what is stored agrees with itself (`validate_state_integrity`).
    public func validateIntegrity(_ sessionID: String? = nil) async throws(RIFError) -> IntegrityReport {
        let now = clock.now()
        return try await read(flushed: true) { store throws(StoreError) in
            try await store.checkIntegrity(sessionID: sessionID, now: now)
        }
    }

    /// Brings every column up to date and folds the write-ahead log into the file, so that any other program that
    /// opens the file sees everything.
    ///
    /// - Returns: how many sessions' context and history were behind.
    @discardableResult
    public func checkpoint() async throws(RIFError) -> Int {
        try await storage { () throws(StoreError) in try await engine.checkpoint() }
    }

    /// Copies the database while it is in use, and checks the copy.
    ///
    /// - Throws: `file_exists` where there is a file at the path, unless `overwrite` is set.
    @discardableResult
    public func backUp(to path: String, overwrite: Bool = false) async throws(RIFError) -> BackupReceipt {
        try await storage { () throws(StoreError) in try await engine.backUp(to: path, overwrite: overwrite) }
    }

    /// Rewrites the database without the space that removed rows left.
    @discardableResult
    public func compact() async throws(RIFError) -> CompactionReceipt {
        try await storage { () throws(StoreError) in try await engine.compact() }
    }

    /// Puts a backup in the place of a database that nobody has open. The file that was there is kept beside it as
    /// `<database>.replaced-<UTC time>`.
    ///
    /// - Throws: `storage_unavailable` where the backup does not open, or the database is in use.
    @discardableResult
    public static func restore(
        _ database: String, from backup: String, options: DuckDBStore.Options = DuckDBStore.Options()
    ) async throws(RIFError) -> RestoreReceipt {
        try await storage { () throws(StoreError) in
            try await DuckDBStore.restore(database, from: backup, options: options)
        }
    }
}
