import RIFModel
import Testing

@Suite("Workflows of files")
struct WorkflowReaderTests {
    private func read(_ json: JSONValue) -> WorkflowReading { WorkflowReader.read(FileNode(json), name: "file") }

    private func codes(_ reading: WorkflowReading) -> [String] { reading.problems.map(\.code.rawValue) }

    @Test("need no more than a state")
    func smallest() throws {
        let reading = read(["workflow": ["states": ["only": ["final": true]]]])
        #expect(reading.problems == [])
        let definition = try #require(reading.definition)
        #expect(definition.name == "file")
        #expect(definition.type == "file")
        #expect(definition.initialState == "only")
        #expect(
            reading.json["workflow"] == [
                "name": "file", "version": nil, "initial_state": "only", "states": 1, "transitions": 0,
            ])
        #expect(reading.json["ok"] == true)
    }

    @Test("keep every key that we act on")
    func everyKey() throws {
        let reading = read([
            "workflow": [
                "name": "Name", "type": "kind", "version": 1.5, "description": "d", "initial_state": "a",
                "parallel": ["enabled": true, "max_concurrent": 4, "allowed_states": ["a"]],
                "states": [
                    "a": [
                        "description": "x", "agent": "one", "agents": ["two", "one", "human"], "task": "{{context.t}}",
                        "timeout": "1h30m", "on_timeout": "transition", "progress": 12.5, "on_no_match": "fail",
                        "retry": [
                            "max_attempts": 5, "backoff": "linear", "initial": "500ms", "maximum": "1m", "jitter": 0,
                        ],
                        "requires": [
                            ["command": ["make", "test"]], ["file": "a.txt"], ["git_diff": true, "context": "ok"],
                            ["git_diff": "main"], ["git_diff": false],
                        ],
                        "question": "Ship {{context.v}}?", "choices": ["yes", "no"], "default_choice": "no",
                        "alert": true,
                        "checkpoints": true,
                    ],
                    "b": ["final": true],
                ],
                "transitions": [
                    ["from": ["a", "a"], "to": "b", "trigger": "auto", "condition": "x > 1"],
                    ["from": "a", "to": "b", "condition": true],
                ],
            ],
            "agents": [
                "one": [
                    "kind": "command", "command": ["./run", "--state={{state}}", 5], "directory": "sub",
                    "environment": ["A": "b", "N": 1, "S": ["from_environment": "T"], "F": ["from_file": "k.txt"]],
                    "pass_environment": ["PATH"], "timeout": "auto", "grace_period": "1s", "max_concurrent": 2,
                    "silent_after": "15m", "park_on_rate_limit": false,
                ],
                "two": ["kind": "claude", "prompt": "Do {{task}}"], "three": nil,
            ],
        ])
        #expect(reading.problems == [])
        #expect(
            reading.unused.map(\.path) == ["workflow.parallel.allowed_states", "workflow.states.a.checkpoints"]
                || reading.unused.map(\.path) == ["workflow.states.a.checkpoints", "workflow.parallel.allowed_states"])
        let expected = WorkflowDefinition(
            name: "Name", type: "kind", version: "1.5", description: "d", initialState: "a",
            states: [
                WorkflowState(
                    name: "a", description: "x", agents: ["one", "two"], needsPerson: true, task: "{{context.t}}",
                    timeout: .seconds(5_400), onTimeout: .transition, progress: 12.5,
                    retry: RetryPolicy(
                        maxAttempts: 5, backoff: .linear, initial: .milliseconds(500), maximum: .seconds(60), jitter: 0),
                    onNoMatch: .fail,
                    requires: [
                        .command(["make", "test"]), .file("a.txt"), .context("ok"), .gitDiff(base: nil),
                        .gitDiff(base: "main"),
                    ], question: "Ship {{context.v}}?", choices: ["yes", "no"], defaultChoice: "no", alert: true),
                WorkflowState(name: "b", isFinal: true),
            ],
            transitions: [
                WorkflowTransition(
                    from: ["a", "a"], to: "b", trigger: "auto", condition: try Condition(parsing: "x > 1")),
                WorkflowTransition(from: ["a"], to: "b", condition: try Condition(parsing: "true")),
            ],
            agents: [
                AgentDefinition(
                    name: "one", command: ["./run", "--state={{state}}", "5"], directory: "sub",
                    environment: [
                        "A": .text("b"), "N": .text("1"), "S": .fromEnvironment("T"), "F": .fromFile("k.txt"),
                    ], passEnvironment: ["PATH"], gracePeriod: .seconds(1), maxConcurrent: 2,
                    silentAfter: .seconds(900), parksOnRateLimit: false),
                AgentDefinition(name: "three", kind: .external),
                AgentDefinition(name: "two", kind: .claude, prompt: "Do {{task}}"),
            ], maxConcurrent: 4)
        #expect(reading.definition == expected)
    }

    /// A definition with one thing changed: its path below `workflow`, the value, and the problem that it makes.
    @Test(
        "name what is wrong",
        arguments: [
            (["initial_state"], "z", "unknown_state"), (["states"], nil, "no_states"), (["states"], [:], "no_states"),
            (["states"], ["a"], "wrong_type"), (["states", "a"], "x", "wrong_type"), (["states", ""], [:], "bad_name"),
            (["states", "a\u{7}"], [:], "bad_name"), (["states", "a", "timeout"], 30, "bad_duration"),
            (["states", "a", "timeout"], "1H", "bad_duration"), (["states", "a", "timeout"], ["1h"], "wrong_type"),
            (["states", "a", "final"], "yes", "wrong_type"), (["states", "a", "progress"], "50", "wrong_type"),
            (["states", "a", "progress"], 101, "bad_value"), (["states", "a", "agent"], ["x": 1], "wrong_type"),
            (["states", "a", "agents"], ["b", ["c"]], "wrong_type"), (["states", "a", "agent"], "", "bad_name"),
            (["states", "a", "on_timeout"], "explode", "bad_value"),
            (["states", "a", "on_no_match"], "x", "bad_value"),
            (["states", "a", "task"], "{{issue}}", "bad_template"),
            (["states", "a", "requires"], ["proof": 1], "bad_value"),
            (["states", "a", "requires"], ["context": "a b"], "bad_value"),
            (["states", "a", "requires"], ["command": "make"], "wrong_type"),
            (["states", "a", "retry"], 3, "wrong_type"),
            (["states", "a", "retry"], ["initial": "auto"], "bad_duration"),
            (["states", "a", "retry"], ["max_attempts": 0], "bad_value"), (["transitions"], [:], "wrong_type"),
            (["transitions"], ["a"], "wrong_type"), (["transitions"], [["from": "a", "to": "c"]], "unknown_state"),
            (["transitions"], [["from": ["a", "c"], "to": "b"]], "unknown_state"),
            (["transitions"], [["to": "b"]], "missing_key"),
            (["transitions"], [["from": "a"]], "missing_key"),
            (["transitions"], [["from": [], "to": "b"]], "bad_value"),
            (["transitions"], [["from": "a", "to": "b", "condition": "x >"]], "bad_condition"),
            (["transitions"], [["from": "a", "to": "b", "condition": ""]], "bad_condition"),
            (["transitions"], [["from": "a", "to": "b", "condition": 1]], "wrong_type"),
            (["transitions"], [["from": "a", "to": "b", "trigger": ["x"]]], "wrong_type"),
            (["parallel"], ["max_concurrent": 0], "bad_value"), (["parallel"], true, "wrong_type"),
            (["name"], [1], "wrong_type"),
            (["agents", "x"], ["kind": "robot"], "bad_agent_kind"),
            (["agents", "x"], ["kind": "command"], "missing_key"),
            (["agents", "x"], ["command": "ls"], "wrong_type"),
            (["agents", "x"], ["command": ["{{x}}"]], "bad_template"),
            (["agents", "x"], ["environment": ["A": ["from": "x"]]], "wrong_type"),
            (["agents", "x"], ["environment": ["A=B": "x"]], "bad_name"),
            (["agents", "x"], ["environment": ["RIF_STATE": "x"]], "bad_name"),
            (["agents", "x"], ["pass_environment": ["PATH", "RIF_TOKEN"]], "bad_name"),
            (["agents", "x"], ["grace_period": "auto"], "bad_duration"),
            (["agents"], ["x"], "wrong_type"),
        ] as [([String], JSONValue, String)])
    func errors(_ path: [String], _ value: JSONValue, _ code: String) throws {
        var file: JSONValue = [
            "workflow": [
                "states": ["a": ["agent": "x"], "b": ["final": true]], "transitions": [["from": "a", "to": "b"]],
            ]
        ]
        file = Self.setting(path.first == "agents" ? path : ["workflow"] + path, of: file, to: value)
        let reading = read(file)
        let errors = reading.problems.filter { $0.severity == .error }
        #expect(errors.first?.code.rawValue == code, "\(errors)")
        #expect(errors.allSatisfy { !$0.message.isEmpty && !$0.remedy.isEmpty })
        #expect(reading.definition == nil)
        #expect(!reading.isUsable)
        #expect(throws: RIFError.self) { try WorkflowDefinition(json: file) }
    }

    private static func setting(_ path: [String], of json: JSONValue, to value: JSONValue) -> JSONValue {
        guard let key = path.first else { return value }
        var members = json.objectValue ?? [:]
        members[key] = setting(Array(path.dropFirst()), of: members[key] ?? [:], to: value)
        return .object(members)
    }

    @Test("that can hardly be meant are warned of")
    func warnings() throws {
        let reading = read([
            "workflow": [
                "initial_state": "a",
                "states": ["a": nil, "b": nil, "c": ["final": true], "island": ["final": true]],
                "transitions": [
                    ["from": "a", "to": "b", "trigger": "t"],
                    ["from": "a", "to": "c", "trigger": "t", "condition": "always"],
                    ["from": "a", "to": "c", "condition": "x"], ["from": "a", "to": "island", "condition": "false"],
                    ["from": "a", "to": "c", "trigger": "u"],
                ],
            ]
        ])
        #expect(Set(codes(reading)) == ["unreachable_state", "dead_end", "ambiguous_transitions", "never_true"])
        #expect(reading.problems.count == 4)
        #expect(reading.problems.allSatisfy { $0.severity == .warning })
        #expect(reading.definition != nil)
    }

    @Test("report keys twice in one map, and take the first")
    func duplicates() {
        func map(_ entries: [(String, FileNode, Int)]) -> FileNode {
            FileNode(
                .map(entries.map { FileNode.Entry(key: $0.0, keyMark: .init(line: $0.2, column: 3), value: $0.1) }))
        }
        let states = map([("a", FileNode(["final": true]), 3), ("a", FileNode([:]), 5)])
        let reading = WorkflowReader.read(
            map([("workflow", map([("name", FileNode("x"), 1), ("name", FileNode("y"), 2), ("states", states, 2)]), 1)])
        )
        #expect(codes(reading) == ["duplicate_key", "duplicate_key"])
        #expect(reading.problems.map(\.line) == [2, 5])
        #expect(reading.summary?.name == "x")
    }

    @Test("agents.yaml adds what the workflow file does not declare")
    func agentsBeside() throws {
        let workflow: JSONValue = [
            "workflow": ["states": ["a": ["final": true]]], "agents": ["one": ["command": ["ours"]]],
        ]
        let beside: JSONValue = [
            "agents": ["one": ["command": ["theirs"]], "two": ["command": ["b"], "color": "red"]]
        ]
        let reading = WorkflowReader.read(
            FileNode(workflow), agents: (file: "agents.yaml", root: FileNode(beside)), project: "/p")
        let definition = try #require(reading.definition)
        #expect(definition.agents.map(\.command) == [["ours"], ["b"]])
        #expect(definition.project == "/p")
        #expect(reading.unused == [UnusedKey(path: "agents.two.color", file: "agents.yaml")])
        let broken = WorkflowReader.read(
            FileNode(workflow), agents: (file: "agents.yaml", root: FileNode(["agents": ["x": ["kind": "?"]]])))
        #expect(broken.problems.map(\.file) == ["agents.yaml"])
        #expect(broken.definition == nil)
    }

    @Test("that are built in are whole", arguments: WorkflowDefinition.builtinNames)
    func builtin(_ name: String) throws {
        let definition = try #require(WorkflowDefinition.builtin(name))
        #expect(definition.type == name)
        let reading = WorkflowReader.read(FileNode(definition.json))
        #expect(reading.problems == [])
        #expect(reading.definition == definition)
        #expect(definition.states.filter(\.isFinal).map(\.name) == ["completed", "failed", "cancelled"])
        let progress: [String: Double] = [
            "initialized": 10, "analyzing": 25, "planning": 40, "architecting": 55, "implementing": 75,
            "validating": 90,
            "completed": 100, "failed": 0, "cancelled": 0,
        ]
        for state in definition.states { #expect(state.progress == progress[state.name]) }
    }

    @Test("come back from their JSON exactly as they were")
    func roundTrip() throws {
        var generator = DefinitionGenerator(seed: 20)
        for _ in 0..<300 {
            let definition = try generator.definition()
            let text = definition.json.compact
            #expect(try WorkflowDefinition(json: JSONValue.parse(text)) == definition, "\(text)")
        }
    }
}

