import HTTPTypes
import RIFModel

extension Endpoint {
    /// What the command line sends to the owner of a database.
    static func runCommand(_ run: @escaping @Sendable (JSONValue) async -> JSONValue) -> Endpoint {
        Endpoint(
            method: .post, path: "/rif/command", name: "runCommand", summary: "Run a command of the command line.",
            tag: .socket, access: .write,
            body: Body(schema: Schema.context, example: [:], maximumBytes: 96 << 20),
            answers: [.json("What it came to.", Schema.context)]
        ) { call in
            .json(await run(call.body.json))
        }
    }
}
