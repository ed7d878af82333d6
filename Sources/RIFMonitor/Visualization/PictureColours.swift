import RIFModel

/// Colours of pictures whose format knows no light and dark. Each state also shows in its shape or its words.
enum PictureColours {
    struct Node {
        var fill: String
        var line: String
        var text: String
    }

    /// Running is blue, done green, failed red, cancelled slate.
    static func current(_ outcome: Outcome?) -> Node {
        switch outcome {
        case nil: Node(fill: "#dbeafe", line: "#2563eb", text: "#1e3a8a")
        case .completed: Node(fill: "#dcfce7", line: "#16a34a", text: "#14532d")
        case .failed: Node(fill: "#fee2e2", line: "#dc2626", text: "#7f1d1d")
        case .cancelled: Node(fill: "#e2e8f0", line: "#475569", text: "#1e293b")
        }
    }

    static func edge(_ edge: WorkflowGraph.Edge) -> String {
        switch EdgeHealth(edge) {
        case .good: "#6b7280"
        case .mixed: "#b45309"
        case .bad: "#dc2626"
        }
    }
}

/// How the decisions of an edge fared: what its colour says.
enum EdgeHealth: String {
    /// Nothing failed.
    case good
    /// Less than half failed.
    case mixed
    case bad

    init(_ edge: WorkflowGraph.Edge) {
        self = edge.failures == 0 ? .good : edge.failures * 2 < edge.passages ? .mixed : .bad
    }
}

extension WorkflowGraph.Edge {
    /// 1 for a single passage, growing with the logarithm: ten times as many are so much wider.
    var strokeWidth: Double {
        var width = 1.5
        var rest = Double(max(1, passages))
        while rest >= 10, width < 5.5 {
            rest /= 10
            width += 1
        }
        return min(6, width + (rest - 1) / 9)
    }
}
