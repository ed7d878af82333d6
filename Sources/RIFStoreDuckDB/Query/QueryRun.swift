import DuckDB
import RIFModel
import RIFStore

/// One query of a user on a connection of its own, which ends with it. Lives on one thread.
struct QueryRun {
    let connection: Connection
    /// Of another database, which has nothing in it.
    let parser: Connection
    let request: QueryRequest
    let turn: QueryTurn

    func run() throws -> RIFStore.QueryResult {
        let sql = try checked()
        try turn.check()
        // It cannot write, whatever was overlooked above; and all of it sees one moment.
        try connection.execute("BEGIN TRANSACTION READ ONLY")
        defer { try? connection.execute("ROLLBACK") }
        let statement = try connection.prepare(sql)
        defer { statement.close() }
        guard statement.statementKind == .select || statement.statementKind == .explain else {
            throw StatementCheck.refusal("only statements that read are allowed")
        }
        try bind(statement)
        try turn.check()
        let result = try statement.executeStreaming()
        defer { result.close() }
        return try rows(of: result)
    }

    // MARK: - What may run

    /// The statement to run, once it has been looked at.
    private func checked() throws -> String {
        let text = try SQLText(request.sql)
        guard !text.firstWord.isEmpty else { throw StatementCheck.refusal("there is no statement") }
        guard text.firstWord == "EXPLAIN" else {
            try check(request.sql, text)
            return request.sql
        }
        // What is run is put together anew, so that it is what was looked at, however EXPLAIN was written.
        let inner = String(Substring(text.rest))
        try check(inner, text)
        return (text.isAnalyze ? "EXPLAIN ANALYZE " : "EXPLAIN ") + inner
    }

    private func check(_ sql: String, _ text: SQLText) throws {
        let tree = try tree(of: sql)
        guard tree["error"] != true else {
            let message = tree["error_message"]?.stringValue ?? ""
            // Else it was parsed and is no query, the only thing that has a tree here.
            guard !message.contains("Max expression depth") else {
                throw StatementCheck.tooLarge("expressions nested too deeply; expected fewer levels")
            }
            guard tree["error_type"]?.stringValue != "parser" else {
                throw StatementCheck.refusal(QueryErrors.clean(message, sql: request.sql))
            }
            throw StatementCheck.refusal(
                "\(text.firstWord) is not allowed; expected one SELECT, WITH … SELECT, VALUES, FROM, DESCRIBE, SHOW, "
                    + "SUMMARIZE or EXPLAIN")
        }
        var check = StatementCheck(tables: try tables(), catalogues: try catalogues())
        try check.check(tree)
    }

    /// The parse tree; parsing looks at nothing outside of the text.
    private func tree(of sql: String) throws -> JSONValue {
        let statement = try parser.prepare(
            "SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)::VARCHAR"
        )
        defer { statement.close() }
        try statement.bind(sql, at: 1)
        let text = try statement.execute().firstRow { try $0.string(0) } ?? nil
        guard let text, text.utf8.count <= 8 << 20 else {
            throw StatementCheck.tooLarge("too complex; expected a shorter text")
        }
        do {
            return try JSONValue.parse(text, maximumDepth: 512)
        } catch {
            throw StatementCheck.tooLarge("expressions nested too deeply; expected fewer levels")
        }
    }

    /// Tables of the file, whoever made them. Views and macros of others are not read: nobody knows what they do.
    private func tables() throws -> Set<String> {
        Set(
            try connection.query(
                "SELECT lower(table_name) FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND schema_name = 'main'"
            ).rows { try $0.string(0) ?? "" })
    }

    private func catalogues() throws -> Set<String> {
        Set(try connection.query("SELECT lower(current_database())").rows { try $0.string(0) ?? "" })
    }

    // MARK: - Parameters

    private func bind(_ statement: PreparedStatement) throws {
        let values = request.parameters
        guard values.count == statement.parameterCount else {
            throw RIFError(
                .invalidRequest,
                "params: \(values.count) given; expected \(statement.parameterCount), one for each ?",
                field: "params")
        }
        for (index, value) in values.enumerated() {
            switch value {
            case .null: try statement.bindNull(at: index + 1)
            case .bool(let flag): try statement.bind(flag, at: index + 1)
            case .int(let number): try statement.bind(number, at: index + 1)
            case .double(let number): try statement.bind(number, at: index + 1)
            case .string(let text): try statement.bind(text, at: index + 1)
            case .array, .object:
                throw RIFError.wrongType(
                    field: "params", value: value, expected: "null, true, false, a number or a string")
            }
        }
    }

    // MARK: - Rows

    private func rows(of result: DuckDB.QueryResult) throws -> RIFStore.QueryResult {
        var rows: [[JSONValue]] = []
        var isTruncated = false
        var bytes = 0
        let types = result.columnTypes
        try result.readRows(while: { row in
            guard rows.count < request.limit else {
                isTruncated = true
                return false
            }
            var size = 0
            for column in types.indices where bytes + size <= request.limits.resultBytes {
                size += try row.size(column, upTo: request.limits.resultBytes - bytes - size + 1)
            }
            guard bytes + size <= request.limits.resultBytes else {
                guard !rows.isEmpty else {
                    throw StatementCheck.tooLarge(
                        "one row is larger than \(request.limits.resultBytes >> 20) MiB, the limit of an answer; expected less"
                    )
                }
                isTruncated = true
                return false
            }
            bytes += size
            rows.append(try types.indices.map { QueryValues.json(try row.value($0), types[$0]) })
            if rows.count & 0xFF == 0 { try turn.check() }
            return true
        })
        return RIFStore.QueryResult(
            columns: result.columnNames, types: types.map(\.description), rows: rows, truncated: isTruncated)
    }
}
