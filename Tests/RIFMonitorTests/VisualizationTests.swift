import RIFModel
import RIFMonitor
import Testing

/// `visualize_workflow`: what becomes a node, what an edge, and in which order.
struct VisualizationTests {
    @Test func aNewSessionIsOneState() {
        let walk = Walk()
        let expected: JSONValue = [
            "session_id": "0199f3a2-0000-7000-8000-000000000001", "workflow_type": "feature_development",
            "current_state": "initialized", "outcome": .null,
            "nodes": [["id": "initialized", "label": "Initialized", "status": "current", "agents": []]],
            "edges": [], "moves": [],
            "metadata": [
                "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": "2026-01-02T03:04:05.000000Z",
                "total_states": 1, "total_transitions": 0,
            ],
        ]
        #expect(walk.visualization.json == expected)
    }

    @Test func theGuidesExampleHasTheGuidesShape() {
        var walk = Walk()
        walk.to("analyzing", reason: "Start", agents: ["RIF-Analyst"])
        walk.to("implementing", reason: "Analysis complete", agents: ["RIF-Implementer"])
        let json = walk.visualization.json
        #expect(
            json["nodes"]?[1] == [
                "id": "analyzing", "label": "Analyzing", "status": "visited", "agents": ["RIF-Analyst"],
            ])
        #expect(
            json["edges"]?[1] == [
                "decision_id": "d2", "from": "analyzing", "to": "implementing", "label": "Analysis complete",
                "timestamp": "2026-01-02T03:04:07.000000Z", "success": true, "confidence": 0.9,
                "execution_time_ms": 2500,
            ])
        #expect(json["metadata"]?["total_states"] == 3)
        #expect(json["metadata"]?["total_transitions"] == 2)
    }

    @Test func statesComeInTheOrderOfTheirFirstVisit() {
        var walk = Walk()
        for state in ["b", "a", "b", "c", "a", "a"] { walk.to(state) }
        let nodes = walk.visualization.nodes
        #expect(nodes.map(\.id) == ["initialized", "b", "a", "c"])
        #expect(nodes.map(\.status) == [.visited, .visited, .current, .visited])
        #expect(walk.visualization.edges.map(\.to) == ["b", "a", "b", "c", "a", "a"])
    }

    @Test func aRefusedTargetIsPlannedUntilSomebodyGetsThere() {
        var walk = Walk()
        walk.to("validating", from: "implementing", .refused, agents: ["V"])
        walk.to("analyzing")
        let refused = walk.visualization
        #expect(refused.nodes.map(\.id) == ["initialized", "analyzing", "implementing", "validating"])
        #expect(refused.nodes.map(\.status) == [.visited, .current, .planned, .planned])
        #expect(refused.nodes[3].agents == ["V"])
        #expect(refused.edges.map(\.success) == [false, true])

        walk.to("validating", agents: ["W"])
        let entered = walk.visualization
        #expect(entered.nodes.map(\.id) == ["initialized", "analyzing", "validating", "implementing"])
        #expect(entered.nodes.map(\.status) == [.visited, .visited, .current, .planned])
        #expect(entered.nodes[2].agents == ["W"])
    }

    @Test func recordedDecisionsCountWhetherTheyMatchTheHistoryOrNot() {
        var walk = Walk()
        walk.to("y", from: "x", .recorded)
        walk.to("q", from: "initialized", .recorded, success: false)
        #expect(walk.visualization.nodes.map(\.id) == ["initialized", "x", "y", "q"])
        #expect(walk.visualization.nodes.map(\.status) == [.current, .visited, .visited, .planned])
    }

    @Test func whatAnotherProgramSavedIsMergedWithTheDecisionsByTime() {
        var walk = Walk()
        walk.to("b", from: "a", .recorded)  // 1 s after the start
        walk.save(
            "late",
            history: [
                ["state": "early", "timestamp": "2026-01-02T03:04:05Z"],
                ["state": "late", "timestamp": "2026-01-02T03:05:00", "agents_selected": ["A", 7], "reason": "moved"],
                ["no state": 1], "not even an object",
            ])
        let found = walk.visualization
        #expect(found.nodes.map(\.id) == ["early", "a", "b", "late"])
        #expect(found.nodes.last?.agents == ["A"])
        #expect(found.nodes.last?.status == .current)
        #expect(found.moves.map(\.from) == ["early"])
        #expect(found.moves.map(\.to) == ["late"])
        #expect(found.moves.map(\.label) == ["moved"])

        walk.save("elsewhere")
        #expect(walk.visualization.nodes.map(\.id) == ["a", "b", "elsewhere"])
        #expect(walk.visualization.nodes.map(\.status) == [.visited, .visited, .current])
    }

    @Test func aCompletionIsAMoveAndNoDecision() {
        var walk = Walk()
        walk.to("implementing")
        walk.complete(.completed)
        let found = walk.visualization
        #expect(found.outcome == .completed)
        #expect(found.edges.count == 1)
        #expect(found.moves.map(\.from) == ["implementing"])
        #expect(found.moves.map(\.to) == ["completed"])
        #expect(found.nodes.map(\.id) == ["initialized", "implementing", "completed"])
    }

    @Test(arguments: [
        ("in_review", "In Review"), ("in-review", "In Review"), ("QA_check", "QA Check"), ("_x__y_", "X Y"),
        ("analyzing", "Analyzing"), ("___", "___"), ("step 2b", "Step 2b"), ("überprüfen_ß", "Überprüfen Ss"),
        ("日本語", "日本語"), ("🚀_launch", "🚀 Launch"), ("  ", "␣␣"), ("a.b", "a.b"),
        (#"a"]; <script>"#, #"a"]; <script>"#), ("a_b?", "a_b?"),
    ])
    func labelsAreForPeople(name: String, label: String) {
        var walk = Walk()
        walk.to(name)
        #expect(walk.visualization.nodes.last?.label == label)
    }

    @Test(arguments: [
        (String(repeating: "x", count: 50), String(repeating: "x", count: 50)),
        (String(repeating: "x", count: 51), String(repeating: "x", count: 50) + "..."),
        (String(repeating: "👩‍👩‍👧‍👦", count: 51), String(repeating: "👩‍👩‍👧‍👦", count: 50) + "..."),
        (String(repeating: "e\u{301}", count: 50), String(repeating: "e\u{301}", count: 50)), ("", ""),
    ])
    func reasonsAreCutAsAReaderCounts(reason: String, label: String) {
        var walk = Walk()
        walk.to("a", reason: reason)
        #expect(walk.visualization.edges.first?.label == label)
    }

    @Test func hundredsOfRepeatsAreAllThereAndMergeToTwoWays() {
        var walk = Walk()
        walk.to("a")
        for round in 0..<300 { walk.to(round.isMultiple(of: 2) ? "b" : "a", time: Int32(round)) }
        #expect(walk.visualization.edges.count == 301)
        #expect(walk.visualization.nodes.count == 3)
        let edges = walk.graph.edges
        #expect(edges.map(\.count) == [1, 150, 150])
        // 0, 2, … 298: the middle of them, and 0.95 × 149 = 141.55 steps of 2.
        #expect(edges[1].averageMS == 149)
        #expect(((edges[1].p95MS ?? 0) - 283.1).magnitude < 1e-9)
    }

    @Test func repeatsAreMergedWithTheirFailures() {
        var walk = Walk()
        walk.to("a", confidence: 1, time: 100)
        walk.to("b", time: 10)
        walk.to("b", from: "a", .refused, confidence: 0.5, time: 30)
        walk.to("b", time: nil)
        walk.complete(.failed)
        let graph = walk.graph
        #expect(graph.title == "feature_development · 0199f3a2")
        #expect(graph.current == 3)
        #expect(graph.edges.map { [$0.from, $0.to] } == [[0, 1], [1, 2], [2, 2], [2, 3]])
        #expect(graph.edges.map(\.count) == [1, 2, 1, 0])
        #expect(graph.edges.map(\.failures) == [0, 1, 0, 0])
        #expect(graph.edges.map(\.moves) == [0, 0, 0, 1])
        #expect(graph.edges.map(\.averageMS) == [100, 20, nil, nil])
        #expect(graph.edges[1].p95MS == 29)
    }

    @Test func manySessionsAreOneGraphThatFollowsTheTraffic() {
        let graph = WorkflowGraph(
            title: "bugfix",
            counts: [
                .init(from: "b", to: "c", count: 5), .init(from: "initialized", to: "b", count: 7, failures: 2),
                .init(from: "initialized", to: "a", count: 9), .init(from: "c", to: "d", count: 3, failures: 3),
                .init(from: "z", to: "z", count: 1), .init(from: "never", to: "x", count: 0),
            ])
        #expect(graph.nodes.map(\.id) == ["initialized", "a", "b", "c", "d", "z"])
        #expect(graph.nodes.map(\.status) == [.visited, .visited, .visited, .visited, .planned, .visited])
        #expect(graph.edges.map(\.count) == [9, 7, 5, 3, 1])
        #expect(graph.current == nil)
        #expect(WorkflowGraph(title: "", counts: []).nodes.isEmpty)
    }
}
