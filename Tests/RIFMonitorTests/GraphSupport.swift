import RIFModel
import RIFMonitor

/// A session that is driven by hand, with decisions a second apart.
struct Walk {
    static let start = Timestamp(microseconds: 1_767_323_045_000_000)

    var state: SessionState
    var decisions: [Decision] = []
    private var count: Int64 = 1

    init(_ type: String = "feature_development") {
        let data: JSONValue = ["workflow_type": .string(type), "priority": 0, "state": "initialized", "context": [:]]
        let entry = LogEntry(
            sessionID: "0199f3a2-0000-7000-8000-000000000001", sessionSequence: 1, sequence: 1, timestamp: Self.start,
            body: .event(.sessionStart, data))
        guard let state = SessionState(first: entry) else { preconditionFailure("a start is a start") }
        self.state = state
    }

    var session: Session { state.session }
    var visualization: WorkflowVisualization { .make(session: session, decisions: decisions) }
    var graph: WorkflowGraph { WorkflowGraph(visualization) }

    mutating func to(
        _ target: String, from: String? = nil, _ kind: DecisionKind = .transition, reason: String = "because",
        agents: [String] = [], confidence: Float = 0.9, time: Int32? = 2500, success: Bool? = nil,
        outcome: Outcome? = nil
    ) {
        let decision = Decision(
            decisionID: "d\(count)", sessionID: state.sessionID, fromState: from ?? state.currentState, toState: target,
            reason: reason, agentsSelected: agents, confidence: confidence, executionTimeMS: time,
            success: success ?? (kind != .refused), errorDetails: nil,
            timestamp: Self.start.advanced(by: count * 1_000_000))
        decisions.append(decision)
        add(.decision(decision, DecisionEffect(kind: kind, outcome: outcome)))
    }

    mutating func complete(_ outcome: Outcome) {
        add(.event(.workflowComplete, ["outcome": .string(outcome.rawValue), "final_context": [:]]))
    }

    mutating func save(_ current: String, history: JSONValue = []) {
        add(
            .event(
                .stateSaved,
                ["current_state": .string(current), "context": [:], "history": history, "agent_assignments": [:]]))
    }

    private mutating func add(_ body: LogEntry.Body) {
        count += 1
        state.apply(
            LogEntry(
                sessionID: state.sessionID, sessionSequence: count, sequence: count,
                timestamp: Self.start.advanced(by: (count - 1) * 1_000_000), body: body))
    }
}

/// Names that mean something to one of the formats, or to whoever reads them.
let hostileNames = [
    #"a"]; <script>alert(1)</script>"#, "state", "end", "[*]", "s0", "a --> b", "x : y", "note left of s0", "#35;",
    "&amp;", "&#x41;", #"\N \l \"#, #"\""#, "]]>", "<!-- x -->", "<![CDATA[", "classDef x fill:#fff;", "style:#34;",
    "direction LR", "direction_tb", "%% comment", "%%{init: {}}%%", "default", "scale 2 width", "<<fork>>", "{", "}",
    "**bold** `code` 1. x_y", "שלום #1: end", "مرحبا", "日本語の状態", "🚀", "👩‍👩‍👧‍👦 e\u{301}", "\u{202E}desrever",
    "\u{FB02}\u{B0}\u{B0}34\u{B6}\u{DF}", "\u{FFFE}", "a\u{2028}b", " ", "  two  spaces ", "$x^2$",
    "http://x.y/z?a=b&c",
    "javascript:alert(1)", "' onload='alert(1)", "\u{E000}", "a\tb\nc\u{0}d\u{7F}\u{85}", "𝕏",
    String(repeating: "long", count: 32),
]

/// Numbers that look random and are the same each time (Knuth's MMIX constants).
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }
}

extension WorkflowGraph {
    /// A connected graph with ways forward, ways back and loops.
    static func random(_ seed: UInt64, states: Int, ways: Int) -> WorkflowGraph {
        var dice = Dice(seed)
        var counts: [Count] = []
        var known: Set<[Int]> = []
        func add(_ from: Int, _ to: Int, _ count: Int, _ failures: Int) {
            guard known.insert([from, to]).inserted else { return }
            counts.append(
                Count(
                    from: "state_\(from)", to: "state_\(to)", count: Int64(count),
                    failures: Int64(min(failures, count)),
                    averageMS: 1200, p95MS: 3400))
        }
        for index in 1..<max(2, states) { add(max(0, index - 1 - dice.roll(3)), index, 1 + dice.roll(400), 0) }
        var tries = 0
        while counts.count < ways, tries < ways * 20 {
            tries += 1
            let from = dice.roll(states)
            add(from, min(states - 1, max(0, from + dice.roll(9) - 3)), 1 + dice.roll(30), dice.roll(6) / 3)
        }
        return WorkflowGraph(title: "random \(seed)", counts: counts)
    }
}
