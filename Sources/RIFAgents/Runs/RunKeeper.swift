import CProcess
public import Logging
public import RIFModel
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Starts agents, watches them, and finds them again after a crash of ours.
///
/// Each attempt runs under a shim of its own (`AgentShim`), which outlives this process. What has become of a run is
/// judged by its folder only, by its lock above all: so every keeper, in whatever process, comes to the same answer.
/// Waiting costs neither a thread per run nor a busy loop; all calls that block happen on threads of this room.
public final class RunKeeper: Sendable {
    private let shim: [String]
    let logger: Logger
    let queues = WorkQueues.shared
    /// Folders whose shim is on its way.
    private let starting = Mutex<[RunFolder: Int]>([:])

    /// - Parameter shim: program (an absolute path) and leading arguments that start `AgentShim.main`, such as the path
    ///   of `rif` and `AgentShim.command`.
    public init(shim: [String], logger: Logger) {
        self.shim = shim
        self.logger = logger
    }

    // MARK: - Starting

    /// Starts an agent in its folder and returns when that is durably noted, or when it is noted that it could not be.
    ///
    /// It gets `RIF_ASSIGNMENT_ID`, `RIF_ATTEMPT`, `RIF_CONTEXT_FILE` and `RIF_RESULT_FILE` besides its environment.
    /// Nothing is ever started twice in one folder: where something ran there already, this returns its start. A
    /// program that cannot be executed is no error here; the run's end says why. Not cancellable: it takes
    /// milliseconds.
    ///
    /// - Throws: `invalid_request` for an order that no system can start, `storage_unavailable` where the folder cannot
    ///   be written, `internal` where the shim cannot be started. Then nothing has run, and the folder may be used again.
    public func start(_ order: RunOrder, in folder: RunFolder) async throws(RIFError) -> RunStart {
        try order.check()
        starting.withLock { $0[folder, default: 0] += 1 }
        defer {
            starting.withLock { starting in
                starting[folder] = (starting[folder] ?? 1) - 1
                if starting[folder] == 0 { starting[folder] = nil }
            }
        }
        guard case .neverStarted = await find(folder) else { return try await outcome(of: folder, words: []) }
        let shim = self.shim
        var words: [UInt8] = []
        for _ in 0..<100 {
            let launch = try await queues.run { () throws(RIFError) -> Launch in
                try Self.prepare(order, folder)
                return try Self.launch(shim, order, folder)
            }
            // It is our child: it has to be waited for, or it stays in the system's table when it has ended.
            reap(launch.pid)
            words = await Self.words(of: launch)
            // One that was first and then began nothing, since its starter had been killed, left the place to us.
            guard words == Ready.second, case .neverStarted = await find(folder) else { break }
        }
        return try await outcome(of: folder, words: words)
    }

    /// What a shim says when it has started its agent, or gives up.
    private static func words(of launch: Launch) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            DescriptorWatch.shared.add(launch.ready) { _ in
                // Once: it says all at once, and waiting for more would hold up everybody else.
                var words = [UInt8](repeating: 0, count: 1_000)
                let count = Files.retrying { read(launch.ready, &words, words.count) }
                continuation.resume(returning: Array(words.prefix(max(0, count))))
            }
        }
    }

    private func outcome(of folder: RunFolder, words: [UInt8]) async throws(RIFError) -> RunStart {
        // Where another shim came first, it may not have noted its start yet; it will within a moment.
        for _ in 0..<3_000 {
            let (finding, note) = await queues.run {
                (Self.look(folder), StartNote(Files.readObject(folder.startFile)))
            }
            switch (finding, note) {
            case (.neverStarted, _): throw shimFailure(folder, words)
            case (_, let note?): return note.start
            case (.ended(let end), nil): return RunStart(pid: 0, startedAt: end.endedAt)
            case (.lost, nil): return RunStart(pid: 0, startedAt: Clocks.wall())
            case (.running, nil): await queues.pause(milliseconds: 10)
            }
        }
        return RunStart(pid: 0, startedAt: Clocks.wall())
    }

    private func shimFailure(_ folder: RunFolder, _ words: [UInt8]) -> RIFError {
        let text = String(decoding: words, as: UTF8.self)
        logger.error(
            "an agent's shim ended before it started it",
            metadata: ["folder": "\(folder.path)", "words": "\(text)", "shim": "\(shim.first ?? "")"])
        return RIFError(
            .internal, "the process that watches an agent ended before it could start it",
            diagnosis: "\(shim.joined(separator: " ")) \(folder.path): \(text.isEmpty ? "it said nothing" : text)")
    }

    private static func prepare(_ order: RunOrder, _ folder: RunFolder) throws(RIFError) {
        do {
            try Files.makeFolder(folder.path)
            try Files.replace(folder.contextFile, with: Array(order.context.compact.utf8), isDurable: false)
            try Files.replace(folder.orderFile, with: Array(ShimOrder(order).json.compact.utf8), isDurable: false)
        } catch {
            throw RIFError(
                .storageUnavailable, "the folder of an agent's run cannot be written: \(Files.words(of: error.code))",
                diagnosis: error.words)
        }
    }

    private struct Launch {
        let pid: Int32
        let ready: Int32
    }

    private static func launch(_ shim: [String], _ order: RunOrder, _ folder: RunFolder) throws(RIFError) -> Launch {
        var ends: [Int32] = [-1, -1]
        var code = rif_pipe(&ends)
        guard code == 0 else { throw failure(code, shim) }
        defer { close(ends[1]) }
        var environment = order.environment
        environment["RIF_ASSIGNMENT_ID"] = folder.assignmentID
        environment["RIF_ATTEMPT"] = String(folder.attempt)
        environment["RIF_CONTEXT_FILE"] = folder.contextFile
        environment["RIF_RESULT_FILE"] = folder.resultFile
        var arguments: [UnsafeMutablePointer<CChar>?] = (shim + [folder.path]).map { strdup($0) }
        arguments.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
        variables.append(nil)
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        code = rif_spawn_detached(&pid, &arguments, &variables, ends[1])
        guard code == 0 else {
            close(ends[0])
            throw failure(code, shim)
        }
        return Launch(pid: pid, ready: ends[0])
    }

    private static func failure(_ code: Int32, _ shim: [String]) -> RIFError {
        RIFError(
            .internal, "the process that watches an agent cannot be started: \(Files.words(of: code))",
            diagnosis: "cannot start \(shim.first ?? "nothing"): \(Files.words(of: code))")
    }

    private func reap(_ pid: Int32) {
        let descriptor = rif_pidfd_open(pid)
        if descriptor >= 0 {
            DescriptorWatch.shared.add(descriptor) { _ in _ = waitpid(pid, nil, WNOHANG) }
            return
        }
        // A system without descriptors for processes.
        Task { [logger] in
            while waitpid(pid, nil, WNOHANG) == 0 {
                do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
            }
            logger.trace("a shim was waited for", metadata: ["pid": "\(pid)"])
        }
    }

    func isStarting(_ folder: RunFolder) -> Bool { starting.withLock { $0[folder] != nil } }
}