/// Definitions with anything in them that a file may hold.
struct DefinitionGenerator {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func maybe<Value>(_ make: (inout Self) throws -> Value) rethrows -> Value? {
        Bool.random(using: &generator) ? try make(&self) : nil
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...(values.count - 1))] }

    private mutating func list<Value>(_ most: Int, _ make: (inout Self) -> Value) -> [Value] {
        (0..<number(0...most)).map { _ in make(&self) }
    }

    private mutating func name() -> String {
        pick(["on", "404", "awaiting-user-validation", "pr_creating", "true", "null", "Größe", "a b", "~", "x.y", "1h"])
            + "\(number(0...99))"
    }

    /// Text without blanks, of all kinds of characters.
    private mutating func text() -> String {
        let text = generator.text()
        return text.contains("{{") ? "text" : text
    }

    private mutating func template() -> String { text() + pick(["", "{{state}}", "{{{{", "{{context.a.b[0]}}"]) }

    private mutating func duration() -> Duration { .seconds(number(1...1_000_000)) }

    private mutating func retry() -> RetryPolicy {
        RetryPolicy(
            maxAttempts: number(1...9), backoff: pick(RetryPolicy.Backoff.allCases),
            initial: .milliseconds(number(1...9_999)),
            maximum: duration(), jitter: Double(number(0...100)) / 100)
    }

    private mutating func requirement() -> Requirement {
        switch number(0...3) {
        case 0: .command(["sh", text()])
        case 1: .file(text())
        case 2: .gitDiff(base: maybe { $0.pick(["main", "true", "HEAD~1"]) })
        default: .context("a.b[0]")
        }
    }

    private mutating func state(_ name: String) -> WorkflowState {
        WorkflowState(
            name: name, description: maybe { $0.text() }, agents: Array(Set(list(3) { $0.name() })),
            needsPerson: Bool.random(using: &generator), task: maybe { $0.template() },
            timeout: maybe { $0.duration() },
            onTimeout: maybe { $0.pick(TimeoutAction.allCases) }, isFinal: Bool.random(using: &generator),
            progress: maybe { Double($0.number(0...1_000)) / 10 }, retry: maybe { $0.retry() },
            onNoMatch: pick(NoMatchAction.allCases), requires: list(3) { $0.requirement() },
            question: maybe { $0.template() }, choices: list(3) { $0.text() }, defaultChoice: maybe { $0.text() },
            alert: Bool.random(using: &generator))
    }

    private mutating func environment() -> [String: EnvironmentValue] {
        var values: [String: EnvironmentValue] = [:]
        for _ in 0..<number(0...3) {
            values[name()] = pick([.text(template()), .fromEnvironment(text()), .fromFile(text())])
        }
        return values
    }

    private mutating func agent(_ name: String) -> AgentDefinition {
        let kind = pick(AgentKind.allCases)
        return AgentDefinition(
            name: name, kind: kind, command: (kind == .command ? ["run"] : []) + list(3) { $0.template() },
            prompt: maybe { $0.template() }, directory: maybe { $0.text() }, environment: environment(),
            passEnvironment: maybe { generator in generator.list(2) { $0.name() } }, timeout: maybe { $0.duration() },
            gracePeriod: duration(), retry: maybe { $0.retry() }, maxConcurrent: maybe { $0.number(1...9) },
            silentAfter: maybe { $0.duration() }, parksOnRateLimit: Bool.random(using: &generator))
    }

    mutating func definition() throws -> WorkflowDefinition {
        let names = Array(Set((0...number(0...8)).map { _ in name() })).sorted().shuffled(using: &generator)
        let conditions = ["always", "true", "a >= high AND NOT b.c[0]", "x = 'y' or (z < -1.5)"]
        var transitions: [WorkflowTransition] = []
        for _ in 0..<number(0...9) {
            transitions.append(
                WorkflowTransition(
                    from: (0...number(0...2)).map { _ in pick(names) }, to: pick(names), trigger: maybe { $0.name() },
                    condition: try maybe { try Condition(parsing: $0.pick(conditions)) }))
        }
        return WorkflowDefinition(
            name: name(), type: name(), version: maybe { $0.text() }, description: maybe { $0.text() },
            initialState: pick(names), states: names.map { state($0) }, transitions: transitions,
            agents: Array(Set(list(4) { $0.name() })).map { agent($0) }, maxConcurrent: maybe { $0.number(1...9) },
            project: "/" + text())
    }
}
