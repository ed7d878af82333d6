import Foundation
import RIFAgents
import RIFModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How agents are ended, with everything that they have started.
@Suite(.timeLimit(.minutes(5)))
struct EndingTests {
    @Test func aTimeoutEndsOneThatIgnoresTheRequest() async throws {
        let bench = try Bench()
        let end = try await bench.end(
            of: "trap '' TERM; while true; do sleep 1; done", in: bench.folder(), timeout: .milliseconds(1_500),
            grace: .milliseconds(200))
        #expect(end.timedOut && !end.stopped)
        #expect(end.signal == SIGKILL)
    }

    @Test func aTimeoutLetsOneEndItself() async throws {
        let bench = try Bench()
        let end = try await bench.end(
            of: "trap 'echo cleaned; exit 3' TERM; while true; do sleep 0.05; done", in: bench.folder(),
            timeout: .milliseconds(1_500), grace: .seconds(60))
        #expect(end.timedOut)
        #expect(end.exitCode == 3)
        #expect(end.output.stdoutBytes == 8)
    }

    @Test func stoppingIsARequestFirst() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let script = "trap 'exit 9' TERM; echo ready > ready; while true; do sleep 0.05; done"
        _ = try await bench.keeper.start(bench.order(script, grace: .seconds(60)), in: folder)
        _ = try await bench.appears("ready")
        await bench.keeper.stop(folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.stopped && !end.timedOut)
        #expect(end.exitCode == 9)
        // Where nothing runs there is nothing to stop.
        await bench.keeper.stop(folder)
        await bench.keeper.stop(bench.folder())
        #expect(await bench.keeper.find(folder) == .ended(end))
    }

    @Test func stoppingWhileItStartsStopsIt() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        async let start = bench.keeper.start(bench.order("exec sleep 600"), in: folder)
        // The stop may come before there is anything at all; then it is asked for again.
        let end = try await until { () -> RunEnd? in
            await bench.keeper.stop(folder)
            return await bench.keeper.find(folder).ended
        }
        #expect(end.stopped)
        #expect(try await start.pid >= 0)
    }

    #if os(Linux)
    @Test func descendantsEndWithTheirAgent() async throws {
        let bench = try Bench()
        let script = """
            setsid sh -c 'trap "" TERM; echo $$ > "$HERE/stubborn"; while true; do sleep 1; done' &
            (setsid sh -c 'echo $$ > "$HERE/far"; exec env -i sleep 600' &)
            sh -c 'echo $$ > "$HERE/near"; exec sleep 600' &
            until [ -s "$HERE/stubborn" ] && [ -s "$HERE/far" ] && [ -s "$HERE/near" ]; do sleep 0.01; done
            exit 4
            """
        let end = try await bench.end(of: script, in: bench.folder(), grace: .milliseconds(300))
        #expect(end.exitCode == 4)
        for name in ["stubborn", "far", "near"] {
            let pid = try #require(bench.text(name).flatMap { Int32($0.dropLast()) })
            #expect(!isAlive(pid), "\(name)")
        }
    }

    @Test func aStopReachesSessionsOfTheirOwn() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let script = """
            trap '' TERM
            setsid sh -c 'trap "" TERM; echo $$ > "$HERE/far"; while true; do sleep 1; done' &
            while true; do sleep 1; done
            """
        _ = try await bench.keeper.start(bench.order(script, grace: .milliseconds(100)), in: folder)
        let far = try #require(Int32(try await bench.appears("far").dropLast()))
        await bench.keeper.stop(folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.stopped && end.signal == SIGKILL)
        #expect(!isAlive(far))
    }

    @Test func aDaemonThatKeepsThePipeDoesNotKeepTheRun() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let end = try await bench.end(
            of: "setsid sh -c 'echo $$ > \"$HERE/daemon\"; while true; do echo more; sleep 0.01; done' & "
                + "until [ -s \"$HERE/daemon\" ]; do sleep 0.01; done; echo last; exit 0", in: folder)
        #expect(end.exitCode == 0)
        let read = try await RunOutput.read(folder, .stdout, after: 0, limit: 1 << 20)
        #expect(String(decoding: read.bytes, as: UTF8.self).contains("last\n"))
        let daemon = try #require(bench.text("daemon").flatMap { Int32($0.dropLast()) })
        #expect(!isAlive(daemon))
    }
    #endif

    @Test func waitingForAnEndCanBeCancelled() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let start = try await bench.keeper.start(bench.order("exec sleep 600"), in: folder)
        let waiting = Task { await bench.keeper.end(of: folder) }
        waiting.cancel()
        #expect(await waiting.value == .running(start))
        await bench.keeper.stop(folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.signal == SIGTERM)
    }
}
