import RIFModel
import Testing

/// `rif sql` as a person runs it.
@Suite struct SQLTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func aQueryIsAnsweredAsTableCSVAndJSON() async throws {
        let id = try await work.start("--workflow-type", "a,\"b\"")
        let sql = "SELECT session_id, workflow_type, NULL AS n, '' AS e FROM orchestration_state"
        let table = try await work.rif("sql", sql)
        #expect(table.status == 0 && table.output.contains(id) && table.output.contains("NULL"), "\(table)")
        #expect(table.output.hasSuffix("\n1 row.\n"), "\(table)")
        let csv = try await work.rif("sql", sql, "--format", "csv")
        #expect(csv.output == "session_id,workflow_type,n,e\r\n\(id),\"a,\"\"b\"\"\",,\"\"\r\n", "\(csv)")
        let expected: JSONValue = [[.string(id), "a,\"b\"", .null, ""]]
        for arguments in [["--json"], ["--format", "json"]] {
            let json = try await work.rif(["sql", sql] + arguments).json()
            #expect(json["rows"] == expected && json["truncated"] == false)
            #expect(json["columns"] == ["session_id", "workflow_type", "n", "e"])
        }
    }

    @Test func theStatementMayComeFromAFileOrFromStandardInput() async throws {
        try await work.start()
        try work.write("SELECT 7 AS x", to: "q.sql")
        for (word, input) in [("@q.sql", ""), ("-", "SELECT 7 AS x\n")] {
            #expect(try await work.rif("sql", word, "--json", input: input).json()["rows"] == [[7]])
        }
        let param = try await work.rif("sql", "SELECT ?, ?", "--param", "5", "--param", "-x", "--json").json()
        #expect(param["rows"] == [[5, "-x"]])
        let cut = try await work.rif("sql", "FROM range(5)", "--limit", "2")
        #expect(cut.output.contains("The first 2 rows; there are more"), "\(cut)")
    }

    @Test func whatIsRefusedExitsWithOne() async throws {
        try await work.start()
        expectRefusal(try await work.rif("sql", "DELETE FROM rif_counters"), 1, saying: "DELETE is not allowed")
        expectRefusal(try await work.rif("sql", "SELECT * FROM read_csv('/etc/passwd')"), 1, saying: "read_csv")
        expectRefusal(try await work.rif("sql", "SELECT repeat('a', 2000000000)"), 1, saying: "at most 1000")
        expectRefusal(try await work.rif("sql", "SELEC 1"), 1, saying: "SELEC")
        try expectProblem(try await work.rif("sql", "PRAGMA database_list", "--json"), 1, code: "invalid_request")
        expectRefusal(try await work.rif("sql", "SELECT 1", "--limit", "10001"), 2, saying: "--limit", "10000")
        expectRefusal(try await work.rif("sql", "SELECT 1", "--format", "xml"), 2, saying: "--format", "csv")
        let missing = try await work.rif("sql", "SELECT 1", "--database", work.path("none.duckdb"))
        expectRefusal(missing, 5, saying: "none.duckdb")
        #expect(!work.exists("none.duckdb"))
    }
}
