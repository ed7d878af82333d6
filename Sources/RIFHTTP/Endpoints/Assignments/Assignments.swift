import HTTPTypes
import RIFModel
import RIFOrchestrator
import RIFStore

extension Endpoint {
    static let assignmentID = Parameter(
        name: "assignment_id", place: .path, summary: "The assignment\u{2019}s id.", schema: Schema.text,
        example: .string(Example.assignment))

    static let listAssignments = Endpoint(
        method: .get, path: "/api/v1/assignments", name: "listAssignments",
        summary: "Which agents were put to work, the last ones first.", tag: .assignments, access: .read,
        parameters: [
            .query("session_id", "Only those of this session.", Schema.text),
            .query("agent", "Only those of this agent.", Schema.name, example: "RIF-Implementer"),
            .query("status", "Only those that stand so.", Schema.words(AssignmentStatus.allCases.map(\.rawValue))),
            .limit(100),
        ],
        answers: [
            .json("The assignments.", Schema.object(["assignments": Schema.list(Schema.ref("Assignment"))]))
        ], errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let id = try call.query.sessionID()
        if let id { try await call.orchestrator.requireSession(id) }
        let query = AssignmentQuery(
            sessionID: id, agent: try call.query.name("agent"),
            status: try call.query.word("status", as: AssignmentStatus.self),
            limit: try call.query.integer("limit") ?? 100)
        var found = try await call.orchestrator.assignments(query)
        if let driver = call.service.configuration.driver {
            for place in found.indices { found[place] = await driver.refreshed(found[place]) }
        }
        return .json(["assignments": .array(found.map(\.json))])
    }

    static let getAssignment = Endpoint(
        method: .get, path: "/api/v1/assignments/{assignment_id}", name: "getAssignment",
        summary: "One assignment.", tag: .assignments, access: .read, parameters: [assignmentID],
        answers: [.json("The assignment.", Schema.ref("Assignment"))], errors: [.notFound]
    ) { call in
        let found = try await call.orchestrator.assignment(call.path["assignment_id"] ?? "")
        return .json((await call.service.configuration.driver?.refreshed(found) ?? found).json)
    }

    static let updateAssignment = Endpoint(
        method: .patch, path: "/api/v1/assignments/{assignment_id}", name: "updateAssignment",
        summary: "Report how an assignment stands.", tag: .assignments, access: .write,
        parameters: [assignmentID, .idempotencyKey],
        body: Body(
            schema: Schema.request(
                [
                    "status": Schema.words(AssignmentStatus.reportable.map(\.rawValue)), "result": Schema.anything,
                ], required: ["status"]),
            example: ["status": "completed", "result": ["pull_request": 77]]),
        answers: [.json("The assignment.", Schema.ref("Assignment"))],
        errors: [.notFound, .sessionFinished, .unprocessable]
    ) { call in
        guard let status = try call.body.word("status", as: AssignmentStatus.self) else {
            _ = try call.body.requiredString("status")
            throw RIFError.missing(field: "status", expected: "a string")
        }
        let assignment = try await call.orchestrator.updateAssignment(
            call.path["assignment_id"] ?? "", status: status, result: call.body.value("result"),
            options: try call.options)
        return .json(assignment.json)
    }
}
