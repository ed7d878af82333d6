import RIFModel
import Testing

/// A session that rules are tried on: each command is decided, written as entries, and folded.
struct Subject {
    var state: SessionState
    var log: [LogEntry]
    var now: Timestamp
    var limits = Limits.standard
    private var given = 0

    static let start = Timestamp(microseconds: 1_767_323_045_123_456)

    init(_ command: StartCommand = StartCommand(), at now: Timestamp = Subject.start) throws {
        let body = try SessionRules.start(command, at: now, limits: .standard)
        let entry = LogEntry(sessionID: "s", sessionSequence: 1, sequence: 1, timestamp: now, body: body)
        state = try #require(SessionState(first: entry))
        log = [entry]
        self.now = now
    }

    @discardableResult
    mutating func perform(
        key: String? = nil, _ decide: (SessionState, SessionRules.Moment, Limits) throws -> SessionRules.Decided
    ) throws -> SessionRules.Decided {
        var count = given
        let decided = try decide(
            state,
            .init(now: now) {
                count += 1; return "id\(count)"
            }, limits)
        given = count
        for body in decided.bodies {
            let stamp = key.map { IdempotencyStamp(key: $0, requestHash: "hash") }
            let number = Int64(log.count + 1)
            let entry = LogEntry(
                sessionID: "s", sessionSequence: number, sequence: number, timestamp: now, idempotency: stamp,
                body: body)
            state.apply(entry)
            log.append(entry)
        }
        return decided
    }

    @discardableResult
    mutating func transition(
        _ to: String, from: String? = nil, reason: String = "", agents: [String] = [],
        updates: [String: JSONValue] = [:], confidence: Double = 1, time: Int64? = nil
    ) throws -> SessionRules.Decided {
        let command = TransitionCommand(
            fromState: from, toState: to, reason: reason, agentsSelected: agents, contextUpdates: updates,
            confidence: confidence, executionTimeMS: time)
        return try perform { try SessionRules.transition(command, on: $0, at: $1, limits: $2) }
    }

    @discardableResult
    mutating func launch(_ agents: [String], task: String = "task") throws -> SessionRules.Decided {
        let command = LaunchCommand(agents: agents, taskDescription: task)
        return try perform { try SessionRules.launch(command, on: $0, at: $1, limits: $2) }
    }

    mutating func update(_ id: String, _ status: AssignmentStatus, result: JSONValue = .null) throws {
        let command = UpdateAssignmentCommand(assignmentID: id, status: status, result: result)
        try perform { state, _, limits in try SessionRules.updateAssignment(command, on: state, limits: limits) }
    }

    mutating func complete(_ outcome: Outcome = .completed, _ context: [String: JSONValue] = [:]) throws {
        let command = CompleteCommand(outcome: outcome, finalContext: context)
        try perform { try SessionRules.complete(command, on: $0, at: $1.now, limits: $2) }
    }

    mutating func save(_ command: SaveStateCommand) throws {
        try perform { state, _, limits in try SessionRules.saveState(command, on: state, limits: limits) }
    }

    @discardableResult
    mutating func record(confidence: Double = 1, time: Int64 = 0) throws -> SessionRules.Decided {
        let command = RecordDecisionCommand(
            fromState: "x", toState: "y", reason: "", confidence: confidence, executionTimeMS: time)
        return try perform { try SessionRules.recordDecision(command, on: $0, at: $1, limits: $2) }
    }

    mutating func wait(milliseconds: Int64) { now = now.advanced(by: milliseconds * 1000) }

    var newestDecision: Decision? {
        for entry in log.reversed() { if case .decision(let decision, _) = entry.body { return decision } }
        return nil
    }
}

/// The error that `body` throws, as code and field.
func refusal(_ body: () throws -> Void) -> RIFError? { #expect(throws: RIFError.self, performing: body) }

extension JSONValue {
    var keys: Set<String> { Set((objectValue ?? [:]).keys) }
}
