import Foundation
import RIFAgents
import RIFModel
import Testing

/// What is kept of an agent's output.
@Suite(.timeLimit(.minutes(5)))
struct OutputTests {
    private func all(_ folder: RunFolder, _ stream: RunStream) async throws -> (
        head: [UInt8], tail: [UInt8]
    ) {
        var pieces: [[UInt8]] = [[]]
        var offset: Int64 = 0
        while true {
            let (bytes, next) = try await RunOutput.read(folder, stream, after: offset, limit: 1 << 20)
            if bytes.isEmpty { break }
            if next - Int64(bytes.count) > offset { pieces.append([]) }
            pieces[pieces.count - 1] += bytes
            offset = next
        }
        return (pieces[0], pieces.count > 1 ? pieces[1] : [])
    }

    @Test func aFloodIsCountedAndItsBeginningAndEndAreKept() async throws {
        let bench = try Bench()
        // 13 million numbers are 109 MB.
        let folder = bench.folder()
        let end = try await bench.end(of: "seq 1 13000000; echo only >&2", in: folder)
        #expect(end.exitCode == 0)
        #expect(end.output.stdoutBytes == 105_888_897)
        #expect(end.output.truncated)
        let half = 8 << 20
        let expected = try await bench.end(
            of: "seq 1 13000000 | head -c \(half) > head; seq 1 13000000 | tail -c \(half) > tail", in: bench.folder())
        #expect(expected.exitCode == 0)
        let (head, tail) = try await all(folder, .stdout)
        // Not in the expectation itself: a failure would print megabytes.
        let headIsRight = try Data(head) == Data(contentsOf: URL(filePath: "\(bench.path)/head"))
        let tailIsRight = try Data(tail) == Data(contentsOf: URL(filePath: "\(bench.path)/tail"))
        #expect(headIsRight && tailIsRight)
        let sizes = try ["stdout", "stdout.tail"].map {
            try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\($0)")[.size] as? Int ?? 0
        }
        #expect(sizes.allSatisfy { $0 <= half + 64 << 10 })
    }

    @Test func readingGoesOnBehindTheGap() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        var order = bench.order("printf abcdefghijklmnopqrstuvwxyz")
        order.outputLimit = 10
        _ = try await bench.keeper.start(order, in: folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.output.stdoutBytes == 26 && end.output.truncated)
        func text(_ after: Int64, _ limit: Int) async throws -> (String, Int64) {
            let read = try await RunOutput.read(folder, .stdout, after: after, limit: limit)
            return (String(decoding: read.bytes, as: UTF8.self), read.next)
        }
        #expect(try await text(0, 100) == ("abcde", 5))
        #expect(try await text(3, 1) == ("d", 4))
        #expect(try await text(5, 100) == ("vwxyz", 26))
        #expect(try await text(12, 2) == ("vw", 23))
        #expect(try await text(23, 100) == ("xyz", 26))
        #expect(try await text(26, 100) == ("", 26))
        #expect(try await text(99, 100) == ("", 26))
        await #expect(throws: RIFError.self) { try await text(-1, 1) }
        await #expect(throws: RIFError.self) { try await text(0, -1) }
    }

    @Test func outputIsThereWhileTheAgentRuns() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        _ = try await bench.keeper.start(
            bench.order("echo one; until [ -d go ]; do sleep 0.02; done; echo two"), in: folder)
        let first = try await until { () -> (bytes: [UInt8], next: Int64)? in
            let read = try await RunOutput.read(folder, .stdout, after: 0, limit: 100)
            return read.bytes.isEmpty ? nil : read
        }
        #expect(first.bytes == Array("one\n".utf8))
        #expect(await bench.keeper.counts(folder).stdoutBytes == 4)
        try FileManager.default.createDirectory(atPath: "\(bench.path)/go", withIntermediateDirectories: false)
        _ = await bench.keeper.end(of: folder)
        let second = try await RunOutput.read(folder, .stdout, after: first.next, limit: 100)
        #expect(second.bytes == Array("two\n".utf8))
    }

    /// Its shims may make no file larger, which is how a full disk looks to them.
    private func limited(_ bench: Bench, kibibytes: Int) throws -> RunKeeper {
        let program = bench.path + "/limited"
        let script = "#!/bin/bash\nulimit -f \(kibibytes)\nexec '\(try Program.shim()[0])' \"$@\"\n"
        try script.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        return RunKeeper(shim: [program, AgentShim.command], logger: Bench.logger)
    }

    @Test func nothingRunsWhoseStartCannotBeNoted() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let keeper = try limited(bench, kibibytes: 0)
        let error = await #expect(throws: RIFError.self) {
            try await keeper.start(bench.order("echo ran > ran"), in: folder)
        }
        #expect(error?.diagnosis?.hasSuffix("File too large") == true, "\(String(describing: error))")
        #expect(await keeper.find(folder) == .neverStarted)
        #expect(bench.text("ran") == nil)
        // With space again the folder is as good as new.
        #expect(try await bench.end(of: "echo ran > ran; exit 1", in: folder).exitCode == 1)
    }

    @Test func outputThatCannotBeWrittenIsCountedAndEndsNothing() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let keeper = try limited(bench, kibibytes: 64)
        _ = try await keeper.start(bench.order("seq 1 200000; exit 6"), in: folder)
        let end = try #require(await keeper.end(of: folder).ended)
        #expect(end.exitCode == 6)
        #expect(end.output.stdoutBytes == 1_288_895)
        #expect(end.output.truncated)
        let read = try await RunOutput.read(folder, .stdout, after: 0, limit: 1 << 20)
        #expect(read.bytes.count == 64 << 10)
        #expect(read.bytes.starts(with: Array("1\n2\n3\n".utf8)))
    }
}
