import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let completeSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/complete", name: "completeSession",
        summary: "End a session; its active assignments end with it.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey],
        body: Body(
            schema: Schema.request([
                "outcome": Schema.words(Outcome.allCases.map(\.rawValue)), "final_context": Schema.context,
            ]),
            example: ["outcome": "completed", "final_context": ["pull_request": 77]], isRequired: false),
        answers: [.json("The summary.", Schema.ref("SessionSummary"))],
        errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        let summary = try await call.session().complete(
            try call.body.word("outcome", as: Outcome.self) ?? .completed,
            finalContext: try call.body.object("final_context") ?? [:], options: try call.options)
        return .json(summary.json)
    }

    static let recoverSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/recover", name: "recoverSession",
        summary: "Take up an interrupted session.", detail: "Never changes its state; it is noted in the log.",
        tag: .sessions, access: .write, parameters: [.session, .idempotencyKey, .prefer],
        answers: [
            .json(
                "The session as it is.",
                Schema.object(["recovered": Schema.flag, "session": Schema.ref("Session")])
            ).orMinimal
        ], errors: [.notFound]
    ) { call in
        let id = try call.sessionID()
        guard try await call.orchestrator.recoverSession(id, options: try call.options) else {
            throw RIFError.notFound("session", id)
        }
        return .session(
            try await call.session().current(), to: call, before: #"{"recovered":true,"session":"#, after: "}")
    }
}
