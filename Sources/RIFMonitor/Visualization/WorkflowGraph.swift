public import RIFModel

/// A workflow as it is drawn: each state once, each pair of states joined at most once in each direction, repeats as
/// counts. It is made from one session, or from the figures of many.
public struct WorkflowGraph: Sendable, Hashable {
    public var title: String
    public var nodes: [Node]
    /// In the order in which they were first taken; of many sessions, the most frequent first.
    public var edges: [Edge]
    /// Index of the state that a session is in; none for the graph of many sessions.
    public var current: Int?
    /// How the session ended, where it did.
    public var outcome: Outcome?
    /// Index of the state that sessions begin in, where a definition says so.
    public var initial: Int?

    public struct Node: Sendable, Hashable {
        public var id: String
        public var label: String
        public var status: WorkflowVisualization.Status
        public var agents: [String]
        /// Sessions end there, as a definition says.
        public var isFinal = false
    }

    /// All that went from one state to another.
    public struct Edge: Sendable, Hashable {
        /// Index of the node.
        public var from: Int
        /// Index of the node.
        public var to: Int
        /// Decisions; 0 where the session only ever moved this way without one.
        public var count: Int64
        /// Those among them that failed.
        public var failures: Int64
        /// Steps without a decision.
        public var moves: Int64
        public var averageMS: Double?
        public var p95MS: Double?
        public var averageConfidence: Double?
        /// On what a definition lets sessions go this way; none at what is not of a definition.
        public var plan: WorkflowPlan?

        public var isLoop: Bool { from == to }
        public var passages: Int64 { count + moves }
        /// Nobody ever went this way.
        public var isOnlyRefused: Bool { moves == 0 && count > 0 && failures == count }
        /// Nobody ever went this way, but a definition has it.
        public var isPlanned: Bool { passages == 0 && plan != nil }
    }

    /// What was counted between two states, over many sessions.
    public struct Count: Sendable, Hashable {
        public var from: String
        public var to: String
        public var count: Int64
        public var failures: Int64
        public var averageMS: Double?
        public var p95MS: Double?

        public init(
            from: String, to: String, count: Int64, failures: Int64 = 0, averageMS: Double? = nil,
            p95MS: Double? = nil
        ) {
            self.from = from
            self.to = to
            self.count = count
            self.failures = failures
            self.averageMS = averageMS
            self.p95MS = p95MS
        }
    }
}

extension WorkflowGraph {
    public init(_ visualization: WorkflowVisualization) {
        nodes = visualization.nodes.map { Node(id: $0.id, label: $0.label, status: $0.status, agents: $0.agents) }
        title = [visualization.workflowType, String(visualization.sessionID.prefix(8))].compactMap(\.self)
            .joined(separator: " · ")
        outcome = visualization.outcome
        current = visualization.nodes.firstIndex { $0.status == .current }
        var merging = Merging(nodes)
        for edge in visualization.edges { merging.add(edge) }
        for move in visualization.moves { merging.add(move) }
        for edge in visualization.plannedEdges ?? [] { merging.add(edge) }
        edges = merging.edges
    }

    /// The graph of all sessions of a workflow type.
    ///
    /// A state that decisions were only refused towards is planned. The order follows the traffic: from where sessions
    /// begin, along the most frequent way first.
    public init(title: String, counts: [Count]) {
        let counts = counts.filter { $0.count > 0 }.sorted { ($1.count, $0.from, $0.to) < ($0.count, $1.from, $1.to) }
        let names = Self.order(counts)
        let entered = Set(counts.lazy.filter { $0.failures < $0.count }.flatMap { [$0.from, $0.to] })
        nodes = names.map { name in
            Node(
                id: name, label: StateName.label(name), status: entered.contains(name) ? .visited : .planned, agents: []
            )
        }
        let indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var known: Set<[Int]> = []
        edges = counts.compactMap { count in
            guard let from = indices[count.from], let to = indices[count.to], known.insert([from, to]).inserted
            else { return nil }
            return Edge(
                from: from, to: to, count: count.count, failures: min(max(0, count.failures), count.count), moves: 0,
                averageMS: count.averageMS, p95MS: count.p95MS)
        }
        self.title = title
    }

    private static func order(_ counts: [Count]) -> [String] {
        let successors = Dictionary(grouping: counts, by: \.from)
        let targets = Set(counts.lazy.filter { $0.from != $0.to }.map(\.to))
        // Begin where sessions begin; then where nothing leads; then, where all is one circle, with the busiest.
        let starts =
            counts.map(\.from).filter { $0 == SessionRules.initialState }
            + counts.map(\.from).filter {
                !targets.contains($0)
            } + counts.map(\.from)
        var names: [String] = []
        var known: Set<String> = []
        for start in starts where known.insert(start).inserted {
            names.append(start)
            var next = names.count - 1
            while next < names.count {
                for count in successors[names[next]] ?? [] where known.insert(count.to).inserted {
                    names.append(count.to)
                }
                next += 1
            }
        }
        return names
    }
}

/// Collects what lies between the same two states.
private struct Merging {
    private let indices: [String: Int]
    private var order: [[Int]: Int] = [:]
    private var merged: [WorkflowGraph.Edge] = []
    private var times: [[Int32]] = []
    private var confidences: [Double] = []

    init(_ nodes: [WorkflowGraph.Node]) {
        indices = Dictionary(nodes.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    mutating func add(_ edge: WorkflowVisualization.Edge) {
        guard let place = place(edge.from, edge.to) else { return }
        merged[place].count += 1
        if !edge.success { merged[place].failures += 1 }
        confidences[place] += Double(edge.confidence)
        if let time = edge.executionTimeMS { times[place].append(time) }
    }

    mutating func add(_ move: WorkflowVisualization.Move) {
        guard let place = place(move.from, move.to) else { return }
        merged[place].moves += 1
    }

    /// Last of all: what was taken is no plan any more.
    mutating func add(_ planned: WorkflowVisualization.PlannedEdge) {
        let known = merged.count
        guard let place = place(planned.from, planned.to), place >= known || merged[place].isPlanned else { return }
        merged[place].plan = (merged[place].plan ?? WorkflowPlan()).adding(planned.trigger, planned.condition)
    }

    private mutating func place(_ from: String, _ to: String) -> Int? {
        guard let from = indices[from], let to = indices[to] else { return nil }
        if let place = order[[from, to]] { return place }
        order[[from, to]] = merged.count
        merged.append(WorkflowGraph.Edge(from: from, to: to, count: 0, failures: 0, moves: 0))
        times.append([])
        confidences.append(0)
        return merged.count - 1
    }

    var edges: [WorkflowGraph.Edge] {
        merged.indices.map { place in
            var edge = merged[place]
            let times = times[place]
            if edge.count > 0 { edge.averageConfidence = confidences[place] / Double(edge.count) }
            guard !times.isEmpty else { return edge }
            edge.averageMS = times.reduce(0) { $0 + Double($1) } / Double(times.count)
            edge.p95MS = Self.quantile(0.95, of: times.sorted())
            return edge
        }
    }

    /// Between the two nearest values in proportion (type 7 of Hyndman and Fan 1996; `quantile_cont` in DuckDB).
    private static func quantile(_ share: Double, of sorted: [Int32]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        let low = Double(sorted[below])
        return low + (Double(sorted[above]) - low) * (place - Double(below))
    }
}
