public import RIFModel

/// That an agent was started.
public struct RunStart: Sendable, Hashable {
    /// 0 where it never came to a process, and what was wrong stands in its end; and where it does not come forward.
    public var pid: Int32
    public var startedAt: Timestamp

    public init(pid: Int32, startedAt: Timestamp) {
        self.pid = pid
        self.startedAt = startedAt
    }
}

/// How much an agent has written.
public struct OutputCounts: Sendable, Hashable {
    /// All bytes, also those that were not kept.
    public var stdoutBytes: Int64
    public var stderrBytes: Int64
    /// Whether some were not kept.
    public var truncated: Bool
    public var lastOutputAt: Timestamp?

    public init(
        stdoutBytes: Int64 = 0, stderrBytes: Int64 = 0, truncated: Bool = false, lastOutputAt: Timestamp? = nil
    ) {
        self.stdoutBytes = stdoutBytes
        self.stderrBytes = stderrBytes
        self.truncated = truncated
        self.lastOutputAt = lastOutputAt
    }
}

/// How an agent ended.
public struct RunEnd: Sendable, Hashable {
    /// None where it never came to a process.
    public var startedAt: Timestamp?
    public var endedAt: Timestamp
    /// None where a signal ended it, or where it never executed.
    public var exitCode: Int32?
    public var signal: Int32?
    /// Whether it was ended at its timeout.
    public var timedOut: Bool
    /// Whether it was ended on demand.
    public var stopped: Bool
    /// Why its program could not be executed; then it did nothing at all.
    public var startError: String?
    public var output: OutputCounts

    public init(
        startedAt: Timestamp? = nil, endedAt: Timestamp, exitCode: Int32? = nil, signal: Int32? = nil,
        timedOut: Bool = false, stopped: Bool = false, startError: String? = nil, output: OutputCounts = OutputCounts()
    ) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitCode = exitCode
        self.signal = signal
        self.timedOut = timedOut
        self.stopped = stopped
        self.startError = startError
        self.output = output
    }
}

/// What a run's folder tells about it.
public enum RunFinding: Sendable, Hashable {
    /// Nothing of it has ever run: it may be started in the same folder.
    case neverStarted
    case running(RunStart)
    case ended(RunEnd)
    /// It was started, and whoever watched it is gone without a word about its end. Parts of it may still be alive
    /// (`RunKeeper.sweep`). Without a start where not even that is readable.
    case lost(RunStart?)
}

// MARK: - As files

extension RunEnd {
    var json: JSONValue {
        .object([
            "started_at": startedAt.map { .string($0.rfc3339) } ?? .null, "ended_at": .string(endedAt.rfc3339),
            "exit_code": exitCode.map { .int(Int64($0)) } ?? .null, "signal": signal.map { .int(Int64($0)) } ?? .null,
            "timed_out": .bool(timedOut), "stopped": .bool(stopped),
            "start_error": startError.map(JSONValue.string) ?? .null,
            "output": .object([
                "stdout_bytes": .int(output.stdoutBytes), "stderr_bytes": .int(output.stderrBytes),
                "truncated": .bool(output.truncated),
                "last_output_at": output.lastOutputAt.map { .string($0.rfc3339) } ?? .null,
            ]),
        ])
    }

    /// Nil for everything that is no end as we write it.
    init?(_ json: JSONValue?) {
        guard let json, let endedAt = json["ended_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let timedOut = json["timed_out"]?.boolValue, let stopped = json["stopped"]?.boolValue,
            let output = json["output"], let stdoutBytes = output["stdout_bytes"]?.intValue,
            let stderrBytes = output["stderr_bytes"]?.intValue, let truncated = output["truncated"]?.boolValue
        else { return nil }
        self.init(
            startedAt: json["started_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)), endedAt: endedAt,
            exitCode: json["exit_code"]?.intValue.flatMap(Int32.init(exactly:)),
            signal: json["signal"]?.intValue.flatMap(Int32.init(exactly:)), timedOut: timedOut, stopped: stopped,
            startError: json["start_error"]?.stringValue,
            output: OutputCounts(
                stdoutBytes: stdoutBytes, stderrBytes: stderrBytes, truncated: truncated,
                lastOutputAt: output["last_output_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))))
        // An end says how: whoever reads it must not have to guess.
        if exitCode == nil, signal == nil, startError == nil { return nil }
    }
}

/// What the shim writes before the agent executes its first instruction.
struct StartNote {
    var agent: ProcessIdentity
    var shim: ProcessIdentity
    var startedAt: Timestamp

    init(agent: ProcessIdentity, shim: ProcessIdentity, startedAt: Timestamp) {
        self.agent = agent
        self.shim = shim
        self.startedAt = startedAt
    }

    init?(_ json: JSONValue?) {
        guard let json, let agent = ProcessIdentity(json["agent"]), let shim = ProcessIdentity(json["shim"]),
            let startedAt = json["started_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(agent: agent, shim: shim, startedAt: startedAt)
    }

    var json: JSONValue {
        .object(["agent": agent.json, "shim": shim.json, "started_at": .string(startedAt.rfc3339)])
    }

    var start: RunStart { RunStart(pid: agent.pid, startedAt: startedAt) }
}
