public import RIFModel

/// On what a definition lets sessions go from one state to another: one transition between the two, or several.
public struct WorkflowPlan: Sendable, Hashable {
    public struct Way: Sendable, Hashable {
        public var trigger: String?
        /// As it is written; none: always.
        public var condition: String?
    }

    /// In the order of the file.
    public var ways: [Way] = []

    public init() {}

    func adding(_ trigger: String?, _ condition: String?) -> WorkflowPlan {
        var plan = self
        // `always` says no more than nothing does.
        plan.ways.append(
            Way(trigger: trigger, condition: condition == "always" || condition == "true" ? nil : condition))
        return plan
    }

    /// `tests_fail`: what fits a picture. A condition only where there is no trigger.
    var short: String {
        join(ways.map { way in way.trigger ?? way.condition.map { "[\($0)]" } ?? "" }, longest: 30)
    }

    /// `tests_fail [fixable_errors]`, as state diagrams write it.
    var long: String {
        join(
            ways.map { way in [way.trigger, way.condition.map { "[\($0)]" }].compactMap(\.self).joined(separator: " ")
            },
            longest: 80)
    }

    /// `on "tests_fail", if fixable_errors; or always`.
    var words: String {
        ways.map { way in
            let parts = [way.trigger.map { "on \($0)" }, way.condition.map { "if \($0)" }].compactMap(\.self)
            return parts.isEmpty ? "always" : parts.joined(separator: ", ")
        }.joined(separator: "; or ")
    }

    private func join(_ texts: [String], longest: Int) -> String {
        var known: Set<String> = []
        let text = texts.filter { !$0.isEmpty && known.insert($0).inserted }.joined(separator: " / ")
        return text.count > longest ? text.prefix(longest - 1) + "…" : text
    }
}

extension WorkflowGraph {
    /// The graph of a definition: every state planned, every transition with its trigger and its condition.
    public init(_ definition: WorkflowDefinition) {
        nodes = definition.states.map { state in
            var node = Node(
                id: state.name, label: StateName.label(state.name), status: .planned, agents: state.workers)
            node.isFinal = state.isFinal
            return node
        }
        title = [definition.name, definition.version].compactMap(\.self).joined(separator: " · ")
        initial = definition.states.firstIndex { $0.name == definition.initialState }
        let indices = Dictionary(definition.states.enumerated().map { ($1.name, $0) }) { first, _ in first }
        var places: [[Int]: Int] = [:]
        edges = []
        for planned in definition.plannedEdges {
            guard let from = indices[planned.from], let to = indices[planned.to] else { continue }
            let place = places[[from, to]] ?? edges.count
            if place == edges.count {
                places[[from, to]] = place
                edges.append(Edge(from: from, to: to, count: 0, failures: 0, moves: 0, plan: WorkflowPlan()))
            }
            edges[place].plan = edges[place].plan?.adding(planned.trigger, planned.condition)
        }
    }
}

extension WorkflowDefinition {
    /// Its transitions, one for each state that they leave.
    var plannedEdges: [WorkflowVisualization.PlannedEdge] {
        transitions.flatMap { transition in
            transition.from.map {
                .init(from: $0, to: transition.to, trigger: transition.trigger, condition: transition.condition?.text)
            }
        }
    }

    /// The whole graph as a document, with a line break at its end.
    public func text(_ format: VisualizationFormat) -> String {
        switch format {
        case .json: graphJSON.pretty() + "\n"
        case .mermaid: WorkflowGraph(self).mermaid
        case .dot: WorkflowGraph(self).dot
        case .svg: WorkflowGraph(self).svg
        }
    }

    /// The graph as data: nodes as those of a session's graph, and the transitions as edges.
    public var graphJSON: JSONValue {
        [
            "workflow_type": .string(type), "name": .string(name), "initial_state": .string(initialState),
            "nodes": .array(
                WorkflowGraph(self).nodes.map {
                    [
                        "id": .string($0.id), "label": .string($0.label), "status": .string($0.status.rawValue),
                        "agents": .strings($0.agents), "final": .bool($0.isFinal),
                    ]
                }),
            "edges": .array(plannedEdges.map(\.json)),
        ]
    }
}
