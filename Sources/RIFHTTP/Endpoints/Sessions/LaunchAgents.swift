import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let launchAgents = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/agents", name: "launchAgents",
        summary: "Put agents to work on a session.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey],
        body: Body(
            schema: Schema.request(
                [
                    "agents": ["type": "array", "items": Schema.name, "minItems": 1, "uniqueItems": true],
                    "task_description": Schema.text,
                ], required: ["agents"]),
            example: ["agents": ["RIF-Implementer"], "task_description": "Implement the feature"]),
        answers: [
            .json(
                .created, "Agent → id of its assignment.", Schema.object(["assignments": Schema.map(Schema.id)]))
        ],
        errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        guard let agents = try call.body.strings("agents") else {
            throw RIFError.missing(field: "agents", expected: "an array of names")
        }
        let assignments = try await call.session().launchAgents(
            agents, task: try call.body.string("task_description") ?? "", options: try call.options)
        // Those that its workflow declares are started as processes.
        call.service.configuration.driver?.attend(try call.sessionID())
        return .json(["assignments": .object(assignments.mapValues { .string($0) })], status: .created)
    }
}
