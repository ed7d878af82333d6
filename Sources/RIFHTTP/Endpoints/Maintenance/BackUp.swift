import HTTPTypes
import RIFModel
import RIFOrchestrator

extension Endpoint {
    static let backUp = Endpoint(
        method: .post, path: "/api/v1/maintenance/backup", name: "backUp",
        summary: "Copy the database while it is in use, and check the copy.",
        detail: "The path lies below the server\u{2019}s backup folder, and never over a file that is there.",
        tag: .maintenance, access: .write, parameters: [.idempotencyKey],
        body: Body(
            schema: Schema.request(
                ["path": ["type": "string", "minLength": 1, "maxLength": 1024]], required: ["path"]),
            example: ["path": "before-upgrade.duckdb"]),
        answers: [
            .json("The copy.", Schema.object(["path": Schema.text, "bytes": Schema.integer]))
        ], errors: [.unprocessable]
    ) { call in
        let folder = call.service.configuration.backupDirectory
        let given = try call.body.requiredString("path")
        return .json(
            try await call.service.repeats.once("backup", call) {
                let path = try BackupPath.resolve(given, below: folder)
                let receipt = try await call.orchestrator.backUp(to: path)
                return ["path": .string(receipt.path), "bytes": .int(receipt.bytes)]
            })
    }
}
