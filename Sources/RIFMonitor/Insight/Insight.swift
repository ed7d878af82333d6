public import RIFModel
public import RIFStore

/// Where the time went, who did what, and how far stated confidence can be trusted, over a window.
public struct Insight: Sendable {
    public var figures: InsightFigures
    public var now: Timestamp
    public var since: Timestamp
    /// How long sessions may be in the state that they are in, in milliseconds, where their workflow says so.
    public var timeoutsMS: [String: Double] = [:]

    public init(figures: InsightFigures, now: Timestamp, since: Timestamp) {
        self.figures = figures
        self.now = now
        self.since = since
    }

    /// A transition, its share of all time, and its trend.
    public struct TransitionShare: Sendable, Hashable {
        public var figures: TransitionFigures
        /// Of the time of all transitions in the window, 0…1.
        public var share: Double
        /// Average time against the window before: 0.25 is a quarter slower; none where it did not occur then.
        public var change: Double?
    }

    /// By the time that they took in all, most first.
    public var transitions: [TransitionShare] {
        let total = figures.transitions.reduce(0) { $0 + $1.totalMS }
        let before = Dictionary(
            figures.previousTransitions.map { ([$0.from, $0.to], $0.averageMS) },
            uniquingKeysWith: { first, _ in first })
        return figures.transitions.map { transition in
            let previous = before[[transition.from, transition.to]]
            return TransitionShare(
                figures: transition, share: total > 0 ? transition.totalMS / total : 0,
                change: previous.flatMap { $0 > 0 ? transition.averageMS / $0 - 1 : nil })
        }
        .sorted {
            ($1.figures.totalMS, $0.figures.from, $0.figures.to) < ($0.figures.totalMS, $1.figures.from, $1.figures.to)
        }
    }

    public var agents: [AgentComparison] { figures.agents.map(AgentComparison.init) }

    public var calibration: [Calibration] {
        Dictionary(grouping: figures.calibration, by: \.agent).map { Calibration(agent: $0.key, bins: $0.value) }
            .sorted { ($1.count, $0.agent) < ($0.count, $1.agent) }
    }

    /// Active sessions that have been in their state longer than most visits of that state took.
    public struct StuckSession: Sendable, Hashable {
        public var listing: SessionListing
        public var enteredAt: Timestamp
        /// Milliseconds in the state until now.
        public var elapsedMS: Int64
        /// What was expected, in milliseconds: the timeout of the state where the session's workflow has one, else the 95th
        /// percentile of the visits of that state.
        public var limitMS: Double
        public var isTimeout = false
    }

    /// Fewer visits than this say nothing about how long a state takes.
    private static let fewestVisits: Int64 = 5

    /// Longest over their limit first, as a multiple of it.
    public var stuck: [StuckSession] {
        let limits = Dictionary(
            figures.states.filter { $0.visits >= Self.fewestVisits }.map { ($0.state, $0.p95MS) },
            uniquingKeysWith: { first, _ in first })
        return figures.dwelling.compactMap { dwelling -> StuckSession? in
            let timeout = timeoutsMS[dwelling.listing.sessionID]
            guard let limit = timeout ?? limits[dwelling.listing.currentState] else { return nil }
            let elapsed = now.milliseconds(since: dwelling.enteredAt)
            guard Double(elapsed) > limit else { return nil }
            return StuckSession(
                listing: dwelling.listing, enteredAt: dwelling.enteredAt, elapsedMS: elapsed, limitMS: limit,
                isTimeout: timeout != nil)
        }
        .sorted { Double($0.elapsedMS) / max(1, $0.limitMS) > Double($1.elapsedMS) / max(1, $1.limitMS) }
    }
}

/// An agent's record with how sure it is: few tasks give a wide interval.
public struct AgentComparison: Sendable, Hashable {
    public var figures: AgentFigures
    /// Wilson score interval of the success rate at 95 % (Wilson 1927, "Probable inference, the law of succession, and
    /// statistical inference"): unlike the plain ± it is right for few tasks and for rates near 0 and 1.
    public var interval: ClosedRange<Double>

    public init(_ figures: AgentFigures) {
        self.figures = figures
        interval = Self.wilson(successes: Double(figures.successes), of: Double(figures.tasks))
    }

