import HTTPTypes
import RIFModel
import RIFOrchestrator
import RIFStore

extension Endpoint {
    static let backUp = Endpoint(
        method: .post, path: "/api/v1/maintenance/backup", name: "backUp",
        summary: "Copy the database while it is in use, and check the copy.",
        detail: "The path lies below the server\u{2019}s backup folder, and never over a file that is there.",
        tag: .maintenance, access: .write, parameters: [.idempotencyKey],
        body: Body(
            schema: Schema.request(
                [
                    "path": [
                        "type": "string", "maxLength": 1024,
                        // Folders and a file, none of them . or .., each no longer than a file's name may be.
                        "pattern":
                            "^(?!\\.{1,2}(/|$))[A-Za-z0-9._ -]{1,100}(/(?!\\.{1,2}(/|$))[A-Za-z0-9._ -]{1,100})*$",
                    ]
                ], required: ["path"]),
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
                let receipt: BackupReceipt
                do throws(RIFError) {
                    receipt = try await call.orchestrator.backUp(to: path)
                } catch  where error.code == .fileExists {
                    // Somebody was faster than we looked.
                    throw BackupPath.exists(given)
                }
                return ["path": .string(receipt.path), "bytes": .int(receipt.bytes)]
            })
    }
}
