import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    private static let approvalID = Parameter(
        name: "approval_id", place: .path, summary: "The approval\u{2019}s id.", schema: Schema.text,
        example: .string(Example.assignment))

    static let listApprovals = Endpoint(
        method: .get, path: "/api/v1/approvals", name: "listApprovals",
        summary: "Questions to people, oldest first.", tag: .assignments, access: .read,
        parameters: [
            .query("session_id", "Only those of this session.", Schema.text),
            .query(
                "status", "Only those that stand so.", Schema.words(Approval.Status.allCases.map(\.rawValue)),
                example: "pending"),
        ],
        answers: [.json("The questions.", Schema.object(["approvals": Schema.list(Schema.ref("Approval"))]))],
        errors: [.notFound, .invalidRequest]
    ) { call in
        let id = try call.query.sessionID()
        if let id { try await call.orchestrator.requireSession(id) }
        let found = try await call.orchestrator.approvals(
            sessionID: id, status: try call.query.word("status", as: Approval.Status.self))
        return .json(["approvals": .array(found.map(\.json))])
    }

    static let getApproval = Endpoint(
        method: .get, path: "/api/v1/approvals/{approval_id}", name: "getApproval", summary: "One question.",
        tag: .assignments, access: .read, parameters: [approvalID],
        answers: [.json("The question.", Schema.ref("Approval"))], errors: [.notFound]
    ) { call in
        .json(try await call.orchestrator.approval(call.path["approval_id"] ?? "").json)
    }

    static let decideApproval = Endpoint(
        method: .post, path: "/api/v1/approvals/{approval_id}", name: "decideApproval",
        summary: "Answer a question.",
        detail: """
            `decision` is `approve`, `reject`, or one of the question's choices, which approves with that trigger. A second \
            answer is a conflict.
            """,
        tag: .assignments, access: .write, parameters: [approvalID, .idempotencyKey],
        body: Body(
            schema: Schema.request(["decision": Schema.name, "reason": Schema.text], required: ["decision"]),
            example: ["decision": "approve", "reason": "Looks right"]),
        answers: [.json("The question.", Schema.ref("Approval"))],
        errors: [.notFound, .stateConflict, .unprocessable]
    ) { call in
        var answer = SessionRules.Answer(
            approves: true, reason: try call.body.string("reason") ?? "", decidedBy: call.caller.name)
        switch try call.body.requiredString("decision") {
        case "approve", "approved": break
        case "reject", "rejected": answer.approves = false
        case let choice:
            try Validation.name(choice, field: "decision")
            answer.choice = choice
        }
        let decided = try await call.orchestrator.decide(
            call.path["approval_id"] ?? "", answer, options: try call.options)
        return .json(decided.json)
    }
}
