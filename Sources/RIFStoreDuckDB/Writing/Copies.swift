import DuckDB
import RIFModel
import RIFStore

extension DuckDBWriter {
    // MARK: - Checkpoint

    var uncheckpointedBytes: Int64 {
        // `stat` opens nothing, so it does not touch the lock.
        store.files.flatMap { FileSystem.size($0.log) } ?? 0
    }

    func checkpoint() throws(StoreError) {
        let connection = try open()
        if let files = store.files { try requireRoom(files) }
        CrashPoint.beforeCheckpoint.pass()
        do throws(StoreError) {
            try runCheckpoint(connection)
        } catch {
            guard error.kind == .failed else { throw error }
            // A read was in the way. It ends soon, and those that come meanwhile wait.
            try store.whileNobodyReads { () throws(StoreError) in try runCheckpoint(connection) }
        }
        CrashPoint.afterCheckpoint.pass()
        logWasReplaced()
    }

    private func runCheckpoint(_ connection: Connection) throws(StoreError) {
        do {
            try connection.execute("CHECKPOINT")
        } catch {
            // A transaction that is in the way goes away; anything else can have invalidated the instance.
            throw error.kind == .transaction ? StoreError(error) : StoreError(atCommit: error)
        }
    }

    /// A checkpoint that runs out of disk invalidates the whole instance, so it is not begun where that could be.
    private func requireRoom(_ files: DatabaseFiles) throws(StoreError) {
        let needed = 2 * uncheckpointedBytes + (8 << 20)
        guard let free = FileSystem.freeBytes(files.folder), free < needed else { return }
        throw StoreError(
            .failed, "the disk of \(files.database) has \(free) bytes left, too few for a checkpoint (\(needed))",
            remedy: "free some space; until then the write-ahead log grows and nothing is lost")
    }

    // MARK: - Backup

    func backUp(to path: String, overwrite: Bool) throws(StoreError) -> BackupReceipt {
        _ = try open()
        let target = try DatabaseFiles(path: path, makeFolder: true)
        try requireFree(target, overwrite: overwrite)
        guard let files = store.files else {
            throw StoreError(
                .unwritable, "a database in memory cannot be backed up to \(target.database)",
                remedy: "open a file with --database PATH to keep what you record")
        }
        guard target.database != files.database else {
            throw StoreError(.exists, "\(path) is the database itself", remedy: "give another path for the copy")
        }
        // What is in the file need not be replayed from the copy's log; without room for that, the log goes along.
        do throws(StoreError) { try checkpoint() } catch { if error.kind == .outcomeUnknown { throw error } }
        let part = DatabaseFiles(absolute: target.database + ".partial")
        do throws(StoreError) {
            try FileSystem.remove(part.log)
            try ChildCopy.copy(files.database, to: part.database)
            if FileSystem.kind(files.log) == .file { try ChildCopy.copy(files.log, to: part.log) }
            CrashPoint.backupCopied.pass()
            // A log beside the copy is folded in: then one rename puts the copy under its name, whole.
            let hasLog = FileSystem.kind(part.log) == .file
            _ = try Self.verify(part, options: store.options, library: store.library, foldLog: hasLog)
            try FileSystem.remove(part.log)
            try FileSystem.syncFile(part.database)
            return try put(part, at: target)
        } catch {
            // What is left of it is removed by the next backup to this path; the first error is the one to tell.
            for path in [part.database, part.log] { try? FileSystem.remove(path) }
            throw error
        }
    }

    private func requireFree(_ target: DatabaseFiles, overwrite: Bool) throws(StoreError) {
        guard FileSystem.kind(target.database) != .missing else { return }
        guard overwrite, FileSystem.kind(target.database) == .file else {
            throw StoreError(
                .exists, "there is a file at \(target.database)", remedy: "give another path, or --force to replace it")
        }
        guard !FileLock.isHeld(target) else {
            throw StoreError(.exists, "\(target.database) is a database in use", remedy: "give another path")
        }
    }

    private func put(_ part: DatabaseFiles, at target: DatabaseFiles) throws(StoreError) -> BackupReceipt {
        // An old log beside the new copy would replay over it.
        try FileSystem.remove(target.log)
        let bytes = FileSystem.size(part.database) ?? 0
        try FileSystem.rename(part.database, to: target.database)
        try FileSystem.syncFolder(target.folder)
        return BackupReceipt(path: target.database, bytes: bytes)
    }

