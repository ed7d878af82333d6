/// What is to be done next for a session that follows a workflow: pure, from its state alone, so that whoever takes it up
/// after a crash comes to the same.
public enum DriveStep: Sendable {
    case finished
    /// Nothing new starts; agents that work go on.
    case paused
    /// These agents of the state have not been put to work yet.
    case launch([String])
    /// Agents work, or wait for their turn.
    case working
    /// These assignments are to end first: the session is to be cancelled, or its state has timed out.
    case stop([Assignment])
    /// What the state requires is to be looked for.
    case prove([Requirement])
    /// A person is to be asked.
    case ask
    /// A person has been asked.
    case person(Approval)
    /// Nobody answered in time.
    case expire(Approval)
    /// The state has taken longer than it may.
    case timeOut(TimeoutAction)
    /// What the agents reported is to be kept while the session waits.
    case merge([String: JSONValue])
    case transition(TransitionCommand)
    case complete(Outcome, reason: String)
    case waiting(Waiting)

    /// For what a session waits that nobody works on.
    public enum Waiting: String, Sendable, Hashable {
        /// The state is done, and no transition fits.
        case noMatch = "no_match"
        /// An agent is blocked: `rif resume` starts it anew.
        case blocked
        /// It is in a state that its workflow does not know.
        case unknownState = "unknown_state"
    }

    /// Whether the log has to say it; the others are for whoever drives to do, or to wait for.
    public var isWritten: Bool {
        switch self {
        case .launch, .ask, .expire, .timeOut, .merge, .transition, .complete: true
        case .finished, .paused, .working, .stop, .prove, .person, .waiting: false
        }
    }
}

/// The rules by which a session follows its workflow (contract 9, "Next step").
public struct DrivePlan: Sendable {
    /// A trigger that any result may take.
    public static let automatic = "auto"
    /// The triggers that only a timeout and a refusal take, never a plain success.
    public static let timeoutTrigger = "timeout"
    public static let rejectedTrigger = "rejected"
    /// The state in which failures end, where the workflow has it.
    public static let failedState = "failed"

    let state: SessionState
    let definition: WorkflowDefinition
    let now: Timestamp

    /// Nothing where the session follows no workflow.
    public init?(_ state: SessionState, at now: Timestamp) {
        guard let workflow = state.drive.workflow else { return nil }
        self.state = state
        self.now = now
        definition = workflow.definition
    }

    /// The assignments of this entry of the state.
    public var assignments: [Assignment] {
        state.assignments.values.filter { $0.visit == state.drive.visit }
    }

    /// Those that still work for a beginning of this state that its timeout has ended.
    private var lateAssignments: [Assignment] {
        let first = state.drive.visit - state.drive.timeoutRetries
        guard first < state.drive.visit else { return [] }
        return state.assignments.values.filter { (first..<state.drive.visit).contains($0.visit) && !$0.status.hasEnded }
    }

    /// When the timeout of the state fires, unless it has.
    public var deadline: Timestamp? {
        guard state.drive.timedOut == nil, let timeout = definition.state(state.currentState)?.timeout else {
            return nil
        }
        return state.drive.visitedAt.advanced(by: timeout)
    }

    public var next: DriveStep {
        guard !state.isFinished else { return .finished }
        if let reason = state.drive.cancelReason {
            let open = state.assignments.values.filter { !$0.status.hasEnded && $0.kind != .external }
            return open.isEmpty ? .complete(.cancelled, reason: reason) : .stop(open)
        }
        guard !state.drive.isPaused else { return .paused }
        guard let place = definition.state(state.currentState) else { return .waiting(.unknownState) }
        let assignments = assignments
        let open = assignments.filter { !$0.status.hasEnded }
        // The state began anew after its timeout: what worked for it until then does not go on beside that.
        let late = lateAssignments
        guard late.isEmpty else { return .stop(late) }
        if let action = state.drive.timedOut, action != .alert {
            guard open.isEmpty else { return .stop(open) }
            return leave(place, after: action, Resolution(assignments, order: place.agents))
        }
        if let deadline, now >= deadline, !hasDefaulted {
            if let asked = pendingApproval, asked.defaultChoice != nil { return .expire(asked) }
            return .timeOut(timeoutAction(place))
        }
        let missing = place.agents.filter { name in !assignments.contains { $0.agent == name } }
        guard missing.isEmpty else { return .launch(missing) }
        guard open.isEmpty else { return .working }
        return done(place, Resolution(assignments, order: place.agents))
    }

