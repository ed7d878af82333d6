/// How an agent is launched.
public enum AgentKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A program of the user's own.
    case command
    case claude, codex, gemini
    /// Started by somebody else, who reports its end; only tracked.
    case external
}

/// An agent as `agents:` declares it.
public struct AgentDefinition: Sendable, Hashable {
    public var name: String
    public var kind: AgentKind
    /// Program and arguments, each a template; no shell. Of the kinds with a stream: program and leading arguments.
    public var command: [String]
    /// Of the kinds with a stream: the prompt (a template); else the task.
    public var prompt: String?
    /// Where it works; relative to the project. None: the project.
    public var directory: String?
    public var environment: [String: EnvironmentValue]
    /// Names of variables of ours that reach it. None: PATH, HOME and LANG.
    public var passEnvironment: [String]?
    /// Of one attempt. None: no limit.
    public var timeout: Duration?
    /// Between SIGTERM and SIGKILL.
    public var gracePeriod: Duration
    public var retry: RetryPolicy?
    /// Processes of it at once.
    public var maxConcurrent: Int?
    /// Without output for so long, it counts as silent. None: never.
    public var silentAfter: Duration?
    /// Whether a rate limit that it reports puts it off until the limit ends, without counting the attempt.
    public var parksOnRateLimit: Bool

    public init(
        name: String, kind: AgentKind = .command, command: [String] = [], prompt: String? = nil,
        directory: String? = nil, environment: [String: EnvironmentValue] = [:], passEnvironment: [String]? = nil,
        timeout: Duration? = nil, gracePeriod: Duration = .seconds(10), retry: RetryPolicy? = nil,
        maxConcurrent: Int? = nil, silentAfter: Duration? = nil, parksOnRateLimit: Bool = true
    ) {
        self.name = name
        self.kind = kind
        self.command = command
        self.prompt = prompt
        self.directory = directory
        self.environment = environment
        self.passEnvironment = passEnvironment
        self.timeout = timeout
        self.gracePeriod = gracePeriod
        self.retry = retry
        self.maxConcurrent = maxConcurrent
        self.silentAfter = silentAfter
        self.parksOnRateLimit = parksOnRateLimit
    }

    /// Variables that reach an agent which does not say which.
    public static let standardEnvironment = ["PATH", "HOME", "LANG"]
}

/// A variable of an agent's environment. Secrets are named by where they are, and read when the agent starts.
public enum EnvironmentValue: Sendable, Hashable {
    /// A template.
    case text(String)
    /// `{from_environment: NAME}`: a variable of ours.
    case fromEnvironment(String)
    /// `{from_file: PATH}`: the content of a file, without the line break at its end.
    case fromFile(String)
}
