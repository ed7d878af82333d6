public import RIFModel

/// What driving sessions needs to know of the world around it.
public struct DriverConfiguration: Sendable {
    /// The folder below which each attempt of an agent has a folder of its own.
    public var runsFolder: String
    /// How an agent's keeper is started: program and leading arguments.
    public var shim: [String]
    /// Where agents reach the orchestrator: `http://…` or `unix:PATH`.
    public var address: String?
    /// Agents that run at once.
    public var maxConcurrent: Int
    /// Whether that number beats the ones of the workflows.
    public var isStrict: Bool
    /// Our own variables, of which agents get those that they ask for.
    public var environment: [String: String]

    public init(
        runsFolder: String, shim: [String], address: String? = nil, maxConcurrent: Int = 8, isStrict: Bool = false,
        environment: [String: String]
    ) {
        self.runsFolder = runsFolder
        self.shim = shim
        self.address = address
        self.maxConcurrent = maxConcurrent
        self.isStrict = isStrict
        self.environment = environment
    }

    /// The folder of the agents' runs that lies beside a database.
    public static func runsFolder(besides database: String) -> String { database + ".runs" }
}

/// What a recovery found of an agent that an interruption left, and what it did about it.
public struct RecoveredRun: Sendable, Hashable {
    public enum Found: String, Sendable, Hashable {
        /// Its process still runs.
        case running
        /// It ended meanwhile, and what it came to is known.
        case result
        /// It never began, or its process is gone without a trace of how it ended.
        case gone
        /// What is left of it cannot be read.
        case unknown
    }

    public enum Action: String, Sendable, Hashable {
        case adopted, taken, retried, failed
    }

    public var sessionID: String
    public var assignmentID: String
    public var agent: String
    public var state: String
    public var attempt: Int
    public var found: Found
    public var action: Action
}

extension RecoveredRun: JSONRepresentable {
    public var json: JSONValue {
        [
            "session_id": .string(sessionID), "assignment_id": .string(assignmentID), "agent": .string(agent),
            "state": .string(state), "attempt": .int(Int64(attempt)), "found": .string(found.rawValue),
            "action": .string(action.rawValue),
        ]
    }
}
