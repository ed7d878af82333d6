/// The rules of a session, free of clocks, ids and storage: command and state in, log entries out.
///
/// Nothing here changes a state. What a command does is written as entries, and `SessionState.apply` is the only
/// place that turns entries into state, so a live session and one rebuilt from its log cannot differ.
public enum SessionRules {
    public static let initialState = "initialized"
    static let startReason = "Session started"

    static func completionReason(_ outcome: Outcome) -> String { "Session \(outcome.rawValue)" }

    /// The outcome that entering a state means for a session whose workflow type has no definition.
    public static func outcome(entering state: String) -> Outcome? { Outcome(rawValue: state) }

    /// The outcome that entering a state means: of a workflow's states only the final ones end a session.
    static func outcome(entering name: String, in state: SessionState) -> Outcome? {
        guard let workflow = state.drive.workflow else { return outcome(entering: name) }
        guard workflow.definition.state(name)?.isFinal == true else { return nil }
        return Outcome(rawValue: name) ?? .completed
    }

    /// A session that follows a workflow takes only its transitions, unless somebody insists and says why.
    ///
    /// - Returns: whether it is an override.
    private static func checkWorkflow(
        _ command: TransitionCommand, on state: SessionState
    ) throws(RIFError) -> Bool {
        guard let definition = state.drive.workflow?.definition else { return false }
        let allowed = definition.transitions(from: state.currentState).map(\.to)
        guard !allowed.contains(command.toState) else { return false }
        let expected =
            allowed.isEmpty
            ? "no transition: nothing leads out of it" : Set(allowed).sorted().joined(separator: ", ")
        guard command.isForced else {
            throw RIFError.unprocessable(
                field: "to_state", value: .string(command.toState),
                problem: "cannot be entered from \(RIFError.quoted(state.currentState)) in workflow "
                    + RIFError.quoted(definition.name), expected: "\(expected); or force with a reason")
        }
        guard !command.reason.isEmpty else {
            throw RIFError.missing(field: "reason", expected: "why the workflow is overridden")
        }
        return true
    }

    /// What a command comes to: entries and metrics to commit together, and what to answer.
    public struct Decided: Sendable {
        public var bodies: [LogEntry.Body]
        public var metrics: [MetricDraft]
        /// Events that are only reported about the session: in the log, but no part of its state.
        public var reports: [ReportCommand]
        /// The ids that the command gave, as they are remembered for its idempotency key.
        public var result: JSONValue
        /// Thrown once the entries are durable: a refusal that is itself recorded.
        public var refusal: RIFError?

        /// Nothing to write.
        public static let nothing = Decided([])

        init(
            _ bodies: [LogEntry.Body], metrics: [MetricDraft] = [], reports: [ReportCommand] = [],
            result: JSONValue = .null, refusal: RIFError? = nil
        ) {
            self.bodies = bodies
            self.metrics = metrics
            self.reports = reports
            self.result = result
            self.refusal = refusal
        }
    }

    public struct MetricDraft: Sendable, Hashable {
        public var id: String
        public var type: String
        public var name: String
        public var value: Float
        public var metadata: JSONValue
    }

    /// The moment of a command, and the ids that it may give.
    public struct Moment {
        public var now: Timestamp
        public var makeID: () -> String

        public init(now: Timestamp, makeID: @escaping () -> String) {
            self.now = now
            self.makeID = makeID
        }
    }

    /// The start of a session, as its first entry.
    public static func start(
        _ command: StartCommand, at now: Timestamp, limits: Limits
    ) throws(RIFError) -> LogEntry.Body {
        try Validation.name(command.workflowType, field: "workflow_type", limits: limits)
        let priority = try Validation.priority(command.priority)
        let context =
            command.context ?? [
                "workflow_type": .string(command.workflowType), "start_time": .string(now.rfc3339),
                "github_issues": [], "active_agents": [],
            ]
        try Validation.json(.object(context), field: "context")
        try checkContext(bytes: JSONValue.object(context).compactByteCount, limits: limits)
        var data: [String: JSONValue] = [
            "workflow_type": .string(command.workflowType), "priority": .int(Int64(priority)),
            "state": .string(command.workflow?.initialState ?? initialState), "context": .object(context),
        ]
        if let workflow = command.workflow { data["definition"] = workflow.json }
        return .event(.sessionStart, .object(data))
    }

