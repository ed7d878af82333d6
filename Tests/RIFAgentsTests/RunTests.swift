import Foundation
import RIFAgents
import RIFModel
import Testing

/// How agents start and end under a shim of their own.
@Suite(.timeLimit(.minutes(5)))
struct RunTests {
    @Test func anEndWithACodeIsNotedWithItsOutput() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let before = await bench.keeper.find(folder)
        #expect(before == .neverStarted)
        let start = try await bench.keeper.start(bench.order("echo out; echo err >&2; exit 7"), in: folder)
        #expect(start.pid > 1)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.exitCode == 7)
        #expect(end.signal == nil && end.startError == nil && !end.timedOut && !end.stopped)
        #expect(end.startedAt == start.startedAt)
        #expect(end.output.stdoutBytes == 4 && end.output.stderrBytes == 4 && !end.output.truncated)
        let read = try await RunOutput.read(folder, .stderr, after: 0, limit: 100)
        #expect(String(decoding: read.bytes, as: UTF8.self) == "err\n")
        #expect(read.next == 4)
    }
}
