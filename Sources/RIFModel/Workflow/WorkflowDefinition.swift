/// A workflow as its file declares it: states, the transitions between them, and the agents that work in the states.
///
/// A session keeps the definition that it started with, so that an edited file never breaks a running session.
public struct WorkflowDefinition: Sendable, Hashable {
    public var name: String
    /// What sessions of it carry as `workflow_type`: `type` of the file, else its name.
    public var type: String
    public var version: String?
    public var description: String?
    public var initialState: String
    /// In the order of the file.
    public var states: [WorkflowState]
    /// In the order of the file: the first one that fits is taken.
    public var transitions: [WorkflowTransition]
    /// Those of the file itself, and those of `agents.yaml` beside it that it does not declare; in the order of their names.
    public var agents: [AgentDefinition]
    /// How many agent processes of this workflow may run at once (`parallel.max_concurrent`).
    public var maxConcurrent: Int?
    /// Absolute path of the folder that relative paths mean, and in which agents work.
    public var project: String

    public init(
        name: String, type: String, version: String? = nil, description: String? = nil, initialState: String,
        states: [WorkflowState], transitions: [WorkflowTransition], agents: [AgentDefinition] = [],
        maxConcurrent: Int? = nil, project: String = ""
    ) {
        self.name = name
        self.type = type
        self.version = version
        self.description = description
        self.initialState = initialState
        self.states = states
        self.transitions = transitions
        self.agents = agents.sorted { $0.name < $1.name }
        self.maxConcurrent = maxConcurrent
        self.project = project
    }

    public func state(_ name: String) -> WorkflowState? { states.first { $0.name == name } }

    public func agent(_ name: String) -> AgentDefinition? { agents.first { $0.name == name } }

    /// In the order of the file.
    public func transitions(from state: String) -> [WorkflowTransition] {
        transitions.filter { $0.from.contains(state) }
    }
}

/// One state of a workflow.
public struct WorkflowState: Sendable, Hashable {
    public var name: String
    public var description: String?
    /// They are started together; the state is done when all are. A person is not among them: `needsPerson`.
    public var agents: [String]
    /// `user_required`, or the agent `human`: a person decides before it is left.
    public var needsPerson: Bool
    /// What the agents are to do (templated); else the description.
    public var task: String?
    /// From its entry, over all attempts. None: no limit.
    public var timeout: Duration?
    /// None: `alert` where a person is awaited, else `fail`.
    public var onTimeout: TimeoutAction?
    public var isFinal: Bool
    /// 0…100, where it is declared.
    public var progress: Double?
    /// Of its agents, where they declare none themselves.
    public var retry: RetryPolicy?
    public var onNoMatch: NoMatchAction
    /// What has to be there before it is left as a success.
    public var requires: [Requirement]
    /// What a person is asked (templated).
    public var question: String?
    /// Triggers that a person can choose from.
    public var choices: [String]
    /// What is taken when a person's deadline passes.
    public var defaultChoice: String?
    /// Whether entering it is worth an alert.
    public var alert: Bool

    public init(
        name: String, description: String? = nil, agents: [String] = [], needsPerson: Bool = false,
        task: String? = nil, timeout: Duration? = nil, onTimeout: TimeoutAction? = nil, isFinal: Bool = false,
        progress: Double? = nil, retry: RetryPolicy? = nil, onNoMatch: NoMatchAction = .wait,
        requires: [Requirement] = [], question: String? = nil, choices: [String] = [], defaultChoice: String? = nil,
        alert: Bool = false
    ) {
        self.name = name
        self.description = description
        self.agents = agents
        self.needsPerson = needsPerson
        self.task = task
        self.timeout = timeout
        self.onTimeout = onTimeout
        self.isFinal = isFinal
        self.progress = progress
        self.retry = retry
        self.onNoMatch = onNoMatch
        self.requires = requires
        self.question = question
        self.choices = choices
        self.defaultChoice = defaultChoice
        self.alert = alert
    }

    /// Its agents, and `human` where a person is awaited.
    public var workers: [String] { agents + (needsPerson ? [Self.person] : []) }

    /// The agent that is a person.
    public static let person = "human"

    /// What happens at its timeout.
    public var timeoutAction: TimeoutAction { onTimeout ?? (needsPerson ? .alert : .fail) }
}

/// What the timeout of a state leads to.
public enum TimeoutAction: String, Sendable, Hashable, CaseIterable {
    case fail, retry, transition, alert
}

/// What becomes of a session whose state is done, where no transition fits.
public enum NoMatchAction: String, Sendable, Hashable, CaseIterable {
    case wait, fail
}

/// A way from one state, or several, to another.
public struct WorkflowTransition: Sendable, Hashable {
    public var from: [String]
    public var to: String
    /// The word by which a result asks for it. None: any result may take it.
    public var trigger: String?
    /// None: always.
    public var condition: Condition?

    public init(from: [String], to: String, trigger: String? = nil, condition: Condition? = nil) {
        self.from = from
        self.to = to
        self.trigger = trigger
        self.condition = condition
    }
}

/// Proof that a state asks for before it can be left as a success.
public enum Requirement: Sendable, Hashable {
    /// `{command: [program, argument…]}`: ends with exit code 0, in the folder of the project.
    case command([String])
    /// `{file: path}`: a file that is there and not empty.
    case file(String)
    /// `{git_diff: true}`, or `{git_diff: BASE}`: the work tree of the project differs from HEAD, or from a base.
    case gitDiff(base: String?)
    /// `{context: path}`: a value of the context that is true, as conditions see it.
    case context(String)
}

/// How often and how soon something that failed is tried again.
public struct RetryPolicy: Sendable, Hashable {
    public enum Backoff: String, Sendable, Hashable, CaseIterable {
        case constant, linear, exponential
    }

    /// Attempts altogether, the first one included.
    public var maxAttempts: Int
    public var backoff: Backoff
    /// Before the second attempt.
    public var initial: Duration
    public var maximum: Duration
    /// By which fraction of itself a delay is made longer or shorter at random: 0…1.
    public var jitter: Double

    public init(
        maxAttempts: Int = 1, backoff: Backoff = .exponential, initial: Duration = .seconds(2),
        maximum: Duration = .seconds(60), jitter: Double = 0.2
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.initial = initial
        self.maximum = maximum
        self.jitter = jitter
    }

    /// The delay before an attempt, without its jitter.
    ///
    /// - Parameter attempt: the one that failed, from 1.
    public func delay(after attempt: Int) -> Duration {
        switch backoff {
        case .constant: return min(initial, maximum)
        case .linear: return min(initial * max(1, attempt), maximum)
        case .exponential:
            var delay = initial
            // No more doublings than it takes: the number of an attempt has no bound.
            for _ in 1..<max(2, attempt) where attempt > 1 && delay < maximum { delay *= 2 }
            return min(delay, maximum)
        }
    }
}
