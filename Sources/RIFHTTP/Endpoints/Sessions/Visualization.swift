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
                "format", "Data, or a picture.", Schema.words(VisualizationFormat.allCases.map(\.rawValue)),
                example: "mermaid"),
        ],
        answers: [.graph(Schema.ref("Visualization"))], errors: [.notFound, .invalidRequest]
    ) { call in
        let format = try call.query.word("format", as: VisualizationFormat.self) ?? .json
        let id = try call.sessionID()
        guard let graph = try await call.orchestrator.visualize(id) else { throw RIFError.notFound("session", id) }
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
