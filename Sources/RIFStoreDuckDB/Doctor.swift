import DuckDB
import RIFStore

extension DuckDBStore {
    /// Looks at everything that a database needs, without changing anything.
    public static func diagnose(_ location: Location, options: Options = Options()) async -> [DoctorCheck] {
        do {
            return try await onOwnThread { () throws(StoreError) in
                Doctor(location: location, options: options).examine()
            }
        } catch {
            return [DoctorCheck(name: "examination", isOK: false, detail: error.message, remedy: error.remedy)]
        }
    }
}

/// `rif doctor`: library, version, folder, file, permissions, lock, disk, contents; what is wrong and what to do.
private struct Doctor {
    let location: DuckDBStore.Location
    let options: DuckDBStore.Options

    func examine() -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        var library: DuckDBLibrary?
        do {
            let loaded = try DuckDBLibrary.load(path: options.libraryPath)
            library = loaded
            checks.append(good("library", "DuckDB \(loaded.version), tested with this rif, at \(loaded.path)"))
        } catch {
            checks.append(bad("library", StoreError(error)))
        }
        guard case .file(let path) = location else { return checks }
        do throws(StoreError) {
            let files = try DatabaseFiles(path: path, makeFolder: false)
            checks += [folder(files), disk(files), lock(files)]
            // Where this very process has the database open, reading its header by path would free DuckDB's lock.
            if !FileLock.isHeld(files) { checks += file(files) }
            if let library, checks.allSatisfy(\.isOK), FileSystem.size(files.database) ?? 0 > 0 {
                checks += contents(files, library)
            }
        } catch {
            if error.kind == .missing {
                checks.append(good("file", "there is no folder for \(path) yet; the first session makes it"))
            } else {
                checks.append(bad("file", error))
            }
        }
        return checks
    }

    private func folder(_ files: DatabaseFiles) -> DoctorCheck {
        FileSystem.isWritable(files.folder)
            ? good("folder", "\(files.folder) can be written to")
            : bad(
                "folder", "\(files.folder) cannot be written to, so the database can only be read",
                "change its permissions, or give another --database PATH")
    }

    private func disk(_ files: DatabaseFiles) -> DoctorCheck {
        guard let free = FileSystem.freeBytes(files.folder) else {
            return bad("disk", "the free space of \(files.folder) cannot be read", "check that the disk is there")
        }
        let needed = max(64 << 20, 2 * (FileSystem.size(files.log) ?? 0))
        return free >= needed
            ? good("disk", "\(size(free)) are free")
            : bad("disk", "only \(size(free)) are free", "free at least \(size(needed))")
    }

    private func lock(_ files: DatabaseFiles) -> DoctorCheck {
        FileLock.isHeld(files)
            ? bad(
                "lock", "another process has the database open",
                "end it, or wait for it: 'fuser \(files.lock)' names it")
            : good("lock", "no other process has the database open")
    }

    private func file(_ files: DatabaseFiles) -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        do throws(StoreError) {
            guard try files.checkHeader() else {
                return [good("file", "there is no database at \(files.database) yet; the first session makes it")]
            }
            let size = FileSystem.size(files.database) ?? 0
            let log = FileSystem.size(files.log) ?? 0
            checks.append(good("file", "\(files.database), \(size) bytes, write-ahead log \(log) bytes"))
        } catch {
            checks.append(bad("file", error))
        }
        let mode = FileSystem.mode(files.database) ?? 0
        checks.append(
            mode & 0o077 == 0
                ? good("permissions", "the file is yours alone (\(octal(mode)))")
                : bad(
                    "permissions", "others can read the file (\(octal(mode)))",
                    "chmod 600 '\(files.database)'; the next command that writes does it by itself"))
        if FileSystem.kind(files.restoreStep) != .missing {
            checks.append(
                bad("restore", "a restore was interrupted", "any command finishes it: try 'rif list'"))
        }
        return checks
    }

    private func contents(_ files: DatabaseFiles, _ library: DuckDBLibrary) -> [DoctorCheck] {
        do {
            let database = try Instance.open(
                .file(files.database), isReadOnly: true, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            switch try SchemaState.read(connection) {
            case .version(let version) where version > Migration.newest:
                return [
                    bad(
                        "schema", "version \(version), and this rif knows \(Migration.newest)",
                        "use a newer rif; this one leaves the file alone")
                ]
            case .version(let version):
                let sessions =
                    try connection.query("SELECT count(*) FROM orchestration_state")
                    .firstRow { try $0.int64(0) ?? 0 } ?? 0
                return [good("schema", "version \(version), \(sessions == 1 ? "1 session" : "\(sessions) sessions")")]
            case .legacy:
                return [good("schema", "written by the earlier Python system; the next command takes it over")]
            case .empty:
                return [good("schema", "no tables yet; the first session makes them")]
            case .foreign(let tables):
                return [
                    bad(
                        "schema", "a DuckDB database of something else (\(tables.prefix(3).joined(separator: ", ")))",
                        "give another --database PATH")
                ]
            }
        } catch {
            return [bad("contents", StoreError(opening: files, error))]
        }
    }

    private func size(_ bytes: Int64) -> String {
        bytes >= 10 << 30 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
    }

    private func octal(_ mode: some BinaryInteger) -> String { "0" + String(mode, radix: 8) }

    private func good(_ name: String, _ detail: String) -> DoctorCheck {
        DoctorCheck(name: name, isOK: true, detail: detail, remedy: nil)
    }

    private func bad(_ name: String, _ detail: String, _ remedy: String?) -> DoctorCheck {
        DoctorCheck(name: name, isOK: false, detail: detail, remedy: remedy)
    }

    private func bad(_ name: String, _ error: StoreError) -> DoctorCheck {
        bad(name, error.message, error.remedy)
    }
}
