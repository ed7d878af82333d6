import ArgumentParser
import RIFOrchestrator

struct SQLCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Answer a question in SQL, reading only.",
        discussion: """
            One query (SELECT, also WITH …, VALUES, FROM), DESCRIBE, SHOW, SUMMARIZE or EXPLAIN, in DuckDB's dialect. What could
            write, or read files, is refused (exit 1); so is what takes too much time or memory.

            Everything is as of now, but the columns context and history of unfinished sessions: those are as of the last
            fold ('rif checkpoint' folds them).

            Examples:
              rif sql "SHOW TABLES"
              rif sql "DESCRIBE orchestration_decisions"
              rif sql "SUMMARIZE orchestration_decisions"
              rif sql --format csv --limit 10000 "FROM orchestration_metrics" > metrics.csv
              rif sql @report.sql --json
              rif sql - < report.sql
            """)

    enum Format: String, CaseIterable { case table, csv, json }

    @Argument(help: "The statement; @FILE reads it from a file, - from standard input.")
    var sql: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("At most so many rows, 1 to 10000. (default: 1000)", valueName: "n"))
    var limit: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("table, csv or json. (default: table)", valueName: "format"),
        completion: .list(Format.allCases.map(\.rawValue)))
    var format: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "The value of a ? in the statement, once for each; JSON where it is some, else a text.", valueName: "value")
    )
    var param: [String] = []

    @OptionGroup var shared: SharedOptions

    var documents: [String: String?] { ["SQL": sql] }

    func report() async throws -> Report {
        let location = try Location(shared)
        let format = try format.map { word throws(RIFError) in
            guard let format = Format(rawValue: word) else {
                throw RIFError.invalid(field: "--format", value: word, expected: "table, csv or json")
            }
            return format
        }
        let rows = try Input.integer("--limit", limit, in: QueryLimits().rows)
        let text = try Input.text("SQL", sql)
        let parameters = param.map { (try? JSONValue.parse($0)) ?? .string($0) }
        let result: QueryResult
        do {
            result = try await location.reading { try await $0.query(text, parameters: parameters, limit: rows) }
        } catch let error as RIFError where error.field == "sql" || error.field == "params" {
            throw RefusedQuery(error: error)
        }
        switch format {
        case .json: return Report(json: result.json, raw: result.json.pretty() + "\n") { _ in }
        case .csv: return Report(json: result.json, raw: Self.csv(result)) { _ in }
        case .table, nil: return Report(json: result.json) { page in Self.show(result, on: &page) }
        }
    }

    private static func show(_ result: QueryResult, on page: inout Page) {
        // A plan is a drawing of many lines.
        if result.columns == ["explain_key", "explain_value"] {
            for line in result.rows.flatMap({ text($0[1]).split(separator: "\n") }) { page.line(Text.visible(line)) }
            return
        }
        var table = Table(
            zip(result.columns, result.types).map { name, type in
                .init(Text.visible(name), right: isNumber(type), flexible: true)
            })
        for row in result.rows {
            table.rows.append(row.map { $0.isNull ? .init("NULL", .dim) : .init(text($0)) })
        }
        page.table(table)
        let count = Text.count(result.rows.count, "row")
        page.line()
        page.line(page.styled(result.truncated ? "The first \(count); there are more (--limit)." : "\(count).", .dim))
    }

    private static func isNumber(_ type: String) -> Bool {
        ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"].contains {
            type.contains($0)
        }
            && !type.contains("[") && !type.contains("(") || type.hasPrefix("DECIMAL(")
    }

    private static func text(_ value: JSONValue) -> String { value.stringValue ?? value.compact }

    /// RFC 4180, with the names in the first line; NULL is an empty field, an empty text `""`.
    private static func csv(_ result: QueryResult) -> String {
        func field(_ text: String) -> String {
            let isPlain = !text.isEmpty && !text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
            return isPlain
                ? text
                : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        let lines = [result.columns.map(field)] + result.rows.map { $0.map { $0.isNull ? "" : field(text($0)) } }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }
}

/// A statement that was refused, or cut off: exit 1 whatever its code is elsewhere, as for a test that failed.
struct RefusedQuery: Error {
    let error: RIFError
}
