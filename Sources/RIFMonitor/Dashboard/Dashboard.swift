public import RIFModel
public import RIFStore

/// One moment of everything, in the shapes of the contract: what every dashboard, page and screen shows.
public struct Dashboard: Sendable {
    public var timestamp: Timestamp
    public var refreshInterval: Double
    public var figures: DashboardFigures
    public var health: SystemHealth
    public var counters: [String: EventCounter]
    /// Percent by session, of those that follow a workflow.
    public var progress: [String: Int] = [:]
    private let configuration: MonitorConfiguration

    public init(
        timestamp: Timestamp, figures: DashboardFigures, health: SystemHealth, counters: [String: EventCounter],
        configuration: MonitorConfiguration
    ) {
        self.timestamp = timestamp
        refreshInterval = configuration.refreshInterval
        self.figures = figures
        self.health = health
        self.counters = counters
        self.configuration = configuration
    }

    /// One section under its key; nothing where there is no such section.
    public func section(_ name: String) -> JSONValue? {
        if name == "counters" { return countersJSON }
        switch DashboardSection(rawValue: name) {
        case .activeWorkflows: return activeWorkflows
        case .stateDistribution: return stateDistribution
        case .transitionMetrics: return transitionMetrics
        case .performanceStats: return performanceStats
        case .recentDecisions: return recentDecisions
        case .agentStatus: return agentStatus
        case .systemHealth: return health.json
        case .realTimeEvents: return .array(figures.events.map(\.json))
        case nil: return nil
        }
    }

    public static let sectionNames = DashboardSection.allCases.map(\.rawValue) + ["counters"]
}

extension Dashboard: JSONRepresentable {
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "timestamp": .string(timestamp.rfc3339), "refresh_interval": .double(refreshInterval),
        ]
        for name in Self.sectionNames { object[name] = section(name) }
        return .object(object)
    }
}

extension Dashboard {
    public var activeWorkflows: JSONValue {
        .array(
            figures.active.map { workflow in
                let listing = workflow.listing
                return [
                    "session_id": .string(listing.sessionID), "current_state": .string(listing.currentState),
                    "workflow_type": .optional(listing.workflowType), "priority": .int(Int64(listing.priority)),
                    "progress_percentage": .int(Int64(progress(of: listing))),
                    "duration_minutes": .double(Self.minutes(from: listing.createdAt, to: timestamp)),
                    "active_agents": .strings(listing.activeAgents),
                    "issues_count": .int(Int64(workflow.githubIssues.arrayValue?.count ?? 0)),
                    "issues": Self.someIssues(workflow.githubIssues),
                    "last_decision": workflow.lastDecision?.json ?? .null,
                    "created_at": .string(listing.createdAt.rfc3339), "updated_at": .string(listing.updatedAt.rfc3339),
                ]
            })
    }

    /// The first issues that a session is about, numbers or short names; what else stands there is somebody's own.
    private static func someIssues(_ issues: JSONValue) -> JSONValue {
        .array(
            (issues.arrayValue ?? []).prefix(8).filter { issue in
                issue.intValue != nil || (issue.stringValue.map { $0.utf8.count <= 64 } ?? false)
            })
    }

    /// How far a session has come, in percent.
    public func progress(of listing: SessionListing) -> Int {
        progress[listing.sessionID] ?? Progress.percentage(of: listing.currentState)
    }

    private static func minutes(from start: Timestamp, to end: Timestamp) -> Double {
        (Double(max(0, end.milliseconds(since: start))) / 600).rounded() / 100
    }

    public var stateDistribution: JSONValue {
        var byState: [String: Int64] = [:]
        var byType: [String: [String: JSONValue]] = [:]
        for count in figures.states {
            byState[count.state, default: 0] += count.count
            byType[count.workflowType, default: [:]][count.state] = .int(count.count)
        }
        return [
            "total_active": .int(figures.states.reduce(0) { $0 + $1.count }),
            "by_state": .object(byState.mapValues { .int($0) }),
            "by_workflow_type": .object(byType.mapValues { .object($0) }),
            "chart_data": .array(
                figures.states.map {
                    [
                        "state": .string($0.state), "count": .int($0.count), "workflow_type": .string($0.workflowType),
                    ]
                }),
        ]
    }

    public var transitionMetrics: JSONValue {
        var matrix: [String: [String: JSONValue]] = [:]
        var performance: [String: JSONValue] = [:]
        for transition in figures.transitions {
            matrix[transition.from, default: [:]][transition.to] = .int(transition.count)
            performance["\(transition.from)->\(transition.to)"] = transition.performance
        }
        return [
            "total_transitions": .int(figures.transitions.reduce(0) { $0 + $1.count }),
            "transition_matrix": .object(matrix.mapValues { .object($0) }),
            "common_paths": .array(
                figures.transitions.prefix(10).map {
                    [
                        "path": .string("\($0.from)->\($0.to)"), "count": .int($0.count),
                        "avg_time_ms": .double($0.averageMS),
                    ]
                }),
            "performance_by_transition": .object(performance),
        ]
    }

