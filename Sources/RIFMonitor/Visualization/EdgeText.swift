/// What stands at an edge, in the same words in every picture.
enum EdgeText {
    /// `12×`, `12× · 3 failed`, `failed`; nothing at an edge that was taken once; at a planned one its trigger.
    static func short(_ edge: WorkflowGraph.Edge) -> String {
        if edge.isPlanned, let plan = edge.plan { return plan.short }
        var parts: [String] = []
        if edge.passages > 1 { parts.append("\(grouped(edge.passages))×") }
        if edge.failures > 0 {
            let isAll = edge.failures == edge.passages
            parts.append(isAll ? (edge.failures > 1 ? "all failed" : "failed") : "\(grouped(edge.failures)) failed")
        }
        return parts.joined(separator: " · ")
    }

    /// The same with the time that it took; at a planned one with its conditions.
    static func long(_ edge: WorkflowGraph.Edge) -> String {
        if edge.isPlanned, let plan = edge.plan { return plan.long }
        var parts = [short(edge)].filter { !$0.isEmpty }
        if let average = edge.averageMS {
            parts.append(edge.count > 1 ? "avg \(duration(average))" : duration(average))
        }
        return parts.joined(separator: " · ")
    }

    /// `2 → 3: 12 decisions, 3 of them failed, 2.1 s on average, 95 % within 4 s`, for who points at it.
    static func full(_ edge: WorkflowGraph.Edge, in graph: WorkflowGraph) -> String {
        var parts: [String] = []
        if edge.isPlanned, let plan = edge.plan { parts.append(plan.words) }
        if edge.count > 0 {
            parts.append("\(grouped(edge.count)) decision\(edge.count == 1 ? "" : "s")")
            if edge.failures > 0 { parts.append("\(grouped(edge.failures)) failed") }
        }
        if edge.moves > 0 {
            parts.append("\(grouped(edge.moves)) step\(edge.moves == 1 ? "" : "s") without a decision")
        }
        if let average = edge.averageMS {
            parts.append(edge.count > 1 ? "\(duration(average)) on average" : duration(average))
        }
        if edge.count > 1, let p95 = edge.p95MS { parts.append("95 % within \(duration(p95))") }
        return "\(graph.nodes[edge.from].id) → \(graph.nodes[edge.to].id): " + parts.joined(separator: ", ")
    }

    /// `850 ms`, `2.5 s`, `3 m 12 s`, `1 h 5 m`, `2 d 3 h`.
    static func duration(_ milliseconds: Double) -> String {
        guard milliseconds.isFinite, milliseconds < 1e15 else { return "∞" }
        let whole = Int64(max(0, milliseconds).rounded())
        let seconds = whole / 1000
        switch whole {
        case ..<1000: return "\(whole) ms"
        case ..<60_000:
            let tenths = whole / 100
            return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        case ..<3_600_000: return "\(seconds / 60) m \(seconds % 60) s"
        case ..<86_400_000: return "\(seconds / 3600) h \(seconds / 60 % 60) m"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// `12,345`
    static func grouped(_ number: Int64) -> String {
        let digits = Array("\(number.magnitude)")
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return result
    }
}
