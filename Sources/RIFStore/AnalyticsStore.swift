public import RIFModel

/// The aggregates behind dashboards and reports, each one set-based query, never one query a session.
public protocol AnalyticsStore: Sendable {
    /// Everything that was asked for, as it was at one moment.
    func dashboard(_ request: DashboardRequest) async throws(StoreError) -> DashboardFigures

    /// Where time went, who did what, and how sure they were, over a window.
    func insight(_ request: InsightRequest) async throws(StoreError) -> InsightFigures

    /// Transitions of all sessions of a workflow type; nothing where there is no session of it.
    func transitions(
        workflowType: String, since: Timestamp
    ) async throws(StoreError) -> [TransitionFigures]?

    /// Alerts, newest first, at most `limit`.
    ///
    /// - Parameter onlyOpen: those that were not cleared.
    func alerts(onlyOpen: Bool, limit: Int) async throws(StoreError) -> [AlertFigures]

    /// Whether days can be counted in a time zone.
    func knowsZone(_ name: String) async throws(StoreError) -> Bool
}

/// An alert in the log.
public struct AlertFigures: Sendable, Hashable {
    /// The event that raised it; where it was raised again before it was cleared, the first one.
    public var raised: Event
    public var clearedAt: Timestamp?

    public init(raised: Event, clearedAt: Timestamp?) {
        self.raised = raised
        self.clearedAt = clearedAt
    }
}

public enum DashboardSection: String, Sendable, Hashable, CaseIterable {
    case activeWorkflows = "active_workflows"
    case stateDistribution = "state_distribution"
    case transitionMetrics = "transition_metrics"
    case performanceStats = "performance_stats"
    case recentDecisions = "recent_decisions"
    case agentStatus = "agent_status"
    case systemHealth = "system_health"
    case realTimeEvents = "real_time_events"
}

/// What a dashboard is to cover. The times are the beginnings of its windows; all end now.
public struct DashboardRequest: Sendable, Hashable {
    public var sections: Set<DashboardSection>
    public var transitionsSince: Timestamp
    public var bottlenecksSince: Timestamp
    public var agentsSince: Timestamp
    public var errorsSince: Timestamp
    public var trendsSince: Timestamp
    /// The beginning of an hour of UTC, no earlier than the trends.
    public var hoursSince: Timestamp
    /// IANA name of the zone that days are counted in.
    public var zone: String
    public var recentDecisions: Int
    public var events: Int

    /// The guide's windows: transitions and agents of 24 hours, bottlenecks and errors of one, trends of 7 days.
    public init(
        now: Timestamp, sections: Set<DashboardSection> = Set(DashboardSection.allCases), hours: Int = 24,
        trendDays: Int = 7, zone: String = "UTC", recentDecisions: Int = 20, events: Int = 50
    ) {
        let hour: Int64 = 3_600_000_000
        self.sections = sections
        transitionsSince = now.advanced(by: -Int64(hours) * hour)
        agentsSince = transitionsSince
        bottlenecksSince = now.advanced(by: -hour)
        errorsSince = now.advanced(by: -hour)
        trendsSince = now.advanced(byDays: -trendDays)
        // Of 24 hours the last one is under way.
        hoursSince = Timestamp(microseconds: now.microseconds - now.microseconds % hour - 23 * hour)
        self.zone = zone
        self.recentDecisions = recentDecisions
        self.events = events
    }
}

/// The raw figures; those of sections that were not asked for are empty.
public struct DashboardFigures: Sendable {
    public var active: [ActiveSession] = []
    public var states: [StateCount] = []
    public var transitions: [TransitionFigures] = []
    public var overall: DecisionFigures?
    public var trends: [DayFigures] = []
    public var hours: [HourFigures] = []
    public var activeSessions: Int64 = 0
    /// Active sessions with a priority above 5.
    public var highPrioritySessions: Int64 = 0
    /// All sessions, finished ones included; counted whatever is asked for.
    public var totalSessions: Int64 = 0
    /// Transitions of the bottleneck window, in no order.
    public var recentTransitions: [TransitionTime] = []
    public var recent: [RecentDecision] = []
    public var agents: [AgentFigures] = []
    /// Decisions of the error window, and those of them that failed.
    public var windowDecisions: Int64 = 0
    public var windowFailures: Int64 = 0
    public var events: [Event] = []

    public init() {}

    public struct ActiveSession: Sendable {
        public var listing: SessionListing
        public var enteredAt: Timestamp
        public var githubIssues: JSONValue
        public var lastDecision: Decision?

        public init(
            listing: SessionListing, enteredAt: Timestamp, githubIssues: JSONValue, lastDecision: Decision?
        ) {
            self.listing = listing
            self.enteredAt = enteredAt
            self.githubIssues = githubIssues
            self.lastDecision = lastDecision
        }
    }

    public struct StateCount: Sendable, Hashable {
        public var state: String
        public var workflowType: String
        public var count: Int64

        public init(state: String, workflowType: String, count: Int64) {
            self.state = state
            self.workflowType = workflowType
            self.count = count
        }
    }

    /// One hour of UTC in which something was decided.
    public struct HourFigures: Sendable, Hashable {
        public var begin: Timestamp
        public var decisions: Int64
        public var successes: Int64

        public init(begin: Timestamp, decisions: Int64, successes: Int64) {
            self.begin = begin
            self.decisions = decisions
            self.successes = successes
        }
    }

