import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

extension KillTests {
    @Suite("A full disk") struct FullDisk {
        /// A small disk of a test's own, unmounted when the test lets it go; none where the machine does not allow it.
        private final class SmallDisk {
            let path: String
            private let folder = Folder()
            private var filler: Int32 = -1

            init?(megabytes: Int) {
                path = folder.file("disk")
                mkdir(path, 0o700)
                guard geteuid() == 0,
                    Self.run(["/bin/mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
                else {
                    print(
                        "full disk: no small disk can be mounted here (that takes root), so RLIMIT_FSIZE stands for it")
                    return nil
                }
            }

            deinit {
                free()
                // A child that was killed may take a moment to let go.
                _ = Self.run(["/bin/umount", "-l", path])
            }

            /// Takes all space that is left but so many bytes.
            func fill(but rest: Int = 0) {
                filler = open(path + "/filler", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
                let bytes = [UInt8](repeating: 7, count: 4096)
                while KillNotes.write(filler, bytes, bytes.count) == bytes.count {}
                var size = stat()
                fstat(filler, &size)
                if rest > 0 { ftruncate(filler, max(0, size.st_size - off_t(rest))) }
            }

            func free() {
                if filler >= 0 { close(filler) }
                filler = -1
                unlink(path + "/filler")
            }

            private static func run(_ arguments: [String]) -> Bool {
                let argv = arguments.map { strdup($0) } + [nil]
                defer { for pointer in argv { KillNotes.free(pointer) } }
                var pid: pid_t = 0
                guard posix_spawn(&pid, arguments[0], nil, nil, argv, environ) == 0 else { return false }
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
                return status == 0
            }
        }

        private func isSpaceError(_ note: Note) -> Bool {
            guard case .failed(_, _, "storage_unavailable", let detail) = note else { return false }
            return detail.contains("No space left") || detail.contains("File too large")
                || detail.contains("bytes left")
        }

        /// Reads on until so many commands were acknowledged.
        private func acknowledged(_ count: Int, _ child: Child) async -> Bool {
            var wanted = count
            return await child.read { note in
                if note.isAcknowledgement { wanted -= 1 }
                return wanted <= 0
            }
        }

        /// Reads on until commands fail for want of space, and reads go on.
        private func outOfSpace(_ child: Child) async -> Bool {
            var (failures, reads) = (0, 0)
            return await child.read { note in
                if isSpaceError(note) { failures += 1 }
                if note == .done(what: "read"), failures > 0 { reads += 1 }
                return failures >= 8 && reads >= 8
            }
        }

        private func conclude(_ child: Child, _ database: String, _ story: Comment) async throws {
            child.kill()
            await child.finish()
            let failedReads = child.notes.filter { if case .failed(_, "read", _, _) = $0 { true } else { false } }
            #expect(failedReads.isEmpty, "reads must go on: \(failedReads.prefix(3))")
            let wordless = child.notes.filter {
                // Who depended on a write that failed is told so, and the other one is told why.
                guard case .failed(_, _, "storage_unavailable", let detail) = $0 else { return false }
                return !detail.contains("free some space") && !detail.contains("on which it depends")
            }
            #expect(wordless.isEmpty, "say what to do: \(wordless.prefix(3))")
            try await Aftermath(database: database, notes: child.notes, story: story).check()
        }

        @Test("During commits: who is told what is true, reads go on, and so does work once there is space")
        func commits() async throws {
            guard let disk = SmallDisk(megabytes: 24) else { return }
            let database = disk.path + "/full.duckdb"
            let child = try Child(
                "write", database, ["seed=1", "sessions=16", "keyed", "idle=1000000000", "forced=1000000000"])
            #expect(await acknowledged(100, child))
            for round in 1...2 {
                disk.fill(but: 30_000 * round)
                #expect(await outOfSpace(child), "round \(round)")
                disk.free()
                #expect(await acknowledged(100, child), "round \(round): work goes on in the same process")
            }
            try await conclude(child, database, "the disk was full twice")
        }

        @Test("During checkpoints: nothing is lost, and reads go on")
        func checkpoints() async throws {
            guard let disk = SmallDisk(megabytes: 32) else { return }
            let database = disk.path + "/full.duckdb"
            let child = try Child("checkpoint", database, ["seed=2", "sessions=16", "keyed"])
            #expect(await acknowledged(100, child))
            for round in 1...2 {
                disk.fill(but: 200_000)
                #expect(await child.read { isSpaceError($0) })
                disk.free()
                #expect(await acknowledged(100, child), "round \(round)")
                #expect(await child.read { $0 == .done(what: "duty") }, "checkpoints succeed again")
            }
            try await conclude(child, database, "the disk was full during checkpoints")
        }

        @Test("A file that may not grow, during commits and during checkpoints", arguments: ["write", "checkpoint"])
        func limit(_ mode: String) async throws {
            let folder = Folder()
            let database = folder.file("limit.duckdb")
            let child = try Child(
                mode, database, ["seed=3", "sessions=16", "keyed", "idle=1000000000", "forced=1000000000"])
            #expect(await acknowledged(200, child))
            for round in 1...2 {
                var info = stat()
                // The log grows past it at once; the file itself only in a checkpoint, which DuckDB does not survive.
                stat(mode == "write" ? database + ".wal" : database, &info)
                let size = max(Int(info.st_size), 4096) + (mode == "write" ? 20_000 : 300_000)
                child.send("limit \(size)")
                if mode == "write" {
                    #expect(await outOfSpace(child), "round \(round)")
                } else {
                    #expect(await child.read { isSpaceError($0) }, "round \(round)")
                }
                child.send("limit")
                #expect(await child.read { $0 == .done(what: "limit") })
                #expect(await acknowledged(100, child), "round \(round): work goes on in the same process")
            }
            try await conclude(child, database, "\(mode) under RLIMIT_FSIZE")
        }

        @Test("During a backup: the source works on, and no half copy is left")
        func backup() async throws {
            guard let disk = SmallDisk(megabytes: 2) else { return }
            let folder = Folder()
            let database = folder.file("source.duckdb")
            let target = disk.path + "/copy.duckdb"
            let child = try Child("backup", database, ["seed=4", "sessions=16", "keyed", "target=\(target)"])
            disk.fill(but: 100_000)
            #expect(
                await child.read {
                    if case .failed(_, "duty", "storage_unavailable", let detail) = $0 {
                        detail.contains("are free") || detail.contains("free some space")
                    } else {
                        false
                    }
                })
            #expect(!exists(target))
            #expect(await acknowledged(100, child))
            child.kill()
            await child.finish()
            try await Aftermath(database: database, notes: child.notes, story: "a backup to a full disk").check()
        }

        @Test("During creation: the reason is told, and nothing half is left")
        func creation() async throws {
            guard let disk = SmallDisk(megabytes: 1) else { return }
            for rest in [0, 8192, 100_000] {
                disk.fill(but: rest)
                let database = disk.path + "/new.duckdb"
                let child = try Child("open", database)
                #expect(await child.finish() == .exited(1))
                #expect(child.notes.contains(where: isSpaceError), "\(child.notes)")
                #expect(!exists(database))
                disk.free()
            }
            let child = try Child("open", disk.path + "/new.duckdb")
            #expect(await child.finish() == .exited(0))
        }
    }
}
