public import RIFModel
public import RIFStore

extension Orchestrator {
    /// Answers a question in SQL: one statement that only reads, as all tables were at one moment.
    ///
    /// Everything that was acknowledged is in the answer, but `context` and `history` of unfinished sessions, which are as
    /// of the last fold (`checkpoint()` folds them). Documentation/Guides/SQL.md says what is allowed.
    ///
    /// - Parameters:
    ///   - parameters: one value for each `?`: null, true, false, a number or a string.
    ///   - limit: rows of the answer; more are cut off, and `truncated` says so. None is 1,000.
    ///   - limits: what it may cost; none takes those of this orchestrator.
    /// - Throws: `invalid_request` for what is not allowed or is no SQL, `unprocessable` for what goes beyond a limit,
    ///   `overloaded` where too many others query, `storage_unavailable` where the database does not answer or the store
    ///   knows no SQL.
    public func query(
        _ sql: String, parameters: [JSONValue] = [], limit: Int? = nil, limits: QueryLimits? = nil
    ) async throws(RIFError) -> QueryResult {
        let limits = limits ?? QueryLimits(self.limits)
        let limit = limit ?? min(limits.defaultRows, limits.rows.upperBound)
        guard limits.rows.contains(limit) else {
            throw RIFError.unprocessable(
                field: "limit", value: .int(Int64(limit)),
                expected: "\(limits.rows.lowerBound) to \(limits.rows.upperBound)")
        }
        try Validation.text(sql, field: "sql", maximumBytes: limits.sqlBytes)
        for parameter in parameters {
            try Validation.json(parameter, field: "params")
            try Validation.jsonSize(parameter, field: "params", maximumBytes: limits.sqlBytes)
        }
        guard let queries else {
            throw RIFError(.storageUnavailable, "this kind of store (\(information.kind)) knows no SQL")
        }
        try await storage { () throws(StoreError) in try await engine.flush() }
        let request = QueryRequest(sql: sql, parameters: parameters, limit: limit, limits: limits)
        do {
            return try await queries.query(request)
        } catch {
            // A query that broke the database is not tried again; any other read finds out and has it reopened.
            if error.code == .storageUnavailable {
                _ = try? await engine.read { store throws(StoreError) in try await store.counts() }
            }
            throw error
        }
    }
}
