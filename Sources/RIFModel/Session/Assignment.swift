/// One agent put to work on one task of a session. Fields about a process describe the newest attempt; tokens and cost are
/// sums over all of them.
public struct Assignment: Sendable, Hashable {
    public var assignmentID: String
    public var sessionID: String
    public var agent: String
    /// `external`: tracked, not launched by us.
    public var kind: AgentKind
    /// The state that the session was in when the agent was launched.
    public var state: String
    /// Which entry of that state: a session can enter a state more than once.
    public var visit: Int
    public var status: AssignmentStatus
    public var taskDescription: String
    /// From 1; each start of a process is an attempt.
    public var attempt: Int
    /// Attempts that count against the agent's `max_attempts`: those that a crash or a rate limit cut short do not.
    public var countedAttempts: Int
    /// When it was launched, and once its process runs, when that began.
    public var startedAt: Timestamp
    /// Set with a status that ends it.
    public var endedAt: Timestamp?
    /// A queued attempt does not start before.
    public var notBefore: Timestamp?
    public var process: ProcessFacts
    /// What the agent (or somebody for it) reported at its end.
    public var result: JSONValue
    /// Why it stands as it does, where that needs a word.
    public var reason: String?
    public var tokens: AgentTokens?
    /// US dollars, as the agent estimates them. None where it tells none.
    public var costUSD: Double?
    /// What the agent said last that its conversation cost as a whole: a resumed one counts from its beginning.
    public var conversationCostUSD: Double?
    /// The same of its tokens, for agents that count them so.
    public var conversationTokens: AgentTokens?
    /// Those before the newest one, in their order.
    public var attempts: [Attempt]

    public init(
        assignmentID: String, sessionID: String, agent: String, kind: AgentKind = .external, state: String,
        visit: Int = 0, status: AssignmentStatus = .active, taskDescription: String, startedAt: Timestamp,
        endedAt: Timestamp? = nil, result: JSONValue = .null
    ) {
        self.assignmentID = assignmentID
        self.sessionID = sessionID
        self.agent = agent
        self.kind = kind
        self.state = state
        self.visit = visit
        self.status = status
        self.taskDescription = taskDescription
        attempt = 1
        countedAttempts = 1
        self.startedAt = startedAt
        self.endedAt = endedAt
        notBefore = nil
        process = ProcessFacts()
        self.result = result
        reason = nil
        tokens = nil
        costUSD = nil
        conversationCostUSD = nil
        conversationTokens = nil
        attempts = []
    }

    /// What is known of the process of an attempt.
    public struct ProcessFacts: Sendable, Hashable {
        public var pid: Int?
        /// The agent's own name for its conversation, by which it can be resumed.
        public var agentSessionID: String?
        public var lastOutputAt: Timestamp?
        public var exitCode: Int?
        /// Number of the signal that ended it.
        public var signal: Int?
        public var output: JSONValue = .null

        public init() {}
    }

    /// An attempt that is over.
    public struct Attempt: Sendable, Hashable {
        public var attempt: Int
        public var status: AssignmentStatus
        public var startedAt: Timestamp
        public var endedAt: Timestamp
        public var process: ProcessFacts
        public var result: JSONValue
        public var reason: String?
    }
}

/// Tokens that an agent used. `input` is without those that came from a cache.
public struct AgentTokens: Sendable, Hashable {
    public var input: Int64
    public var output: Int64
    public var cacheRead: Int64
    public var cacheCreation: Int64

    public init(input: Int64 = 0, output: Int64 = 0, cacheRead: Int64 = 0, cacheCreation: Int64 = 0) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheCreation = cacheCreation
    }

    public init?(json: JSONValue?) {
        guard let json, case .object = json else { return nil }
        func count(_ key: String) -> Int64 { json[key]?.intValue ?? 0 }
        self.init(
            input: count("input"), output: count("output"), cacheRead: count("cache_read"),
            cacheCreation: count("cache_creation"))
    }

    public static func + (left: AgentTokens, right: AgentTokens) -> AgentTokens {
        // The numbers come from outside: a sum that does not fit stops at the end.
        func sum(_ one: Int64, _ other: Int64) -> Int64 {
            let (sum, overflow) = one.addingReportingOverflow(other)
            return overflow ? .max : sum
        }
        return AgentTokens(
            input: sum(left.input, right.input), output: sum(left.output, right.output),
            cacheRead: sum(left.cacheRead, right.cacheRead),
            cacheCreation: sum(left.cacheCreation, right.cacheCreation))
    }

    /// What came after an earlier total of the same count; nothing where this one is no later one.
    func since(_ earlier: AgentTokens) -> AgentTokens? {
        guard input >= earlier.input, output >= earlier.output, cacheRead >= earlier.cacheRead,
            cacheCreation >= earlier.cacheCreation
        else { return nil }
        return AgentTokens(
            input: input - earlier.input, output: output - earlier.output, cacheRead: cacheRead - earlier.cacheRead,
            cacheCreation: cacheCreation - earlier.cacheCreation)
    }
}

// MARK: - As JSON

extension Assignment: JSONRepresentable {
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "assignment_id": .string(assignmentID), "session_id": .string(sessionID), "agent": .string(agent),
            "kind": .string(kind.rawValue), "state": .string(state), "status": .string(status.rawValue),
            "attempt": .int(Int64(attempt)), "task_description": .string(taskDescription),
            "started_at": hasStarted ? .string(startedAt.rfc3339) : .null, "ended_at": .optional(endedAt?.rfc3339),
            "not_before": .optional(notBefore?.rfc3339), "result": result, "reason": .optional(reason),
            "tokens": tokens?.json ?? .null, "cost_usd": costUSD.map { .double($0) } ?? .null,
            "attempts": .array(attempts.map(\.json)),
        ]
        object.merge(process.members) { $1 }
        return .object(object)
    }

    /// One that only waits for its first process has not begun.
    private var hasStarted: Bool { kind == .external || process.pid != nil || status.hasEnded }
}

extension Assignment.ProcessFacts {
    var members: [String: JSONValue] {
        [
            "pid": .optional(pid.map(Int64.init)), "agent_session_id": .optional(agentSessionID),
            "last_output_at": .optional(lastOutputAt?.rfc3339), "exit_code": .optional(exitCode.map(Int64.init)),
            "signal": .optional(signal.map(Int64.init)),
            "output": output.isNull ? ["stdout_bytes": 0, "stderr_bytes": 0, "truncated": false] : output,
        ]
    }

    /// Takes over what an event says; what it does not mention stays.
    mutating func take(_ data: JSONValue) {
        if let pid = data["pid"]?.intValue { self.pid = Int(clamping: pid) }
        if let id = data["agent_session_id"]?.stringValue { agentSessionID = id }
        if let moment = data["last_output_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) { lastOutputAt = moment }
        if let code = data["exit_code"]?.intValue { exitCode = Int(clamping: code) }
        if let signal = data["signal"]?.intValue { self.signal = Int(clamping: signal) }
        if let output = data["output"], !output.isNull { self.output = output }
    }
}

extension Assignment.Attempt: JSONRepresentable {
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "attempt": .int(Int64(attempt)), "status": .string(status.rawValue),
            "started_at": .string(startedAt.rfc3339), "ended_at": .string(endedAt.rfc3339), "result": result,
            "reason": .optional(reason),
        ]
        object.merge(process.members) { $1 }
        return .object(object)
    }
}

extension AgentTokens: JSONRepresentable {
    public var json: JSONValue {
        [
            "input": .int(input), "output": .int(output), "cache_read": .int(cacheRead),
            "cache_creation": .int(cacheCreation),
        ]
    }
}
