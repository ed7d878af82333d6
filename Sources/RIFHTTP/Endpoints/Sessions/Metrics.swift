import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let recordMetric = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/metrics", name: "recordMetric",
        summary: "Add a measured value; also to a finished session.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey],
        body: Body(
            schema: Schema.request(
                [
                    "metric_type": Schema.name, "metric_name": Schema.name,
                    "metric_value": [
                        "type": "number", "minimum": .double(-Double(Float.greatestFiniteMagnitude)),
                        "maximum": .double(Double(Float.greatestFiniteMagnitude)),
                    ],
                    "metadata": Schema.anything,
                ], required: ["metric_type", "metric_name", "metric_value"]),
            example: [
                "metric_type": "quality", "metric_name": "test_coverage", "metric_value": 87.5,
                "metadata": ["suite": "unit"],
            ]),
        answers: [.json(.created, "Its id.", Schema.object(["metric_id": Schema.id]))],
        errors: [.notFound, .unprocessable]
    ) { call in
        let body = call.body
        let id = try await call.session().recordMetric(
            type: try body.requiredString("metric_type"), name: try body.requiredString("metric_name"),
            value: try body.requiredNumber("metric_value"), metadata: body.value("metadata"), options: try call.options)
        return .json(["metric_id": .string(id)], status: .created)
    }

    static let listMetrics = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/metrics", name: "listMetrics",
        summary: "Metrics of a session, newest first.", tag: .sessions, access: .read,
        parameters: [.session, .limit(100)],
        answers: [.json("The metrics.", Schema.object(["metrics": Schema.list(Schema.ref("Metric"))]))],
        errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let id = try call.sessionID()
        let metrics = try await call.orchestrator.metrics(id, limit: try call.query.integer("limit") ?? 100)
        if metrics.isEmpty { try await call.orchestrator.requireSession(id) }
        return .json(["metrics": .array(metrics.map(\.json))])
    }
}
