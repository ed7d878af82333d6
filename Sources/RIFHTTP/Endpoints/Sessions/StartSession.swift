import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let startSession = Endpoint(
        method: .post, path: "/api/v1/sessions", name: "startSession", summary: "Start a session.",
        detail: "It begins in the state `initialized`. The same `session_id` twice gives the first session.",
        tag: .sessions, access: .write, parameters: [.idempotencyKey, .prefer],
        body: Body(
            schema: Schema.request([
                "workflow_type": Schema.name, "priority": Schema.whole(Int64(Int32.min)...Int64(Int32.max)),
                "context": Schema.context, "session_id": Schema.uuid7,
            ]),
            example: [
                "workflow_type": "feature_development", "priority": 1, "context": ["github_issues": [123, 124]],
            ],
            isRequired: false),
        answers: [.json(.created, "The session.", Schema.ref("Session")).orMinimal], errors: [.unprocessable]
    ) { call in
        let priority = try call.body.integer("priority") ?? 0
        let session = try await call.orchestrator.startSession(
            id: try call.body.string("session_id"), workflowType: try call.body.string("workflow_type") ?? "standard",
            priority: Int(priority), context: try call.body.object("context"), options: try call.options)
        var reply = Reply.session(try await session.current(), to: call, status: .created)
        reply.headers[.location] = "/api/v1/sessions/\(session.id)"
        return reply
    }
}
