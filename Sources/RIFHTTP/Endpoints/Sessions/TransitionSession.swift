import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let transition = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/transitions", name: "transitionSession",
        summary: "Move a session to another state.",
        detail: """
            Decision, context, history and agents change in one step; when this answers, it is on disk. A `from_state` \
            that is not the current one is a conflict, recorded as a failed decision.
            """,
        tag: .sessions, access: .write, parameters: [.session, .idempotencyKey, .prefer],
        body: Body(
            schema: Schema.request(
                [
                    "from_state": Schema.name, "to_state": Schema.name, "reason": Schema.text,
                    "agents_selected": Schema.list(Schema.name), "context_updates": Schema.context,
                    "confidence_score": Schema.confidence,
                    "execution_time_ms": Schema.whole(0...Int64(Int32.max)),
                    "force": Schema.flag,
                ], required: ["from_state", "to_state"]),
            example: [
                "from_state": "initialized", "to_state": "analyzing", "reason": "Starting issue analysis",
                "agents_selected": ["RIF-Analyst"], "context_updates": ["complexity": "medium"],
                "confidence_score": 0.9,
            ]),
        answers: [
            .json(
                "The decision and the session after it.",
                Schema.object(["decision_id": Schema.id, "session": Schema.ref("Session")])
            ).orMinimal
        ],
        errors: [.notFound, .stateConflict, .sessionFinished, .unprocessable]
    ) { call in
        let body = call.body
        let result = try await call.session().transition(
            from: try body.requiredString("from_state"), to: try body.requiredString("to_state"),
            reason: try body.string("reason") ?? "", agents: try body.strings("agents_selected") ?? [],
            contextUpdates: try body.object("context_updates") ?? [:],
            confidence: try body.number("confidence_score") ?? 1,
            executionTimeMS: try body.integer("execution_time_ms"), force: try body.bool("force") ?? false,
            options: try call.options)
        return .session(
            result.session, to: call, before: #"{"decision_id":"\#(result.decisionID)","session":"#, after: "}")
    }
}
