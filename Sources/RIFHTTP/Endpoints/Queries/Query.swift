import HTTPTypes
import RIFModel
import RIFOrchestrator
import RIFStore

extension Endpoint {
    static let query = Endpoint(
        method: .post, path: "/api/v1/query", name: "query", summary: "Answer a question in SQL, reading only.",
        detail: """
            One statement: SELECT, WITH … SELECT, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN, in DuckDB\u{2019}s dialect. \
            What could write, or read files, is refused. `context` and `history` of unfinished sessions are as of the \
            last fold (`POST /api/v1/maintenance/checkpoint` folds them).
            """,
        tag: .queries, access: .read,
        body: Body(
            schema: Schema.request(
                [
                    "sql": ["type": "string", "minLength": 1, "maxLength": 65_536],
                    "params": Schema.list(["type": ["null", "boolean", "number", "string"]]),
                    "limit": Schema.whole(1...10_000),
                ], required: ["sql"]),
            example: [
                "sql": "FROM orchestration_state WHERE priority >= ? ORDER BY created_at DESC",
                "params": [1], "limit": 100,
            ]),
        answers: [.json("The rows; `truncated` where there were more.", Schema.ref("QueryResult"))],
        errors: [.unprocessable, .overloaded]
    ) { call in
        let limit = try call.body.integer("limit")
        let result = try await call.orchestrator.query(
            try call.body.requiredString("sql"), parameters: try call.body.array("params") ?? [],
            limit: limit.map { Int(clamping: $0) })
        return .json(result.json)
    }
}
