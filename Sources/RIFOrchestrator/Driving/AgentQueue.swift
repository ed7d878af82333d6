import RIFModel

/// Which attempts of agents run, and which wait for a slot: by priority, then by the age of their session.
struct AgentQueue: Sendable {
    struct Entry: Sendable, Hashable {
        var assignmentID: String
        var attempt: Int
        var sessionID: String
        var agent: String
        var workflowType: String
        var priority: Int32
        /// When its session began.
        var createdAt: Timestamp
        /// Since when it waits, or runs.
        var since: Timestamp
        /// It does not start before.
        var notBefore: Timestamp?
        /// Processes of the agent, and of the workflow, that may run at once.
        var agentLimit: Int?
        var workflowLimit: Int?
        var isRateLimited = false
    }

    /// Processes altogether.
    var maximum: Int
    /// Whether `maximum` was asked for, and beats what workflows say.
    var isStrict: Bool
    private(set) var waiting: [String: Entry] = [:]
    private(set) var running: [String: Entry] = [:]

    init(maximum: Int, isStrict: Bool) {
        self.maximum = maximum
        self.isStrict = isStrict
    }

    /// - Returns: false where it runs already.
    @discardableResult
    mutating func add(_ entry: Entry) -> Bool {
        guard running[entry.assignmentID] == nil else { return false }
        var entry = entry
        if let known = waiting[entry.assignmentID], known.attempt == entry.attempt { entry.since = known.since }
        waiting[entry.assignmentID] = entry
        return true
    }

    /// One that runs already: adopted after a crash.
    mutating func adopt(_ entry: Entry) {
        waiting[entry.assignmentID] = nil
        running[entry.assignmentID] = entry
    }

    mutating func remove(_ assignmentID: String) {
        waiting[assignmentID] = nil
        running[assignmentID] = nil
    }

    /// Takes back one that waits.
    mutating func remove(unlessRunning assignmentID: String) { waiting[assignmentID] = nil }

    /// Those that may start now; they count as running from here on.
    mutating func take(at now: Timestamp) -> [Entry] {
        var taken: [Entry] = []
        guard running.count < maximum, !waiting.isEmpty else { return [] }
        for entry in ordered where entry.notBefore.map({ $0 <= now }) ?? true {
            guard running.count < maximum else { break }
            guard obstacle(entry) == nil else { continue }
            var started = entry
            started.since = now
            waiting[entry.assignmentID] = nil
            running[entry.assignmentID] = started
            taken.append(started)
        }
        return taken
    }

    /// When the next one may start that only waits for its time.
    func nextMoment(after now: Timestamp) -> Timestamp? {
        waiting.values.compactMap(\.notBefore).filter { $0 > now }.min()
    }

    /// In the order in which they get their turn.
    var ordered: [Entry] {
        waiting.values.sorted { left, right in
            if left.priority != right.priority { return left.priority > right.priority }
            if left.createdAt != right.createdAt { return left.createdAt < right.createdAt }
            return left.assignmentID < right.assignmentID
        }
    }

    private func obstacle(_ entry: Entry) -> String? {
        if let limit = entry.agentLimit, running.values.count(where: { $0.agent == entry.agent }) >= limit {
            return "agent \(entry.agent) runs \(limit) at once"
        }
        if !isStrict, let limit = entry.workflowLimit,
            running.values.count(where: { $0.workflowType == entry.workflowType }) >= limit
        {
            return "workflow \(entry.workflowType) runs \(limit) agents at once"
        }
        return nil
    }

    /// Why one that waits does not run.
    func why(_ entry: Entry, at now: Timestamp) -> String {
        if let moment = entry.notBefore, moment > now {
            return (entry.isRateLimited ? "rate limit until " : "next attempt at ") + moment.rfc3339
        }
        return obstacle(entry) ?? "\(maximum) agents run at once"
    }
}
