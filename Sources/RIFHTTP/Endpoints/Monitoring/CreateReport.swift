import HTTPTypes
import RIFModel
import RIFMonitor
import RIFOrchestrator

extension Endpoint {
    private enum Format: String, CaseIterable { case json, markdown, html }

    static let createReport = Endpoint(
        method: .post, path: "/api/v1/reports", name: "createReport",
        summary: "Write down what happened: figures, graph, recommendations with their reasons.",
        tag: .monitoring, access: .read,
        body: Body(
            schema: Schema.request([
                "session_id": Schema.text, "timeframe_hours": Schema.whole(1...87_840),
                "format": Schema.words(["json", "markdown", "html"]),
            ]), example: ["timeframe_hours": 168, "format": "markdown"], isRequired: false),
        answers: [
            Answer(
                status: .ok, summary: "The report.",
                content: [
                    "application/json": Schema.ref("Report"), "text/markdown": Schema.text, "text/html": Schema.text,
                ])
        ], errors: [.notFound, .unprocessable]
    ) { call in
        let format = try call.body.word("format", as: Format.self) ?? .json
        let hours = try call.body.integer("timeframe_hours") ?? 24
        var id = try call.body.string("session_id")
        if let given = id {
            guard let canonical = UUIDv7Generator.canonical(given) else { throw RIFError.notFound("session", given) }
            id = canonical
        }
        guard (1...87_840).contains(hours) else {
            throw RIFError.unprocessable(field: "timeframe_hours", value: .int(hours), expected: "1 to 87840")
        }
        let report = try await call.orchestrator.report(id, timeframeHours: Int(hours))
        return switch format {
        case .json: .json(report.json)
        case .markdown: .text(report.markdown, contentType: "text/markdown; charset=utf-8")
        case .html: .text(report.html, contentType: "text/html; charset=utf-8")
        }
    }
}
