import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let trackEvent = Endpoint(
        method: .post, path: "/api/v1/events", name: "trackEvent",
        summary: "Report something that happened.",
        detail: """
            It is written to the log and shown to everybody who follows, and changes no session. The types \
            `state_transition`, `agent_launch`, `workflow_complete` and `error_occurred` also move the counters of the \
            dashboard.
            """,
        tag: .events, access: .write, parameters: [.idempotencyKey],
        body: Body(
            schema: Schema.request(
                ["event_type": Schema.eventName, "data": Schema.context, "session_id": Schema.nullable(Schema.text)],
                required: ["event_type", "data"]),
            example: [
                "event_type": "error_occurred", "data": ["message": "the linter crashed"],
                "session_id": .string(Example.session),
            ]),
        answers: [
            .json(.created, "Its place in the log.", Schema.object(["sequence": Schema.whole(1...Int64.max)]))
        ],
        errors: [.notFound, .unprocessable]
    ) { call in
        let type = try call.body.requiredString("event_type")
        guard !["snapshot", "heartbeat"].contains(type) else {
            // Who follows the stream would take it for one of the stream's own messages.
            throw RIFError.invalid(
                field: "event_type", value: type, problem: "is a word of the event stream itself",
                expected: "another name")
        }
        guard let data = try call.body.object("data") else {
            throw RIFError.missing(field: "data", expected: "an object")
        }
        let given = try call.body.string("session_id")
        let id = given.flatMap { UUIDv7Generator.canonical($0) }
        if let given, id == nil { throw RIFError.notFound("session", given) }
        let sequence = try await call.orchestrator.track(
            type, data: .object(data), sessionID: id, options: call.options)
        return .json(["sequence": .int(sequence)], status: .created)
    }
}
