import DuckDB
import Logging
import RIFModel
import RIFStore

/// Opens a database file: lock, header, what a crash left of a restore, schema. Blocks.
struct Opening {
    let files: DatabaseFiles
    let options: DuckDBStore.Options
    let library: DuckDBLibrary
    let logger: Logger

    struct Opened {
        var database: Database
        var lock: FileLock?
        var schemaVersion: Int
    }

    func open() throws(StoreError) -> Opened {
        options.isReadOnly ? try openForReading() : try openForWriting()
    }

    // MARK: - Writing

    private func openForWriting() throws(StoreError) -> Opened {
        let lock = try FileLock.acquire(files, isShared: false, timeout: options.lockTimeout)
        try Replacement(files: files).finishOrUndo()
        FileSystem.removeSpill(files.spill)
        if try !files.checkHeader() { try create() }
        while true {
            // Opened for writing, but nothing is written and no checkpoint made before the schema is known: a file
            // that is refused stays as it is, to the byte.
            let (database, schema) = try openWritable()
            if schema == .version(Migration.newest) {
                FileSystem.makePrivate(files.database)
                return Opened(database: database, lock: lock, schemaVersion: Migration.newest)
            }
            database.close()
            try bringUpToDate(schema)
        }
    }

    /// Opens the database again for a process that holds the lock.
    func reopen() throws(StoreError) -> Database {
        try Replacement(files: files).finishOrUndo()
        guard try files.checkHeader() else { throw files.damaged("it was emptied or removed while it was in use") }
        return try openWritable().0
    }

    func bringUpToDate(_ schema: SchemaState) throws(StoreError) {
        switch schema {
        case .version(let version) where version > Migration.newest:
            throw StoreError(
                .newerVersion,
                "\(files.database) has version \(version) of the schema, and this rif knows \(Migration.newest). "
                    + "The file was left as it is",
                remedy: "use a newer rif")
        case .foreign(let tables):
            let some = tables.prefix(3).joined(separator: ", ")
            throw StoreError(
                .unwritable,
                "\(files.database) is a DuckDB database of something else (it holds \(some)). It was left as it is",
                remedy: "give another --database PATH")
        case .version(let version):
            logger.debug("migrating", metadata: ["from": "\(version)", "to": "\(Migration.newest)"])
            try migrate { connection in
                try connection.transaction {
                    for step in Migration.all where step.version > version { try step.apply(to: connection) }
                }
            }
        case .empty:
            try migrate { connection in try Self.applyAll(to: connection) }
        case .legacy:
            let zone = try zoneOfLegacyTimes()
            try keepCopy()
            CrashPoint.migrationCopied.pass()
            logger.notice(
                "taking over a database of the earlier Python system",
                metadata: ["database": "\(files.database)", "zone of its times": "\(zone)"])
            try migrate { connection in
                try LegacyMigration(zone: zone).apply(to: connection)
                CrashPoint.migrationDone.pass()
                try connection.execute("CHECKPOINT")
            }
        }
    }

    /// Checked before anything is copied, in a database of its own: the file stays as it is where the zone is wrong.
    private func zoneOfLegacyTimes() throws(StoreError) -> String {
        guard let zone = options.assumedZone ?? LegacyMigration.localZone() else {
            throw StoreError(
                .unwritable, "the file's times are local, and this machine does not say in which time zone it is",
                remedy: "name the zone with --assume-zone, for example --assume-zone Europe/Berlin")
        }
        do {
            let database = try Instance.open(.memory, isReadOnly: false, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            try LegacyMigration(zone: zone).checkZone(connection)
        } catch {
            throw StoreError(error)
        }
        return zone
    }

    /// A new database is made beside its place and put there when it is whole, so that a crash leaves none that is torn.
    private func create() throws(StoreError) {
        for path in [files.creating, files.creating + ".wal"] { try FileSystem.remove(path) }
        do {
            let database = try Instance.open(
                .file(files.creating), isReadOnly: false, options: options, library: library)
            FileSystem.makePrivate(files.creating)
            let connection = try database.connect()
            try Instance.prepare(connection)
            try Self.applyAll(to: connection)
            try connection.execute("CHECKPOINT")
            connection.close()
            database.close()
        } catch {
            throw StoreError(opening: DatabaseFiles(absolute: files.creating), error)
        }
        try FileSystem.remove(files.creating + ".wal")
        try FileSystem.remove(files.log)
        try FileSystem.rename(files.creating, to: files.database)
        try FileSystem.syncFolder(files.folder)
    }

    static func applyAll(to connection: Connection) throws {
        try connection.transaction {
            for step in Migration.all { try step.apply(to: connection) }
        }
    }

    /// Runs the steps of a migration. Its commit goes into the file and not through the log: a log that makes a table with
    /// `DEFAULT NOW()` cannot be replayed at an open, which comes before DuckDB has that function.
    private func migrate(_ steps: (Connection) throws -> Void) throws(StoreError) {
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: false, commitsToFile: true, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            try Instance.prepare(connection)
            try steps(connection)
        } catch {
            throw StoreError(error)
        }
    }

