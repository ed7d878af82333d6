extension SessionState {
    /// The state after a whole log, in the order of the session sequence; nothing where the log holds no start.
    public static func fold(_ entries: some Sequence<LogEntry>) -> SessionState? {
        var state: SessionState?
        for entry in entries {
            if state == nil {
                state = SessionState(first: entry)
            } else {
                state?.apply(entry)
            }
        }
        return state
    }

    /// The state that a session's first entry makes; nothing where the entry is not the start of a session.
    public init?(first entry: LogEntry) {
        guard let sessionID = entry.sessionID, case .event(let type, let data) = entry.body,
            let sequence = entry.sessionSequence
        else { return nil }
        switch type {
        case .sessionStart:
            let state = data["state"]?.stringValue ?? SessionRules.initialState
            let step = HistoryEntry.Step(
                state: state, timestamp: entry.timestamp,
                reason: data["reason"]?.stringValue ?? SessionRules.startReason)
            self.init(
                sessionID: sessionID, currentState: state, context: data["context"]?.objectValue ?? [:],
                history: History([.step(step)]), data: data, at: entry.timestamp, sequence: sequence)
        case .sessionImported:
            self.init(
                sessionID: sessionID, currentState: data["current_state"]?.stringValue ?? "",
                context: data["context"]?.objectValue ?? [:],
                history: History((data["history"]?.arrayValue ?? []).map { .other($0) }), data: data,
                at: entry.timestamp, sequence: sequence)
            agents = data["agent_assignments"]?.objectValue ?? [:]
            outcome = data["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:))
            createdAt = data["created_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? entry.timestamp
            updatedAt = data["updated_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) ?? entry.timestamp
            enteredAt = updatedAt
        default:
            return nil
        }
        if let stored = data["definition"], let definition = try? WorkflowDefinition(json: stored) {
            drive.workflow = StoredWorkflow(definition)
        }
        // The key of a start belongs to no session: whoever asks again does not know its id yet.
    }

    private init(
        sessionID: String, currentState: String, context: [String: JSONValue], history: History, data: JSONValue,
        at timestamp: Timestamp, sequence: Int64
    ) {
        self.sessionID = sessionID
        self.currentState = currentState
        outcome = nil
        workflowType = data["workflow_type"]?.stringValue
        priority = Int32(clamping: data["priority"]?.intValue ?? 0)
        self.context = context
        contextBytes = JSONValue.object(context).compactByteCount
        self.history = history
        agents = [:]
        assignments = [:]
        drive = DriveState(visitedAt: timestamp)
        createdAt = timestamp
        updatedAt = timestamp
        enteredAt = timestamp
        lastEntryAt = timestamp
        lastSequence = sequence
        transitions = 0
        idempotency = KeyedResults()
    }

    /// Adds one entry. Entries without effect (reported events, recorded and refused decisions) move the sequence on.
    public mutating func apply(_ entry: LogEntry) {
        guard let sequence = entry.sessionSequence else { return }
        lastSequence = max(lastSequence, sequence)
        lastEntryAt = max(lastEntryAt, entry.timestamp)
        switch entry.body {
        case .decision(let decision, let effect):
            if effect.kind == .transition { apply(decision, effect) }
        case .event(let type, let data):
            apply(type, data, at: entry.timestamp)
        }
        remember(entry)
    }

    private mutating func apply(_ decision: Decision, _ effect: DecisionEffect) {
        merge(effect.contextUpdates)
        // The work of an agent with processes of ours is told by them, and not by whoever moves the session.
        for agent in decision.agentsSelected where !agentsWithProcesses.contains(agent) {
            agents[agent] = .string(AssignmentStatus.active.rawValue)
        }
        let step = HistoryEntry.Step(
            state: decision.toState, timestamp: decision.timestamp, reason: decision.reason,
            decisionID: decision.decisionID, agentsSelected: decision.agentsSelected, confidence: decision.confidence)
        history.append(.step(step))
        enter(decision.toState, at: decision.timestamp)
        transitions += 1
        if let outcome = effect.outcome { finish(outcome, at: decision.timestamp) }
    }

    private mutating func apply(_ type: EventType, _ data: JSONValue, at timestamp: Timestamp) {
        switch type {
        case .stateSaved:
            context = data["context"]?.objectValue ?? [:]
            contextBytes = JSONValue.object(context).compactByteCount
            history = History((data["history"]?.arrayValue ?? []).map { .other($0) })
            agents = data["agent_assignments"]?.objectValue ?? [:]
            enter(data["current_state"]?.stringValue ?? currentState, at: timestamp)
            if let outcome = data["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) {
                finish(outcome, at: timestamp)
            }
        case .agentLaunch:
            guard
                let made = Assignment(launch: data, sessionID: sessionID, state: currentState, at: timestamp)
            else { return }
            assignments[made.assignmentID] = made
            if made.kind != .external { agentsWithProcesses.insert(made.agent) }
            note(made.assignmentID, made.status)
            agents[made.agent] = .string(made.status.rawValue)
            updatedAt = timestamp
        case .assignmentUpdated, .agentStarted, .agentFinished, .agentSilent:
            update(type, data, at: timestamp)
        case .contextUpdated:
            merge(data["context_updates"]?.objectValue ?? [:])
            drive.apply(type, data, sessionID: sessionID, at: timestamp)
            updatedAt = timestamp
        case .workflowComplete:
            guard let outcome = data["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) else { return }
            merge(data["final_context"]?.objectValue ?? [:])
            let reason = data["reason"]?.stringValue ?? SessionRules.completionReason(outcome)
            history.append(.step(.init(state: outcome.rawValue, timestamp: timestamp, reason: reason)))
            enter(outcome.rawValue, at: timestamp)
            finish(outcome, at: timestamp)
        default:
            drive.apply(type, data, sessionID: sessionID, at: timestamp)
        }
    }

    private mutating func enter(_ state: String, at timestamp: Timestamp) {
        currentState = state
        enteredAt = timestamp
        updatedAt = timestamp
        drive.enter(at: timestamp)
    }

    private mutating func finish(_ outcome: Outcome, at timestamp: Timestamp) {
        self.outcome = outcome
        let status = outcome.statusOfActiveAgents
        for (agent, found) in agents
        where found.stringValue.flatMap(AssignmentStatus.init(rawValue:))?.hasEnded == false {
            agents[agent] = .string(status.rawValue)
        }
        for id in openAssignments { assignments[id]?.end(with: outcome, at: timestamp) }
        openAssignments = []
    }

    private mutating func note(_ assignmentID: String, _ status: AssignmentStatus) {
        if status.hasEnded { openAssignments.remove(assignmentID) } else { openAssignments.insert(assignmentID) }
    }

    private mutating func update(_ type: EventType, _ data: JSONValue, at timestamp: Timestamp) {
        guard let id = data["assignment_id"]?.stringValue, let agent = assignments[id]?.agent,
            assignments[id]?.apply(type, data, at: timestamp) == true, let status = assignments[id]?.status
        else { return }
        note(id, status)
        // An agent with several assignments is active while any of them is: of those that are, the oldest speaks for it, so
        // that the same log always gives the same session.
        let working =
            status.isWorking
            ? nil
            : openAssignments.filter { other in
                assignments[other].map { $0.agent == agent && $0.status.isWorking } ?? false
            }.min()
        let shown = working.flatMap { assignments[$0]?.status } ?? status
        agents[agent] = .string(shown.rawValue)
        updatedAt = timestamp
    }

    private mutating func merge(_ updates: [String: JSONValue]) {
        guard !updates.isEmpty else { return }
        contextBytes = SessionRules.contextBytes(context, bytes: contextBytes, merging: updates)
        context.merge(updates) { $1 }
    }

    /// The result that a repetition of the command gets, from the entries alone, so that it is known after a restart.
    private mutating func remember(_ entry: LogEntry) {
        guard let stamp = entry.idempotency, let sequence = entry.sessionSequence else { return }
        var result = idempotency[stamp.key]?.result ?? .null
        switch entry.body {
        case .decision(let decision, _): result = .string(decision.decisionID)
        case .event(.agentLaunch, let data):
            var assignments = result.objectValue ?? [:]
            if let agent = data["agent"]?.stringValue { assignments[agent] = data["assignment_id"] }
            result = .object(assignments)
        case .event: break
        }
        idempotency[stamp.key] = IdempotentResult(
            requestHash: stamp.requestHash, sequence: sequence, result: result)
    }
}
