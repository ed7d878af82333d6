import Foundation
import RIFModel
import RIFMonitor
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// Mermaid, DOT and SVG: the same graph, and nothing in a name can break out of its place.
struct PictureTests {
    private static var small: WorkflowGraph {
        var walk = Walk()
        walk.to("in_review", agents: ["A"])
        walk.to("in_review", time: 1500)
        walk.to("x", from: "y", .refused, time: 0)
        walk.complete(.completed)
        return walk.graph
    }

    /// Every hostile name as a state, as an agent and as the title.
    private static var hostile: WorkflowGraph {
        var walk = Walk(hostileNames[0])
        for name in hostileNames { walk.to(name, agents: [name]) }
        return walk.graph
    }

    @Test func mermaidOfASmallGraph() {
        #expect(
            Self.small.mermaid == """
                stateDiagram-v2
                    state "Initialized" as s0
                    state "In Review" as s1
                    state "Completed" as s2
                    state "Y" as s3
                    state "X" as s4
                    [*] --> s0
                    s0 --> s1 : 2.5 s
                    s1 --> s1 : 1.5 s
                    s3 --> s4 : failed · 0 ms
                    s1 --> s2
                    s2 --> [*]
                    classDef current fill:#dcfce7,stroke:#16a34a,stroke-width:3px,color:#14532d
                    class s2 current
                    classDef planned fill:#f3f4f6,stroke:#6b7280,stroke-dasharray:5 4,color:#374151
                    class s3,s4 planned

                """)
    }

    /// What Mermaid makes of a line before it parses it: references become marks. What is left must be harmless, and
    /// read back as the name.
    @Test(arguments: hostileNames)
    func mermaidShowsNamesAsTheyAre(name: String) throws {
        var walk = Walk()
        walk.to(name)
        let lines = walk.graph.mermaid.split(separator: "\n")
        let line = try #require(lines.dropFirst(2).first)
        let start = #"    state ""#
        let end = #"" as s1"#
        try #require(line.hasPrefix(start) && line.hasSuffix(end))
        let text = line.dropFirst(start.count).dropLast(end.count)
        let plain = text.replacing(/#[0-9]+;/, with: "")
        #expect(!plain.contains { $0.isASCII && !$0.isLetter && !$0.isNumber && $0 != " " }, "\(line)")
        #expect(!plain.contains(/(?i)direction +(lr|rl|tb|bt)/), "\(line)")
        let shown = text.replacing(/#([0-9]+);/) { found in
            UInt32(found.output.1).flatMap(Unicode.Scalar.init).map { $0 == "\u{A0}" ? " " : String($0) } ?? "?"
        }
        let label = try #require(walk.visualization.nodes.last?.label)
        if !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0.value == 0xFFFE })
            && !name.contains("\u{2028}")
        {
            #expect(shown == label)
        }
        #expect(lines.count == 7, "\(lines)")
    }

    @Test func dotOfASmallGraph() {
        let dot = Self.small.dot
        #expect(dot.hasPrefix("digraph \"feature_development · 0199f3a2\" {\n"))
        for line in [
            #"    s1 [label="In Review", tooltip="in_review: A"]"#,
            #"    s1 -> s1 [tooltip="in_review → in_review: 1 decision, 1.5 s", penwidth=1.5]"#,
            ##"    s3 -> s4 [label="failed", tooltip="y → x: 1 decision, 1 failed, 0 ms", penwidth=1.5, "##
                + ##"color="#dc2626", style=dashed]"##,
            #"    s1 -> s2 [tooltip="in_review → completed: 1 step without a decision", penwidth=1.5, style=dotted]"#,
        ] {
            #expect(dot.contains(line + "\n"), "\(line) is missing in \(dot)")
        }
        #expect(dot.hasSuffix("\n}\n"))
    }

    @Test func dotQuotesWhatPeopleNamed() {
        let dot = Self.hostile.dot
        #expect(dot.contains(##"label="a\"]; <script>alert(1)</script>""##))
        #expect(dot.contains(##"label="&amp;amp;""##))
        #expect(dot.contains(##"label="\\N \\l \\""##))
        // Apart from the escaped ones, the quotes of each line come in pairs.
        for line in dot.split(separator: "\n") {
            let quotes = line.replacing("\\\\", with: "").replacing("\\\"", with: "").count { $0 == "\"" }
            #expect(quotes.isMultiple(of: 2), "\(line)")
        }
    }

    private static let graphviz = ["/usr/bin/dot", "/usr/local/bin/dot", "/opt/homebrew/bin/dot"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: graphviz != nil, "dot is not installed")) func graphvizAcceptsIt() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rif-\(UUID().uuidString).dot")
        defer { try? FileManager.default.removeItem(at: file) }
        try Self.hostile.dot.write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.graphviz))
        process.arguments = ["-Tsvg", "-o/dev/null", file.path]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    // MARK: - SVG

    @Test func svgOfOneState() {
        let svg = Walk().graph.svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rif-graph\" role=\"img\""))
        #expect(svg.contains("<title id=\"rif-graph-title\">Workflow graph: feature_development · 0199f3a2</title>"))
        #expect(svg.contains("1 state; the current one is Initialized."))
        #expect(svg.contains("<g class=\"node current running\">"))
        #expect(!svg.contains("<path"))
    }

    @Test func svgSaysByShapeAndWordWhatItSaysByColour() {
        let svg = Self.small.svg
        #expect(svg.contains("<g class=\"node current completed\">"))
        #expect(svg.contains("<g class=\"node planned\">"))
        #expect(svg.contains("<g class=\"edge bad refused\">"))
        #expect(svg.contains("<g class=\"edge good moved\">"))
        #expect(svg.contains(">failed</text>"))
        #expect(svg.contains("prefers-color-scheme:dark"))
        #expect(svg.contains("the current one is Completed (completed); planned but never entered: Y, X"))
    }

    @Test func svgIsSoundWhateverStatesAreCalled() throws {
        let svg = Self.hostile.svg
        let document = try Document(svg)
        #expect(document.elements.isSubset(of: ["svg", "title", "desc", "style", "rect", "text", "g", "path"]))
        #expect(
            document.attributes.isSubset(of: [
                "xmlns", "class", "role", "aria-labelledby", "width", "height", "viewBox", "id", "x", "y", "rx",
                "transform", "d", "stroke-width",
            ]))
        for name in [#"a"]; <script>alert(1)</script>"#, "שלום #1: end", "&amp;", "]]>", "日本語の状態", #"\N \l \"#] {
            #expect(document.texts.contains(name), "\(name)")
        }
        #expect(!svg.contains("url(") && !svg.contains("@import") && !svg.contains("<script"))
    }

    @Test func aWayIsAsWideAsItIsUsed() {
        func width(_ count: Int64) -> Double {
            let graph = WorkflowGraph(title: "", counts: [.init(from: "a", to: "b", count: count)])
            let found = graph.svg.firstMatch(of: /stroke-width="([0-9.]+)"/)
            return found.flatMap { Double($0.output.1) } ?? 0
        }
        let widths = [1, 2, 10, 100, 1000, 100_000, .max].map(width)
        #expect(widths == widths.sorted())
        #expect(widths[0] == 1.5)
        #expect(widths[2] == 2.5)
        #expect(widths[3] == 3.5)
        #expect((5...6).contains(widths.last ?? 0))
    }

    @Test func aGraphThatIsTooLargeIsCutAndSaysSo() throws {
        var walk = Walk()
        for index in 0..<400 { walk.to("s\(index)") }
        for _ in 0..<9 { for state in ["s0", "s1", "s399"] { walk.to(state) } }
        let svg = walk.graph.svg
        let document = try Document(svg)
        #expect(document.texts.contains { $0.contains("most used of 402 ways") })
        #expect(document.texts.contains("S399"))
        #expect(svg.contains("current running"))
        #expect(svg.utf8.count < 200_000)
    }

    @Test func theSameGraphGivesTheSameBytes() {
        let graph = WorkflowGraph.random(3, states: 30, ways: 60)
        #expect((0..<3).allSatisfy { _ in graph.svg == WorkflowGraph.random(3, states: 30, ways: 60).svg })
        #expect(graph.dot == WorkflowGraph.random(3, states: 30, ways: 60).dot)
        #expect(graph.mermaid == WorkflowGraph.random(3, states: 30, ways: 60).mermaid)
    }

    @Test func nothingIsDrawnOfNothing() throws {
        let graph = WorkflowGraph(title: "none", counts: [])
        _ = try Document(graph.svg)
        #expect(graph.mermaid == "stateDiagram-v2\n")
        #expect(graph.dot.hasSuffix("]\n}\n"))
    }
}

/// What an XML parser finds in a document.
private final class Document: NSObject, XMLParserDelegate {
    private(set) var elements: Set<String> = []
    private(set) var attributes: Set<String> = []
    private(set) var texts: Set<String> = []
    private var text = ""

    init(_ source: String) throws {
        super.init()
        let parser = XMLParser(data: Data(source.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes found: [String: String] = [:]
    ) {
        elements.insert(name)
        attributes.formUnion(found.keys)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        texts.insert(text)
        text = ""
    }
}
