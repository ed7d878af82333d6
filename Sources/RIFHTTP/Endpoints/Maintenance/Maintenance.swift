import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let cleanUp = Endpoint(
        method: .post, path: "/api/v1/maintenance/cleanup", name: "cleanUp",
        summary: "Remove finished sessions that were last updated long ago.",
        detail: "With all their rows, in one transaction; active sessions are never touched.",
        tag: .maintenance, access: .write, parameters: [.idempotencyKey],
        body: Body(
            schema: Schema.request(["days_old": Schema.whole(0...Int64.max), "dry_run": Schema.flag]),
            example: ["days_old": 30, "dry_run": true], isRequired: false),
        answers: [.json("How many were removed, or would be.", Schema.object(["removed": Schema.integer]))],
        errors: [.unprocessable]
    ) { call in
        let days = Int(clamping: try call.body.integer("days_old") ?? 30)
        let isDry = try call.body.bool("dry_run") ?? false
        return .json(
            try await call.service.repeats.once("cleanup", call) {
                ["removed": .int(Int64(try await call.orchestrator.cleanUp(daysOld: days, dryRun: isDry)))]
            })
    }

    static let integrity = Endpoint(
        method: .get, path: "/api/v1/maintenance/integrity", name: "checkIntegrity",
        summary: "Check that what is stored agrees with itself.", tag: .maintenance, access: .read,
        parameters: [.query("session_id", "Only this session.", Schema.text)],
        answers: [.json("What was found.", Schema.ref("IntegrityReport"))], errors: [.notFound]
    ) { call in
        let id = try call.query.sessionID()
        if let id { try await call.orchestrator.requireSession(id) }
        return .json(try await call.orchestrator.validateIntegrity(id).json)
    }

    static let checkpoint = Endpoint(
        method: .post, path: "/api/v1/maintenance/checkpoint", name: "checkpoint",
        summary: "Bring every column up to date and fold the write-ahead log into the file.",
        tag: .maintenance, access: .write, parameters: [.idempotencyKey],
        answers: [.json("How many sessions were behind.", Schema.object(["sessions": Schema.integer]))]
    ) { call in
        .json(
            try await call.service.repeats.once("checkpoint", call) {
                ["sessions": .int(Int64(try await call.orchestrator.checkpoint()))]
            })
    }
}
