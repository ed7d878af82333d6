public import RIFEngine
public import RIFModel
import RIFStore

extension SessionHandle {
    /// Nothing new starts in the session until it is resumed; agents that work end, and what they come to is kept.
    ///
    /// - Throws: `session_finished`, `not_found`.
    @discardableResult
    public func pause(reason: String = "", options: CommandOptions = CommandOptions()) async throws(RIFError) -> Session
    {
        let limits = orchestrator.limits
        return try await perform("pause", reason, options) { state, _ throws(RIFError) in
            try SessionRules.pause(state, reason: reason, limits: limits)
        }
    }

    /// Ends a pause, and has the session looked at again; agents that are blocked begin anew.
    ///
    /// - Throws: `session_finished`, `not_found`.
    @discardableResult
    public func resume(
        reason: String = "", options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Session {
        let limits = orchestrator.limits
        return try await perform("resume", reason, options) { state, _ throws(RIFError) in
            try SessionRules.resume(state, reason: reason, limits: limits)
        }
    }

    /// Ends the session as cancelled: at once, or as soon as its agents have been ended by whoever drives it.
    ///
    /// - Throws: `session_finished`, `not_found`.
    @discardableResult
    public func cancel(
        reason: String = "", options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Session {
        let limits = orchestrator.limits
        return try await perform("cancel", reason, options) { state, moment throws(RIFError) in
            try SessionRules.cancel(state, reason: reason, at: moment.now, limits: limits)
        }
    }

    /// Sets keys of the context; a session that waits for a condition is looked at again.
    ///
    /// - Throws: `session_finished`, `not_found`; `unprocessable` where the context becomes too large.
    @discardableResult
    public func setContext(
        _ updates: [String: JSONValue], options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Session {
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "set_context", on: id, options: options, request: .object(updates)
        ) { state, _ throws(RIFError) in try SessionRules.setContext(updates, on: state, limits: limits) }
        return performed.state.session
    }

    /// Which transitions lead out of the current state, and what each still needs:
    /// `{session_id, state, candidates[{to_state, trigger, condition, holds, missing[]}], waiting_for}`.
    ///
    /// - Throws: `not_found`; `unprocessable` where the session follows no workflow.
    public func explain() async throws(RIFError) -> JSONValue {
        let state = try await state()
        guard let plan = DrivePlan(state, at: orchestrator.clock.now()) else {
            throw RIFError(
                .unprocessable,
                "session \(RIFError.quoted(id)) follows no workflow; expected one that was started with a definition")
        }
        return plan.explanation
    }

    /// Whether only somebody outside can bring the session on, and what it waits for, in a few words.
    ///
    /// - Throws: `not_found`.
    public func waiting() async throws(RIFError) -> (isIdle: Bool, waitingFor: String) {
        guard let plan = DrivePlan(try await state(), at: orchestrator.clock.now()) else {
            return (true, "a transition: it follows no workflow")
        }
        return (plan.isIdle, plan.explanation["waiting_for"]?.stringValue ?? "")
    }

    /// The workflow that the session started with; none where its type has no definition.
    ///
    /// - Throws: `not_found`.
    public func workflow() async throws(RIFError) -> WorkflowDefinition? {
        try await state().drive.workflow?.definition
    }

    private func perform(
        _ operation: String, _ reason: String, _ options: CommandOptions, _ decide: @escaping Engine.Decide
    ) async throws(RIFError) -> Session {
        let performed = try await orchestrator.engine.perform(
            operation, on: id, options: options, request: .string(reason), decide: decide)
        return performed.state.session
    }
}

extension Orchestrator {
    /// Questions to people, oldest first: those of all sessions or of one.
    ///
    /// - Parameter status: only those that stand so.
    public func approvals(
        sessionID: String? = nil, status: Approval.Status? = nil
    ) async throws(RIFError) -> [Approval] {
        var found: [String: Approval] = [:]
        for type in [EventType.approvalRequested, .approvalDecided] {
            var after: Int64 = 0
            while true {
                let query = EventQuery(after: after, sessionID: sessionID, eventType: type.rawValue, limit: 10_000)
                let events = try await pastEvents(query)
                for event in events {
                    guard let id = event.data["approval_id"]?.stringValue else { continue }
                    if type == .approvalRequested {
                        found[id] = event.sessionID.flatMap {
                            Approval(request: event.data, sessionID: $0, at: event.timestamp)
                        }
                    } else {
                        found[id]?.apply(decided: event.data, at: event.timestamp)
                    }
                }
                guard events.count == query.limit, let last = events.last else { break }
                after = last.sequence
            }
        }
        return found.values.filter { status == nil || $0.status == status }.sorted { $0.approvalID < $1.approvalID }
    }

    /// One question, by its id.
    ///
    /// - Throws: `not_found`.
    public func approval(_ approvalID: String) async throws(RIFError) -> Approval {
        guard let found = try await approvals().first(where: { $0.approvalID == approvalID }) else {
            throw RIFError.notFound("approval", approvalID)
        }
        return found
    }

    /// Answers a question.
    ///
    /// - Throws: `not_found`; `state_conflict` where it was answered before, or has expired; `unprocessable` for a choice
    ///   that is not offered.
    @discardableResult
    public func decide(
        _ approvalID: String, _ answer: SessionRules.Answer, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Approval {
        let asked = try await approval(approvalID)
        let limits = limits
        let request: JSONValue = [
            "approval_id": .string(approvalID), "approves": .bool(answer.approves), "choice": .optional(answer.choice),
            "reason": .string(answer.reason),
        ]
        do {
            _ = try await engine.perform("decide", on: asked.sessionID, options: options, request: request) {
                state, _ throws(RIFError) in
                try SessionRules.decide(approvalID, answer, on: state, limits: limits)
            }
        } catch  where error.code == .stateConflict && asked.status != .pending {
            throw RIFError(
                .stateConflict,
                "approval \(RIFError.quoted(approvalID)) is \(asked.status.rawValue); expected a pending one")
        }
        return try await approval(approvalID)
    }

    /// Unfinished sessions that follow a workflow: by priority, then by age.
    public func sessionsWithWorkflow() async throws(RIFError) -> [String] {
        let ids = try await read(flushed: true) { store throws(StoreError) in
            try await store.activeSessions(with: [.sessionStart, .runRequested], mentioning: "\"definition\"")
        }
        var found: [SessionState] = []
        for id in ids {
            guard let state = try await engine.committed(id), state.drive.workflow != nil, !state.isFinished else {
                continue
            }
            found.append(state)
        }
        found.sort { left, right in
            if left.priority != right.priority { return left.priority > right.priority }
            return left.createdAt != right.createdAt
                ? left.createdAt < right.createdAt : left.sessionID < right.sessionID
        }
        return found.map(\.sessionID)
    }

    /// Sessions that a driver has to look after: those that were driven, and those with agents of ours.
    func sessionsToDrive() async throws(RIFError) -> [String] {
        try await read(flushed: true) { store throws(StoreError) in
            let driven = try await store.activeSessions(with: [.runRequested, .agentStarted], mentioning: nil)
            // Launched, and interrupted before the process began.
            let queued = try await store.activeSessions(with: [.agentLaunch], mentioning: #""status":"queued""#)
            return Set(driven).union(queued).sorted()
        }
    }
}
