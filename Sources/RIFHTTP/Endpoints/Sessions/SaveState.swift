import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let saveState = Endpoint(
        method: .put, path: "/api/v1/sessions/{session_id}/state", name: "saveState",
        summary: "Replace the stored state, whatever it was.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey, .prefer],
        body: Body(
            schema: Schema.request(
                [
                    "current_state": Schema.name, "context": Schema.context,
                    "history": Schema.list(Schema.anything),
                    "agent_assignments": [
                        "type": "object", "propertyNames": Schema.name, "additionalProperties": Schema.text,
                    ],
                ], required: ["current_state", "context", "history"]),
            example: [
                "current_state": "analyzing", "context": ["complexity": "medium"],
                "history": [["state": "analyzing", "reason": "restored"]],
            ]),
        answers: [.json("The session.", Schema.ref("Session")).orMinimal],
        errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        let command = try SaveStateCommand(json: call.body.json)
        return .session(try await call.session().saveState(command, options: try call.options), to: call)
    }
}
