import RIFModel
import Testing

@Suite("rif workflow")
struct WorkflowTests {
    static let broken = """
        workflow:
          name: Broken
          states:
            todo: {timeout: 1H, colour: red}
            done: {final: true}
          transitions:
            - {from: todo, to: dnoe}
        """

    @Test("init writes a workflow that is right, and never over another")
    func initialize() async throws {
        let workspace = try Workspace()
        let written = try await workspace.rif("workflow", "init")
        #expect(written.status == 0, "\(written)")
        #expect(workspace.exists("config/rif-workflow.yaml"))
        let check = try await workspace.rif("workflow", "check", "--json")
        #expect(check.status == 0, "\(check)")
        #expect(
            try check.json() == [
                "ok": true, "problems": [], "unused": [],
                "workflow": [
                    "name": "count-files", "version": nil, "initial_state": "counting", "states": 2, "transitions": 1,
                ],
            ])
        expectRefusal(try await workspace.rif("workflow", "init"), 1, saying: "config/rif-workflow.yaml", "already")
        #expect(try await workspace.rif("workflow", "init", "other.yaml").status == 0)
        #expect(!workspace.exists("test.duckdb"), "no command of these needs a database")
    }

    @Test("check says where and what to do, and fails where there is an error")
    func check() async throws {
        let workspace = try Workspace()
        try workspace.write(Self.broken, to: "flow.yaml")
        let ran = try await workspace.rif("workflow", "check", "flow.yaml")
        #expect(ran.status == 1, "\(ran)")
        #expect(
            ran.output.contains("flow.yaml:4:21: error: workflow.states.todo.timeout: \"1H\" is no duration"), "\(ran)")
        #expect(ran.output.contains("\n    Write whole numbers with a unit"), "\(ran)")
        #expect(
            ran.output.contains("flow.yaml:7:24: error: workflow.transitions[0].to: there is no state \"dnoe\""),
            "\(ran)")
        #expect(ran.output.contains("workflow.states.todo.colour (line 4)"), "\(ran)")
        let json = try await workspace.rif("workflow", "check", "flow.yaml", "--json")
        #expect(json.status == 1, "\(json)")
        let document = try json.json()
        #expect(document["ok"] == false)
        #expect(
            document["problems"]?[0]?.objectValue.map { Set($0.keys) } == [
                "severity", "code", "message", "line", "column", "remedy",
            ])
        #expect(document["unused"] == [["path": "workflow.states.todo.colour", "line": 4, "column": 25]])
        try workspace.write("a: b: c", to: "flow.yaml")
        #expect(try await workspace.rif("workflow", "check", "flow.yaml").output.hasPrefix("flow.yaml:1:5: error: "))
    }

    @Test("tells a missing file from an unreadable one, and an unusable one")
    func files() async throws {
        let workspace = try Workspace()
        try workspace.write(Self.broken, to: "flow.yaml")
        expectRefusal(try await workspace.rif("workflow", "check", "none.yaml"), 4, saying: "none.yaml")
        expectRefusal(try await workspace.rif("workflow", "check", "."), 5, saying: "directory")
        expectRefusal(try await workspace.rif("workflow", "check"), 4, saying: "rif workflow init")
        expectRefusal(try await workspace.rif("workflow", "show", "flow.yaml"), 2, saying: "flow.yaml:4:21: ", "1 more")
        expectRefusal(try await workspace.rif("workflow", "graph", "nothing"), 4, saying: "nothing", "standard")
    }

    @Test("A run that cannot begin makes no database")
    func runThatCannotBegin() async throws {
        let workspace = try Workspace()
        try workspace.write(
            """
            workflow: {states: {a: {agent: x}, b: {final: true}}, transitions: [{from: a, to: b}]}
            agents: {x: {command: ["echo", "{{context.missing}}"]}}
            """, to: "flow.yaml")
        let ran = try await workspace.rif("run", "--workflow", "flow.yaml", "--database", "new.duckdb")
        expectRefusal(ran, 2, saying: "{{context.missing}}")
        #expect(!workspace.exists("new.duckdb"))
    }

    @Test("show and graph know the built-in ones, and files")
    func showAndGraph() async throws {
        let workspace = try Workspace()
        let shown = try await workspace.rif("workflow", "show", "feature_development", "--json")
        let definition = try WorkflowDefinition(json: shown.json())
        #expect(definition == WorkflowDefinition.builtin("feature_development"))
        // What show prints is a workflow file.
        try workspace.write(shown.output, to: "copy.json")
        let copy = try await workspace.rif("workflow", "show", "copy.json", "--json")
        #expect(try copy.json()["workflow"] == shown.json()["workflow"])
        #expect(try await workspace.rif("workflow", "show", "standard").output.contains("RIF-Implementer"))
        let mermaid = try await workspace.rif("workflow", "graph", "copy.json")
        #expect(mermaid.output.hasPrefix("stateDiagram-v2\n"), "\(mermaid)")
        #expect(try await workspace.rif("workflow", "graph", "standard", "--format", "dot").output.hasPrefix("digraph"))
        let drawn = try await workspace.rif("workflow", "graph", "standard", "--format", "svg", "-o", "s.svg", "--json")
        #expect(drawn.status == 0 && workspace.exists("s.svg"), "\(drawn)")
        #expect(try drawn.json()["path"] == "s.svg")
        let json = try await workspace.rif("workflow", "graph", "standard", "--json")
        #expect(try json.json()["nodes"]?.arrayValue?.count == 7)
        expectRefusal(try await workspace.rif("workflow", "graph", "standard", "--format", "png"), 2, saying: "png")
    }

    @Test("eval says true or false, why, and where it does not parse")
    func eval() async throws {
        let workspace = try Workspace()
        try workspace.write(#"{"complexity": "high", "tests": null}"#, to: "context.json")
        let holds = try await workspace.rif(
            "workflow", "eval", "complexity >= medium", "--context", "@context.json", "--json")
        #expect(try holds.json() == ["value": true])
        let fails = try await workspace.rif(
            "workflow", "eval", "tests AND lint", "--context", "-", input: #"{"tests": null}"#)
        #expect(fails.status == 0)
        #expect(fails.output == "false\n  tests is null\n  lint is not in the context\n", "\(fails)")
        expectRefusal(try await workspace.rif("workflow", "eval", "a AND"), 2, saying: "position 6")
        let problem = try await workspace.rif("workflow", "eval", "a = = b", "--json")
        try expectProblem(problem, 2, code: "invalid_request")
        #expect(try problem.json()["position"] == 5)
        expectRefusal(try await workspace.rif("workflow", "eval", "a", "--context", "[1]"), 2, saying: "--context")
    }
}