    public static func transition(
        _ command: TransitionCommand, on state: SessionState, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        let confidence = try check(
            from: command.fromState, to: command.toState, reason: command.reason, agents: command.agentsSelected,
            confidence: command.confidence, limits: limits)
        try Validation.json(.object(command.contextUpdates), field: "context_updates")
        let given: Int32? =
            if let time = command.executionTimeMS { try Validation.executionTime(time) } else { nil }

        let from = command.fromState ?? state.currentState
        if let outcome = state.outcome {
            let refusal = RIFError.sessionFinished(state.sessionID, outcome: outcome.rawValue)
            let data: JSONValue = [
                "from": .string(from), "to": .string(command.toState), "error": .string(refusal.detail),
            ]
            return Decided([.event(.transitionError, data)], refusal: refusal)
        }
        let elapsed = Int32(clamping: max(0, moment.now.milliseconds(since: state.enteredAt)))
        var decision = Decision(
            decisionID: moment.makeID(), sessionID: state.sessionID, fromState: from, toState: command.toState,
            reason: command.reason, agentsSelected: command.agentsSelected, confidence: confidence,
            executionTimeMS: given ?? elapsed, success: true, errorDetails: nil, timestamp: moment.now)
        guard from == state.currentState else {
            let refusal = RIFError.stateConflict(expected: from, actual: state.currentState)
            decision.success = false
            decision.errorDetails = refusal.detail
            return Decided([.decision(decision, DecisionEffect(kind: .refused))], refusal: refusal)
        }
        try checkContext(
            bytes: contextBytes(state.context, bytes: state.contextBytes, merging: command.contextUpdates),
            limits: limits)
        let isOverride = try checkWorkflow(command, on: state)
        let effect = DecisionEffect(
            kind: .transition, contextUpdates: command.contextUpdates,
            outcome: outcome(entering: command.toState, in: state))
        var bodies = closings(state)
        if isOverride {
            let data: JSONValue = [
                "from": .string(from), "to": .string(command.toState), "reason": .string(command.reason),
                "decision_id": .string(decision.decisionID),
            ]
            bodies.append(.event(.workflowOverride, data))
        }
        bodies.append(.decision(decision, effect))
        if state.drive.workflow?.definition.state(command.toState)?.alert == true {
            bodies.append(
                alert(
                    state, in: command.toState,
                    message: "Session \(state.sessionID) has entered \(RIFError.quoted(command.toState))"))
        }
        return Decided(bodies, result: .string(decision.decisionID))
    }

    public static func recordDecision(
        _ command: RecordDecisionCommand, on state: SessionState, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        let confidence = try check(
            from: command.fromState, to: command.toState, reason: command.reason, agents: command.agentsSelected,
            confidence: command.confidence, limits: limits)
        let time = try Validation.executionTime(command.executionTimeMS)
        if let details = command.errorDetails {
            try Validation.text(details, field: "error_details", maximumBytes: limits.reasonBytes)
        }
        try refuseFinished(state)
        let decision = Decision(
            decisionID: moment.makeID(), sessionID: state.sessionID, fromState: command.fromState,
            toState: command.toState, reason: command.reason, agentsSelected: command.agentsSelected,
            confidence: confidence, executionTimeMS: time, success: command.success,
            errorDetails: command.errorDetails, timestamp: moment.now)
        return Decided(
            [.decision(decision, DecisionEffect(kind: .recorded))], result: .string(decision.decisionID))
    }

    public static func saveState(
        _ command: SaveStateCommand, on state: SessionState, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.name(command.currentState, field: "current_state", limits: limits)
        let context = JSONValue.object(command.context)
        try Validation.json(context, field: "context")
        try checkContext(bytes: context.compactByteCount, limits: limits)
        try Validation.json(.array(command.history), field: "history")
        try Validation.jsonSize(.array(command.history), field: "history", maximumBytes: limits.historyBytes)
        try Validation.json(.object(command.agentAssignments), field: "agent_assignments")
        for agent in command.agentAssignments.keys {
            try Validation.name(agent, field: "agent_assignments", limits: limits)
        }
        try refuseFinished(state)
        return Decided(
            closings(state) + [
                .event(
                    .stateSaved,
                    [
                        "current_state": .string(command.currentState), "context": context,
                        "history": .array(command.history), "agent_assignments": .object(command.agentAssignments),
                        "outcome": .optional(outcome(entering: command.currentState, in: state)?.rawValue),
                    ])
            ])
    }

