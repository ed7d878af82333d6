import RIFModel
import Testing

extension Subject {
    /// A session that follows a workflow, and is driven.
    init(
        following workflow: JSONValue, agents: JSONValue = [:], context: [String: JSONValue] = [:]
    ) throws {
        let reading = WorkflowReader.read(FileNode(["workflow": workflow, "agents": agents]), name: "file")
        #expect(reading.isUsable, "\(reading.problems)")
        var command = StartCommand(workflowType: "file", context: context)
        let definition: WorkflowDefinition = try #require(reading.definition)
        command.workflow = definition
        try self.init(command)
        try perform { state, _, _ in try SessionRules.requestRun(state) }
    }

    /// What is to be done next.
    var step: DriveStep { get throws { try #require(DrivePlan(state, at: now)).next } }

    /// Writes every step that is one to write, and says in a word what the session then waits for.
    @discardableResult
    mutating func drive() throws -> String {
        for _ in 0..<50 where try step.isWritten {
            try perform { try SessionRules.advance($0, at: $1, limits: $2) }
        }
        return try step.word
    }

    /// The newest assignment of an agent.
    func assignment(_ agent: String) throws -> Assignment {
        try #require(state.assignments.values.filter { $0.agent == agent }.max { $0.visit < $1.visit })
    }

    mutating func begin(_ agent: String) throws {
        let found = try assignment(agent)
        try perform { state, _, _ in
            SessionRules.startAttempt(found.assignmentID, attempt: found.attempt, pid: 7, on: state)
        }
    }

    /// Ends the newest attempt of an agent.
    mutating func end(
        _ agent: String, _ result: AgentResult? = AgentResult(outcome: .success), cause: AttemptEnd.Cause = .ended,
        reason: String? = nil
    ) throws {
        let found = try assignment(agent)
        let end = AttemptEnd(
            assignmentID: found.assignmentID, attempt: found.attempt, cause: cause, result: result, reason: reason)
        try perform { SessionRules.finishAttempt(end, on: $0, at: $1, limits: $2) }
    }

    /// Launches what is to be launched, ends each agent as told, and drives on.
    @discardableResult
    mutating func play(_ results: KeyValuePairs<String, AgentResult>) throws -> String {
        try drive()
        for (agent, result) in results {
            try begin(agent)
            try end(agent, result)
        }
        return try drive()
    }

    mutating func answer(_ approves: Bool, choice: String? = nil) throws {
        let asked = try #require(state.drive.approvals.values.first { $0.status == .pending })
        let answer = SessionRules.Answer(approves: approves, choice: choice, reason: "because", decidedBy: "me")
        try perform { state, _, limits in
            try SessionRules.decide(asked.approvalID, answer, on: state, limits: limits)
        }
    }

    mutating func found(evidence holds: Bool, reason: String? = nil) throws {
        let visit = state.drive.visit
        try perform { state, moment, _ in
            SessionRules.noteEvidence(
                holds: holds, checks: [], reason: reason, visit: visit, on: state, at: moment)
        }
    }

    /// Where it stands: the state, and the outcome where it is finished.
    var place: String { state.currentState + (state.outcome.map { " (\($0.rawValue))" } ?? "") }
}

extension DriveStep {
    var word: String {
        switch self {
        case .finished: "finished"
        case .paused: "paused"
        case .launch(let agents): "launch " + agents.joined(separator: ", ")
        case .working: "working"
        case .stop(let assignments): "stop " + assignments.map(\.agent).sorted().joined(separator: ", ")
        case .prove: "prove"
        case .ask: "ask"
        case .person: "person"
        case .expire: "expire"
        case .timeOut(let action): "time out: \(action.rawValue)"
        case .merge: "merge"
        case .transition(let command): "to \(command.toState)"
        case .complete(let outcome, _): "complete: \(outcome.rawValue)"
        case .waiting(let waiting): "waiting: \(waiting.rawValue)"
        }
    }
}
