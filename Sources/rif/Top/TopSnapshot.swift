import RIFOrchestrator

/// What `rif top` shows of the database: one moment of it, read in one go.
struct TopSnapshot: Sendable, Codable {
    struct Workflow: Sendable, Codable {
        var id: String
        /// The beginning of the id that tells it apart.
        var shortID: String
        var type: String = ""
        var state: String
        /// Percent.
        var progress: Int
        var priority: Int
        var enteredAt: Timestamp
        var createdAt: Timestamp
        var agents: [String] = []
        /// Reason of the last decision; what went wrong, where it failed.
        var lastDecision: String?
        var hasFailed = false
        /// Longer in its state than 95 % of all visits of it.
        var isStuck = false
    }

    struct DecisionLine: Sendable, Codable {
        var shortID: String
        var from: String
        var to: String
        var success: Bool
        var confidence: Double
        var executionTimeMS: Int64?
        var text: String
        var timestamp: Timestamp
    }

    struct StateCount: Sendable, Codable {
        var name: String
        var count: Int64
    }

    struct Alert: Sendable, Hashable, Codable {
        var name: String
        var message: String
        var isCritical: Bool
        /// As far as the log or this program knows; none: since just now.
        var since: Timestamp?
    }

    var takenAt: Timestamp
    var workflows: [Workflow] = []
    /// Active sessions by state, most first.
    var states: [StateCount] = []
    var decisions: [DecisionLine] = []
    var health = SystemHealth.Status.healthy
    var score = 100
    var alerts: [Alert] = []
    var totalSessions: Int64 = 0
    var activeSessions: Int64 = 0
    var load = "low"
    var totalDecisions: Int64 = 0
    /// Decisions of the last hour, and those of them that failed.
    var hourDecisions: Int64 = 0
    var hourFailures: Int64 = 0

    init(takenAt: Timestamp) { self.takenAt = takenAt }
}

extension TopSnapshot {
    /// - Parameter stuck: ids of sessions that have been in their state for too long.
    init(_ dashboard: Dashboard, totalDecisions: Int64, stuck: Set<String>) {
        let figures = dashboard.figures
        self.init(takenAt: dashboard.timestamp)
        let short = Abbreviation(figures.active.map(\.listing.sessionID))
        // Apart from the active ones: many sessions that began at once need long ids, and may be over.
        let shortOfRecent = Abbreviation(figures.recent.map(\.decision.sessionID))
        workflows = figures.active.map { session in
            let listing = session.listing
            let last = session.lastDecision
            return Workflow(
                id: listing.sessionID, shortID: short(listing.sessionID), type: listing.workflowType ?? "",
                state: listing.currentState, progress: dashboard.progress(of: listing),
                priority: Int(listing.priority), enteredAt: session.enteredAt, createdAt: listing.createdAt,
                agents: listing.activeAgents,
                lastDecision: last.map { $0.success ? $0.reason : $0.errorDetails ?? $0.reason },
                hasFailed: last?.success == false, isStuck: stuck.contains(listing.sessionID))
        }
        var counts: [String: Int64] = [:]
        for state in figures.states { counts[state.state, default: 0] += state.count }
        states = counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            .map { StateCount(name: $0.0, count: $0.1) }
        decisions = figures.recent.map { recent in
            let decision = recent.decision
            return DecisionLine(
                shortID: shortOfRecent(decision.sessionID), from: decision.fromState, to: decision.toState,
                success: decision.success, confidence: Double(decision.confidence),
                executionTimeMS: decision.executionTimeMS.map(Int64.init),
                text: decision.success ? decision.reason : decision.errorDetails ?? decision.reason,
                timestamp: decision.timestamp)
        }
        health = dashboard.health.status
        score = dashboard.health.score
        alerts = dashboard.health.alerts.map {
            Alert(name: $0.name, message: $0.message, isCritical: $0.severity == "critical", since: $0.since)
        }
        totalSessions = figures.totalSessions
        activeSessions = figures.activeSessions
        load = dashboard.loadLevel
        self.totalDecisions = totalDecisions
        hourDecisions = figures.windowDecisions
        hourFailures = figures.windowFailures
    }
}

/// One session in full, for the view that Enter opens.
struct TopDetails: Sendable {
    struct Step: Sendable {
        var time: String
        var state: String
        var reason: String
    }

    var id: String
    /// None where the session is not there any more.
    var session: Session?
    /// Newest first.
    var decisions: [Decision] = []

    /// Entries of the history and decisions that are read: of the newest.
    static let limit = 200

    /// Newest first.
    var steps: [Step] {
        (session?.history.suffix(Self.limit) ?? []).reversed().map { entry in
            let time = entry.timestamp.map(Times.exactWithMilliseconds) ?? "-"
            return switch entry {
            case .step(let step): Step(time: time, state: step.state, reason: step.reason)
            case .other(let value):
                Step(time: time, state: entry.state ?? "?", reason: value["reason"]?.stringValue ?? value.compact)
            }
        }
    }
}
