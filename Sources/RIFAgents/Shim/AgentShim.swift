import CProcess
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The process that stands between the orchestrator and one agent: `rif agent-shim FOLDER`.
///
/// It outlives the orchestrator, so that an agent's output and end are noted whoever is there to read them. It is
/// single-threaded, reads everything that it needs from its folder, and holds the folder's lock for its life.
public enum AgentShim {
    /// The hidden first argument of `rif`.
    public static let command = "agent-shim"

    /// Runs the order of a folder to its end and ends the process. Call it before anything else is set up.
    ///
    /// - Parameter arguments: what follows the command: the folder.
    public static func main(_ arguments: [String]) -> Never {
        guard arguments.count == 1, arguments[0].hasPrefix("/") else {
            let words = "rif \(command): expected the absolute path of a run's folder. It is called by rif itself.\n"
            try? Files.write(Array(words.utf8), to: STDERR_FILENO)
            _exit(2)
        }
        rif_close_from(firstForeign)
        let ready = Ready()
        // Relative to nothing: the folder it was started in may be removed.
        chdir("/")
        run(RunFolder(path: arguments[0]), ready)
        _exit(0)
    }

    /// The last descriptor that the one who starts a shim gives it.
    private static let firstForeign: Int32 = 4

    private static func run(_ folder: RunFolder, _ ready: Ready) {
        var signals: Int32 = -1
        let code = rif_signals_begin(&signals)
        guard code == 0 else { return ready.fail("catch signals: \(Files.words(of: code))") }

        let lock: Int32
        switch RunLock.takeForLife(folder) {
        case .taken(let descriptor): lock = descriptor
        case .heldByAnother: return ready.wasSecond()
        case .failed(let failure): return ready.fail(failure.words)
        }
        let identity = ProcessIdentity(of: getpid())
        RunLock.sign(lock, as: identity)
        // Whatever they hold: something has been here, and nothing is started twice.
        if Files.exists(folder.startFile) || Files.exists(folder.endFile) { return }
        // Somebody may have taken stock between the end of our starter and our lock, and decided otherwise. After the
        // lock this cannot happen any more.
        if ready.isStarterGone { return }
        _ = rif_become_subreaper()

        var ending: EndNote
        var output: OutputWriter
        do {
            ending = try EndNote(folder)
            let order = ShimOrder(Files.readObject(folder.orderFile, limit: 16 << 20))
            output = try OutputWriter(folder, limit: order?.outputLimit ?? 2)
            guard let order else {
                ending.startError = "order.json in the run's folder is missing or cannot be read"
                ending.write(output.index.counts)
                return
            }
            guard let child = try start(order, folder, lock, identity, &ending) else {
                ending.write(output.index.counts)
                return
            }
            ready.started()
            var loop = ShimLoop(child: child, order: order, signals: signals, output: output, ending: ending)
            loop.run()
            ending = loop.ending
            output = loop.output
        } catch {
            return ready.fail(error.words)
        }
        output.sync()
        syncResult(folder)
        ending.write(output.index.counts)
    }

    /// Forks the agent, notes durably that it starts, and lets it go.
    ///
    /// - Returns: nil where it could not be forked; `ending` says why.
    private static func start(
        _ order: ShimOrder, _ folder: RunFolder, _ lock: Int32, _ identity: ProcessIdentity, _ ending: inout EndNote
    ) throws(Files.Failure) -> rif_child? {
        var child = rif_child()
        var arguments: [UnsafeMutablePointer<CChar>?] = order.arguments.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        let code = rif_child_fork(&child, &arguments, order.directory, lock)
        guard code == 0 else {
            ending.startError = "no process could be made: \(Files.words(of: code))"
            return nil
        }
        let startedAt = Clocks.wall()
        let note = StartNote(agent: ProcessIdentity(of: child.pid), shim: identity, startedAt: startedAt)
        do {
            try Files.replace(folder.startFile, with: Array(note.json.compact.utf8), isDurable: true)
        } catch {
            // What is not noted must not run. It has not executed anything, so the folder may be used again.
            kill(child.pid, SIGKILL)
            unlink(folder.startFile)
            unlink(folder.reservedEndFile)
            throw error
        }
        ending.startedAt = startedAt
        rif_child_release(&child)
        return child
    }

    /// The agent's result must not get lost where its end is kept.
    private static func syncResult(_ folder: RunFolder) {
        guard let descriptor = try? Files.open(folder.resultFile, O_RDONLY | O_NONBLOCK | O_NOCTTY) else { return }
        if Files.isRegular(descriptor) { fsync(descriptor) }
        close(descriptor)
    }
}

/// Tells the one who started the shim how far it has come: by the pipe that it got as descriptor 3.
struct Ready {
    /// Another shim was there first.
    static let second = Array("second".utf8)

    /// -1 where the shim was started by hand.
    private let descriptor: Int32

    init() {
        descriptor = fcntl(3, F_SETFD, FD_CLOEXEC) == 0 ? 3 : -1
    }

    /// Whether the one who would have read this has ended.
    var isStarterGone: Bool {
        var end = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&end, 1, 0) > 0 && end.revents & Int16(POLLERR) != 0
    }

    func started() { finish(Array("started".utf8)) }

    func wasSecond() { finish(Self.second) }

    func fail(_ words: String) { finish(Array(words.utf8.prefix(1_000))) }

    private func finish(_ bytes: [UInt8]) {
        guard descriptor >= 0 else { return }
        try? Files.write(bytes, to: descriptor)
        close(descriptor)
    }
}

/// The note of the end. Its space on the disk is taken at the beginning.
struct EndNote {
    private let folder: RunFolder
    private let file: Int32
    var startedAt: Timestamp?
    var exitCode: Int32?
    var signal: Int32?
    var timedOut = false
    var stopped = false
    var startError: String?

    private static let size = 4 << 10

    init(_ folder: RunFolder) throws(Files.Failure) {
        self.folder = folder
        file = try Files.open(folder.reservedEndFile, O_RDWR | O_CREAT | O_TRUNC)
        try Files.write([UInt8](repeating: UInt8(ascii: " "), count: Self.size), to: file)
        // Only then is the space really there, with file systems that give it late.
        guard fsync(file) == 0 else { throw Files.Failure(code: errno, what: "reserve space for the end") }
    }

    /// Notes the end durably. Tries for a minute, then gives up: the run counts as lost, which is true.
    func write(_ counts: OutputCounts) {
        let end = RunEnd(
            startedAt: startedAt, endedAt: Clocks.wall(), exitCode: exitCode, signal: signal, timedOut: timedOut,
            stopped: stopped, startError: startError.map { String($0.prefix(500)) }, output: counts)
        var bytes = Array(end.json.compact.utf8)
        bytes += [UInt8](repeating: UInt8(ascii: "\n"), count: max(1, Self.size - bytes.count))
        for _ in 0..<60 {
            let count = bytes.withUnsafeBytes { buffer in
                Files.retrying { pwrite(file, buffer.baseAddress, buffer.count, 0) }
            }
            if count == bytes.count, fsync(file) == 0, rename(folder.reservedEndFile, folder.endFile) == 0 {
                try? Files.syncFolder(folder.path)
                return
            }
            sleep(1)
        }
    }
}
