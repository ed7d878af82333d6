import DuckDB
import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

extension KillTests {
    @Suite("Damaged files") struct Damage {
        /// A database with rows in its file and in its log, as a kill leaves it.
        private struct Sample {
            var file: [UInt8]
            var log: [UInt8]
        }

        private func makeSample(seed: Int) async throws -> Sample {
            let folder = Folder()
            let database = folder.file("sample.duckdb")
            let first = try Child("write", database, ["seed=\(seed)", "sessions=6", "commands=8"])
            #expect(await first.finish() == .exited(0))
            let second = try Child(
                "write", database, ["seed=\(seed + 1)", "sessions=6", "idle=1000000000", "forced=1000000000"])
            var wanted = 40
            await second.read { note in
                if note.isAcknowledgement { wanted -= 1 }
                return wanted < 0
            }
            second.kill()
            await second.finish()
            return Sample(
                file: try #require(bytes(of: database)), log: try #require(bytes(of: database + ".wal")))
        }

        /// What one process that opens damaged files says of them, one after the other. It must not die of any.
        private final class Examiner {
            private let child: Child
            private let folder = Folder()
            private var count = 0

            init() throws { child = try Child("examine", "-") }

            enum Answer {
                case contents(String)
                case refused(String)
                case died
            }

            /// - Returns: the answer, and whether the file and its log are as they were.
            func examine(_ file: [UInt8]?, _ log: [UInt8]?) async -> (answer: Answer, isUntouched: Bool) {
                count += 1
                let path = folder.file("\(count).duckdb")
                if let file { write(file, to: path) }
                if let log { write(log, to: path + ".wal") }
                child.send(path)
                let note = await child.next()
                let isUntouched = bytes(of: path) == file && bytes(of: path + ".wal") == log
                unlink(path)
                unlink(path + ".wal")
                switch note {
                case .done(let what): return (.contents(what), isUntouched)
                case .failed(_, _, "storage_unavailable", let detail): return (.refused(detail), isUntouched)
                default: return (.died, isUntouched)
                }
            }
        }

        /// Every refusal says what to do.
        private func hasRemedy(_ detail: String) -> Bool { detail.contains("; ") }

        private func expectRefusalOrTruth(
            _ file: [UInt8], _ log: [UInt8]?, _ examiner: Examiner, truth: String, _ story: Comment
        ) async {
            let (answer, isUntouched) = await examiner.examine(file, log)
            switch answer {
            case .contents(let what): #expect(what == truth, "wrong data were accepted: \(story)")
            case .refused(let detail):
                #expect(hasRemedy(detail), "no remedy: \(detail), \(story)")
                // A file that opens and fails when it is read has been opened; one that does not open is left alone.
                if detail.contains("left as it is") { #expect(isUntouched, "\(detail), \(story)") }
            case .died: Issue.record("the process died, \(story)")
            }
        }

        private func truth(_ sample: Sample, withLog: Bool) async throws -> String {
            let examiner = try Examiner()
            guard case .contents(let what) = await examiner.examine(sample.file, withLog ? sample.log : nil).answer
            else {
                Issue.record("the sample itself does not open")
                return ""
            }
            #expect(what.hasPrefix("0 errors"))
            return what
        }

        @Test("A database that is cut short is refused, or what is left is the truth")
        func truncatedFile() async throws {
            var chance = Chance(seed: KillTests.seed)
            let sample = try await makeSample(seed: 11)
            let truth = try await truth(sample, withLog: false)
            let examiner = try Examiner()
            var lengths = [
                1, 11, 12, 4095, 4096, 12287, 12288, 12289, sample.file.count - 1, sample.file.count - 262_144,
            ]
            lengths += (0..<max(20, KillTests.kills / 10)).map { _ in chance.below(sample.file.count) }
            for length in lengths where length > 0 {
                await expectRefusalOrTruth(
                    Array(sample.file.prefix(length)), nil, examiner, truth: truth,
                    "cut to \(length) of \(sample.file.count), seed \(KillTests.seed)")
            }
        }

        @Test("A log that is cut short gives the commits before the cut, whole")
        func truncatedLog() async throws {
            var chance = Chance(seed: KillTests.seed)
            let sample = try await makeSample(seed: 21)
            let examiner = try Examiner()
            for _ in 0..<max(20, KillTests.kills / 10) {
                let length = chance.below(sample.log.count + 1)
                let (answer, _) = await examiner.examine(sample.file, Array(sample.log.prefix(length)))
                switch answer {
                case .contents(let what): #expect(what.hasPrefix("0 errors"), "cut to \(length)")
                case .refused(let detail): Issue.record("a log cut to \(length) is refused: \(detail)")
                case .died: Issue.record("the process died of a log cut to \(length)")
                }
            }
            let rubbish = (0..<1000).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            let (answer, _) = await examiner.examine(sample.file, sample.log + rubbish)
            if case .died = answer { Issue.record("the process died of rubbish behind the log") }
        }

        @Test("One flipped bit is found, or does not matter")
        func flippedBits() async throws {
            var chance = Chance(seed: KillTests.seed)
            let sample = try await makeSample(seed: 31)
            let (alone, both) = (try await truth(sample, withLog: false), try await truth(sample, withLog: true))
            let examiner = try Examiner()
            for number in 0..<max(40, KillTests.kills / 5) {
                // Half of them in the headers, where DuckDB has the least to compare with.
                let place = number % 2 == 0 ? chance.below(12288) : chance.below(sample.file.count)
                var file = sample.file
                file[place] ^= 1 << UInt8(chance.below(8))
                await expectRefusalOrTruth(
                    file, nil, examiner, truth: alone, "a bit of byte \(place) of the file, seed \(KillTests.seed)")
            }
            for _ in 0..<max(20, KillTests.kills / 10) {
                let place = chance.below(sample.log.count)
                var log = sample.log
                log[place] ^= 1 << UInt8(chance.below(8))
                let (answer, isUntouched) = await examiner.examine(sample.file, log)
                switch answer {
                case .contents(let what):
                    // DuckDB takes a broken last record for one that was cut short.
                    #expect(what.hasPrefix("0 errors"), "a bit of byte \(place) of the log gave \(what), not \(both)")
                case .refused(let detail): #expect(hasRemedy(detail) && isUntouched, "\(detail)")
                case .died: Issue.record("the process died of byte \(place) of the log")
                }
            }
        }

        @Test("The log of another database does no harm unnoticed")
        func foreignLog() async throws {
            let (one, other) = (try await makeSample(seed: 41), try await makeSample(seed: 51))
            let examiner = try Examiner()
            let (answer, _) = await examiner.examine(one.file, other.log)
            switch answer {
            case .contents(let what): #expect(!what.hasPrefix("0 errors"), "foreign rows were accepted: \(what)")
            case .refused(let detail): #expect(hasRemedy(detail))
            case .died: Issue.record("the process died")
            }
        }

        @Test("What is no database of ours is refused in words, and left as it is")
        func noDatabase() async throws {
            let sample = try await makeSample(seed: 61)
            let examiner = try Examiner()
            let rubbish = Array("This is a letter, not a database. ".utf8)
            let cases: [(String, [UInt8]?, [UInt8]?)] = [
                ("an empty file with a log", [], sample.log), ("a log alone", nil, sample.log),
                ("a short text", rubbish, nil),
                ("a long text", Array(repeatElement(rubbish, count: 2000).joined()), nil),
                ("zeros", [UInt8](repeating: 0, count: 300_000), nil),
            ]
            for (story, file, log) in cases {
                let (answer, isUntouched) = await examiner.examine(file, log)
                guard case .refused(let detail) = answer else {
                    Issue.record("\(story): \(answer)")
                    continue
                }
                #expect(hasRemedy(detail) && isUntouched, "\(story): \(detail)")
            }
            // Nothing at all is the beginning of a new one.
            guard case .contents(let what) = await examiner.examine([], nil).answer else {
                Issue.record("an empty file is no new database")
                return
            }
            #expect(what.hasPrefix("0 errors, 0 rows"))
        }

        private func refusal(_ path: String) async -> String? {
            do {
                try await Orchestrator.open(.file(path), logger: quiet).close()
                return nil
            } catch {
                return error.code == .storageUnavailable ? error.diagnosis ?? error.detail : "\(error)"
            }
        }

        @Test("A newer schema, a database of something else and a folder are refused and left as they are")
        func notOurs() async throws {
            let folder = Folder()
            for (name, sql) in [
                ("newer", "CREATE TABLE rif_schema AS SELECT 999 AS version"),
                ("else", "CREATE TABLE invoices (id INT)"),
            ] {
                let path = folder.file(name + ".duckdb")
                let database = try Database.open(.file(path), library: .load())
                try database.connect().execute(sql)
                database.close()
                chmod(path, 0o644)
                let before = bytes(of: path)
                let detail = try #require(await refusal(path))
                #expect(detail.contains(name == "newer" ? "version 999" : "something else"))
                #expect(hasRemedy(detail))
                #expect(bytes(of: path) == before)
                var info = stat()
                stat(path, &info)
                #expect(info.st_mode & 0o777 == 0o644, "not even its permissions were changed")
                #expect(!exists(path + ".wal"))
            }
            let detail = try #require(await refusal(folder.path))
            #expect(detail.contains("is a folder") && hasRemedy(detail))
        }

        @Test("A file or a folder that may not be read or written is refused with the reason")
        func notAllowed() async throws {
            let folder = Folder()
            let path = folder.file("closed.duckdb")
            try await Orchestrator.open(.file(path), logger: quiet).close()
            // The superuser may read everything, but can give that right up.
            let runner =
                geteuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : []
            guard runner.first.map(exists) ?? true else {
                print("permissions: there is no setpriv here, and the superuser may read all")
                return
            }
            for (target, mode) in [(path, mode_t(0)), (path, 0o400), (folder.path, 0o500)] {
                let before = bytes(of: path)
                unlink(path + ".lock")
                chmod(target, mode)
                let child = try Child("open", path, runner: runner)
                let end = await child.finish()
                chmod(target, target == path ? 0o600 : 0o700)
                #expect(end == .exited(1), "\(target) with mode \(String(mode, radix: 8))")
                guard case .failed(_, _, "storage_unavailable", let detail) = child.notes.last else {
                    Issue.record("\(child.notes)")
                    continue
                }
                #expect(detail.contains("ermission") && hasRemedy(detail), "\(detail)")
                #expect(bytes(of: path) == before)
            }
            #expect(await refusal(path) == nil)
        }

        @Test("An open that fails lets go of its lock and its threads")
        func failedOpens() async throws {
            let sample = try await makeSample(seed: 71)
            let folder = Folder()
            let path = folder.file("lock.duckdb")
            let broken = Array(sample.file.prefix(20_000))
            var threads: [Int] = []
            for _ in 1...3 {
                write(broken, to: path)
                #expect(await refusal(path) != nil)
                var options = DuckDBStore.Options()
                options.lockTimeout = .zero
                write(sample.file, to: path)
                try await Orchestrator.open(.file(path), options: options, logger: quiet).close()
                threads.append(Folder.list("/proc/self/task").count)
            }
            // The pool of the runtime may grow by a thread meanwhile; ours must not.
            #expect(threads[2] <= threads[0] + 2, "threads: \(threads)")
        }
    }
}
