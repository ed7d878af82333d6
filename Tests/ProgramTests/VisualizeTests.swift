import Foundation
import RIFModel
import Testing

/// `rif visualize`: the four formats, where they go, and what is refused.
@Suite struct VisualizeTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    private func session() async throws -> String {
        let id = try await work.start("--workflow-type", "feature_development")
        try await work.rif("transition", id, "analyzing", "--agent", "RIF-Analyst", "--reason", "Start")
        try await work.rif("transition", id, "in_review", "--confidence", "0.85")
        try await work.rif("transition", id, "deployed", "--from", "validating")
        return id
    }

    @Test func theDataHasTheShapeOfTheContract() async throws {
        let id = try await session()
        let json = try await work.rif("visualize", id, "--json").json()
        let keys: Set<String> = ["session_id", "workflow_type", "current_state", "nodes", "edges", "metadata"]
        #expect(keys.isSubset(of: json.objectValue?.keys ?? [:].keys))
        #expect(json["session_id"] == .string(id))
        #expect(
            json["nodes"]?.arrayValue?.map { $0["status"]?.stringValue } == [
                "visited", "visited", "current", "planned", "planned",
            ])
        #expect(
            json["nodes"]?[1] == [
                "id": "analyzing", "label": "Analyzing", "status": "visited", "agents": ["RIF-Analyst"],
            ])
        #expect(json["edges"]?.arrayValue?.map { $0["success"] } == [true, true, false])
        #expect(json["edges"]?[1]?["confidence"] == 0.85)
        #expect(json["metadata"]?["total_states"] == 5)
        // A pipe gets the same without being asked.
        #expect(try await work.rif("visualize", id).json() == json)
        #expect(try await work.rif("visualize", String(id.prefix(13)), "--format", "json").json() == json)
    }

    @Test func picturesAreRawBodies() async throws {
        let id = try await session()
        let mermaid = try await work.rif("visualize", id, "--format", "mermaid")
        #expect(mermaid.output.hasPrefix("stateDiagram-v2\n"), "\(mermaid)")
        #expect(mermaid.output.contains("state \"In Review\" as s2\n"))
        let dot = try await work.rif("visualize", id, "--format", "dot")
        #expect(dot.output.hasPrefix("digraph \"feature_development · ") && dot.output.hasSuffix("}\n"), "\(dot)")
        let svg = try await work.rif("visualize", id, "--format", "svg")
        #expect(svg.output.hasPrefix("<svg ") && svg.output.hasSuffix("</svg>\n"), "\(svg)")
        #expect([mermaid, dot, svg].allSatisfy { $0.status == 0 && $0.errors.isEmpty })
        #expect(try await work.rif("visualize", id, "--format", "svg").output == svg.output)
    }

    @Test func aFileIsWrittenOverOneThatIsThere() async throws {
        let id = try await session()
        try work.write(String(repeating: "old ", count: 100_000), to: "graph.svg")
        let ran = try await work.rif("visualize", id, "--format", "svg", "-o", "graph.svg")
        #expect(ran.status == 0 && ran.output.hasPrefix("Wrote graph.svg ("), "\(ran)")
        let written = try String(contentsOfFile: work.path("graph.svg"), encoding: .utf8)
        #expect(written == (try await work.rif("visualize", id, "--format", "svg").output))

        let document = try await work.rif("visualize", id, "--output", "graph.json", "--json").json()
        #expect(document["path"] == "graph.json")
        #expect(document["format"] == "json")
        let json = try String(contentsOfFile: work.path("graph.json"), encoding: .utf8)
        #expect(document["bytes"] == .int(Int64(json.utf8.count)))
        #expect(try JSONValue.parse(json) == (try await work.rif("visualize", id, "--json").json()))
    }

    @Test func whatCannotBeIsRefused() async throws {
        let id = try await session()
        try expectProblem(
            try await work.rif("visualize", "0198c0de-0000-7000-8000-000000000000", "--json"), 4, code: "not_found")
        expectRefusal(try await work.rif("visualize", "0198c0de", "--format", "svg"), 4, saying: "0198c0de")
        expectRefusal(try await work.rif("visualize", id, "--format", "png"), 2, saying: "--format", "\"png\"", "svg")
        expectRefusal(try await work.rif("visualize", id, "-o", ""), 2, saying: "--output", "empty")
        expectRefusal(
            try await work.rif("visualize", id, "-o", "missing/graph.svg"), 2, saying: "--output", "missing/graph.svg",
            "No such file")
        try expectProblem(
            try await work.rif("visualize", id, "--format", "dot", "--json"), 2, code: "invalid_request")
        expectRefusal(try await work.rif("visualize", ""), 2, saying: "SESSION", "empty")
        expectRefusal(try await work.rif("visualize"), 2, saying: "SESSION", "--workflow-type")
    }
}
