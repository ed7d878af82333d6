extension SessionRules {
    /// Writes the next step of a session that follows its workflow; nothing where the next step is nobody's to write.
    ///
    /// - Returns: no entries where nothing is due.
    public static func advance(
        _ state: SessionState, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        guard let plan = DrivePlan(state, at: moment.now) else { return Decided([]) }
        switch plan.next {
        case .launch(let agents):
            return try launch(agents, plan, at: moment, limits: limits)
        case .ask:
            return Decided([plan.question(id: moment.makeID())])
        case .expire(let approval):
            return Decided([
                .event(
                    .approvalDecided,
                    [
                        "approval_id": .string(approval.approvalID), "status": .string("expired"),
                        "decision": .optional(approval.defaultChoice), "reason": "nobody answered in time",
                    ])
            ])
        case .timeOut(let action):
            return Decided(plan.timeout(action))
        case .merge(let updates):
            return Decided([
                .event(.contextUpdated, ["context_updates": .object(updates), "of_results": true])
            ])
        case .transition(let command):
            return try transition(command, on: state, at: moment, limits: limits)
        case .complete(let outcome, let reason):
            return try complete(
                CompleteCommand(outcome: outcome, reason: reason), on: state, at: moment.now, limits: limits)
        case .finished, .paused, .working, .stop, .prove, .person, .waiting:
            return Decided([])
        }
    }

    /// Puts agents of the current state to work.
    private static func launch(
        _ agents: [String], _ plan: DrivePlan, at moment: Moment, limits: Limits
    ) throws(RIFError) -> Decided {
        let place = plan.definition.state(plan.state.currentState)
        let task = place?.task ?? place?.description ?? ""
        let values = TemplateValues(
            sessionID: plan.state.sessionID, state: plan.state.currentState, task: "", attempt: 1,
            context: plan.state.context)
        // What is missing is named when the agent is to start: that attempt fails, and nothing else.
        let rendered = (try? Template.render(task, values)) ?? task
        let text = String(decoding: rendered.utf8.prefix(limits.reasonBytes - 4), as: UTF8.self)
        return try launch(
            LaunchCommand(agents: agents, taskDescription: text), on: plan.state, at: moment, limits: limits)
    }

    /// Notes that somebody wants the session to be driven. No entries where that is known.
    ///
    /// - Parameter workflow: what a session follows from now on that was started without a definition; the state that it is
    ///   in must be one of its.
    /// - Throws: `session_finished`; `unprocessable` where there is no workflow that it could follow.
    public static func requestRun(
        _ state: SessionState, offering workflow: WorkflowDefinition? = nil
    ) throws(RIFError) -> Decided {
        try refuseFinished(state)
        if state.drive.workflow != nil {
            return Decided(state.drive.isDriven ? [] : [.event(.runRequested, [:])])
        }
        guard let workflow, workflow.state(state.currentState) != nil else {
            throw RIFError(
                .unprocessable,
                "session \(RIFError.quoted(state.sessionID)) follows no workflow that could be driven; expected one "
                    + "that was started with a definition ('rif run --workflow FILE'), or of the type of a known one")
        }
        return Decided([.event(.runRequested, ["definition": workflow.json])])
    }

    // MARK: - Attempts

    /// Notes that the process of an attempt runs. No entries where that attempt is over or noted already.
    public static func startAttempt(
        _ assignmentID: String, attempt: Int, pid: Int, on state: SessionState
    ) -> Decided {
        guard let found = state.assignments[assignmentID], found.attempt == attempt, !state.isFinished,
            !found.status.hasEnded, found.process.pid == nil
        else { return Decided([]) }
        return Decided([
            .event(
                .agentStarted,
                [
                    "assignment_id": .string(assignmentID), "agent": .string(found.agent),
                    "attempt": .int(Int64(attempt)), "pid": .int(Int64(pid)),
                    "agent_session_id": .optional(found.process.agentSessionID),
                ])
        ])
    }

    /// Notes that an agent has been without output for too long, or has some again.
    public static func noteSilence(
        _ assignmentID: String, attempt: Int, silent: Bool, lastOutputAt: Timestamp?, on state: SessionState
    ) -> Decided {
        guard let found = state.assignments[assignmentID], found.attempt == attempt, !state.isFinished,
            found.status == (silent ? .active : .silent)
        else { return Decided([]) }
        return Decided([
            .event(
                .agentSilent,
                [
                    "assignment_id": .string(assignmentID), "agent": .string(found.agent), "silent": .bool(silent),
                    "last_output_at": .optional(lastOutputAt?.rfc3339),
                ])
        ])
    }

    /// Notes the agent's own name for its conversation as soon as it is known, so that a crash does not lose it.
    public static func noteConversation(
        _ assignmentID: String, attempt: Int, agentSessionID: String, on state: SessionState
    ) -> Decided {
        guard let found = state.assignments[assignmentID], found.attempt == attempt, !state.isFinished,
            found.status.isWorking, found.process.agentSessionID != agentSessionID
        else { return Decided([]) }
        return Decided([
            .event(
                .assignmentUpdated,
                [
                    "assignment_id": .string(assignmentID), "agent": .string(found.agent),
                    "status": .string(found.status.rawValue), "agent_session_id": .string(agentSessionID),
                ])
        ])
    }

    /// Notes the end of an attempt, and queues the next one where there is to be one.
    ///
    /// - Returns: no entries where that attempt is over already.
    public static func finishAttempt(
        _ end: AttemptEnd, on state: SessionState, at moment: Moment, limits: Limits
    ) -> Decided {
        guard let found = state.assignments[end.assignmentID], found.attempt == end.attempt, !found.status.hasEnded,
            !state.isFinished
        else { return Decided([]) }
        var end = end
        end.refuseHugeContext(state, limits: limits)
        let next = end.next(of: found, in: state, at: moment.now)
        var data = end.data
        data["agent"] = .string(found.agent)
        data["next"] = next ?? .null
        if end.areTokensOfConversation, let tokens = end.tokens { data["tokens"] = found.newTokens(tokens).json }
        if let cumulative = end.costUSD { data["cost_usd"] = .double(found.newCost(cumulative)) }
        var bodies: [LogEntry.Body] = [.event(.agentFinished, .object(data))]
        let about: [String: JSONValue] = [
            "assignment_id": .string(end.assignmentID), "agent": .string(found.agent),
            "attempt": .int(Int64(end.attempt)),
        ]
        if case .rateLimited(let until) = end.cause {
            bodies.append(.event(.agentRateLimited, .object(about.merging(["until": .string(until.rfc3339)]) { $1 })))
        }
        if end.output["truncated"]?.boolValue == true {
            bodies.append(.event(.agentOutputLost, .object(about.merging(["output": end.output]) { $1 })))
        }
        return Decided(bodies)
    }

    /// Notes what a recovery found of an attempt, and what it did.
    public static func noteRecovery(
        _ assignmentID: String, found: String, action: String, on state: SessionState
    ) -> Decided {
        guard let assignment = state.assignments[assignmentID] else { return Decided([]) }
        return Decided([
            .event(
                .runRecovered,
                [
                    "assignment_id": .string(assignmentID), "agent": .string(assignment.agent),
                    "attempt": .int(Int64(assignment.attempt)), "found": .string(found), "action": .string(action),
                ])
        ])
    }

    // MARK: - Evidence

    /// Notes what was found of what a state requires. Where something is missing, its agents are tried again as their
    /// failures are.
    ///
    /// - Parameter visit: the entry of the state for which it was looked for; of an earlier one nothing is noted.
    public static func noteEvidence(
        holds: Bool, checks: JSONValue, reason: String?, visit: Int, on state: SessionState, at moment: Moment
    ) -> Decided {
        guard !state.isFinished, state.drive.visit == visit, state.drive.evidence == nil,
            let plan = DrivePlan(state, at: moment.now)
        else { return Decided([]) }
        var bodies: [LogEntry.Body] = []
        if !holds {
            let retries = plan.assignments.filter { $0.status == .completed && $0.kind != .external }
                .filter { $0.countedAttempts < plan.retry(of: $0).maxAttempts }
            bodies = retries.map { assignment in
                let delay = plan.retry(of: assignment).delay(after: assignment.countedAttempts)
                return requeue(
                    assignment, counts: nil, notBefore: moment.now.advanced(by: delay), reason: reason)
            }
        }
        let isRetried = !bodies.isEmpty
        let data: JSONValue = [
            "state": .string(state.currentState), "holds": .bool(holds), "checks": checks,
            "reason": .optional(reason), "retried": .bool(isRetried),
        ]
        return Decided([.event(.evidenceChecked, data)] + bodies)
    }

    /// Queues an attempt of an assignment that had ended.
    static func requeue(
        _ assignment: Assignment, counts: String?, notBefore: Timestamp?, reason: String?
    ) -> LogEntry.Body {
        .event(
            .assignmentUpdated,
            [
                "assignment_id": .string(assignment.assignmentID), "agent": .string(assignment.agent),
                "status": .string(AssignmentStatus.queued.rawValue), "counts": .optional(counts),
                "not_before": .optional(notBefore?.rfc3339), "reason": .optional(reason),
            ])
    }
}

