import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    private static let reasonBody = Body(
        schema: Schema.request(["reason": Schema.text]), example: ["reason": "Waiting for the release"],
        isRequired: false)

    static let runSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/run", name: "runSession",
        summary: "Have a session driven along its workflow.",
        detail: """
            Its agents are launched, watched, and their results decide the next state, until the session ends. \
            202 where this call made it driven, 200 where it was already.
            """,
        tag: .sessions, access: .write, parameters: [.session, .idempotencyKey], body: reasonBody,
        answers: [
            .json(.accepted, "It is driven from now on.", Schema.ref("Session")),
            .json("It was driven already.", Schema.ref("Session")),
        ], errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        _ = try call.body.string("reason")
        let options = try call.options
        let session = try call.session()
        guard let driver = call.service.configuration.driver else {
            try await call.orchestrator.requireSession(session.id)
            throw RIFError(.unprocessable, "this server drives no sessions; expected one that 'rif serve' started")
        }
        let isNew = try await driver.drive(session.id, options: options)
        return .json(try await session.current().json, status: isNew ? .accepted : .ok)
    }

    static let pauseSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/pause", name: "pauseSession",
        summary: "Start nothing new in a session; agents that work end.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey], body: reasonBody,
        answers: [.json("The session.", Schema.ref("Session"))], errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        .json(
            try await call.session().pause(reason: try call.body.string("reason") ?? "", options: try call.options).json
        )
    }

    static let resumeSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/resume", name: "resumeSession",
        summary: "End a pause, and look at a session again.",
        detail: "Agents of its current state that are blocked begin anew.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey], body: reasonBody,
        answers: [.json("The session.", Schema.ref("Session"))], errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        let session = try await call.session().resume(
            reason: try call.body.string("reason") ?? "", options: try call.options)
        call.service.configuration.driver?.attend(session.sessionID)
        return .json(session.json)
    }

    static let cancelSession = Endpoint(
        method: .post, path: "/api/v1/sessions/{session_id}/cancel", name: "cancelSession",
        summary: "End a session as cancelled, once its agents have ended.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey], body: reasonBody,
        answers: [
            .json(.accepted, "Its agents are being ended.", Schema.ref("Session")),
            .json("It has ended.", Schema.ref("Session")),
        ], errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        let session = try await call.session().cancel(
            reason: try call.body.string("reason") ?? "", options: try call.options)
        guard !session.isFinished else { return .json(session.json) }
        call.service.configuration.driver?.attend(session.sessionID)
        return .json(session.json, status: .accepted)
    }

    static let setContext = Endpoint(
        method: .patch, path: "/api/v1/sessions/{session_id}/context", name: "setContext",
        summary: "Set keys of a session\u{2019}s context.",
        detail: "A session that waits for a condition is looked at again.", tag: .sessions, access: .write,
        parameters: [.session, .idempotencyKey],
        body: Body(
            schema: Schema.request(["context_updates": Schema.context], required: ["context_updates"]),
            example: ["context_updates": ["quality_score": 85]]),
        answers: [.json("The session.", Schema.ref("Session"))], errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        guard let updates = try call.body.object("context_updates") else {
            throw RIFError.missing(field: "context_updates", expected: "an object")
        }
        return .json(try await call.session().setContext(updates, options: try call.options).json)
    }

    static let explainSession = Endpoint(
        method: .get, path: "/api/v1/sessions/{session_id}/explain", name: "explainSession",
        summary: "Which transitions lead on, and what each still needs.", tag: .sessions, access: .read,
        parameters: [.session], answers: [.json("Its candidates.", Schema.ref("Explanation"))],
        errors: [.notFound, .unprocessable]
    ) { call in
        .json(try await call.session().explain())
    }

    static let queue = Endpoint(
        method: .get, path: "/api/v1/queue", name: "getQueue",
        summary: "Agents that run, and those that wait for their turn.", tag: .assignments, access: .read,
        answers: [.json("The queue.", Schema.ref("Queue"))]
    ) { call in
        .json(
            call.service.configuration.driver?.queue()
                ?? ["running": [], "waiting": [], "limits": ["max_concurrent": 0, "agents": .object([:])]])
    }
}
