import HTTPTypes
import RIFModel
import RIFOrchestrator
import RIFStore

extension Endpoint {
    static let sessionEvents = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/events", name: "listSessionEvents",
        summary: "What happened to a session, in order.", tag: .sessions, access: .read,
        parameters: [
            .session,
            .query("after", "Only events with a higher sequence.", Schema.whole(0...Int64.max)),
            .query("event_type", "Only events of this type.", Schema.name), .limit(1000),
        ],
        answers: [.json("The events, oldest first.", Schema.object(["events": Schema.list(Schema.ref("Event"))]))],
        errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let id = try call.sessionID()
        let after = try call.query.integer("after") ?? 0
        guard after >= 0 else {
            throw RIFError.unprocessable(field: "after", value: .int(Int64(after)), expected: "a sequence from 0 on")
        }
        let limit = try Validation.limit(
            try call.query.integer("limit") ?? 1000, limits: call.service.configuration.limits)
        let events = try await call.orchestrator.pastEvents(
            EventQuery(
                after: Int64(after), sessionID: id, eventType: try call.query.name("event_type"), limit: limit))
        if events.isEmpty { try await call.orchestrator.requireSession(id) }
        return .json(["events": .array(events.map(\.json))])
    }
}