    public struct DayFigures: Sendable, Hashable {
        /// `2026-11-22`
        public var date: String
        public var decisions: Int64
        public var averageExecutionTimeMS: Double
        public var averageConfidence: Double
        public var successRate: Double

        public init(
            date: String, decisions: Int64, averageExecutionTimeMS: Double, averageConfidence: Double,
            successRate: Double
        ) {
            self.date = date
            self.decisions = decisions
            self.averageExecutionTimeMS = averageExecutionTimeMS
            self.averageConfidence = averageConfidence
            self.successRate = successRate
        }
    }

    public struct RecentDecision: Sendable, Hashable {
        public var decision: Decision
        public var workflowType: String?
        public var priority: Int32

        public init(decision: Decision, workflowType: String?, priority: Int32) {
            self.decision = decision
            self.workflowType = workflowType
            self.priority = priority
        }
    }
}

/// Figures over the decisions from one state to another; times in milliseconds.
public struct TransitionFigures: Sendable, Hashable {
    public var from: String
    public var to: String
    public var count: Int64
    public var successes: Int64
    public var averageMS: Double
    public var p50MS: Double
    public var p95MS: Double
    public var p99MS: Double
    public var totalMS: Double
    public var averageConfidence: Double

    public init(
        from: String, to: String, count: Int64, successes: Int64, averageMS: Double, p50MS: Double, p95MS: Double,
        p99MS: Double, totalMS: Double, averageConfidence: Double
    ) {
        self.from = from
        self.to = to
        self.count = count
        self.successes = successes
        self.averageMS = averageMS
        self.p50MS = p50MS
        self.p95MS = p95MS
        self.p99MS = p99MS
        self.totalMS = totalMS
        self.averageConfidence = averageConfidence
    }

    public var successRate: Double { count == 0 ? 0 : Double(successes) / Double(count) }

    public var time: TransitionTime { TransitionTime(from: from, to: to, count: count, averageMS: averageMS) }
}

/// How long the decisions from one state to another took, in milliseconds.
public struct TransitionTime: Sendable, Hashable {
    public var from: String
    public var to: String
    public var count: Int64
    public var averageMS: Double

    public init(from: String, to: String, count: Int64, averageMS: Double) {
        self.from = from
        self.to = to
        self.count = count
        self.averageMS = averageMS
    }
}

/// Figures over the decisions that one agent was selected for.
public struct AgentFigures: Sendable, Hashable {
    public var agent: String
    public var tasks: Int64
    public var successes: Int64
    public var averageMS: Double
    public var averageConfidence: Double
    /// Whether the agent is active in any active session now.
    public var isActive: Bool

    public init(
        agent: String, tasks: Int64, successes: Int64, averageMS: Double, averageConfidence: Double, isActive: Bool
    ) {
        self.agent = agent
        self.tasks = tasks
        self.successes = successes
        self.averageMS = averageMS
        self.averageConfidence = averageConfidence
        self.isActive = isActive
    }
}

public struct InsightRequest: Sendable, Hashable {
    public var since: Timestamp
    /// The beginning of the window before, which trends are held against.
    public var previousSince: Timestamp
    public var now: Timestamp
    public var sessionID: String?

    public init(now: Timestamp, hours: Int = 24, sessionID: String? = nil) {
        let window = Int64(hours) * 3_600_000_000
        self.now = now
        since = now.advanced(by: -window)
        previousSince = now.advanced(by: -2 * window)
        self.sessionID = sessionID
    }
}

public struct InsightFigures: Sendable {
    /// Over all decisions of the window; none where there are none.
    public var performance: DecisionFigures?
    public var transitions: [TransitionFigures] = []
    public var previousTransitions: [TransitionFigures] = []
    /// Time spent in each state, from the times of the transitions that left it.
    public var states: [StateTime] = []
    public var agents: [AgentFigures] = []
    /// Decisions by agent and stated confidence, in ten bins.
    public var calibration: [CalibrationBin] = []
    /// Active sessions with how long they have been in their state, longest first.
    public var dwelling: [Dwelling] = []

    public init() {}

    public struct StateTime: Sendable, Hashable {
        public var state: String
        public var visits: Int64
        public var totalMS: Double
        /// What of it belongs to visits that the agent `human` was chosen for, or launched in.
        public var humanMS: Double
        public var p50MS: Double
        public var p95MS: Double

        public init(
            state: String, visits: Int64, totalMS: Double, humanMS: Double = 0, p50MS: Double, p95MS: Double
        ) {
            self.state = state
            self.visits = visits
            self.totalMS = totalMS
            self.humanMS = humanMS
            self.p50MS = p50MS
            self.p95MS = p95MS
        }
    }

    public struct CalibrationBin: Sendable, Hashable {
        public var agent: String
        /// 0 for confidences from 0 to below 0.1, and so on; 9 includes 1.
        public var bin: Int
        public var count: Int64
        public var meanConfidence: Double
        public var successes: Int64
        /// Sum of (confidence − outcome)².
        public var squaredError: Double

        public init(
            agent: String, bin: Int, count: Int64, meanConfidence: Double, successes: Int64, squaredError: Double
        ) {
            self.agent = agent
            self.bin = bin
            self.count = count
            self.meanConfidence = meanConfidence
            self.successes = successes
            self.squaredError = squaredError
        }
    }

    public struct Dwelling: Sendable, Hashable {
        public var listing: SessionListing
        public var enteredAt: Timestamp

        public init(listing: SessionListing, enteredAt: Timestamp) {
            self.listing = listing
            self.enteredAt = enteredAt
        }
    }
}
