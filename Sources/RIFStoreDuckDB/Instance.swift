import DuckDB
import RIFStore

/// Opening a database with the settings that every open of ours has.
enum Instance {
    /// - Parameter commitsToFile: every commit goes into the file itself, in one piece, and not through the log.
    static func open(
        _ location: Database.Location, isReadOnly: Bool, commitsToFile: Bool = false, options: DuckDBStore.Options,
        library: DuckDBLibrary
    ) throws -> Database {
        let threshold = commitsToFile ? "0B" : "1TB"
        let skipped = commitsToFile ? "0" : "1000000000000"
        return try Database.open(
            location, readOnly: isReadOnly,
            configuration: [
                "memory_limit": "\(options.memoryLimit / 1024)KiB",
                "threads": "\(options.threads)",
                // Every DuckDB from 1.1 on opens the file; 1.0 does not know a field that 2.0.0 writes for each index.
                "storage_compatibility_version": "v1.0.0",
                // A checkpoint that fails inside a COMMIT takes the whole instance with it, so there are none but
                // those that the writer makes when there is room.
                "checkpoint_threshold": threshold,
                "auto_checkpoint_skip_wal_threshold": skipped,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            ], library: library)
    }

    /// The settings that can only be made after the open. Once for each opened database.
    static func prepare(_ connection: Connection) throws(DuckDBError) {
        try connection.execute(
            """
            SET GLOBAL TimeZone = 'UTC';
            PRAGMA disable_checkpoint_on_shutdown;
            SET GLOBAL enable_external_access = false;
            SET GLOBAL lock_configuration = true;
            """)
    }
}
