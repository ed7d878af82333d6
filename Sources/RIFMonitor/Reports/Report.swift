public import RIFModel
import RIFStore

/// What happened in a window, for people to read and to keep: of one session, or of all (`generate_report`).
public struct Report: Sendable {
    public var reportID: String
    public var generatedAt: Timestamp
    public var timeframeHours: Int
    /// The session that it is about; none for all.
    public var session: Session?
    public var insight: Insight
    public var graph: WorkflowGraph
    private let configuration: MonitorConfiguration

    public init(
        reportID: String, generatedAt: Timestamp, timeframeHours: Int, session: Session?, insight: Insight,
        graph: WorkflowGraph? = nil, configuration: MonitorConfiguration = MonitorConfiguration()
    ) {
        self.reportID = reportID
        self.generatedAt = generatedAt
        self.timeframeHours = timeframeHours
        self.session = session
        self.insight = insight
        self.configuration = configuration
        self.graph =
            graph
            ?? WorkflowGraph(
                title: "All sessions",
                counts: insight.figures.transitions.map {
                    .init(
                        from: $0.from, to: $0.to, count: $0.count, failures: $0.count - $0.successes,
                        averageMS: $0.averageMS, p95MS: $0.p95MS)
                })
    }

    public var title: String {
        session.map { "Session \($0.sessionID)" } ?? "All sessions, last \(timeframeHours) hours"
    }

    public var recommendations: [Recommendation] {
        Recommendation.from(insight, timeframeHours: timeframeHours, configuration: configuration)
    }

    /// Minutes since the start of the active sessions, on average.
    public var averageDurationMinutes: Double {
        let active = insight.figures.dwelling
        guard !active.isEmpty else { return 0 }
        let total = active.reduce(0.0) { $0 + Double(max(0, generatedAt.milliseconds(since: $1.listing.createdAt))) }
        return (total / Double(active.count) / 600).rounded() / 100
    }
}

extension Report: JSONRepresentable {
    public var json: JSONValue {
        [
            "report_id": .string(reportID), "generated_at": .string(generatedAt.rfc3339),
            "timeframe_hours": .int(Int64(timeframeHours)), "session_id": .optional(session?.sessionID),
            "summary": summary, "performance": performance,
            "recommendations": .array(recommendations.map(\.json)), "insight": insight.json,
        ]
    }

    private var summary: JSONValue {
        if let session {
            return [
                "session_focus": .string(session.sessionID), "workflow_type": .optional(session.workflowType),
                "current_state": .string(session.currentState), "outcome": .optional(session.outcome?.rawValue),
                "total_transitions": .int(insight.figures.transitions.reduce(0) { $0 + $1.count }),
            ]
        }
        let active = insight.figures.dwelling
        return [
            "active_workflows": .int(Int64(active.count)),
            "total_states_represented": .int(Int64(Set(active.map(\.listing.currentState)).count)),
            "avg_workflow_duration": .double(averageDurationMinutes),
        ]
    }

    private var performance: JSONValue {
        let statistics = PerformanceStatistics(
            sessionID: session?.sessionID, timestamp: generatedAt, figures: insight.figures.performance)
        var object = statistics.json.objectValue ?? [:]
        let slow = Bottleneck.find(in: insight.figures.transitions.map(\.time), slowMS: configuration.slowTransitionMS)
        object["bottlenecks"] = .array(slow.map(\.json))
        return .object(object)
    }
}

/// Something worth doing, with the numbers that led to it.
public struct Recommendation: Sendable, Hashable, JSONRepresentable {
    public enum Priority: String, Sendable, Hashable, CaseIterable {
        case high, medium, low
    }

    public var type: String
    public var priority: Priority
    public var title: String
    public var description: String

    public var json: JSONValue {
        [
            "type": .string(type), "priority": .string(priority.rawValue), "title": .string(title),
            "description": .string(description),
        ]
    }

    /// Fewer tasks than this say too little about an agent.
    private static let fewestTasks: Int64 = 10

    /// Most urgent first.
    static func from(
        _ insight: Insight, timeframeHours: Int, configuration: MonitorConfiguration
    ) -> [Recommendation] {
        let found =
            failures(insight, configuration) + slowness(insight, configuration) + slower(insight)
            + stuck(insight) + agents(insight)
        let order = Priority.allCases
        return found.enumerated().sorted { left, right in
            let ranks = (
                order.firstIndex(of: left.element.priority) ?? 0, order.firstIndex(of: right.element.priority) ?? 0
            )
            return ranks.0 == ranks.1 ? left.offset < right.offset : ranks.0 < ranks.1
        }.map(\.element)
    }