    public static func launch(
        _ command: LaunchCommand, on state: SessionState, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        guard !command.agents.isEmpty else {
            throw RIFError.invalid(
                field: "agents", value: .array([]), problem: "names nobody", expected: "at least one agent")
        }
        var seen: Set<String> = []
        for agent in command.agents {
            try Validation.name(agent, field: "agents", limits: limits)
            guard seen.insert(agent).inserted else {
                throw RIFError.invalid(
                    field: "agents", value: agent, problem: "is named twice", expected: "each agent once in one call")
            }
        }
        try Validation.text(command.taskDescription, field: "task_description", maximumBytes: limits.reasonBytes)
        try refuseFinished(state)
        var assignments: [String: JSONValue] = [:]
        let bodies = command.agents.map { agent in
            let id = JSONValue.string(moment.makeID())
            assignments[agent] = id
            var data: [String: JSONValue] = [
                "agent": .string(agent), "assignment_id": id, "state": .string(state.currentState),
                "task_description": .string(command.taskDescription), "visit": .int(Int64(state.drive.visit)),
            ]
            // One that is declared as a process of ours waits for its turn; every other one is at work from now on.
            if let kind = state.drive.workflow?.definition.agent(agent)?.kind, kind != .external {
                data["kind"] = .string(kind.rawValue)
                data["status"] = .string(AssignmentStatus.queued.rawValue)
            }
            return LogEntry.Body.event(.agentLaunch, .object(data))
        }
        let metric = MetricDraft(
            id: moment.makeID(), type: "agent_launch", name: "agents_launched", value: Float(command.agents.count),
            metadata: ["agents": .strings(command.agents), "task_description": .string(command.taskDescription)])
        return Decided(bodies, metrics: [metric], result: .object(assignments))
    }

    public static func updateAssignment(
        _ command: UpdateAssignmentCommand, on state: SessionState, limits: Limits
    ) throws(RIFError) -> Decided {
        guard AssignmentStatus.reportable.contains(command.status) else {
            throw RIFError.invalid(
                field: "status", value: command.status.rawValue, problem: "is not for others to say",
                expected: AssignmentStatus.reportable.map(\.rawValue).joined(separator: ", "))
        }
        try Validation.json(command.result, field: "result")
        try Validation.jsonSize(command.result, field: "result", maximumBytes: limits.contextBytes)
        guard let assignment = state.assignments[command.assignmentID] else {
            throw RIFError.notFound("assignment", command.assignmentID)
        }
        try refuseFinished(state)
        return Decided([
            .event(
                .assignmentUpdated,
                [
                    "assignment_id": .string(command.assignmentID), "agent": .string(assignment.agent),
                    "status": .string(command.status.rawValue), "result": command.result,
                ])
        ])
    }

    public static func complete(
        _ command: CompleteCommand, on state: SessionState, at now: Timestamp, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.json(.object(command.finalContext), field: "final_context")
        try refuseFinished(state)
        try checkContext(
            bytes: contextBytes(state.context, bytes: state.contextBytes, merging: command.finalContext),
            limits: limits)
        let start = state.history.first?.timestamp ?? state.createdAt
        var data: [String: JSONValue] = [
            "session_id": .string(state.sessionID), "outcome": .string(command.outcome.rawValue),
            "total_duration": .int(max(0, now.milliseconds(since: start))),
            "total_transitions": .int(Int64(state.transitions)), "final_context": .object(command.finalContext),
        ]
        if let reason = command.reason, !reason.isEmpty { data["reason"] = .string(reason) }
        return Decided(closings(state) + [.event(.workflowComplete, .object(data))])
    }

    /// A metric may also be added to a finished session.
    public static func recordMetric(
        _ command: RecordMetricCommand, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.name(command.type, field: "metric_type", limits: limits)
        try Validation.name(command.name, field: "metric_name", limits: limits)
        let value = try Validation.float(command.value, field: "metric_value")
        try Validation.json(command.metadata, field: "metadata")
        try Validation.jsonSize(command.metadata, field: "metadata", maximumBytes: limits.contextBytes)
        let draft = MetricDraft(
            id: moment.makeID(), type: command.type, name: command.name, value: value, metadata: command.metadata)
        return Decided([], metrics: [draft], result: .string(draft.id))
    }

    /// An event that somebody reports: of any name, also about a finished session.
    public static func report(_ command: ReportCommand, limits: Limits) throws(RIFError) -> Decided {
        try Validation.name(command.type.rawValue, field: "event_type", limits: limits)
        try Validation.json(command.data, field: "data")
        try Validation.jsonSize(command.data, field: "data", maximumBytes: limits.contextBytes)
        return Decided([], reports: [command])
    }

    /// The recovery of a session never changes its state.
    public static func recover(_ state: SessionState) -> Decided {
        Decided([.event(.sessionRecovery, ["current_state": .string(state.currentState)])])
    }
}
