import RIFOrchestrator

/// Drives the session of one commit through its plan.
struct DemoDriver {
    let plan: Plan
    let session: SessionHandle

    static func start(_ plan: Plan, on orchestrator: Orchestrator) async throws(RIFError) -> DemoDriver {
        let session = try await orchestrator.startSession(
            workflowType: Plan.workflowType, priority: plan.priority, context: plan.context)
        return DemoDriver(plan: plan, session: session)
    }

    /// One transition and the launch of its agents.
    func perform(_ step: Plan.Step, from state: String) async throws(RIFError) {
        try await session.transition(
            from: state, to: step.state, reason: step.reason, agents: step.agents,
            contextUpdates: step.contextUpdates, confidence: step.confidence, executionTimeMS: step.time)
        try await session.launchAgents(step.agents, task: "\(step.state): \(plan.commit.subject)")
    }

    /// What is left to do from a state on, the end included.
    ///
    /// - Returns: how many transitions it took, and what the session came to.
    func finish(from state: String) async throws(RIFError) -> (transitions: Int, summary: SessionSummary) {
        var state = state
        let done = plan.steps.firstIndex { $0.state == state }.map { $0 + 1 } ?? 0
        for step in plan.steps[done...] {
            try await perform(step, from: state)
            state = step.state
        }
        try await session.recordMetric(
            type: "commit", name: "lines_changed", value: Double(plan.commit.lines),
            metadata: [
                "insertions": .int(Int64(plan.commit.insertions)), "deletions": .int(Int64(plan.commit.deletions)),
            ])
        let summary = try await session.complete(finalContext: ["success": true])
        return (plan.steps.count - done, summary)
    }
}

/// The child process of the demo: it drives a session until it is killed.
enum DemoWorker {
    /// Reads the commit from standard input; does one step for each further line, and says when it is durable.
    static func run(on orchestrator: Orchestrator) async throws {
        guard let line = readLine(), let commit = Commit(json: try JSONValue.parse(line)) else { return }
        let driver = try await DemoDriver.start(Plan(commit: commit), on: orchestrator)
        Terminal.standardOutput.line(driver.session.id)
        var state = SessionRules.initialState
        for step in driver.plan.steps {
            guard readLine() != nil else { return }
            try await driver.perform(step, from: state)
            state = step.state
            Terminal.standardOutput.line(state)
        }
        while readLine() != nil {}
    }
}
