import Dispatch
import KillNotes
import Synchronization
import Testing

/// A `KillWriter` of our own: started, listened to, told what to do, killed.
final class Child {
    let pid: pid_t
    private(set) var notes: [Note] = []
    private var stream: AsyncStream<Note>.Iterator
    private let input: Int32
    private let end: Ending

    /// How the process ended, once it did.
    final class Ending: Sendable {
        let status = Mutex<Int32?>(nil)
    }

    /// - Parameters:
    ///   - environment: what is set for it beyond our own environment.
    ///   - runner: a command that runs it, such as one that takes rights away.
    init(
        _ mode: String, _ database: String, _ arguments: [String] = [], environment: [String: String] = [:],
        runner: [String] = []
    ) throws {
        var output: [Int32] = [0, 0]
        var control: [Int32] = [0, 0]
        try #require(pipe(&output) == 0 && pipe(&control) == 0)
        for descriptor in output + control { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        pid = try Self.spawn(
            runner + [Self.program, mode, database] + arguments, environment, input: control[0], output: output[1])
        close(output[1])
        close(control[0])
        input = control[1]
        let (stream, continuation) = AsyncStream.makeStream(of: Note.self)
        self.stream = stream.makeAsyncIterator()
        let end = Ending()
        self.end = end
        let (source, child) = (output[0], pid)
        // Reading blocks, so it has a thread of its own.
        DispatchQueue(label: "child \(pid)").async {
            var rest: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let got = buffer.withUnsafeMutableBytes { systemRead(source, $0.baseAddress, $0.count) }
                if got <= 0 { break }
                rest += buffer.prefix(got)
                while let newline = rest.firstIndex(of: 10) {
                    let line = String(decoding: rest[..<newline], as: UTF8.self)
                    continuation.yield(Note(line: line) ?? .wrong("cannot be read: \(line)"))
                    rest.removeFirst(newline + 1)
                }
            }
            if !rest.isEmpty { continuation.yield(.wrong("half a note: \(String(decoding: rest, as: UTF8.self))")) }
            close(source)
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            end.status.withLock { $0 = status }
            continuation.finish()
        }
    }

    deinit {
        close(input)
        if end.status.withLock({ $0 }) == nil { kill() }
    }

    /// The next note; none at the end of the process.
    func next() async -> Note? {
        guard let note = await stream.next(isolation: #isolation) else { return nil }
        notes.append(note)
        return note
    }

    /// Reads on until a note of a kind comes; false where the process ends before.
    @discardableResult
    func read(until isWanted: (Note) -> Bool) async -> Bool {
        while let note = await next() { if isWanted(note) { return true } }
        return false
    }

    func kill() { _ = systemKill(pid, SIGKILL) }

    /// One line on its standard input.
    func send(_ line: String) { _ = (line + "\n").withCString { write(input, $0, strlen($0)) } }

    /// Reads what is left, and waits for the end.
    @discardableResult
    func finish() async -> Ended {
        while await next() != nil {}
        let status = end.status.withLock { $0 } ?? -1
        return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
    }

    enum Ended: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    // MARK: - Starting

    /// The built program lies beside the tests'.
    private static let program: String = {
        let mine = CommandLine.arguments.compactMap { argument -> String? in
            guard let range = argument.firstRange(of: ".xctest") else { return nil }
            let bundle = argument[..<range.lowerBound]
            return bundle.lastIndex(of: "/").map { String(bundle[..<$0]) }
        }
        return (mine.first ?? ".build/debug") + "/KillWriter"
    }()

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], input: Int32, output: Int32
    ) throws -> pid_t {
        var actions = makeActions()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        var all: [String] = []
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if environment[String(name)] == nil { all.append(text) }
            pointer += 1
        }
        all += environment.map { "\($0)=\($1)" }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = all.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, arguments[0], &actions, nil, argv, envp) == 0, "\(arguments[0]) is not built")
        return pid
    }

    #if canImport(Darwin)
    private static func makeActions() -> posix_spawn_file_actions_t? { nil }
    #else
    private static func makeActions() -> posix_spawn_file_actions_t { posix_spawn_file_actions_t() }
    #endif
}

// `kill` and `read` are also methods of ours; these are the system's.
private let systemKill: @Sendable (pid_t, Int32) -> Int32 = { kill($0, $1) }
private let systemRead: @Sendable (Int32, UnsafeMutableRawPointer?, Int) -> Int = { read($0, $1, $2) }
