import Foundation
@testable import RIFAgents
import RIFModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What is found after somebody was killed, or has written rubbish.
@Suite(.timeLimit(.minutes(5)))
struct RecoveryTests {
    private func shimPID(_ folder: RunFolder) throws -> Int32 {
        let note = try JSONValue.parse(utf8: Data(contentsOf: URL(filePath: "\(folder.path)/started.json")))
        return try #require(note["shim"]?["pid"]?.intValue.flatMap(Int32.init(exactly:)))
    }

    #if os(Linux)
    @Test func aKilledShimIsALostRunWhoseRestIsFound() async throws {
        let bench = try Bench()
        let folder = bench.folder("lost", attempt: 2)
        let script = """
            setsid sh -c 'echo $$ > "$HERE/far"; exec sleep 600' &
            setsid env -i sh -c 'echo $$ > far-and-empty; exec sleep 600' &
            sh -c 'echo $$ > "$HERE/near"; exec env -i sleep 600' &
            exec sleep 600
            """
        let start = try await bench.keeper.start(bench.order(script), in: folder)
        var left: [Int32] = []
        for name in ["far", "near", "far-and-empty"] {
            left.append(try #require(Int32(try await bench.appears(name).dropLast())))
        }
        // One of another attempt, and one that only looks alike.
        let other = bench.folder("lost", attempt: 3)
        let otherStart = try await bench.keeper.start(bench.order("exec sleep 600"), in: other)

        kill(try shimPID(folder), SIGKILL)
        #expect(await bench.keeper.end(of: folder) == .lost(start))
        // The agent itself does not outlive the one who would have noted its end.
        _ = try await until { isAlive(start.pid) ? nil : true }
        #expect(left[0...1].allSatisfy(isAlive))
        let count = await bench.keeper.sweep(folder, assignmentID: "lost", attempt: 2)
        #expect(count == 2)
        #expect(!left[0...1].contains(where: isAlive))
        #expect(await bench.keeper.sweep(folder, assignmentID: "lost", attempt: 2) == 0)
        // What has cleared its environment and left group and session cannot be told from anybody else's.
        #expect(isAlive(left[2]))
        kill(left[2], SIGKILL)

        // What is watched by a living shim is nothing to sweep.
        #expect(isAlive(otherStart.pid))
        #expect(await bench.keeper.sweep(other, assignmentID: "lost", attempt: 3) == 0)
        #expect(await bench.keeper.find(other) == .running(otherStart))
        await bench.keeper.stop(other)
        _ = await bench.keeper.end(of: other)
        // A lost run is not started again in its folder.
        #expect(try await bench.keeper.start(bench.order("exit 0"), in: folder) == start)
        #expect(await bench.keeper.find(folder) == .lost(start))
    }
    #endif

    @Test func aRunOutlivesItsStarterAndIsAdopted() async throws {
        let bench = try Bench()
        let folder = bench.folder("orphan")
        let starter = try Child([
            try Program.shim()[0], "start", "\(bench.path)/runs", "orphan", bench.path,
            "echo $$ > running; until [ -d go ]; do sleep 0.02; done; echo done; exit 11",
        ])
        let pid = try #require(Int32(try await bench.appears("running").dropLast()))
        kill(starter.pid, SIGKILL)
        try await starter.end()
        let found = try #require(await bench.keeper.find(folder).running)
        #expect(found.pid == pid)
        // Asking to start it again starts nothing.
        #expect(try await bench.keeper.start(bench.order("echo twice > running"), in: folder) == found)
        async let end = bench.keeper.end(of: folder)
        try FileManager.default.createDirectory(atPath: "\(bench.path)/go", withIntermediateDirectories: false)
        let ended = try #require(await end.ended)
        #expect(ended.exitCode == 11)
        #expect(ended.output.stdoutBytes == 5)
        #expect(bench.text("running") == "\(pid)\n")
    }

    @Test func anAdoptedRunCanBeStopped() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let start = try await bench.keeper.start(bench.order("exec sleep 600"), in: folder)
        let second = RunKeeper(shim: try Program.shim(), logger: Bench.logger)
        #expect(await second.find(folder) == .running(start))
        await second.stop(folder)
        let end = try #require(await second.end(of: folder).ended)
        #expect(end.stopped)
        #expect(await bench.keeper.end(of: folder) == .ended(end))
    }

    @Test func ofManyStartsInOneFolderOneRuns() async throws {
        let bench = try Bench()
        let keepers = try (0..<4).map { _ in RunKeeper(shim: try Program.shim(), logger: Bench.logger) }
        for round in 0..<5 {
            let folder = bench.folder("race-\(round)")
            let order = bench.order("echo ran >> race-\(round); exec sleep 600")
            let starts = try await withThrowingTaskGroup(of: RunStart.self) { group in
                for number in 0..<12 { group.addTask { try await keepers[number % 4].start(order, in: folder) } }
                return try await group.reduce(into: Set<RunStart>()) { $0.insert($1) }
            }
            #expect(starts.count == 1)
            #expect(try await bench.appears("race-\(round)") == "ran\n")
            await keepers[0].stop(folder)
            #expect(await keepers[1].end(of: folder).ended?.stopped == true)
            #expect(bench.text("race-\(round)") == "ran\n")
        }
    }

