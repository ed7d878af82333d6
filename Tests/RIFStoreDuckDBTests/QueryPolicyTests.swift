import DuckDB
import RIFOrchestrator
import Testing

@testable import RIFStoreDuckDB

/// What users' queries may call, held against the database that is pinned.
@Suite struct QueryPolicyTests {
    @Test func everyFunctionOfTheDatabaseIsClassified() throws {
        let database = try Database.open(.memory, library: .load())
        let connection = try database.connect()
        let names = try connection.query(
            """
            SELECT DISTINCT function_name FROM duckdb_functions()
            WHERE function_type IN ('scalar', 'aggregate', 'macro', 'window')
            """
        ).rows { try $0.string(0) ?? "" }
        #expect(names.count > 900)
        let unknown = names.filter { FunctionPolicy.verdict($0) == .unknown }.sorted()
        #expect(unknown.isEmpty, "look at each and put it into a list of FunctionPolicy: \(unknown)")
    }

    @Test func everyNameThatIsAllowedBehindFromExists() throws {
        let database = try Database.open(.memory, library: .load())
        let connection = try database.connect()
        let functions = Set(
            try connection.query("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table'")
                .rows { try $0.string(0) ?? "" })
        #expect(FunctionPolicy.tableFunctions.subtracting(functions).isEmpty)
        let views = Set(
            try connection.query("SELECT view_name FROM duckdb_views() WHERE internal").rows { try $0.string(0) ?? "" })
        #expect(FunctionPolicy.catalogueViews.subtracting(views).isEmpty)
    }

    /// No allowed view or table function shows where the database lies.
    @Test func nothingThatIsAllowedBehindFromShowsAPath() async throws {
        let folder = try Folder()
        try await folder.open().close()
        let database = try Database.open(.file(folder.database), library: .load())
        defer { database.close() }
        let connection = try database.connect()
        let calls = FunctionPolicy.tableFunctions.subtracting([
            "range", "generate_series", "unnest", "json_each", "json_tree",
        ])
        let schemas = ["character_sets": "information_schema", "columns": "information_schema"]
        for source in calls.map({ "\($0)()" })
            + FunctionPolicy.catalogueViews.map({ view in
                let isStandard = schemas[view] != nil || !["duckdb_", "sqlite_", "pg_"].contains { view.hasPrefix($0) }
                return isStandard ? "information_schema.\(view)" : view.hasPrefix("pg_") ? "pg_catalog.\(view)" : view
            })
        {
            let found = try connection.query(
                "SELECT count(*) FROM \(source) t WHERE t::VARCHAR LIKE '%\(folder.path)%'"
            )
            .firstRow { try $0.int(0) }
            #expect(found == 0, "\(source)")
        }
    }

    /// A crash leaves rows behind their log; reading alone, nothing may be written, and yet a query sees what was
    /// acknowledged.
    @Test func aReaderSeesWhatACrashLeftUnfolded() async throws {
        let folder = try Folder()
        let owner = try await folder.open()
        let session = try await owner.startSession()
        try await session.transition(from: "initialized", to: "analyzing", reason: "r", agents: [])
        await owner.close()
        try folder.edit(
            "UPDATE orchestration_state SET current_state = 'initialized', folded_sequence = 1",
            "UPDATE rif_counters SET value = 0 WHERE name = 'folded_through'")
        let reader = try await folder.open { $0.isReadOnly = true }
        let result = try await reader.query("SELECT current_state FROM orchestration_state")
        #expect(result.rows == [["analyzing"]])
        #expect(try await reader.query("SELECT count(*) FROM orchestration_decisions").rows == [[1]])
        await reader.close()
    }
}
