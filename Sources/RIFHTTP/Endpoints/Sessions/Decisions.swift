import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let recordDecision = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/decisions", name: "recordDecision",
        summary: "Note a decision without moving the session.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey],
        body: Body(
            schema: Schema.request(
                [
                    "from_state": Schema.name, "to_state": Schema.name, "reason": Schema.text,
                    "agents_selected": Schema.list(Schema.name), "confidence_score": Schema.confidence,
                    "execution_time_ms": Schema.whole(0...Int64(Int32.max)), "success": Schema.flag,
                    "error_details": Schema.text,
                ], required: ["from_state", "to_state"]),
            example: [
                "from_state": "implementing", "to_state": "validating", "reason": "Tests are written",
                "agents_selected": ["RIF-Implementer"], "confidence_score": 0.85, "execution_time_ms": 2500,
            ]),
        answers: [.json(.created, "Its id.", Schema.object(["decision_id": Schema.id]))],
        errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        let body = call.body
        let id = try await call.session().recordDecision(
            from: try body.requiredString("from_state"), to: try body.requiredString("to_state"),
            reason: try body.string("reason") ?? "", agents: try body.strings("agents_selected") ?? [],
            confidence: try body.number("confidence_score") ?? 1,
            executionTimeMS: try body.integer("execution_time_ms") ?? 0, success: try body.bool("success") ?? true,
            errorDetails: try body.string("error_details"), options: try call.options)
        return .json(["decision_id": .string(id)], status: .created)
    }

    static let listDecisions = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/decisions", name: "listDecisions",
        summary: "Decisions of a session, newest first.", tag: .sessions, access: .read,
        parameters: [.session, .limit(100)],
        answers: [.json("The decisions.", Schema.object(["decisions": Schema.list(Schema.ref("Decision"))]))],
        errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let id = try call.sessionID()
        let limit = try call.query.integer("limit") ?? 100
        let decisions = try await call.orchestrator.decisionHistory(id, limit: limit)
        if decisions.isEmpty { try await call.orchestrator.requireSession(id) }
        return .json(["decisions": .array(decisions.map(\.json))])
    }
}
