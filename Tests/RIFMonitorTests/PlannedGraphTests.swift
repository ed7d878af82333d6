import RIFModel
import RIFMonitor
import Testing

@Suite("Graphs of definitions")
struct PlannedGraphTests {
    let definition: WorkflowDefinition

    init() throws {
        definition = WorkflowDefinition(
            name: "flow", type: "flow", version: "2", initialState: "initialized",
            states: [
                WorkflowState(name: "initialized"), WorkflowState(name: "working", agents: ["one", "two"]),
                WorkflowState(name: "user-check", needsPerson: true), WorkflowState(name: "done", isFinal: true),
            ],
            transitions: [
                WorkflowTransition(from: ["initialized"], to: "working", condition: try Condition(parsing: "always")),
                WorkflowTransition(
                    from: ["working"], to: "user-check", trigger: "finished",
                    condition: try Condition(parsing: "score >= 60 AND name = \"x;\"")),
                WorkflowTransition(from: ["working", "user-check"], to: "done", trigger: "skip"),
                WorkflowTransition(from: ["working"], to: "user-check", trigger: "asked"),
                WorkflowTransition(from: ["user-check"], to: "user-check"),
            ])
    }

    @Test("have every state planned and every pair of states joined once")
    func graph() {
        let graph = WorkflowGraph(definition)
        #expect(graph.title == "flow · 2")
        #expect(graph.nodes.map(\.id) == ["initialized", "working", "user-check", "done"])
        #expect(graph.nodes.map(\.label) == ["Initialized", "Working", "User Check", "Done"])
        #expect(graph.nodes.allSatisfy { $0.status == .planned })
        #expect(graph.nodes.map(\.agents) == [[], ["one", "two"], ["human"], []])
        #expect(graph.nodes.map(\.isFinal) == [false, false, false, true])
        #expect(graph.initial == 0)
        #expect(graph.edges.map { [$0.from, $0.to] } == [[0, 1], [1, 2], [1, 3], [2, 3], [2, 2]])
        #expect(graph.edges.allSatisfy { $0.isPlanned && !$0.isOnlyRefused })
        #expect(graph.edges[1].plan?.ways.map(\.trigger) == ["finished", "asked"])
    }

    @Test("are drawn with triggers and conditions")
    func formats() throws {
        let mermaid = definition.text(.mermaid)
        #expect(mermaid.hasPrefix("stateDiagram-v2\n"))
        #expect(mermaid.contains("    [*] --> s0\n"))
        #expect(mermaid.contains("    s3 --> [*]\n"))
        #expect(mermaid.contains("    s0 --> s1\n"))
        // Signs that mean something to Mermaid are written as numbers.
        #expect(
            mermaid.contains("s1 --> s2 : finished #91;score #62;#61; 60 AND name #61; #34;x#59;#34;#93; #47; asked\n"))
        let dot = definition.text(.dot)
        #expect(dot.contains("label=\"finished [score >= 60 AND name = \\\"x;\\\"] / asked\""))
        #expect(dot.contains("peripheries=2"))
        let svg = definition.text(.svg)
        #expect(svg.contains(">finished / asked</text>"))
        #expect(svg.contains("working → done: on skip"))
        #expect(svg.contains("class=\"node planned final\""))
        let json = try JSONValue.parse(definition.text(.json))
        #expect(json["edges"]?.arrayValue?.count == 6)
        #expect(
            json["nodes"]?[3] == [
                "id": "done", "label": "Done", "status": "planned", "agents": [], "final": true,
            ])
    }

    @Test("of a large workflow stay readable by machines", arguments: WorkflowDefinition.builtinNames)
    func builtin(_ name: String) throws {
        let definition = try #require(WorkflowDefinition.builtin(name))
        let graph = WorkflowGraph(definition)
        let layout = GraphDrawing(graph).layout
        #expect(layout.nodes.count == definition.states.count)
        #expect(graph.edges.count == layout.edges.count)
        #expect(definition.text(.svg).hasSuffix("</svg>\n"))
    }

    @Test("show a session where it can still go")
    func session() {
        var walk = Walk()
        walk.to("working", agents: ["someone"])
        walk.to("elsewhere", .refused)
        let plain = WorkflowVisualization.make(session: walk.session, decisions: walk.decisions)
        #expect(plain.json["planned_edges"] == nil)
        let visualization = WorkflowVisualization.make(
            session: walk.session, decisions: walk.decisions, definition: definition)
        #expect(visualization.nodes.map(\.id) == ["initialized", "working", "elsewhere", "user-check", "done"])
        #expect(visualization.nodes.map(\.status) == [.visited, .current, .planned, .planned, .planned])
        #expect(visualization.nodes.map(\.agents) == [[], ["someone", "one", "two"], [], ["human"], []])
        #expect(visualization.edges.count == 2)
        #expect(visualization.json["edges"]?.arrayValue?.count == 2)
        #expect(
            visualization.json["planned_edges"]?[0] == [
                "from": "working", "to": "user-check", "trigger": "finished",
                "condition": "score >= 60 AND name = \"x;\"", "label": "finished [score >= 60 AND name = \"x;\"]",
            ])
        #expect(visualization.plannedEdges?.map(\.to) == ["user-check", "done", "done", "user-check", "user-check"])
        let graph = WorkflowGraph(visualization)
        #expect(graph.edges.map { [$0.from, $0.to] } == [[0, 1], [1, 2], [1, 3], [1, 4], [3, 4], [3, 3]])
        #expect(graph.edges.map(\.isPlanned) == [false, false, true, true, true, true])
        #expect(graph.mermaid.contains("s1 --> s4 : skip\n"))
    }

    @Test("say how far a state is on the way")
    func progress() throws {
        #expect(definition.progress(of: "initialized") == 5)
        #expect(definition.progress(of: "working") == 50)
        #expect(definition.progress(of: "user-check") == 200.0 / 3)
        #expect(definition.progress(of: "done") == 100)
        #expect(definition.progress(of: "elsewhere") == nil)
        let builtin = try #require(WorkflowDefinition.builtin("feature_development"))
        #expect(builtin.progress(of: "architecting") == 55)
        #expect(builtin.progress(of: "failed") == 0)
    }
}
