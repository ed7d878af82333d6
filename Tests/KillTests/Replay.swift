import KillNotes
import RIFModel

/// A fold of a session's log that knows nothing of the model's own: written from the contract, as simply as can be.
struct Replay {
    var state = ""
    var outcome: String?
    var context: [String: JSONValue] = [:]
    var agents: [String: String] = [:]
    /// Agent of each assignment, and how it stands.
    var assignments: [String: (agent: String, status: String)] = [:]
    var launches = 0
    /// Decision → the state and the context right after it.
    var after: [String: (state: String, context: UInt64)] = [:]
    var saved: Set<UInt64> = []
    var recorded: Set<String> = []
    var refused = 0
    var keys: [String: String] = [:]

    init(_ entries: [LogEntry]) {
        for entry in entries { apply(entry) }
    }

    private mutating func apply(_ entry: LogEntry) {
        switch entry.body {
        case .decision(let decision, let effect):
            switch effect.kind {
            case .recorded: recorded.insert(decision.decisionID)
            case .refused: refused += 1
            case .transition:
                for (name, value) in effect.contextUpdates { context[name] = value }
                for agent in decision.agentsSelected { agents[agent] = "active" }
                state = decision.toState
                after[decision.decisionID] = (state, contextHash(context))
            }
            if let key = entry.idempotency?.key { keys[key] = decision.decisionID }
        case .event(let type, let data):
            apply(type.rawValue, data)
        }
    }

    private mutating func apply(_ type: String, _ data: JSONValue) {
        switch type {
        case "session_start":
            state = data["state"]?.stringValue ?? "?"
            context = data["context"]?.objectValue ?? [:]
        case "state_saved":
            state = data["current_state"]?.stringValue ?? "?"
            context = data["context"]?.objectValue ?? [:]
            agents = data["agent_assignments"]?.objectValue?.mapValues { $0.stringValue ?? "?" } ?? [:]
            saved.insert(contextHash(context))
        case "agent_launch":
            let agent = data["agent"]?.stringValue ?? "?"
            launches += 1
            agents[agent] = "active"
            assignments[data["assignment_id"]?.stringValue ?? "?"] = (agent, "active")
        case "assignment_updated":
            guard let id = data["assignment_id"]?.stringValue, let agent = assignments[id]?.agent else { return }
            let status = data["status"]?.stringValue ?? "?"
            assignments[id]?.status = status
            let isBusy = assignments.values.contains { $0.agent == agent && $0.status == "active" }
            agents[agent] = isBusy ? "active" : status
        case "workflow_complete":
            outcome = data["outcome"]?.stringValue
            state = outcome ?? "?"
            for (name, value) in data["final_context"]?.objectValue ?? [:] { context[name] = value }
            let status = outcome == "completed" ? "completed" : "cancelled"
            for (agent, found) in agents where found == "active" { agents[agent] = status }
        default: break
        }
    }
}
