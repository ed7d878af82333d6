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
        let sql = try call.body.requiredString("sql")
        let parameters = try call.body.array("params") ?? []
        let result = try await untilStop(call) { orchestrator in
            try await orchestrator.query(sql, parameters: parameters, limit: limit.map { Int(clamping: $0) })
        }
        return .json(result.json)
    }

    /// Ends a query that goes on for long after the server was asked to stop: the next server can answer it as well.
    private static func untilStop(
        _ call: Call, _ query: @escaping @Sendable (Orchestrator) async throws -> QueryResult
    ) async throws -> QueryResult {
        let orchestrator = call.orchestrator
        let service = call.service
        let grace = min(.seconds(2), service.configuration.drain / 4)
        let task = Task { try await query(orchestrator) }
        do {
            return try await withTaskCancellationHandler {
                try await service.drain.listening(onBegin: {
                    // clock: what is about to end may do so.
                    Task {
                        try? await Task.sleep(for: grace)
                        task.cancel()
                    }
                }) { try await task.value }
            } onCancel: {
                task.cancel()
            }
        } catch {
            guard task.isCancelled, service.drain.hasBegun else { throw error }
            throw RIFError(
                .overloaded, "the query was stopped because the server is stopping; the next one can answer it")
        }
    }
}