    /// - Returns: 0…1 where there are no trials.
    public static func wilson(successes: Double, of trials: Double, z: Double = 1.959_963_984_540_054) -> ClosedRange<
        Double
    > {
        guard trials > 0 else { return 0...1 }
        let rate = successes / trials
        let square = z * z
        let middle = (rate + square / (2 * trials)) / (1 + square / trials)
        let spread =
            z / (1 + square / trials) * (rate * (1 - rate) / trials + square / (4 * trials * trials)).squareRoot()
        return max(0, middle - spread)...min(1, middle + spread)
    }
}

/// An agent's stated confidence against what happened: a reliability table (DeGroot and Fienberg 1983, "The comparison and
/// evaluation of forecasters") and the Brier score (Brier 1950, "Verification of forecasts expressed in terms of
/// probability"): the mean of (confidence − outcome)², 0 for a perfect oracle, 0.25 for saying 0.5 always.
public struct Calibration: Sendable, Hashable {
    public var agent: String
    /// In the order of the confidence.
    public var bins: [InsightFigures.CalibrationBin]

    public init(agent: String, bins: [InsightFigures.CalibrationBin]) {
        self.agent = agent
        self.bins = bins.sorted { $0.bin < $1.bin }
    }

    public var count: Int64 { bins.reduce(0) { $0 + $1.count } }

    public var brierScore: Double {
        count == 0 ? 0 : bins.reduce(0) { $0 + $1.squaredError } / Double(count)
    }

    /// Mean confidence less share of successes: above 0 the agent is too sure of itself.
    public var overconfidence: Double {
        guard count > 0 else { return 0 }
        let stated = bins.reduce(0) { $0 + $1.meanConfidence * Double($1.count) }
        let happened = bins.reduce(0) { $0 + Double($1.successes) }
        return (stated - happened) / Double(count)
    }
}

extension Insight.StuckSession: JSONRepresentable {
    public var json: JSONValue {
        var object = listing.json.objectValue ?? [:]
        object["entered_at"] = .string(enteredAt.rfc3339)
        object["elapsed_ms"] = .int(elapsedMS)
        object["limit_ms"] = .double(limitMS)
        object["limit_from"] = isTimeout ? "timeout" : "p95"
        return .object(object)
    }
}

extension AgentComparison: JSONRepresentable {
    public var json: JSONValue {
        [
            "agent": .string(figures.agent), "total_tasks": .int(figures.tasks), "successful": .int(figures.successes),
            "success_rate": .double(figures.successRate),
            "success_rate_interval": [.double(interval.lowerBound), .double(interval.upperBound)],
            "avg_execution_time_ms": .double(figures.averageMS), "avg_confidence": .double(figures.averageConfidence),
            "status": .string(figures.isActive ? "active" : "idle"),
        ]
    }
}

extension Calibration: JSONRepresentable {
    public var json: JSONValue {
        [
            "agent": .string(agent), "count": .int(count), "brier_score": .double(brierScore),
            "overconfidence": .double(overconfidence),
            "bins": .array(
                bins.map { bin in
                    [
                        "from": .double(Double(bin.bin) / 10), "to": .double(Double(bin.bin + 1) / 10),
                        "count": .int(bin.count), "mean_confidence": .double(bin.meanConfidence),
                        "success_rate": .double(Double(bin.successes) / Double(max(1, bin.count))),
                    ]
                }),
        ]
    }
}

extension Insight: JSONRepresentable {
    public var json: JSONValue {
        [
            "since": .string(since.rfc3339), "until": .string(now.rfc3339),
            "transitions": .array(
                transitions.map { transition in
                    var object = transition.figures.performance.objectValue ?? [:]
                    object["from_state"] = .string(transition.figures.from)
                    object["to_state"] = .string(transition.figures.to)
                    object["total_ms"] = .double(transition.figures.totalMS)
                    object["share"] = .double(transition.share)
                    object["change"] = transition.change.map { .double($0) } ?? .null
                    return .object(object)
                }),
            "states": .array(
                figures.states.map {
                    [
                        "state": .string($0.state), "visits": .int($0.visits), "total_ms": .double($0.totalMS),
                        "waiting_for_person_ms": .double($0.personMS), "p50_ms": .double($0.p50MS),
                        "p95_ms": .double($0.p95MS),
                    ]
                }),
            "time": [
                "total_ms": .double(time.totalMS), "waiting_for_person_ms": .double(time.personMS),
                "working_ms": .double(time.totalMS - time.personMS),
            ],
            "agents": .array(agents.map(\.json)), "calibration": .array(calibration.map(\.json)),
            "stuck": .array(stuck.map(\.json)),
        ]
    }
}