    /// Whether only somebody outside can bring the session on: a person, or whoever reports for an agent that is only
    /// tracked.
    public var isIdle: Bool {
        switch next {
        case .finished, .person, .waiting: true
        // An agent that works while the session is paused comes to its end first.
        case .paused: !state.assignments.values.contains { $0.kind != .external && $0.status.isWorking }
        case .working: assignments.allSatisfy { $0.kind == .external || $0.status.hasEnded }
        default: false
        }
    }

    /// Whether a question of this entry was answered by its default.
    private var hasDefaulted: Bool {
        state.drive.approvals.values.contains { $0.status == .expired && $0.decision != nil }
    }

    private func timeoutAction(_ place: WorkflowState) -> TimeoutAction {
        let action = place.timeoutAction
        guard action == .retry else { return action }
        // The state's own number of attempts; a workflow that names none gets three.
        return state.drive.timeoutRetries + 1 < (place.retry?.maxAttempts ?? 3) ? .retry : .fail
    }

    // MARK: - A state that is done

    private func done(_ place: WorkflowState, _ resolution: Resolution) -> DriveStep {
        switch resolution.outcome {
        case .failure: return fail(resolution)
        case .blocked, .rateLimited: return wait(.blocked, resolution)
        case .success: break
        }
        if !place.requires.isEmpty {
            guard let evidence = state.drive.evidence else { return .prove(place.requires) }
            if !evidence.holds {
                var failed = resolution
                failed.trigger = nil
                failed.reasons = [evidence.reason ?? "what the state requires is missing"]
                return fail(failed)
            }
        }
        return place.needsPerson ? answered(place, resolution) : succeed(place, resolution)
    }

    var pendingApproval: Approval? { state.drive.approvals.values.first { $0.status == .pending } }

    private func answered(_ place: WorkflowState, _ resolution: Resolution) -> DriveStep {
        if let pending = pendingApproval { return .person(pending) }
        guard let answer = state.drive.approvals.values.max(by: { $0.approvalID < $1.approvalID }),
            answer.status != .expired || answer.decision != nil
        else { return .ask }
        var resolution = resolution
        resolution.trigger = answer.decision
        resolution.reasons = answer.reason.map { $0.isEmpty ? [] : [$0] } ?? []
        if answer.status == .expired {
            resolution.reasons = ["nobody answered in time: \(answer.decision ?? "")"]
        }
        let who = answer.decidedBy.map { " by \($0)" } ?? ""
        if resolution.reasons.isEmpty { resolution.reasons = ["\(answer.status.rawValue)\(who)"] }
        let words = answer.status == .expired ? answer.decision : nil
        if words == "approve" || words == "approved" { resolution.trigger = nil }
        let isRefused = answer.status == .rejected || words == "reject" || words == Self.rejectedTrigger
        guard isRefused else { return succeed(place, resolution) }
        let candidates = transitions { $0.trigger == Self.rejectedTrigger }
        if let found = first(candidates, with: resolution) { return move(to: found, resolution) }
        resolution.trigger = nil
        return fail(resolution)
    }

    private func succeed(_ place: WorkflowState, _ resolution: Resolution) -> DriveStep {
        let candidates = transitions { transition in
            guard let asked = resolution.trigger else {
                return transition.trigger != Self.timeoutTrigger && transition.trigger != Self.rejectedTrigger
            }
            return transition.trigger == nil || transition.trigger == Self.automatic || transition.trigger == asked
        }
        if let found = first(candidates, with: resolution) { return move(to: found, resolution) }
        guard place.onNoMatch == .fail else { return wait(.noMatch, resolution) }
        var failed = resolution
        failed.trigger = nil
        failed.reasons.append("no transition out of \(place.name) fits")
        return fail(failed)
    }

    /// A failure after its retries: by its own trigger, else to the state for failures, else the end.
    private func fail(_ resolution: Resolution) -> DriveStep {
        if let trigger = resolution.trigger,
            let found = first(transitions { $0.trigger == trigger }, with: resolution)
        {
            return move(to: found, resolution)
        }
        if let found = first(transitions { $0.to == Self.failedState }, with: resolution) {
            return move(to: found, resolution)
        }
        // The end has no room for what the agents reported, as a transition has.
        guard state.drive.hasMerged || resolution.contextUpdates.isEmpty else {
            return .merge(resolution.contextUpdates)
        }
        return .complete(.failed, reason: Self.words(resolution, else: "\(state.currentState) failed"))
    }