    public var performanceStats: JSONValue {
        [
            "overall": PerformanceStatistics(sessionID: nil, timestamp: timestamp, figures: figures.overall).json,
            "trends": .array(
                figures.trends.map {
                    [
                        "date": .string($0.date), "decisions": .int($0.decisions),
                        "avg_execution_time_ms": .double($0.averageExecutionTimeMS),
                        "avg_confidence": .double($0.averageConfidence), "success_rate": .double($0.successRate),
                    ]
                }),
            "hours": .array(
                figures.hours.map {
                    [
                        "begin": .string($0.begin.rfc3339), "decisions": .int($0.decisions),
                        "success_rate": .double(Double($0.successes) / Double(max(1, $0.decisions))),
                    ]
                }),
            "current_load": [
                "active_sessions": .int(figures.activeSessions),
                "high_priority_sessions": .int(figures.highPrioritySessions), "load_level": .string(loadLevel),
            ],
            "bottlenecks": .array(bottlenecks.map(\.json)),
        ]
    }

    /// low ≤ 20 < medium ≤ 50 < high, by active sessions.
    public var loadLevel: String {
        switch figures.activeSessions {
        case ...20: "low"
        case ...50: "medium"
        default: "high"
        }
    }

    public var bottlenecks: [Bottleneck] {
        Bottleneck.find(in: figures.recentTransitions, slowMS: configuration.slowTransitionMS)
    }

    public var recentDecisions: JSONValue {
        .array(
            figures.recent.map { recent in
                let decision = recent.decision
                return [
                    "decision_id": .string(decision.decisionID), "session_id": .string(decision.sessionID),
                    "transition": .string("\(decision.fromState) → \(decision.toState)"),
                    "reason": .string(decision.reason), "agents": .strings(decision.agentsSelected),
                    "confidence_score": .float(decision.confidence),
                    "execution_time_ms": .optional(decision.executionTimeMS), "success": .bool(decision.success),
                    "error_details": .optional(decision.errorDetails), "timestamp": .string(decision.timestamp.rfc3339),
                    "workflow_type": .optional(recent.workflowType), "priority": .int(Int64(recent.priority)),
                ]
            })
    }

    public var agentStatus: JSONValue {
        var details: [String: JSONValue] = [:]
        for agent in figures.agents {
            details[agent.agent] = [
                "total_tasks": .int(agent.tasks), "avg_execution_time_ms": .double(agent.averageMS),
                "success_rate": .double(agent.successRate), "avg_confidence": .double(agent.averageConfidence),
                "status": .string(agent.isActive ? "active" : "idle"),
            ]
        }
        return [
            "total_agents": .int(Int64(figures.agents.count)),
            "active_agents": .int(Int64(figures.agents.count(where: \.isActive))), "agent_details": .object(details),
        ]
    }

    private var countersJSON: JSONValue {
        .object(counters.mapValues { ["count": .int($0.count), "total_time": .double($0.totalTime)] })
    }
}

extension TransitionFigures {
    var performance: JSONValue {
        [
            "count": .int(count), "avg_execution_time_ms": .double(averageMS), "p50_ms": .double(p50MS),
            "p95_ms": .double(p95MS), "p99_ms": .double(p99MS), "avg_confidence_score": .double(averageConfidence),
            "success_rate": .double(successRate),
        ]
    }
}

extension AgentFigures {
    public var successRate: Double { tasks == 0 ? 0 : Double(successes) / Double(tasks) }
}

extension SessionListing {
    /// Names of the agents that are active, in their order.
    public var activeAgents: [String] {
        (agentAssignments.objectValue ?? [:]).filter { AssignmentStatus.works($0.value) }.keys.sorted()
    }
}

/// A transition that took long lately.
public struct Bottleneck: Sendable, Hashable, JSONRepresentable {
    public var from: String
    public var to: String
    public var averageMS: Double
    /// `high` over three times the limit, else `medium`.
    public var severity: String

    /// The slow ones, slowest first.
    static func find(in transitions: [TransitionTime], slowMS: Double) -> [Bottleneck] {
        transitions.filter { $0.averageMS > slowMS }
            .map {
                Bottleneck(
                    from: $0.from, to: $0.to, averageMS: $0.averageMS,
                    severity: $0.averageMS > 3 * slowMS ? "high" : "medium")
            }
            .sorted { ($1.averageMS, $0.from, $0.to) < ($0.averageMS, $1.from, $1.to) }
    }

    public var json: JSONValue {
        [
            "type": "slow_transition", "description": .string("\(from) → \(to) is slow"),
            "avg_time_ms": .double(averageMS), "severity": .string(severity),
        ]
    }
}

/// A running counter of events (`track_metrics`), since the process started.
public struct EventCounter: Sendable, Hashable {
    public var count: Int64
    /// Milliseconds.
    public var totalTime: Double

    public init(count: Int64, totalTime: Double) {
        self.count = count
        self.totalTime = totalTime
    }
}
