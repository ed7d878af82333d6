extension WorkflowDefinition {
    /// How far a session in a state has come, in percent: what the state declares, else its place in the graph.
    ///
    /// The place is its distance from the initial state as a share of the way over it to the nearest final state, and
    /// stays between 5 and 95 for states that are not final: a session there has begun, and is not done. Final states are
    /// 100, those called `failed` or `cancelled` 0.
    ///
    /// - Returns: nil for a state that the definition does not have, or that lies on no way from the initial state to a
    ///   final one.
    public func progress(of name: String) -> Double? {
        guard let state = state(name) else { return nil }
        if let progress = state.progress { return progress }
        if state.isFinal { return name == "failed" || name == "cancelled" ? 0 : 100 }
        let onward = transitions.flatMap { transition in transition.from.map { (from: $0, to: transition.to) } }
        let begun = Self.distances(from: [initialState], over: onward)
        let ends = states.filter { $0.isFinal && $0.name != "failed" && $0.name != "cancelled" }.map(\.name)
        let left = Self.distances(from: ends, over: onward.map { (from: $0.to, to: $0.from) })
        guard let done = begun[name], let rest = left[name], done + rest > 0 else { return nil }
        return min(95, max(5, 100 * Double(done) / Double(done + rest)))
    }

    private static func distances(from starts: [String], over ways: [(from: String, to: String)]) -> [String: Int] {
        let targets = Dictionary(grouping: ways, by: \.from)
        var distances = Dictionary(starts.map { ($0, 0) }) { first, _ in first }
        var open = starts
        var next = 0
        while next < open.count {
            let state = open[next]
            next += 1
            for way in targets[state] ?? [] where distances[way.to] == nil {
                distances[way.to] = (distances[state] ?? 0) + 1
                open.append(way.to)
            }
        }
        return distances
    }
}
