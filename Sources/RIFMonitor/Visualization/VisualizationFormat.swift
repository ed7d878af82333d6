import RIFModel

/// The forms in which a workflow is handed out.
public enum VisualizationFormat: String, Sendable, Hashable, CaseIterable {
    case json, mermaid, dot, svg

    /// What an HTTP answer in this form is called.
    public var mediaType: String {
        switch self {
        case .json: "application/json"
        case .mermaid: "text/plain; charset=utf-8"
        case .dot: "text/vnd.graphviz; charset=utf-8"
        case .svg: "image/svg+xml"
        }
    }
}

extension WorkflowVisualization {
    /// The whole document, with a line break at its end.
    public func text(_ format: VisualizationFormat) -> String {
        switch format {
        case .json: json.pretty() + "\n"
        case .mermaid: WorkflowGraph(self).mermaid
        case .dot: WorkflowGraph(self).dot
        case .svg: WorkflowGraph(self).svg
        }
    }
}
