import RIFOrchestrator

/// The demo itself: one session in a child process that is killed and recovered, the others at once.
struct DemoRun {
    let location: Location
    let shared: SharedOptions
    let plans: [Plan]

    /// A session whose process was killed.
    struct Interruption: Sendable {
        var plan: Plan
        var sessionID: String
        /// The last state that the child reported as durable.
        var acknowledged: String
        /// What was on disk.
        var found: Session?
    }

    struct Result: Sendable {
        var interruption: Interruption
        /// Summaries in the order of the commits, the interrupted one included.
        var summaries: [SessionSummary]
        var decisions: [Decision]
        /// Transitions that this process made, and how long all of them took together.
        var transitions: Int
        /// Everything that was made durable in that time: starts, transitions, launches, metrics, completions.
        var operations: Int
        var elapsed: Duration
        var database: String

        var recovered: SessionSummary? { summaries.first { $0.session.sessionID == interruption.sessionID } }

        var transitionsPerSecond: Double { perSecond(transitions) }
        var operationsPerSecond: Double { perSecond(operations) }

        private func perSecond(_ count: Int) -> Double {
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            return seconds > 0 ? Double(count) / seconds : 0
        }
    }

    func run() async throws -> Result {
        // The commit in the middle: that of the largest change would do as well.
        let index = plans.count / 2
        let interruption = try interrupt(plans[index])
        return try await location.writing { orchestrator in
            try await recover(interruption, at: index, orchestrator)
        }
    }

    // MARK: - The child

    /// Lets a child process drive a session, and kills it in the middle.
    private func interrupt(_ plan: Plan) throws -> Interruption {
        var arguments = [ThisProgram.path, "demo", "--worker", "--database", location.path]
        if let config = shared.config { arguments += ["--config", config] }
        for change in shared.set { arguments += ["--set", change] }
        if shared.verbose { arguments.append("--verbose") }
        var child = try Child(arguments)
        child.send(plan.commit.json.compact)
        guard let sessionID = child.readLine() else { throw failed(child.wait()) }
        let middle = plan.steps.count - 1
        for step in plan.steps[..<middle] {
            child.send("go on")
            guard child.readLine() == step.state else { throw failed(child.wait()) }
        }
        child.kill()
        let ending = child.wait()
        guard case .killed = ending else { throw failed(ending) }
        return Interruption(plan: plan, sessionID: sessionID, acknowledged: plan.steps[middle - 1].state)
    }

    private func failed(_ ending: Child.Ending) -> RIFError {
        switch ending {
        case .exited(RIFError.Code.storageUnavailable.exitCode):
            RIFError(.storageUnavailable, "the demo's child process could not use the database")
        case .exited(let status): RIFError(.internal, "the demo's child process ended early, with status \(status)")
        case .killed(let signal): RIFError(.internal, "the demo's child process was ended by signal \(signal)")
        }
    }

    // MARK: - The rest

    private func recover(
        _ interruption: Interruption, at index: Int, _ orchestrator: Orchestrator
    ) async throws -> Result {
        var interruption = interruption
        guard let found = try await orchestrator.recoverState(interruption.sessionID),
            try await orchestrator.recoverSession(interruption.sessionID)
        else { throw RIFError(.internal, "the killed process's session \(interruption.sessionID) is not there") }
        interruption.found = found

        let clock = ContinuousClock()
        let began = clock.now
        let finished = try await withThrowingTaskGroup(of: (Int, Int, SessionSummary).self) { group in
            for (number, plan) in plans.enumerated() {
                let session = number == index ? orchestrator.session(interruption.sessionID) : nil
                group.addTask {
                    let driver =
                        if let session { DemoDriver(plan: plan, session: session) } else {
                            try await DemoDriver.start(plan, on: orchestrator)
                        }
                    let state = session == nil ? SessionRules.initialState : found.currentState
                    let (transitions, summary) = try await driver.finish(from: state)
                    return (number, transitions, summary)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let elapsed = clock.now - began
        let summaries = finished.sorted { $0.0 < $1.0 }.map(\.2)
        var decisions: [Decision] = []
        for summary in summaries {
            decisions += try await orchestrator.decisionHistory(summary.session.sessionID, limit: 100).reversed()
        }
        let transitions = finished.reduce(0) { $0 + $1.1 }
        return Result(
            interruption: interruption, summaries: summaries, decisions: decisions,
            transitions: transitions,
            // Each transition launches agents; all sessions but the recovered one were started, all got a metric and an end.
            operations: 2 * transitions + plans.count - 1 + 2 * plans.count, elapsed: elapsed,
            database: orchestrator.information.location)
    }
}
