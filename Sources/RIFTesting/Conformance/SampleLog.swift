public import RIFModel
public import RIFStore

/// Writes as the engine would make them: numbered, with ids and times of their own, and the state that they lead to.
public final class SampleLog {
    /// The newest global sequence.
    public private(set) var sequence: Int64
    public var now: Timestamp
    public private(set) var states: [String: SessionState] = [:]
    public private(set) var entries: [String: [LogEntry]] = [:]
    /// All entries, in their order.
    public private(set) var all: [LogEntry] = []
    private let ids = UUIDv7Generator()
    private let limits = Limits.standard

    public init(after sequence: Int64 = 0, at now: Timestamp = Timestamp(microseconds: 1_767_323_045_123_456)) {
        self.sequence = sequence
        self.now = now
    }

    public func newID() -> String { ids.next(at: now) }

    private func number(_ entry: LogEntry) -> LogEntry {
        var entry = entry
        sequence += 1
        entry.sequence = sequence
        all.append(entry)
        return entry
    }

    /// A session that starts; its id is the write's `newSession`.
    public func start(
        _ type: String = "standard", priority: Int = 0, context: [String: JSONValue]? = nil, actor: String? = nil
    ) throws -> Write {
        now = now.advanced(by: 1)
        let command = StartCommand(workflowType: type, priority: priority, context: context)
        let entry = number(
            LogEntry(
                sessionID: newID(), sessionSequence: 1, timestamp: now, actor: actor,
                body: try SessionRules.start(command, at: now, limits: limits)))
        guard let id = entry.sessionID, let state = SessionState(first: entry) else {
            throw TestFailure("a start does not fold")
        }
        states[id] = state
        entries[id] = [entry]
        return Write(newSession: state.session, entries: [entry])
    }

    /// One entry of any kind.
    public func add(
        _ body: LogEntry.Body, to id: String, idempotency: IdempotencyStamp? = nil, actor: String? = nil,
        at moment: Timestamp? = nil
    ) throws -> Write {
        guard let state = states[id] else { throw TestFailure("no session \(id)") }
        now = moment ?? now.advanced(by: 1)
        let entry = number(
            LogEntry(
                sessionID: id, sessionSequence: state.lastSequence + 1, timestamp: now, idempotency: idempotency,
                actor: actor, body: body))
        states[id]?.apply(entry)
        entries[id]?.append(entry)
        return Write(entries: [entry])
    }

    /// Whatever a rule decides.
    public func perform(
        on id: String, _ decide: (SessionState, SessionRules.Moment) throws -> SessionRules.Decided
    ) throws -> Write {
        guard let state = states[id] else { throw TestFailure("no session \(id)") }
        let moment = SessionRules.Moment(now: now.advanced(by: 1)) { [self] in newID() }
        let decided = try decide(state, moment)
        var write = Write()
        for body in decided.bodies { write.entries += try add(body, to: id).entries }
        write.metrics = decided.metrics.map { draft in
            MetricRow(
                metric: Metric(
                    metricID: draft.id, sessionID: id, type: draft.type, name: draft.name, value: draft.value,
                    metadata: draft.metadata, timestamp: now))
        }
        return write
    }

    public func transition(
        _ id: String, to state: String, from: String? = nil, reason: String = "because", agents: [String] = [],
        updates: [String: JSONValue] = [:], confidence: Double = 1, time: Int64? = nil
    ) throws -> Write {
        let command = TransitionCommand(
            fromState: from, toState: state, reason: reason, agentsSelected: agents, contextUpdates: updates,
            confidence: confidence, executionTimeMS: time)
        return try perform(on: id) { try SessionRules.transition(command, on: $0, at: $1, limits: limits) }
    }

    public func record(
        _ id: String, from: String, to: String, success: Bool = true, confidence: Double = 1, time: Int64 = 0,
        error: String? = nil
    ) throws -> Write {
        let command = RecordDecisionCommand(
            fromState: from, toState: to, reason: "noted", confidence: confidence, executionTimeMS: time,
            success: success, errorDetails: error)
        return try perform(on: id) { try SessionRules.recordDecision(command, on: $0, at: $1, limits: limits) }
    }

    public func launch(_ id: String, _ agents: [String]) throws -> Write {
        let command = LaunchCommand(agents: agents, taskDescription: "a task")
        return try perform(on: id) { try SessionRules.launch(command, on: $0, at: $1, limits: limits) }
    }

    public func complete(_ id: String, _ outcome: Outcome = .completed) throws -> Write {
        try perform(on: id) {
            try SessionRules.complete(CompleteCommand(outcome: outcome), on: $0, at: $1.now, limits: limits)
        }
    }

    public func metric(
        _ id: String, type: String = "speed", name: String = "lines", value: Double = 1, metadata: JSONValue = .null,
        idempotency: IdempotencyStamp? = nil
    ) throws -> Write {
        now = now.advanced(by: 1)
        var write = try perform(on: id) {
            try SessionRules.recordMetric(
                RecordMetricCommand(type: type, name: name, value: value, metadata: metadata), at: $1, limits: limits)
        }
        for index in write.metrics.indices { write.metrics[index].idempotency = idempotency }
        return write
    }

    /// An event that somebody reports: of no session's state.
    public func event(_ type: EventType, _ data: JSONValue, about id: String? = nil) -> Write {
        now = now.advanced(by: 1)
        return Write(entries: [
            number(LogEntry(sessionID: id, sessionSequence: nil, timestamp: now, body: .event(type, data)))
        ])
    }

    public func state(_ id: String) throws -> SessionState {
        guard let state = states[id] else { throw TestFailure("no session \(id)") }
        return state
    }

    public func snapshots() -> [Snapshot] { states.values.map(Snapshot.init) }
}

extension Write {
    /// The id of the session that the write is about.
    public var id: String { newSession?.sessionID ?? entries.first?.sessionID ?? metrics.first?.metric.sessionID ?? "" }
}

/// Strings that break what was written carelessly.
public enum Hostile {
    public static let strings = [
        "", " ", "'", "''", "\"", "\\", "\\'", "`", "%", "_", "$1", "?", ":name", "--", ";", "/* */", "{", "}", "[1]",
        "null", "NULL", "true", "0", "1e400", "-0", "\t", "\n", "\r\n", "\u{1}", "\u{1F}", "\u{7F}", "\u{85}",
        "\u{2028}",
        "'); ROLLBACK; COMMIT; --", "\" OR 1=1", "${HOME}", "%s%n", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "e\u{301}", "é",
        "ש\u{5C1}לום", "مرحبا", "\u{202E}txt.exe", "\u{FEFF}BOM", "\u{FFFD}", "\u{10FFFF}", "ｆｕｌｌ", "日本語",
        "a\u{300}\u{301}\u{302}",
        "<script>alert(1)</script>", "\u{1B}[31mred\u{1B}[0m", String(repeating: "x", count: 4096),
    ]

    /// Those that are names: of a state, an agent, a metric.
    public static let names = strings.filter { (try? Validation.name($0, field: "name")) != nil }

    public static let json: JSONValue = [
        "strings": .strings(strings),
        "numbers": [
            0, -1, 9_007_199_254_740_993, .int(.max), .int(.min), 0.1, -0.0, 1e-300, 1.7976931348623157e308,
            .double(.leastNonzeroMagnitude), 1.0,
        ],
        "keys": .object(Dictionary(strings.map { ($0, .bool(true)) }, uniquingKeysWith: { first, _ in first })),
        "nested": [[[[["deep"]]]], [:], [], [["": [:]]]], "nothing": .null, "yes": true, "no": false,
    ]
}
