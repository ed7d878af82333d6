public import RIFModel

extension WorkflowVisualization {
    /// - Parameters:
    ///   - decisions: all decisions of the session, in the order of time.
    ///   - definition: the one that the session goes by, where it has one: what it has not visited of it is planned.
    public static func make(
        session: Session, decisions: [Decision], definition: WorkflowDefinition? = nil
    ) -> WorkflowVisualization {
        var states = VisitedStates()
        states.walk(session.history, decisions)
        states.visit(session.currentState)
        for decision in decisions where !decision.success { states.plan(decision) }
        if let definition { states.plan(definition) }
        let moves = moves(in: session.history, besides: decisions)
        let taken = Set(
            decisions.lazy.filter(\.success).map { [$0.fromState, $0.toState] } + moves.map { [$0.from, $0.to] })
        return WorkflowVisualization(
            sessionID: session.sessionID, workflowType: session.workflowType, currentState: session.currentState,
            outcome: session.outcome,
            nodes: states.names.enumerated().map { index, name in
                let status: Status =
                    name == session.currentState ? .current : index < states.visited ? .visited : .planned
                return Node(
                    id: name, label: StateName.label(name), status: status, agents: states.agents[index].names)
            },
            edges: decisions.map(Edge.init), moves: moves,
            plannedEdges: definition.map { $0.plannedEdges.filter { !taken.contains([$0.from, $0.to]) } },
            createdAt: session.createdAt, updatedAt: session.updatedAt)
    }

    /// Neighbours in the history between which no decision lies. An entry that repeats the state before it is no move:
    /// `save_state` writes such entries.
    private static func moves(in history: History, besides decisions: [Decision]) -> [Move] {
        let decided = Set(decisions.lazy.filter(\.success).map { [$0.fromState, $0.toState] })
        var moves: [Move] = []
        var previous: String?
        for entry in history {
            guard let state = entry.state else { continue }
            defer { previous = state }
            guard let from = previous, from != state, entry.decisionID == nil, !decided.contains([from, state])
            else { continue }
            moves.append(
                Move(from: from, to: state, label: StateName.cut(entry.reason), timestamp: entry.timestamp))
        }
        return moves
    }
}

extension WorkflowVisualization.Edge {
    fileprivate init(_ decision: Decision) {
        self.init(
            decisionID: decision.decisionID, from: decision.fromState, to: decision.toState,
            label: StateName.cut(decision.reason), timestamp: decision.timestamp, success: decision.success,
            confidence: decision.confidence, executionTimeMS: decision.executionTimeMS)
    }
}

/// States in the order in which they were visited first, then those that were only wanted.
private struct VisitedStates {
    /// Names, each once, in order of arrival.
    struct Agents {
        var names: [String] = []
        private var known: Set<String> = []

        mutating func add(_ agents: [String]) {
            for agent in agents where known.insert(agent).inserted { names.append(agent) }
        }
    }

    private(set) var names: [String] = []
    private(set) var agents: [Agents] = []
    /// How many of them were visited.
    private(set) var visited = 0
    private var indices: [String: Int] = [:]

    /// History and decisions as one walk. Each is in its own order, whatever its clock said; between the two the time
    /// decides. A successful decision counts as a visit of both its states: where `save_state` and `record_decision` are
    /// used instead of transitions, the history need not hold them.
    mutating func walk(_ history: History, _ decisions: [Decision]) {
        var next = decisions.startIndex
        for entry in history {
            if let time = entry.timestamp {
                while next < decisions.endIndex, decisions[next].timestamp < time {
                    visit(decisions[next])
                    next += 1
                }
            }
            if let state = entry.state { visit(state, entry.agents) }
        }
        for decision in decisions[next...] { visit(decision) }
    }

    private mutating func visit(_ decision: Decision) {
        guard decision.success else { return }
        visit(decision.fromState)
        visit(decision.toState, decision.agentsSelected)
    }

    mutating func visit(_ state: String, _ agents: [String] = []) {
        self.agents[add(state)].add(agents)
        visited = names.count
    }

    /// Notes the states of a failed decision that nobody ever entered. Agents of a refused transition never worked in a
    /// state that was entered otherwise.
    mutating func plan(_ decision: Decision) {
        _ = add(decision.fromState)
        let target = add(decision.toState)
        if target >= visited { agents[target].add(decision.agentsSelected) }
    }

    /// Notes the states of the session's definition. A decision that a driver made names those who worked in the state that
    /// it left, so whoever the definition places in other states only does not work here.
    mutating func plan(_ definition: WorkflowDefinition) {
        let placed = Set(definition.states.flatMap(\.workers))
        for state in definition.states {
            let index = add(state.name)
            let others = placed.subtracting(state.workers)
            var agents = Agents()
            agents.add(self.agents[index].names.filter { !others.contains($0) })
            agents.add(state.workers)
            self.agents[index] = agents
        }
    }

    private mutating func add(_ state: String) -> Int {
        if let index = indices[state] { return index }
        indices[state] = names.count
        names.append(state)
        agents.append(Agents())
        return names.count - 1
    }
}

extension HistoryEntry {
    fileprivate var decisionID: String? {
        switch self {
        case .step(let step): step.decisionID
        case .other(let value): value["decision_id"]?.stringValue
        }
    }

    fileprivate var reason: String {
        switch self {
        case .step(let step): step.reason
        case .other(let value): value["reason"]?.stringValue ?? ""
        }
    }

    fileprivate var agents: [String] {
        switch self {
        case .step(let step): step.agentsSelected
        case .other(let value): (value["agents_selected"]?.arrayValue ?? []).compactMap(\.stringValue)
        }
    }
}
