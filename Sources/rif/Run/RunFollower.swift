import ArgumentParser
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Has the process that owns the database drive, and shows what happens there.
struct RunFollower {
    let client: OwnerClient
    let options: RunOptions
    let location: Location
    let display: RunDisplay

    private static let interval: Duration = .milliseconds(250)

    /// Starts what was asked for, over there.
    ///
    /// - Returns: the sessions.
    func begin() async throws -> [String] {
        if options.maxConcurrent != nil {
            display.note("--max-concurrent is that of the process that serves the database; left alone")
        }
        let words = ["run-begin"] + CommandLine.arguments.dropFirst(2)
        let answer = try await ask(words, key: UUIDv7Generator().next(at: SystemClock().now()))
        let ids = answer["sessions"]?.arrayValue?.compactMap(\.stringValue) ?? []
        display.begin(ids, note: location)
        display.note("the process that serves the database drives; Ctrl-C ends the following only")
        return ids
    }

    /// Shows what happens until the sessions have ended, or wait, where that is enough.
    func follow(_ ids: [String]) async throws {
        let stopping = await Stopping()
        let waits = !options.noWait
        let end = try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { await stopping.signal() }
            group.addTask {
                while try await !isSettled(ids, waits: waits) {
                    // clock: between two looks.
                    try await Task.sleep(for: Self.interval)
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let end {
            display.note("no longer following; the sessions go on")
            throw ExitCode(128 + end)
        }
    }

    /// One look; prints the summary where nothing is to come any more.
    private func isSettled(_ ids: [String], waits: Bool) async throws -> Bool {
        let words = ["run-status"] + ids + ["--after", "\(display.shownThrough)"]
        let answer = try await ask(words + ["--json"] + database, key: nil)
        for json in answer["events"]?.arrayValue ?? [] { if let event = Event(json) { display.show(event) } }
        let found = answer["sessions"]?.arrayValue ?? []
        guard found.allSatisfy({ $0["finished"]?.boolValue == true || !waits && $0["idle"]?.boolValue == true }) else {
            return false
        }
        let summaries = found.map { session in
            RunSummary(json: session["summary"] ?? [:], waitingFor: session["waiting_for"]?.stringValue)
        }
        let code = display.summarize(summaries, isAll: options.all)
        if code != 0 { throw ExitCode(code) }
        return true
    }

    private var database: [String] { ["--database", location.path] }

    private func ask(_ words: [String], key: String?) async throws -> JSONValue {
        let invocation = Invocation(
            database: location.path, folder: Input.workingFolder, terminal: Terminal(width: nil, isColored: false),
            key: key)
        let words = words.contains("--json") ? words : words + ["--json"]
        let answer = try await client.run(RemoteCommand(arguments: words, invocation: invocation))
        return try JSONValue.parse(answer.text)
    }
}

extension Event {
    /// From its JSON.
    init?(_ json: JSONValue) {
        guard let sequence = json["sequence"]?.intValue, let type = json["event_type"]?.stringValue,
            let time = json["timestamp"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            sequence: sequence, sessionID: json["session_id"]?.stringValue, eventType: type,
            data: json["data"] ?? .null, timestamp: time)
    }
}

/// `rif run` in the process that owns the database: begins, and says what.
struct RunBegin: RIFCommand {
    static let configuration = CommandConfiguration(commandName: "run-begin", shouldDisplay: false)

    @OptionGroup var options: RunOptions
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        try options.check()
        guard let orchestrator = Invocation.current?.orchestrator, let driver = Invocation.current?.driver else {
            throw RIFError(.invalidRequest, "run-begin: only for 'rif run' itself; expected 'rif run'")
        }
        let begin = RunStart(orchestrator: orchestrator, driver: driver)
        var ids = try await begin.existing(options)
        if ids.isEmpty, !options.all {
            ids = [try await begin.new(options, key: Invocation.current?.key)]
        }
        try await begin.drive(ids)
        return Report(json: ["sessions": .strings(ids)]) { _ in }
    }
}

/// What became of sessions that a follower waits for.
struct RunStatus: RIFCommand {
    static let configuration = CommandConfiguration(commandName: "run-status", shouldDisplay: false)

    @Argument var sessions: [String] = []
    @Option var after: String?
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let after = Int64(try Input.integer("--after", after, in: 0...Int.max) ?? 0)
        guard let orchestrator = Invocation.current?.orchestrator else {
            throw RIFError(.invalidRequest, "run-status: only for 'rif run' itself; expected 'rif run'")
        }
        var found: [JSONValue] = []
        var events: [Event] = []
        for id in sessions {
            // Before its events: what is committed in between comes with the next look.
            let session = try await orchestrator.session(id).current()
            events += try await orchestrator.pastEvents(EventQuery(after: after, sessionID: id, limit: 1000))
            var facts: [String: JSONValue] = [
                "session_id": .string(id), "finished": .bool(session.isFinished),
            ]
            facts["summary"] = try await orchestrator.summary(id).json
            if !session.isFinished {
                let (isIdle, waitingFor) = try await orchestrator.session(id).waiting()
                facts["idle"] = .bool(isIdle)
                facts["waiting_for"] = .string(waitingFor)
            }
            found.append(.object(facts))
        }
        events.sort { $0.sequence < $1.sequence }
        let json: JSONValue = ["sessions": .array(found), "events": .array(events.map(\.json))]
        return Report(json: json) { _ in }
    }
}