    /// Opens a copy as what it is to be, a database, and counts its sessions.
    static func verify(
        _ files: DatabaseFiles, options: DuckDBStore.Options, library: DuckDBLibrary, foldLog: Bool = false
    ) throws(StoreError) -> Int64 {
        guard try files.checkHeader() else { throw files.damaged("it is empty or missing") }
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: !foldLog, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            try Instance.prepare(connection)
            switch try SchemaState.read(connection) {
            case .version(let version) where version > Migration.newest:
                throw StoreError(
                    .newerVersion,
                    "\(files.database) has version \(version) of the schema, and this rif knows \(Migration.newest)",
                    remedy: "use a newer rif")
            case .empty, .foreign:
                throw StoreError(
                    .damaged, "\(files.database) is a DuckDB database, but not one of rif",
                    remedy: "give a file that 'rif backup' made")
            case .version, .legacy: break
            }
            if foldLog { try connection.execute("CHECKPOINT") }
            return try connection.query("SELECT count(*) FROM orchestration_state").firstRow { try $0.int64(0) ?? 0 }
                ?? 0
        } catch {
            throw StoreError(opening: files, error)
        }
    }

    // MARK: - Compaction

    func compact() throws(StoreError) -> CompactionReceipt {
        try checkpoint()
        guard let files = store.files else { return CompactionReceipt(bytesBefore: 0, bytesAfter: 0) }
        let before = (FileSystem.size(files.database) ?? 0) + (FileSystem.size(files.log) ?? 0)
        let library = store.library
        let options = store.options
        do throws(StoreError) {
            try reopen { () throws(StoreError) in try Self.replace(files, options: options, library: library) }
        } catch {
            // It stays closed after an error, for readers, too. Where it cannot be opened either, that is to be mended
            // before anything else.
            do throws(StoreError) { try reopen() } catch let second {
                throw StoreError(.outcomeUnknown, "\(error.message); then: \(second.message)", remedy: second.remedy)
            }
            throw error
        }
        return CompactionReceipt(bytesBefore: before, bytesAfter: FileSystem.size(files.database) ?? 0)
    }

    /// Puts a rewritten file in the place of one that nobody has open.
    private static func replace(
        _ files: DatabaseFiles, options: DuckDBStore.Options, library: DuckDBLibrary
    ) throws(StoreError) {
        let restoring = DatabaseFiles(absolute: files.restoring)
        for path in [restoring.database, restoring.log] { try FileSystem.remove(path) }
        do throws(StoreError) {
            try rewrite(files, to: restoring, options: options, library: library)
            FileSystem.makePrivate(restoring.database)
            try FileSystem.syncFile(restoring.database)
            // The rewritten file was checked against the old one, row count by row count.
            if let kept = try Replacement(files: files).replace() {
                for path in [kept, kept + ".wal"] { try FileSystem.remove(path) }
            }
        } catch {
            if FileSystem.kind(files.restoreStep) == .missing {
                // What is left of it is removed by the next open; the first error is the one to tell.
                for path in [restoring.database, restoring.log] { try? FileSystem.remove(path) }
            }
            throw error
        }
    }

    private static func rewrite(
        _ source: DatabaseFiles, to target: DatabaseFiles, options: DuckDBStore.Options, library: DuckDBLibrary
    ) throws(StoreError) {
        do {
            let database = try Instance.open(.memory, isReadOnly: false, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "''") + "'" }
            try connection.execute("ATTACH \(quoted(source.database)) AS old (READ_ONLY)")
            try connection.execute("ATTACH \(quoted(target.database)) AS new (STORAGE_VERSION 'v1.0.0')")
            try connection.execute("COPY FROM DATABASE old TO new")
            for table in WrittenTable.allCases.map(\.rawValue) + ["rif_counters", "rif_schema"] {
                let counts = try connection.query(
                    "SELECT (SELECT count(*) FROM old.\(table)), (SELECT count(*) FROM new.\(table))"
                ).firstRow { (try $0.int64(0), try $0.int64(1)) }
                guard let counts, counts.0 == counts.1 else {
                    throw StoreError(
                        .failed, "the rewritten file does not hold all rows of \(table); nothing was changed")
                }
            }
            try connection.execute("CHECKPOINT new")
            try connection.execute("DETACH new")
            try connection.execute("DETACH old")
        } catch {
            throw StoreError(error)
        }
        try FileSystem.remove(target.log)
    }
}
