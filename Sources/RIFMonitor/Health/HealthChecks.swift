public import RIFModel
public import RIFStore

/// The guide's checks over one set of figures.
public struct HealthChecks: Sendable {
    public var configuration: MonitorConfiguration

    public init(configuration: MonitorConfiguration) { self.configuration = configuration }

    /// What was measured outside of the figures.
    public struct Measurements: Sendable, Hashable {
        /// Milliseconds that reading the figures took.
        public var queryMS: Double
        /// Growth of the resident memory, in MB an hour; none where there are too few samples.
        public var memoryGrowthMBPerHour: Double?

        public init(queryMS: Double, memoryGrowthMBPerHour: Double?) {
            self.queryMS = queryMS
            self.memoryGrowthMBPerHour = memoryGrowthMBPerHour
        }
    }

    /// - Parameters:
    ///   - figures: none where the database did not answer.
    ///   - problem: a sentence about what is wrong with the database: it does not answer, or cannot be written to.
    public func examine(
        _ figures: DashboardFigures?, measurements: Measurements, at now: Timestamp, problem: String? = nil
    ) -> SystemHealth {
        let rate = figures.map {
            $0.windowDecisions == 0 ? 0 : Double($0.windowFailures) / Double($0.windowDecisions)
        }
        var checks = [database(problem), query(measurements.queryMS)]
        if let figures, let rate {
            checks += [errors(rate, figures), slowness(figures), load(figures)]
        }
        checks.append(memory(measurements.memoryGrowthMBPerHour))
        return SystemHealth(
            checks: checks, activeSessions: figures?.activeSessions ?? 0, errorRate: rate ?? 0, lastCheck: now)
    }

    private func database(_ problem: String?) -> SystemHealth.Check {
        .init(
            name: "database", isOK: problem == nil, measured: problem == nil ? 1 : 0, limit: 1, unit: "answers",
            points: 50, message: problem ?? "The database answers",
            action: "Run 'rif doctor': it says what is wrong and what to do")
    }

    private func query(_ milliseconds: Double) -> SystemHealth.Check {
        .init(
            name: "slow_queries", isOK: milliseconds <= configuration.slowQueryMS, measured: milliseconds,
            limit: configuration.slowQueryMS, unit: "ms", points: 20,
            message: "Reading the dashboard took \(whole(milliseconds)) ms (limit \(whole(configuration.slowQueryMS)))",
            action: "Remove old sessions with 'rif cleanup', then 'rif compact'")
    }

    private func errors(_ rate: Double, _ figures: DashboardFigures) -> SystemHealth.Check {
        .init(
            name: "error_rate", isOK: rate <= configuration.errorRate, measured: rate, limit: configuration.errorRate,
            unit: "share", points: 30,
            message: "\(whole(rate * 100)) % of the decisions of the last hour failed "
                + "(\(figures.windowFailures) of \(figures.windowDecisions), limit \(whole(configuration.errorRate * 100)) %)",
            action: "Look at the failed decisions: 'rif dashboard --section recent_decisions'")
    }

    private func slowness(_ figures: DashboardFigures) -> SystemHealth.Check {
        let slow = Bottleneck.find(in: figures.recentTransitions, slowMS: configuration.slowTransitionMS)
        let slowest = slow.first?.averageMS ?? figures.recentTransitions.map(\.averageMS).max() ?? 0
        let names = slow.prefix(3).map { "\($0.from) → \($0.to)" }.joined(separator: ", ")
        return .init(
            name: "slow_transitions", isOK: slow.isEmpty, measured: slowest, limit: configuration.slowTransitionMS,
            unit: "ms", points: 20,
            message: slow.isEmpty
                ? "No transition was slow in the last hour"
                : "\(slow.count) \(slow.count == 1 ? "transition was" : "transitions were") slow in the last hour: \(names), \(whole(slowest / 1000)) s on average",
            action: "Look where the time went: 'rif report'")
    }

    private func load(_ figures: DashboardFigures) -> SystemHealth.Check {
        .init(
            name: "active_sessions", isOK: figures.activeSessions <= configuration.activeSessions,
            measured: Double(figures.activeSessions), limit: Double(configuration.activeSessions), unit: "sessions",
            points: 20,
            message:
                "\(figures.activeSessions) \(figures.activeSessions == 1 ? "session is" : "sessions are") active (limit \(configuration.activeSessions))",
            action: "Complete or cancel what nobody works on: 'rif stuck' lists it")
    }

    private func memory(_ growth: Double?) -> SystemHealth.Check {
        .init(
            name: "memory", isOK: (growth ?? 0) <= configuration.memoryGrowthMBPerHour, measured: growth ?? 0,
            limit: configuration.memoryGrowthMBPerHour, unit: "MB/h", points: 20,
            message: "Resident memory grows by \(whole(growth ?? 0)) MB an hour "
                + "(limit \(whole(configuration.memoryGrowthMBPerHour)))",
            action:
                "Restart the process when it suits you, and report the growth with the output of 'rif health --json'")
    }

    private func whole(_ number: Double) -> String { String(Int64(clamping: Int(exactly: number.rounded()) ?? 0)) }
}
