import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let getSession = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}", name: "getSession",
        summary: "The last durable state of a session.", tag: .sessions, access: .read,
        parameters: [.session, withHistory],
        answers: [.json("The session.", Schema.ref("Session"))], errors: [.notFound, .invalidRequest]
    ) { call in
        try reply(try await call.session().current(), call)
    }

    /// The history grows with every step, and who looks at step after step has seen it already.
    private static let withHistory = Parameter.query(
        "history", "False leaves out the history.", Schema.flag, example: true)

    private static func reply(_ session: Session, _ call: Call) throws -> Reply {
        let isWithout = try call.query.bool("history") == false
        return .json { session.append(to: &$0, leavingOut: isWithout ? .history : []) }
    }

    static let sessionSummary = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/summary", name: "getSessionSummary",
        summary: "What a session came to so far, over all of its decisions.", tag: .sessions, access: .read,
        parameters: [.session], answers: [.json("The summary.", Schema.ref("SessionSummary"))], errors: [.notFound]
    ) { call in
        .json(try await call.orchestrator.summary(try call.sessionID()).json)
    }

    static let sessionAt = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/at/{sequence}", name: "getSessionAt",
        summary: "A session as it was after an event of the log.",
        detail:
            "After its last event with a sequence not above the given one; before its start there is nothing (404).",
        tag: .sessions, access: .read,
        parameters: [
            .session,
            Parameter(
                name: "sequence", place: .path, summary: "A global sequence.", schema: Schema.whole(0...Int64.max),
                example: 42),
            withHistory,
        ],
        answers: [.json("The session.", Schema.ref("Session"))], errors: [.notFound, .invalidRequest]
    ) { call in
        let word = call.path["sequence"] ?? ""
        guard let sequence = Int64(word), sequence >= 0 else {
            throw RIFError.invalid(
                field: "sequence", value: word, problem: "is no sequence", expected: "a whole number from 0 on")
        }
        let id = try call.sessionID()
        guard let session = try await call.orchestrator.state(of: id, at: sequence) else {
            throw RIFError(.notFound, "session \(RIFError.quoted(id)) has no state at sequence \(sequence)")
        }
        return try reply(session, call)
    }
}
