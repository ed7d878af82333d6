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

/// How agents start, and how they end by themselves.
@Suite(.timeLimit(.minutes(5)))
struct RunTests {
    @Test func anEndWithACodeIsNotedWithItsOutput() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        #expect(await bench.keeper.find(folder) == .neverStarted)
        let start = try await bench.keeper.start(bench.order("echo out; echo err >&2; exit 7"), in: folder)
        #expect(start.pid > 1)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.exitCode == 7)
        #expect(end.signal == nil && end.startError == nil && !end.timedOut && !end.stopped)
        #expect(end.startedAt == start.startedAt && end.endedAt >= start.startedAt)
        #expect(end.output.stdoutBytes == 4 && end.output.stderrBytes == 4 && !end.output.truncated)
        #expect(end.output == (await bench.keeper.counts(folder)))
        let read = try await RunOutput.read(folder, .stderr, after: 0, limit: 100)
        #expect(String(decoding: read.bytes, as: UTF8.self) == "err\n")
        #expect(read.next == 4)
    }

    @Test func anEndBySignalIsNotedAsOne() async throws {
        let bench = try Bench()
        let end = try await bench.end(of: "kill -SEGV $$", in: bench.folder())
        #expect(end.signal == SIGSEGV)
        #expect(end.exitCode == nil && !end.stopped && !end.timedOut)
    }

    @Test func anAgentGetsItsEnvironmentAndNothingOfOurs() async throws {
        let bench = try Bench()
        let folder = bench.folder("a/../b", attempt: 3)
        setenv("RIF_TEST_LEAK", "1", 1)
        let end = try await bench.end(
            of: "env > variables; pwd > directory; cat > input; ls -l /proc/self/fd > descriptors; exit 0", in: folder)
        #expect(end.exitCode == 0)
        let variables = Set((bench.text("variables") ?? "").split(separator: "\n").map(String.init))
        #expect(variables.contains("RIF_ASSIGNMENT_ID=a/../b"))
        #expect(variables.contains("RIF_ATTEMPT=3"))
        #expect(variables.contains("RIF_RESULT_FILE=\(folder.resultFile)"))
        #expect(variables.contains("RIF_CONTEXT_FILE=\(folder.contextFile)"))
        #expect(variables.contains("HERE=\(bench.path)"))
        #expect(!variables.contains { $0.hasPrefix("RIF_TEST_LEAK") })
        #expect(bench.text("directory") == bench.path + "\n")
        #expect(bench.text("input") == "")
        #if os(Linux)
        // Standard input, output, error, and the listing's own.
        let descriptors = (bench.text("descriptors") ?? "").split(separator: "\n").filter { $0.contains("->") }
        #expect(descriptors.count == 4, "\(descriptors)")
        #endif
        // An id is a name in the folder, and leads nowhere else.
        #expect(folder.path == "\(bench.path)/runs/a%2F%2E%2E%2Fb/3")
    }

    @Test func folderAndFilesAreForUsAlone() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        var order = bench.order("cat \"$RIF_CONTEXT_FILE\"; echo >&2")
        order.context = ["key": "a secret"]
        order.environment["TOKEN"] = "very-secret"
        _ = try await bench.keeper.start(order, in: folder)
        _ = await bench.keeper.end(of: folder)
        let read = try await RunOutput.read(folder, .stdout, after: 0, limit: 100)
        #expect(String(decoding: read.bytes, as: UTF8.self) == "{\"key\":\"a secret\"}")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let path = "\(folder.path)/\(name)"
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
            let text = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            #expect(!text.contains("very-secret"), "\(name)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test(arguments: [
        (["no-such-program-of-ours"], "cannot start \"no-such-program-of-ours\": no such program in PATH"),
        (["./none"], "cannot start \"./none\": it, or the interpreter that its first line names, does not exist"),
        (["/"], "cannot start \"/\": Permission denied"),
    ])
    func aProgramThatCannotBeExecutedIsAnEndThatSaysWhy(command: [String], words: String) async throws {
        let bench = try Bench()
        let folder = bench.folder()
        var order = bench.order("")
        order.arguments = command
        _ = try await bench.keeper.start(order, in: folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        #expect(end.startError == words)
        #expect(end.exitCode == nil && end.signal == nil)
    }

    @Test func aMissingDirectoryIsAnEndThatSaysWhy() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        var order = bench.order("true")
        order.directory = "\(bench.path)/none"
        _ = try await bench.keeper.start(order, in: folder)
        let end = try #require(await bench.keeper.end(of: folder).ended)
        let words = try #require(end.startError)
        #expect(words.hasPrefix("cannot work in") && words.hasSuffix("No such file or directory"))
    }

    @Test func ordersThatNoSystemCanStartAreRefused() async throws {
        let bench = try Bench()
        var orders: [(RunOrder, String)] = []
        var order = bench.order("true")
        order.arguments = []
        orders.append((order, "command"))
        order.arguments = ["a\0b"]
        orders.append((order, "command"))
        order = bench.order("true")
        order.directory = "relative"
        orders.append((order, "directory"))
        order = bench.order("true")
        order.environment["A=B"] = "1"
        orders.append((order, "environment"))
        for (order, field) in orders {
            let error = await #expect(throws: RIFError.self) { try await bench.keeper.start(order, in: bench.folder()) }
            #expect(error?.field == field)
        }
    }

    @Test func aShimThatCannotBeStartedIsAnErrorAndLeavesTheFolderFree() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        for shim in [["\(bench.path)/none"], ["/bin/false"]] {
            let keeper = RunKeeper(shim: shim, logger: Bench.logger)
            let error = await #expect(throws: RIFError.self) {
                try await keeper.start(bench.order("true"), in: folder)
            }
            #expect(error?.code == .internal)
            #expect(await keeper.find(folder) == .neverStarted)
        }
        let end = try await bench.end(of: "exit 5", in: folder)
        #expect(end.exitCode == 5)
    }

    @Test func hundredsRunAtOnce() async throws {
        let bench = try Bench()
        let folders = (0..<200).map { bench.folder("many-\($0)") }
        let codes = try await withThrowingTaskGroup(of: Int32?.self) { group in
            for (number, folder) in folders.enumerated() {
                // Each waits for the last one, so that all of them are there together.
                let script =
                    number == 199
                    ? "mkdir \"$HERE/go\"; exit 1" : "until [ -d \"$HERE/go\" ]; do sleep 0.2; done; exit 1"
                group.addTask { try await bench.end(of: script, in: folder).exitCode }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count == 200)
        #expect(codes.allSatisfy { $0 == 1 })
    }
}