    private func leave(
        _ place: WorkflowState, after action: TimeoutAction, _ resolution: Resolution
    ) -> DriveStep {
        var late = resolution
        late.outcome = .failure
        late.trigger = nil
        let limit = place.timeout.map { " of \(DurationText.text($0))" } ?? ""
        late.reasons = ["\(place.name) did not end within its timeout\(limit)"]
        let candidates = transitions { $0.trigger == Self.timeoutTrigger }
        if action == .transition, let found = first(candidates, with: late) { return move(to: found, late) }
        return fail(late)
    }

    // MARK: - Parts

    private func wait(_ waiting: DriveStep.Waiting, _ resolution: Resolution) -> DriveStep {
        guard !state.drive.hasMerged, !resolution.contextUpdates.isEmpty else { return .waiting(waiting) }
        return .merge(resolution.contextUpdates)
    }

    private func transitions(_ fits: (WorkflowTransition) -> Bool) -> [WorkflowTransition] {
        definition.transitions(from: state.currentState).filter(fits)
    }

    private func first(_ candidates: [WorkflowTransition], with resolution: Resolution) -> WorkflowTransition? {
        let context = context(with: resolution)
        return candidates.first { $0.condition?.holds(in: context) ?? true }
    }

    /// The context as conditions see it: with what the agents reported.
    private func context(with resolution: Resolution) -> [String: JSONValue] {
        guard !state.drive.hasMerged else { return state.context }
        return state.context.merging(resolution.contextUpdates) { $1 }
    }

    /// The context with what the agents of this entry have reported so far.
    public var contextWithResults: [String: JSONValue] {
        let order = definition.state(state.currentState)?.agents ?? []
        return context(with: Resolution(assignments.filter(\.status.hasEnded), order: order))
    }

    private func move(to transition: WorkflowTransition, _ resolution: Resolution) -> DriveStep {
        let trigger = transition.trigger.map { " on \($0)" } ?? ""
        let condition = transition.condition.map { ", since \($0.text)" } ?? ""
        let usual = "\(state.currentState) is done\(trigger)\(condition)"
        return .transition(
            TransitionCommand(
                fromState: state.currentState, toState: transition.to,
                reason: Self.words(resolution, else: usual), agentsSelected: resolution.agents,
                contextUpdates: state.drive.hasMerged ? [:] : resolution.contextUpdates,
                confidence: resolution.confidence ?? 1))
    }

    private static func words(_ resolution: Resolution, else usual: String) -> String {
        guard !resolution.reasons.isEmpty else { return usual }
        return String(decoding: resolution.reasons.joined(separator: "; ").utf8.prefix(4096), as: UTF8.self)
    }

    // MARK: - For people

    /// Which transitions lead out of the current state, and what each still needs:
    /// `{session_id, state, candidates[{to_state, trigger, condition, holds, missing[]}], waiting_for}`.
    public var explanation: JSONValue {
        let context = contextWithResults
        let candidates = definition.transitions(from: state.currentState).map { transition -> JSONValue in
            let missing = transition.condition?.missing(in: context) ?? []
            return [
                "to_state": .string(transition.to), "trigger": .optional(transition.trigger),
                "condition": .optional(transition.condition?.text),
                "holds": .bool(transition.condition?.holds(in: context) ?? true),
                "missing": .array(missing.map { ["identifier": .string($0.identifier), "value": $0.value] }),
            ]
        }
        return [
            "session_id": .string(state.sessionID), "state": .string(state.currentState),
            "candidates": .array(candidates), "waiting_for": .string(waitingFor),
        ]
    }

    /// What the session waits for, in a few words.
    private var waitingFor: String {
        switch next {
        case .finished: "nothing: it is finished"
        case .paused: "'rif resume': it is paused"
        case .launch, .ask, .expire, .timeOut, .merge, .transition, .complete, .prove:
            state.drive.isDriven ? "nothing: it goes on" : "'rif run': nobody drives it"
        case .working, .stop: working
        case .person(let approval): "a person: 'rif approve \(approval.approvalID)'"
        case .waiting(.noMatch): "a condition that holds: 'rif context' changes what they see"
        case .waiting(.blocked): "'rif resume': an agent is blocked"
        case .waiting(.unknownState): "a transition: its workflow does not know the state"
        }
    }

    private var working: String {
        let open = assignments.filter { !$0.status.hasEnded }.sorted { $0.assignmentID < $1.assignmentID }
        return open.map { "\($0.agent) (\($0.status.rawValue))" }.joined(separator: ", ")
    }
}