    private static func failures(_ insight: Insight, _ configuration: MonitorConfiguration) -> [Recommendation] {
        guard let figures = insight.figures.performance, 1 - figures.successRate > configuration.errorRate else {
            return []
        }
        return [
            Recommendation(
                type: "reliability", priority: .high, title: "Find out why decisions fail",
                description: "\(figures.total - figures.successful) of \(figures.total) decisions failed "
                    + "(\(percent(1 - figures.successRate)), limit \(percent(configuration.errorRate))).")
        ]
    }

    private static func slowness(_ insight: Insight, _ configuration: MonitorConfiguration) -> [Recommendation] {
        insight.transitions.filter { $0.figures.averageMS > configuration.slowTransitionMS }.prefix(3).map { slow in
            Recommendation(
                type: "performance",
                priority: slow.figures.averageMS > 3 * configuration.slowTransitionMS ? .high : .medium,
                title: "Speed up \(slow.figures.from) → \(slow.figures.to)",
                description:
                    "It took \(seconds(slow.figures.averageMS)) on average and \(seconds(slow.figures.p95MS)) at "
                    + "the 95th percentile over \(slow.figures.count) times: \(percent(slow.share)) of all time.")
        }
    }

    private static func slower(_ insight: Insight) -> [Recommendation] {
        insight.transitions.filter { ($0.change ?? 0) > 0.5 && $0.share > 0.1 && $0.figures.count >= fewestTasks }
            .prefix(2)
            .map { slower in
                Recommendation(
                    type: "trend", priority: .medium,
                    title: "\(slower.figures.from) → \(slower.figures.to) has become slower",
                    description:
                        "On average \(seconds(slower.figures.averageMS)), \(percent(slower.change ?? 0)) more than "
                        + "in the window before.")
            }
    }

    private static func stuck(_ insight: Insight) -> [Recommendation] {
        let stuck = insight.stuck
        guard let first = stuck.first else { return [] }
        return [
            Recommendation(
                type: "stuck", priority: .high,
                title: "Look at \(stuck.count) stuck \(stuck.count == 1 ? "session" : "sessions")",
                description: "Longest over its limit: \(first.listing.sessionID), in \(first.listing.currentState) for "
                    + "\(seconds(Double(first.elapsedMS))), where 95 % leave within \(seconds(first.limitMS)).")
        ]
    }

    private static func agents(_ insight: Insight) -> [Recommendation] {
        let trust = Dictionary(insight.calibration.map { ($0.agent, $0) }) { first, _ in first }
        return insight.agents.filter { $0.figures.tasks >= fewestTasks }.compactMap { agent in
            if agent.interval.upperBound < 0.9 {
                return Recommendation(
                    type: "agent", priority: .medium, title: "Check what \(agent.figures.agent) is given to do",
                    description:
                        "\(agent.figures.successes) of \(agent.figures.tasks) tasks succeeded; at 95 % its rate is "
                        + "below \(percent(agent.interval.upperBound)).")
            }
            if let calibration = trust[agent.figures.agent], calibration.overconfidence > 0.15 {
                return Recommendation(
                    type: "calibration", priority: .low, title: "Do not take \(agent.figures.agent) at its word",
                    description: "It says \(percent(agent.figures.averageConfidence)) and succeeds in "
                        + "\(percent(agent.figures.successRate)) of \(agent.figures.tasks) tasks.")
            }
            return nil
        }
    }

    private static func percent(_ share: Double) -> String { ReportText.percent(share) }
    private static func seconds(_ milliseconds: Double) -> String { ReportText.duration(milliseconds) }
}

/// Numbers as reports write them.
enum ReportText {
    static func percent(_ share: Double) -> String { number(share * 100) + " %" }

    /// `850 ms`, `2.5 s`, `3.2 min`, `1.5 h`.
    static func duration(_ milliseconds: Double) -> String {
        switch milliseconds {
        case ..<1000: number(milliseconds) + " ms"
        case ..<60_000: number(milliseconds / 1000) + " s"
        case ..<3_600_000: number(milliseconds / 60_000) + " min"
        default: number(milliseconds / 3_600_000) + " h"
        }
    }

    /// At most one digit after the point.
    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard let whole = Int64(exactly: tenths) else { return "–" }
        return whole % 10 == 0 ? "\(whole / 10)" : "\(Double(whole) / 10)"
    }
}