    /// What the file holds, without changing it.
    private func peek() throws(StoreError) -> SchemaState {
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: true, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            return try SchemaState.read(connection)
        } catch {
            // To be mended by a writer, as a file without our tables is.
            if isReplayTooEarly(error) { return .empty }
            throw StoreError(opening: files, error)
        }
    }

    private func openWritable() throws(StoreError) -> (Database, SchemaState) {
        do {
            return try openAndRead()
        } catch {
            guard isReplayTooEarly(error) else { throw StoreError(opening: files, error) }
        }
        try foldLog()
        do {
            return try openAndRead()
        } catch {
            throw StoreError(opening: files, error)
        }
    }

    private func openAndRead() throws -> (Database, SchemaState) {
        let database = try Instance.open(.file(files.database), isReadOnly: false, options: options, library: library)
        let connection = try database.connect()
        defer { connection.close() }
        try Instance.prepare(connection)
        try requireAllBlocks(connection)
        return (database, try SchemaState.read(connection))
    }

    /// DuckDB opens a file whose end is missing, and fails when it comes to it. The block count of the header cannot be
    /// held against the size, because it counts free blocks at the end that were never written or cut off again; the
    /// blocks in use can. The size is taken after the open, which may have written blocks of the log to the file.
    func requireAllBlocks(_ connection: Connection) throws {
        let size = FileSystem.size(files.database) ?? 0
        let found = try connection.query("SELECT block_size, used_blocks FROM pragma_database_size()").rows { row in
            (size: try row.int64(0) ?? 0, used: try row.int64(1) ?? 0)
        }
        for blocks in found where blocks.size > 0 {
            let expected = Int64(DatabaseFiles.headerBytes) + blocks.size * blocks.used
            guard size >= expected else {
                throw files.damaged("it is \(size) bytes long, and what it holds takes \(expected)")
            }
        }
    }

    /// The bytes as they were before the migration, beside the file; once, however often the migration is interrupted.
    func keepCopy() throws(StoreError) {
        let prefix = FileSystem.name(of: files.database) + ".backup-"
        // A copy that was interrupted: its log is whole or not, the file itself is not there under its name.
        for name in FileSystem.names(in: files.folder) where name.hasPrefix(prefix) && name.hasSuffix(".new") {
            try FileSystem.remove(files.folder + "/" + name.dropLast(".new".count) + ".wal")
            try FileSystem.remove(files.folder + "/" + name)
        }
        for name in FileSystem.names(in: files.folder) where name.hasPrefix(prefix) && !name.hasSuffix(".wal") {
            if try FileSystem.haveSameBytes(files.folder + "/" + name, files.database) { return }
        }
        let copy = files.database + ".backup-" + FileSystem.stamp()
        // The log in between: where the file's copy is there under its name, its log's is, too; and a copy that was
        // interrupted can always be told by its name.
        try FileSystem.copy(files.database, to: copy + ".new")
        if FileSystem.kind(files.log) == .file { try FileSystem.copy(files.log, to: copy + ".wal") }
        try FileSystem.rename(copy + ".new", to: copy)
        try FileSystem.syncFolder(files.folder)
        logger.notice("the file as it was is kept", metadata: ["copy": "\(copy)"])
    }

    // MARK: - Reading

    private func openForReading() throws(StoreError) -> Opened {
        // Before the lock, which would leave a file behind.
        if FileSystem.kind(files.database) == .missing && FileSystem.kind(files.restoreStep) == .missing {
            throw missing
        }
        let lock = try FileLock.acquire(files, isShared: true, timeout: options.lockTimeout)
        // What only a writer may mend, a writer mends; then the file is like any other.
        if try mustBeMended() {
            lock?.release()
            var writing = self.options
            writing.isReadOnly = false
            let opened = try Opening(files: files, options: writing, library: library, logger: logger).open()
            opened.database.close()
            opened.lock?.release()
            return try openForReading()
        }
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: true, options: options, library: library)
            let connection = try database.connect()
            defer { connection.close() }
            try Instance.prepare(connection)
            try requireAllBlocks(connection)
            return Opened(database: database, lock: lock, schemaVersion: Migration.newest)
        } catch {
            throw StoreError(opening: files, error)
        }
    }

    private var missing: StoreError {
        StoreError(
            .missing, "there is no database at \(files.database)",
            remedy: "make one with 'rif start', or give --database PATH")
    }

    /// An interrupted restore, or a schema of an earlier version.
    private func mustBeMended() throws(StoreError) -> Bool {
        if FileSystem.kind(files.restoreStep) != .missing { return true }
        guard try files.checkHeader() else { throw missing }
        return try peek() != .version(Migration.newest)
    }
}