    @Test func lookingDoesNotKeepARunFromStarting() async throws {
        let bench = try Bench()
        for round in 0..<10 {
            let folder = bench.folder("looked-at-\(round)")
            let looking = Task {
                while !Task.isCancelled { _ = await bench.keeper.find(folder) }
            }
            let end = try await bench.end(of: "exit 2", in: folder)
            looking.cancel()
            #expect(end.exitCode == 2)
        }
    }

    @Test(arguments: [
        "", "{", "null", "[]", "{\"ended_at\": \"2026-01-01T00:00:00Z\"}", "\u{0}\u{1}", "{\"agent\": 5}",
    ])
    func rubbishIsNeverTrusted(rubbish: String) async throws {
        let bench = try Bench()
        func write(_ text: String, _ name: String, _ folder: RunFolder) throws {
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            try text.write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8)
        }
        // Something has been here: it may have run, so it does not run again.
        for name in ["started.json", "exit.json"] {
            let folder = bench.folder()
            try write(rubbish, name, folder)
            #expect(await bench.keeper.find(folder) == .lost(nil))
            #expect(await bench.keeper.end(of: folder) == .lost(nil))
            _ = try await bench.keeper.start(bench.order("echo ran > ran"), in: folder)
            #expect(bench.text("ran") == nil)
            #expect(await bench.keeper.sweep(folder, assignmentID: folder.assignmentID, attempt: 1) == 0)
        }
        // Nothing of these says that it has run.
        let folder = bench.folder()
        for name in ["lock", "order.json", "output.index", "result.json", "context.json"] {
            try write(rubbish, name, folder)
        }
        #expect(await bench.keeper.find(folder) == .neverStarted)
        #expect(await bench.keeper.counts(folder) == OutputCounts())
        #expect(try await RunOutput.read(folder, .stdout, after: 0, limit: 10).bytes.isEmpty)
        await bench.keeper.stop(folder)
        #expect(try await bench.end(of: "exit 1", in: folder).exitCode == 1)
    }

    @Test func whatAnAgentWritesIntoItsFolderDeceivesNobody() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let script = """
            cd "$(dirname "$RIF_RESULT_FILE")"
            for name in exit.json lock output.index; do echo '{"ended_at":"nonsense"}' > $name; done
            echo ready > "$HERE/ready"
            until [ -d "$HERE/go" ]; do sleep 0.02; done
            exit 8
            """
        let start = try await bench.keeper.start(bench.order(script), in: folder)
        _ = try await bench.appears("ready")
        #expect(await bench.keeper.find(folder) == .running(start))
        async let end = bench.keeper.end(of: folder)
        try FileManager.default.createDirectory(atPath: "\(bench.path)/go", withIntermediateDirectories: false)
        #expect(await end.ended?.exitCode == 8)
    }

    @Test func aProcessThatGotTheNumberLaterIsNeverHit() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let bystander = try Child(["/bin/sleep", "600"])
        let pid = bystander.pid
        defer { kill(pid, SIGKILL) }
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        let identity = "{\"pid\":\(pid),\"start\":1,\"boot\":\"\(boot.filter { !$0.isWhitespace })\"}"
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let note = "{\"agent\":\(identity),\"shim\":\(identity),\"started_at\":\"2026-01-01T00:00:00Z\"}"
        try note.write(toFile: "\(folder.path)/started.json", atomically: false, encoding: .utf8)
        try identity.write(toFile: "\(folder.path)/lock", atomically: false, encoding: .utf8)
        #expect(await bench.keeper.find(folder).isLost)
        #expect(await bench.keeper.sweep(folder, assignmentID: folder.assignmentID, attempt: 1) == 0)
        await bench.keeper.stop(folder)
        #expect(isAlive(pid))
    }
}

/// A shim whose starter is gone before it began must not begin: somebody else may have decided otherwise meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct LateShimTests {
    @Test func aShimWithoutAStarterBeginsNothing() async throws {
        let bench = try Bench()
        let folder = bench.folder("late")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let order =
            #"{"arguments":["/bin/sh","-c","echo ran > ran"],"directory":"\#(bench.path)","grace_ms":1,"output_limit":10}"#
        try order.write(toFile: folder.orderFile, atomically: true, encoding: .utf8)
        // Descriptor 3 is a pipe that nobody reads any more, as after the starter's end.
        let late = try Child(
            ["/bin/bash", "-c", "exec 3> >(:); wait $!; exec \"$@\"", "bash"] + Program.shim() + [folder.path])
        #expect(try await late.end() == 0)
        #expect(await bench.keeper.find(folder) == .neverStarted)
        #expect(bench.text("ran") == nil)
        // By hand, with no pipe at all, it works.
        try await Child(try Program.shim() + [folder.path]).end()
        #expect(await bench.keeper.find(folder).ended?.exitCode == 0)
        #expect(bench.text("ran") == "ran\n")
    }

    @Test func aShimHearsSignalsThatItsStarterBlocked() async throws {
        let bench = try Bench()
        let folder = bench.folder("masked")
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let order =
            #"{"arguments":["/bin/sh","-c","exit 3"],"directory":"\#(bench.path)","grace_ms":1,"output_limit":10}"#
        try order.write(toFile: folder.orderFile, atomically: true, encoding: .utf8)
        let masked = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT})
            os.execv(sys.argv[1], sys.argv[1:])
            """
        let shim = try Child(["/usr/bin/env", "python3", "-c", masked] + Program.shim() + [folder.path])
        #expect(try await shim.end() == 0)
        #expect(await bench.keeper.find(folder).ended?.exitCode == 3)
    }
}
