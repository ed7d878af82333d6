import Foundation
import RIFModel
import RIFWorkflow
import Testing

@Suite("Workflow files")
struct WorkflowFileTests {
    @Test("of the field are read whole, with what is not ours named")
    func sample() throws {
        let reading = WorkflowFile.check(text: sampleWorkflow)
        #expect(reading.problems == [])
        #expect(
            reading.json["workflow"] == [
                "name": "Issue Pipeline", "version": "3.1", "initial_state": "inbox", "states": 33, "transitions": 53,
            ])
        let definition = try #require(reading.definition)
        #expect(definition.type == "Issue Pipeline")
        #expect(definition.states.first?.name == "inbox")
        #expect(definition.states.last?.name == "rejected")
        #expect(definition.maxConcurrent == 4)
        #expect(definition.state("blocked")?.timeout == nil)
        #expect(definition.state("planning")?.timeout == .seconds(5_400))
        #expect(definition.state("translating")?.agents == ["writer", "translator"])
        #expect(definition.state("escalating")?.needsPerson == true)
        #expect(definition.state("escalating")?.agents == [])
        #expect(definition.state("implementing")?.requires == [.gitDiff(base: nil), .context("tests_written")])
        #expect(definition.transitions(from: "unit_testing").map(\.to) == ["integration_testing", "fixing", "failed"])
        #expect(definition.agents == [])
        #expect(
            Set(reading.unused.map(\.path)) == [
                "workflow.owner", "workflow.states.reproducing.checkpoints", "workflow.states.plan_review.quorum",
                "workflow.states.architecting.parallel_to", "workflow.states.implementing.checkpoints",
                "workflow.states.performance_testing.baseline", "workflow.states.security_scan.risk_based",
                "workflow.states.awaiting-user-validation.manual_confirmation_required",
                "workflow.states.blocked.auto_unblock_check", "workflow.states.failed.recovery",
                "workflow.transitions[16].pre_actions", "workflow.parallel.allowed_states",
                "workflow.parallel.constraints",
                "workflow.checkpoints", "workflow.quality_gates", "workflow.complexity", "github",
            ])
        let owner = try #require(reading.unused.first { $0.path == "workflow.owner" })
        #expect([owner.line, owner.column] == [5, 3])
        #expect(try WorkflowDefinition(json: definition.json) == definition)
    }

    @Test("keep keys as they were written")
    func keys() throws {
        let reading = WorkflowFile.check(
            text: """
                workflow:
                  states:
                    on: {}
                    404: {}
                    1.0: {}
                    ~: {}
                    "quoted key": {final: yes}
                  transitions:
                    - {from: on, to: 404}
                    - {from: 404, to: 1.0, trigger: off}
                    - {from: 1.0, to: "~", condition: true}
                    - {from: ["~"], to: quoted key}
                """)
        #expect(reading.problems == [])
        #expect(reading.definition?.states.map(\.name) == ["on", "404", "1.0", "~", "quoted key"])
        #expect(reading.definition?.transitions[1].trigger == "off")
        #expect(reading.definition?.states.last?.isFinal == true)
    }

    @Test("of JSON are the same, with places and the order of the file")
    func json() throws {
        let reading = WorkflowFile.check(
            text: """
                {
                \t"workflow": {"name": "\\ud83d\\ude00 \\u00e9\\/\\\\ud83d", "states": {
                \t\t"z":{"timeout":"1h","color":1},
                \t\t"a":{"final":true}
                \t}, "transitions":[{"from":"z","to":"a"}]}
                }
                """)
        #expect(reading.problems == [])
        #expect(reading.definition?.name == "😀 é/\\ud83d")
        #expect(reading.definition?.initialState == "z")
        #expect(
            reading.unused == [
                UnusedKey(path: "workflow.states.z.color", mark: FileNode.Mark(line: 3, column: 23))
            ])
    }

    /// A file, and the code, line and column of its first problem.
    @Test(
        "say where they are wrong",
        arguments: [
            ("", "no_states", nil, nil), ("# nothing\n", "no_states", nil, nil), ("hello", "wrong_type", 1, 1),
            ("agents: {}", "no_states", 1, 1), ("workflow: {name: x}", "no_states", 1, 11),
            ("workflow:\n  states:\n    a: {timeout: 1H}", "bad_duration", 3, 18),
            ("workflow:\n  states:\n    a: {}\n    b: {}\n    a: {}", "duplicate_key", 5, 5),
            ("workflow:\n  states:\n    a: {}\n    \"a\": {}", "duplicate_key", 4, 5),
            ("workflow:\n  states:\n    a: {agent: x, agent: y}", "duplicate_key", 3, 9),
            (
                "workflow:\n  states: {a: {}}\n  transitions:\n    - {from: a, to: ä, condition: 1}", "unknown_state",
                4, 21
            ),
            ("workflow:\n  states: [", "syntax", 2, 12), ("workflow:\n\tstates: {}", "syntax", 2, 1),
            ("a: b: c", "syntax", 1, 5), ("workflow: {}\n---\nworkflow: {}", "syntax", 2, 1),
            ("workflow: *nothing", "syntax", 1, 11), ("workflow:\n  [a, b]: c", "wrong_type", 2, 3),
            ("workflow:\n  name: \u{1}", "syntax", 2, 9),
            ("workflow:\n  states:\n    a:\n      final: 5", "wrong_type", 4, 14),
        ] as [(String, String, Int?, Int?)])
    func places(_ text: String, _ code: String, _ line: Int?, _ column: Int?) {
        let problem = WorkflowFile.check(text: text).problems.first { $0.severity == .error }
        #expect(problem?.code.rawValue == code, "\(String(describing: problem))")
        #expect(problem?.line == line, "\(String(describing: problem))")
        #expect(problem?.column == column, "\(String(describing: problem))")
        #expect(problem?.remedy.isEmpty == false)
        #expect(problem?.message.contains("\n") == false)
    }

    @Test("may share parts by anchors, aliases and merges")
    func aliases() throws {
        let reading = WorkflowFile.check(
            text: """
                defaults: &work {timeout: 1h, retry: {max_attempts: 2}}
                workflow:
                  states:
                    a: {<<: *work, timeout: 2h}
                    b: *work
                    c: {<<: [{final: true}, *work]}
                  transitions: [{from: a, to: b}, {from: b, to: c}] # *work : no key
                note: "not [a]: key, nor *work : here, nor ? "
                """)
        #expect(reading.problems == [])
        let definition = try #require(reading.definition)
        #expect(definition.states.map(\.timeout) == [.seconds(7_200), .seconds(3_600), .seconds(3_600)])
        #expect(definition.states.map { $0.retry?.maxAttempts } == [2, 2, 2])
        #expect(definition.state("c")?.isFinal == true)
    }

    @Test("cannot blow up by aliases of aliases, nor by nesting")
    func bombs() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let exploded = WorkflowFile.check(text: bomb).problems
        #expect(exploded.map(\.code) == [.syntax])
        #expect(exploded.first?.message.contains("10000") == true)
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
        ] {
            #expect(WorkflowFile.check(text: text).problems.first?.severity == .error)
        }
        // As keys, which the parser compares.
        for key in ["? *a40\n: x", "*a40 : x", "[*a40]: x", "{b: *a40} : x", "x: {*a40 : y}", "x: {? *a40 : y}"] {
            let problem = WorkflowFile.check(text: bomb + key).problems.first
            #expect(problem?.code == .wrongType && problem?.line == 42, "\(key): \(String(describing: problem))")
        }
        #expect(WorkflowFile.check(text: String(repeating: "#", count: 5 << 20)).problems.map(\.code) == [.syntax])
        // 9,000 nodes by aliases are no bomb.
        let list = "l: &l [" + Array(repeating: "x", count: 999).joined(separator: ", ") + "]\n"
        let uses = (0..<9).map { "u\($0): *l\n" }.joined()
        let fine = WorkflowFile.check(text: "workflow: {states: {a: {final: true}}}\n" + list + uses)
        #expect(fine.problems == [])
    }

    @Test("of nonsense end in a problem and never in a crash")
    func nonsense() {
        // SplitMix64 over the sample: cut, doubled and exchanged pieces.
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((bits ^ (bits >> 31)) % UInt64(bound))
        }
        let scalars = Array(sampleWorkflow.unicodeScalars.prefix(3_000))
        let signs = Array("{}[]:-?&*!|>'\"%@`#,\n\t \u{0}~<".unicodeScalars)
        for _ in 0..<300 {
            var text = scalars
            for _ in 0...random(6) {
                let place = random(text.count)
                switch random(3) {
                case 0: text.removeSubrange(place..<min(text.count, place + random(40)))
                case 1: text.insert(signs[random(signs.count)], at: place)
                default: text[place] = signs[random(signs.count)]
                }
            }
            let reading = WorkflowFile.check(text: String(String.UnicodeScalarView(text)))
            #expect((reading.definition == nil) == !reading.isUsable)
            #expect(reading.problems.allSatisfy { $0.line ?? 1 >= 1 && $0.column ?? 1 >= 1 })
        }
    }

    // MARK: - On disk

    private func folder(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "rif-workflow-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/config", withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
        try await body(folder)
    }

    @Test("are found, with the agents beside them")
    func load() async throws {
        let workflow = """
            workflow: {states: {a: {agent: one}, b: {final: true}}, transitions: [{from: a, to: b}]}
            agents: {one: {command: [ours]}}
            """
        let agents = "agents:\n  one: {command: [theirs]}\n  two: {kind: claude, color: red}\n"
        try await folder(["config/rif-workflow.yaml": workflow, "config/agents.yaml": agents]) { folder in
            let path = try #require(WorkflowFile.find(in: folder))
            #expect(path == folder + "/config/rif-workflow.yaml")
            let file = try WorkflowFile.load(path: path)
            let definition = try #require(file.reading.definition)
            #expect(definition.name == "rif-workflow")
            #expect(definition.agents.map(\.command) == [["ours"], []])
            #expect(file.project.hasSuffix(String(folder.suffix(36))))
            #expect(definition.project == file.project)
            #expect(file.agentsPath?.hasSuffix("/config/agents.yaml") == true)
            #expect(file.reading.unused.map(\.file) == ["agents.yaml"])
            let loaded = try await WorkflowFile.loaded(path: path)
            #expect(loaded == file)
        }
        try await folder(["flow.yaml": workflow, "agents.yaml": "agents: {x: {kind: ?}}"]) { folder in
            #expect(WorkflowFile.find(in: folder) == nil)
            let file = try WorkflowFile.load(path: folder + "/flow.yaml")
            #expect(file.project.hasSuffix(String(folder.suffix(36))))
            #expect(file.reading.problems.map(\.file) == ["agents.yaml"])
            #expect(file.reading.definition == nil)
        }
        try await folder(["flow.yaml": workflow, "agents.yaml": "# none yet\n"]) { folder in
            let file = try WorkflowFile.load(path: folder + "/flow.yaml")
            #expect(file.reading.problems == [])
        }
    }

    @Test("that are missing or unreadable are told apart")
    func unreadable() async throws {
        try await folder([:]) { folder in
            let missing = #expect(throws: RIFError.self) { try WorkflowFile.load(path: folder + "/none.yaml") }
            #expect(missing?.exitCode == 4)
            let unreadable = #expect(throws: RIFError.self) { try WorkflowFile.load(path: folder) }
            #expect(unreadable?.exitCode == 5)
            await #expect(throws: RIFError.self) { try await WorkflowFile.loaded(path: folder) }
            try Data([0x77, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: folder + "/bytes.yaml"))
            #expect(try WorkflowFile.load(path: folder + "/bytes.yaml").reading.problems.map(\.code) == [.syntax])
        }
    }
}
