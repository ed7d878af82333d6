import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let listSessions = Endpoint(
        method: .get, path: "/api/v1/sessions", name: "listSessions", summary: "List sessions, page by page.",
        detail: """
            By priority descending, then age, then id. `next_cursor` is null on the last page. A session that exists \
            throughout comes exactly once, even while states change; with `updated_after`, too, one that fits it from the \
            first page on.
            """,
        tag: .sessions, access: .read,
        parameters: [
            .query("active", "Only active ones, or only finished ones; without it, all.", Schema.flag),
            .query("state", "Only those in this state.", Schema.name, example: "implementing"),
            .query("workflow_type", "Only those of this type.", Schema.name, example: "feature_development"),
            .query(
                "outcome", "Only finished ones that ended like this.", Schema.words(Outcome.allCases.map(\.rawValue)),
                example: "failed"),
            .query(
                "updated_after", "Only those that changed after this moment.", Schema.time,
                example: "2026-11-22T17:00:00Z"),
            .query("q", "Only those with this text in id, workflow type, state or context.", Schema.text),
            .limit(100),
            .query("cursor", "The `next_cursor` of the page before.", Schema.text),
        ],
        answers: [
            .json(
                "A page.",
                Schema.object([
                    "sessions": Schema.list(Schema.ref("SessionListing")), "next_cursor": Schema.nullable(Schema.text),
                ]))
        ],
        errors: [.invalidRequest, .unprocessable]
    ) { call in
        let query = SessionQuery(
            active: try call.query.bool("active"), state: try call.query.name("state"),
            workflowType: try call.query.name("workflow_type"),
            outcome: try call.query.word("outcome", as: Outcome.self),
            updatedAfter: try call.query.moment("updated_after"), search: call.query.text("q"),
            after: try call.query.text("cursor").map { cursor throws(RIFError) in try SessionCursor(text: cursor) },
            limit: try call.query.integer("limit") ?? 100)
        return .json(try await call.orchestrator.sessionPage(query).json)
    }
}