extension DrivePlan {
    /// How often an agent is tried: as it says itself, else as the state says that it works in.
    func retry(of assignment: Assignment) -> RetryPolicy {
        definition.agent(assignment.agent)?.retry ?? definition.state(assignment.state)?.retry ?? RetryPolicy()
    }

    fileprivate func question(id: String) -> LogEntry.Body {
        let place = definition.state(state.currentState)
        let values = TemplateValues(
            sessionID: state.sessionID, state: state.currentState, task: place?.task ?? "", attempt: 1,
            context: state.context)
        let text = place?.question ?? place?.description ?? "May the session leave \(state.currentState)?"
        return .event(
            .approvalRequested,
            [
                "approval_id": .string(id), "state": .string(state.currentState),
                "visit": .int(Int64(state.drive.visit)),
                "question": .string((try? Template.render(text, values)) ?? text),
                "choices": .strings(place?.choices ?? []), "default_choice": .optional(place?.defaultChoice),
                "deadline": .optional(deadline?.rfc3339),
            ])
    }

    /// A timeout, and with it the end of the question that nobody answered.
    fileprivate func timeout(_ action: TimeoutAction) -> [LogEntry.Body] {
        let after = max(0, now.milliseconds(since: state.drive.visitedAt))
        let fired = LogEntry.Body.event(
            .timeoutFired,
            ["state": .string(state.currentState), "action": .string(action.rawValue), "after": .int(after)])
        var ends = [fired]
        if action == .alert, !state.drive.hasAlert {
            let message =
                "Session \(state.sessionID) is in \(RIFError.quoted(state.currentState)) for longer than it may be"
            ends.append(SessionRules.alert(state, in: state.currentState, message: message))
        }
        guard let asked = pendingApproval else { return ends }
        let lapsed = LogEntry.Body.event(
            .approvalDecided,
            [
                "approval_id": .string(asked.approvalID), "status": "expired", "decision": nil,
                "reason": "nobody answered in time",
            ])
        return [lapsed] + ends
    }
}
