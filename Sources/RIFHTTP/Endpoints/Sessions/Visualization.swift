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
        answers: [
            Answer(
                status: .ok, summary: "The graph.",
                content: [
                    "application/json": Schema.ref("Visualization"), "text/plain": Schema.text,
                    "text/vnd.graphviz": Schema.text, "image/svg+xml": Schema.text,
                ])
        ], errors: [.notFound, .invalidRequest]
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
        return .text(graph.text(format), contentType: "\(format.mediaType); charset=utf-8")
    }
}

extension VisualizationFormat {
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .mermaid: "text/plain"
        case .dot: "text/vnd.graphviz"
        case .svg: "image/svg+xml"
        }
    }
}
