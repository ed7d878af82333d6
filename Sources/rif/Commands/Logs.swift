import ArgumentParser
import RIFAgents
import RIFOrchestrator
import RIFStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Raw output is read from the run folder by the process that was typed: it lies in files, and may be of any size.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what an agent has put out.",
        discussion: """
            Raw bytes, as the agent wrote them. Of a long output the first and the last 8 MiB are kept.

            Examples:
              rif logs 0198c0de-…
              rif logs 0198c0de-… -f               # follow until it ends
              rif logs 0198c0de-… --stderr --attempt 1
            """)

    @Argument(help: "The assignment's id, or an unambiguous beginning of it.")
    var assignment: String

    @Flag(name: [.customShort("f"), .long], help: "Go on until the agent has ended.")
    var follow = false

    @Flag(help: "What it wrote to standard error.")
    var stderr = false

    @Option(
        parsing: .unconditional, help: ArgumentHelp("An earlier attempt, from 1. (default: the newest)", valueName: "n")
    )
    var attempt: String?

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let location = try Location(shared)
        Log.start(verbose: shared.verbose, location.settings.log)
        try location.mustExist()
        guard let database = location.realPath else {
            throw RIFError(.storageUnavailable, "there is no database at \(Text.visible(location.path))")
        }
        let wanted = try Input.integer("--attempt", attempt, in: 1...Int(Int32.max))
        var facts = try await look(location)
        var place: Int64 = 0
        while true {
            // Whether more may come is asked before reading: what came in between is read once more.
            let goesOn = follow && wanted == nil && !facts.hasEnded
            let runs = DriverConfiguration.runsFolder(besides: database)
            let (bytes, next) = try await Driver.output(
                of: facts.assignment, attempt: wanted, stream: stderr ? .stderr : .stdout, after: place,
                limit: 1 << 20, in: runs)
            if !bytes.isEmpty { try write(bytes) }
            place = next
            guard bytes.isEmpty else { continue }
            guard goesOn else { return }
            // clock: between two looks.
            try await Task.sleep(for: .milliseconds(300))
            facts = try await look(location)
        }
    }

    private struct Facts {
        var assignment: Assignment
        var hasEnded: Bool
    }

    private func look(_ location: Location) async throws -> Facts {
        var command = AssignmentLook()
        command.assignment = assignment
        command.shared = shared
        command.shared.json = true
        let answer = try await command.answered(words: [
            "assignment-look", assignment, "--database", location.path, "--json",
        ])
        let json = try JSONValue.parse(answer.text)
        guard let id = json["assignment_id"]?.stringValue else { throw RIFError.notFound("assignment", assignment) }
        var found = Assignment(
            assignmentID: id, sessionID: json["session_id"]?.stringValue ?? "", agent: json["agent"]?.stringValue ?? "",
            state: json["state"]?.stringValue ?? "", taskDescription: "", startedAt: SystemClock().now())
        found.attempt = Int(clamping: json["attempt"]?.intValue ?? 1)
        let status = json["status"]?.stringValue.flatMap(AssignmentStatus.init(rawValue:)) ?? .failed
        return Facts(assignment: found, hasEnded: status.hasEnded)
    }

    private func write(_ bytes: [UInt8]) throws {
        _ = Terminal.flush()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Whoever read it has gone.
            guard count > 0 else { throw ExitCode(0) }
            rest = rest.dropFirst(count)
        }
    }
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { write(file, buffer, count) }

/// One assignment by the beginning of its id: for `rif logs`, which asks the owner where there is one.
struct AssignmentLook: RIFCommand {
    static let configuration = CommandConfiguration(commandName: "assignment-look", shouldDisplay: false)

    @Argument var assignment: String
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let prefix = assignment.lowercased()
        let found = try await location.reading { orchestrator in
            if UUIDv7Generator.canonical(prefix) != nil { return try await orchestrator.assignment(prefix) }
            let recent = try await orchestrator.assignments(AssignmentQuery(limit: 1000))
                .filter { $0.assignmentID.hasPrefix(prefix) }
            guard let first = recent.first, !prefix.isEmpty else { throw RIFError.notFound("assignment", assignment) }
            guard recent.count == 1 else {
                throw RIFError.invalid(
                    field: "assignment", value: assignment, problem: "is the beginning of several ids",
                    expected: "more characters of the id")
            }
            return first
        }
        return Report(json: found.json) { _ in }
    }
}
