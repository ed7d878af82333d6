import HTTPTypes
import RIFModel
import RIFMonitor
import RIFOrchestrator

extension Endpoint {
    static let visualization = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/visualization", name: "visualizeSession",
        summary: "A session as a graph of its states and decisions.", tag: .sessions, access: .read,
        parameters: [
            .session,
            .query(
                "format", "Data, a picture, or where everything of the picture lies.",
                Schema.words(VisualizationFormat.allCases.map(\.rawValue) + ["layout"]), example: "mermaid"),
        ],
        answers: [.graph(["anyOf": [Schema.ref("Visualization"), Schema.context]])],
        errors: [.notFound, .invalidRequest]
    ) { call in
        let word = call.query.text("format") ?? "json"
        let format = VisualizationFormat(rawValue: word)
        guard format != nil || word == "layout" else {
            throw RIFError.invalid(field: "format", value: word, expected: "json, mermaid, dot, svg or layout")
        }
        let id = try call.sessionID()
        guard let graph = try await call.orchestrator.visualize(id) else { throw RIFError.notFound("session", id) }
        guard let format else { return .json(GraphDrawing(WorkflowGraph(graph)).json) }
        guard format != .json else { return .json(graph.json) }
        return .text(graph.text(format), contentType: format.contentType)
    }
}

extension VisualizationFormat {
    var contentType: String { mediaType + "; charset=utf-8" }

    private var mediaType: String {
        switch self {
        case .json: "application/json"
        case .mermaid: "text/plain"
        case .dot: "text/vnd.graphviz"
        case .svg: "image/svg+xml"
        }
    }
}
