import HTTPTypes
import RIFModel
import RIFMonitor
import RIFOrchestrator

extension Endpoint {
    static let listAlerts = Endpoint(
        method: .get, path: "/api/v1/alerts", name: "listAlerts", summary: "Alerts, newest first.",
        tag: .monitoring, access: .read,
        parameters: [.query("all", "Also those that are over.", Schema.flag), .limit(100)],
        answers: [.json("The alerts.", Schema.object(["alerts": Schema.list(Schema.ref("Alert"))]))],
        errors: [.invalidRequest, .unprocessable]
    ) { call in
        let alerts = try await call.orchestrator.alerts(
            all: try call.query.bool("all") ?? false, limit: try call.query.integer("limit") ?? 100)
        return .json(["alerts": .array(alerts.map(\.json))])
    }

    static let workflowGraph = Endpoint(
        method: .get, path: "/api/v1/graph", name: "getWorkflowGraph",
        summary: "All sessions of a workflow type as one graph.", tag: .monitoring, access: .read,
        parameters: [
            .query("workflow_type", "The type.", Schema.name, example: "feature_development", isRequired: true),
            .query("hours", "The window.", Schema.whole(1...87_840), example: 24),
            .query("format", "Data, or a picture.", Schema.words(VisualizationFormat.allCases.map(\.rawValue))),
        ], answers: [.graph(Schema.context)], errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        guard let type = try call.query.name("workflow_type") else {
            throw RIFError.missing(field: "workflow_type", expected: "the name of a workflow type")
        }
        let format = try call.query.word("format", as: VisualizationFormat.self) ?? .json
        guard
            let graph = try await call.orchestrator.visualize(
                workflowType: type, hours: try call.query.integer("hours") ?? 24)
        else { throw RIFError.notFound("session of the workflow type", type) }
        guard format != .json else { return .json(graph.json) }
        return .text(graph.text(format), contentType: format.contentType)
    }
}

extension Endpoint.Answer {
    /// A graph as data, and as one of the pictures.
    static func graph(_ schema: JSONValue) -> Self {
        Self(
            status: .ok, summary: "The graph.",
            content: [
                "application/json": schema, "text/plain": Schema.text, "text/vnd.graphviz": Schema.text,
                "image/svg+xml": Schema.text,
            ])
    }
}
