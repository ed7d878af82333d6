import Foundation
import Logging
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

/// A folder of a test's own with everything to start agents in it; removed at the end, and what it started with it.
final class Bench: Sendable {
    let path: String
    let keeper: RunKeeper

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rif-agents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
        keeper = RunKeeper(shim: try Program.shim(), logger: Self.logger)
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func folder(_ id: String = UUID().uuidString, attempt: Int = 1) -> RunFolder {
        RunFolder(root: "\(path)/runs", assignmentID: id, attempt: attempt)
    }

    /// An order that runs a script with /bin/sh in the bench's folder.
    func order(_ script: String, timeout: Duration? = nil, grace: Duration = .seconds(10)) -> RunOrder {
        RunOrder(
            arguments: ["/bin/sh", "-c", script], directory: path,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HERE": path], timeout: timeout, gracePeriod: grace)
    }

    /// Starts a script and waits for its end.
    func end(of script: String, in folder: RunFolder, timeout: Duration? = nil, grace: Duration = .seconds(10))
        async throws -> RunEnd
    {
        _ = try await keeper.start(order(script, timeout: timeout, grace: grace), in: folder)
        return try #require(await keeper.end(of: folder).ended)
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    /// Waits until a file is there and not empty. An agent tells with it how far it has come.
    func appears(_ name: String) async throws -> String {
        try await until { self.text(name).flatMap { $0.hasSuffix("\n") ? $0 : nil } }
    }
}

extension RunFinding {
    var ended: RunEnd? { if case .ended(let end) = self { end } else { nil } }
    var running: RunStart? { if case .running(let start) = self { start } else { nil } }
    var isLost: Bool { if case .lost = self { true } else { false } }
}

/// Asks again and again until there is an answer: for what another process does and nobody reports.
func until<Value>(_ what: () async throws -> Value?) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(60)
    while clock.now < deadline {
        if let value = try await what() { return value }
        // clock: another process reports by a file only.
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverCame()
}

struct NeverCame: Error {}

/// A process that a test starts itself. Not Foundation's, which waits for all of its children on one thread: a child that
/// closes what it inherited, as a shim does, holds that thread up until it ends.
final class Child: Sendable {
    let pid: pid_t

    init(_ arguments: [String]) throws {
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var started: pid_t = 0
        let failure = posix_spawn(&started, arguments[0], nil, nil, &words, environ)
        guard failure == 0 else { throw NotStarted(code: failure) }
        pid = started
    }

    struct NotStarted: Error { var code: Int32 }

    /// Waits for its end.
    ///
    /// - Returns: its exit code; none where a signal ended it.
    @discardableResult
    func end() async throws -> Int32? {
        try await until { () -> Int32?? in
            var status: Int32 = 0
            guard waitpid(self.pid, &status, WNOHANG) == self.pid else { return nil }
            return .some(status & 0x7F == 0 ? status >> 8 & 0xFF : nil)
        }
    }
}

func isAlive(_ pid: Int32) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    // One that has ended and waits to be waited for is there, but does nothing any more.
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
    else { return false }
    return !text[end...].hasPrefix(") Z")
}

enum Program {
    /// The built program whose hidden command is the shim: beside the tests.
    static func shim() throws -> [String] {
        var candidates = [Bundle.main.bundlePath]
        if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            candidates.append((link as NSString).deletingLastPathComponent)
        }
        for argument in CommandLine.arguments { candidates.append((argument as NSString).deletingLastPathComponent) }
        for folder in candidates {
            let program = "\(folder)/ShimHost"
            if FileManager.default.isExecutableFile(atPath: program) { return [program, AgentShim.command] }
        }
        throw NeverCame()
    }
}
