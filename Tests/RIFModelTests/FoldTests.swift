import RIFModel
import Testing

/// What a session is, said as plainly as possible.
private struct NaiveModel: Equatable {
    var state = "initialized"
    var outcome: String?
    var context: [String: JSONValue]
    var states = ["initialized"]
    var agents: [String: JSONValue] = [:]
    var transitions = 0

    init(_ context: [String: JSONValue]) { self.context = context }

    init(_ session: SessionState) {
        state = session.currentState
        outcome = session.outcome?.rawValue
        context = session.context
        states = session.history.compactMap(\.state)
        agents = session.agents
        transitions = session.transitions
    }

    mutating func enter(_ name: String) {
        state = name
        states.append(name)
    }

    mutating func end(_ name: String) {
        outcome = name
        for (agent, status) in agents where status == "active" {
            agents[agent] = name == "completed" ? "completed" : "cancelled"
        }
    }
}

@Suite struct FoldTests {
    private func step(_ subject: inout Subject, _ model: inout NaiveModel, _ random: inout SeededGenerator) throws {
        subject.wait(milliseconds: Int64.random(in: 0...5, using: &random))
        let names = ["a", "b", "c", "d"]
        let finished = subject.state.isFinished
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<5:
            let to = Int.random(in: 0..<40, using: &random) == 0 ? "failed" : names.randomElement(using: &random)!
            let agents = Int.random(in: 0..<3, using: &random) == 0 ? [names.randomElement(using: &random)!] : []
            let updates = Dictionary(
                (0..<Int.random(in: 0..<3, using: &random)).map { _ in (random.text(), random.json(depth: 2)) },
                uniquingKeysWith: { $1 })
            try subject.transition(to, agents: agents, updates: updates)
            guard !finished else { return }
            model.context.merge(updates) { $1 }
            for agent in agents { model.agents[agent] = "active" }
            model.enter(to)
            model.transitions += 1
            if to == "failed" { model.end(to) }
        case 5: try subject.transition("a", from: "never")
        case 6: if !finished { try subject.record() }
        case 7:
            guard !finished else { return }
            let agent = names.randomElement(using: &random)!
            try subject.launch([agent])
            model.agents[agent] = "active"
        case 8:
            guard !finished, let id = subject.state.assignments.keys.sorted().randomElement(using: &random) else {
                return
            }
            let status = AssignmentStatus.allCases.randomElement(using: &random)!
            try subject.update(id, status)
            guard let agent = subject.state.assignments[id]?.agent else { return }
            let isActive = subject.state.assignments.values.contains { $0.agent == agent && $0.status == .active }
            model.agents[agent] = isActive ? "active" : .string(status.rawValue)
        case 9:
            guard !finished, Int.random(in: 0..<4, using: &random) == 0 else { return }
            let context = random.json(depth: 2).objectValue ?? ["saved": true]
            let save = SaveStateCommand(
                currentState: "saved", context: context, history: [["state": "p"], 7], agentAssignments: ["z": "odd"])
            try subject.save(save)
            model.context = context
            model.states = ["p"]
            model.agents = ["z": "odd"]
            model.state = "saved"
        case 10:
            guard !finished, Int.random(in: 0..<20, using: &random) == 0 else { return }
            try subject.complete(.cancelled, ["end": 1])
            model.context["end"] = 1
            model.enter("cancelled")
            model.end("cancelled")
        default: try subject.perform { state, _, _ in SessionRules.recover(state) }
        }
    }

    @Test(arguments: 0..<40)
    func liveStateFoldAndNaiveModelAgree(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var subject = try Subject(StartCommand(context: ["first": random.json()]))
        var model = NaiveModel(subject.state.context)
        var states = [subject.state]
        for _ in 0..<80 {
            let before = subject.log.count
            try step(&subject, &model, &random)
            #expect(NaiveModel(subject.state) == model, "seed \(seed), after \(subject.log.last!)")
            // Kept step by step, and encoded anew.
            #expect(subject.state.contextBytes == JSONValue.object(subject.state.context).compact.utf8.count)
            for _ in before..<subject.log.count { states.append(subject.state) }
        }
        let folded = try #require(SessionState.fold(subject.log))
        #expect(folded.session == subject.state.session)
        #expect(folded.assignments == subject.state.assignments)
        #expect(folded.enteredAt == subject.state.enteredAt)
        #expect(folded.lastSequence == Int64(subject.log.count))
        // Stopped earlier, the fold is the state of then.
        for count in 1...subject.log.count {
            let past = try #require(SessionState.fold(subject.log.prefix(count)))
            #expect(past.session == states[count - 1].session)
            #expect(past.lastSequence == Int64(count))
        }
    }

    @Test func aLogWithoutAStartIsNothing() throws {
        var subject = try Subject()
        try subject.transition("a")
        #expect(SessionState.fold([LogEntry]()) == nil)
        #expect(SessionState.fold(subject.log.dropFirst()) == nil)
    }

    @Test func keysAreKnownAfterAFold() throws {
        var subject = try Subject()
        let launch = LaunchCommand(agents: ["x", "y"], taskDescription: "")
        let decided = try subject.perform(key: "k") { try SessionRules.launch(launch, on: $0, at: $1, limits: $2) }
        let folded = try #require(SessionState.fold(subject.log))
        #expect(folded.idempotency["k"]?.result == decided.result)
        #expect(folded.idempotency["k"]?.sequence == 3)
        #expect(folded.idempotency["k"]?.requestHash == "hash")
    }

    @Test func stampsAreTheSameEverywhere() {
        let request: JSONValue = ["b": 1, "a": ["x", 0.85]]
        let stamp = IdempotencyStamp(key: "k", operation: "transition", request: request)
        // Written down once: a stamp in a file must mean the same in every later version.
        #expect(stamp == IdempotencyStamp(key: "k", operation: "transition", request: ["a": ["x", 0.85], "b": 1]))
        #expect(stamp.requestHash == fnv(#"transition{"a":["x",0.85],"b":1}"#))
        #expect(stamp.requestHash != IdempotencyStamp(key: "k", operation: "launch", request: request).requestHash)
        #expect(stamp.requestHash != IdempotencyStamp(key: "k", operation: "transition", request: .null).requestHash)
    }

    private func fnv(_ text: String) -> String {
        String(text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
    }
}

@Suite struct HistoryTests {
    private func entry(_ number: Int) -> HistoryEntry { .other(.int(Int64(number))) }

    @Test func copiesAreIndependent() {
        var first = History((0..<200).map(entry))
        let copy = first
        first.append(entry(1000))
        var second = copy
        second.append(entry(2000))
        #expect(copy.count == 200)
        #expect(first.last == entry(1000))
        #expect(second.last == entry(2000))
        #expect(Array(copy) == (0..<200).map(entry))
    }

    @Test(arguments: [0, 1, 127, 128, 129, 256, 10_000])
    func anyLengthReadsAsItWasWritten(_ count: Int) {
        let history = History((0..<count).map(entry))
        #expect(history.count == count)
        #expect(history.indices.allSatisfy { history[$0] == entry($0) })
        #expect(history == History(Array(history)))
        #expect(history.hashValue == History(Array(history)).hashValue)
        var longer = history
        longer.append(entry(-1))
        #expect(longer != history)
        #expect(history.json.arrayValue?.count == count)
    }

    @Test func aCopyThatIsBehindGoesItsOwnWay() {
        // In the middle of a page: what one copy added there is not the other one's.
        let short = History((0..<40).map(entry))
        var first = short
        for number in 100..<200 { first.append(entry(number)) }
        var second = short
        for number in 300..<310 { second.append(entry(number)) }
        #expect(Array(short) == (0..<40).map(entry))
        #expect(Array(first) == (Array(0..<40) + Array(100..<200)).map(entry))
        #expect(Array(second) == (Array(0..<40) + Array(300..<310)).map(entry))
        #expect(encoded(short) == short.json.compact)
        #expect(encoded(first) == first.json.compact)
        #expect(encoded(second) == second.json.compact)
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 65])
    func theBytesAreThoseOfTheValueHoweverOftenTheyAreAskedFor(_ count: Int) {
        var history = History()
        for number in 0..<count {
            history.append(entry(number))
            #expect(encoded(history) == history.json.compact)
        }
        #expect(encoded(history) == history.json.compact)
    }

    private func encoded(_ history: History) -> String {
        var bytes: [UInt8] = []
        history.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func entriesThatDifferInTheMiddleDiffer() {
        var entries = (0..<300).map(entry)
        let first = History(entries)
        entries[150] = entry(-1)
        #expect(History(entries) != first)
    }
}

@Suite struct ShapeTests {
    /// The encoder that writes by hand says what the value says, byte by byte.
    @Test func aSessionIsEncodedAsItsValueIs() throws {
        let odd = "quotes \" and \\ and \n and é"
        let time = Timestamp(microseconds: 1_763_000_000_123_456)
        let steps: [HistoryEntry.Step] = [
            .init(state: "initialized", timestamp: time, reason: odd),
            .init(
                state: odd, timestamp: time, reason: "", decisionID: "d", agentsSelected: ["a", odd], confidence: 0.85),
            .init(state: "b", timestamp: time, reason: "r", decisionID: "e", confidence: 1),
            .init(state: "c", timestamp: time, reason: "r", agentsSelected: ["left out"], confidence: 1e-7),
        ]
        let history = History(steps.map { .step($0) } + [.other(["z": [1, .null], "a": .string(odd)])])
        var session = Session(
            sessionID: "s", currentState: odd, outcome: nil, workflowType: nil, priority: -3, context: [:],
            history: History(), agentAssignments: [:], createdAt: time, updatedAt: time)
        #expect(encoded(session) == session.json.compact)
        session.outcome = .failed
        session.workflowType = odd
        session.context = ["b": ["x": 1.5], "a": .string(odd)]
        session.history = history
        session.agentAssignments = ["two": "active", "one": .string(odd)]
        #expect(encoded(session) == session.json.compact)
        var members = try #require(session.json.objectValue)
        members["history"] = nil
        #expect(encoded(session, leavingOut: .history) == JSONValue.object(members).compact)
        members["context"] = nil
        #expect(encoded(session, leavingOut: [.context, .history]) == JSONValue.object(members).compact)
    }

    private func encoded(_ session: Session, leavingOut parts: Session.Parts = []) -> String {
        var bytes: [UInt8] = []
        session.append(to: &bytes, leavingOut: parts)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theFeedShowsNoDocuments() throws {
        var subject = try Subject(StartCommand(context: ["large": "x"]))
        try subject.transition("a", updates: ["large": "y"])
        try subject.save(SaveStateCommand(currentState: "b", context: ["large": "z"], history: [1]))
        try subject.complete(.completed, ["large": "w"])
        for entry in subject.log {
            #expect(!entry.event.json.compact.contains("large"))
            #expect(entry.withoutDocuments.event == entry.event)
            #expect(entry.event.json.keys == ["sequence", "session_id", "event_type", "data", "timestamp"])
        }
        let moved = subject.log[1].event
        #expect(moved.data["from"] == "initialized")
        #expect(moved.data["to"] == "a")
        #expect(moved.data.keys.contains("duration"))
        // What somebody reports is shown as it came.
        let reported = LogEntry(
            sessionID: "s", sessionSequence: nil, timestamp: Subject.start,
            body: .event("session_start", ["context": 1]))
        #expect(reported.event.data == ["context": 1])
    }

    @Test func summariesAndFiguresHaveTheContractsKeys() throws {
        var subject = try Subject()
        let empty = SessionSummary(session: subject.state.session, figures: .none).json
        subject.wait(milliseconds: 42)
        try subject.transition("a", agents: ["x"])
        let figures = DecisionFigures(
            total: 4, successful: 3, averageExecutionTimeMS: 1.5, maximumExecutionTimeMS: 3, minimumExecutionTimeMS: 0,
            averageConfidence: 0.5, mostCommonTransition: ("p", "q"))
        let summary = SessionSummary(session: subject.state.session, figures: figures).json
        for json in [empty, summary] {
            #expect(
                json.keys.isSuperset(of: [
                    "session_id", "workflow_type", "current_state", "priority", "created_at", "updated_at",
                    "total_duration_ms", "total_decisions", "total_states_visited", "success_rate",
                    "avg_execution_time_ms", "avg_confidence_score", "context_summary", "state_progression",
                    "decision_summary",
                ]))
            #expect(json["context_summary"]?.keys == ["github_issues", "active_agents", "total_agents_used"])
            #expect(
                json["decision_summary"]?.keys == [
                    "total", "successful", "failed", "avg_confidence", "most_common_transition", "longest_execution_ms",
                    "shortest_execution_ms",
                ])
        }
        #expect(empty["decision_summary"]?["most_common_transition"] == "none")
        #expect(empty["success_rate"] == 0.0)
        #expect(summary["decision_summary"]?["most_common_transition"] == "p → q")
        #expect(summary["total_duration_ms"] == 42)
        #expect(summary["state_progression"] == ["initialized", "a"])
        let statistics = PerformanceStatistics(sessionID: nil, timestamp: Subject.start, figures: figures)
        #expect(
            statistics.json.keys == [
                "total_decisions", "success_rate", "avg_execution_time_ms", "max_execution_time_ms",
                "min_execution_time_ms", "avg_confidence_score", "session_id", "timestamp",
            ])
        #expect(
            PerformanceStatistics(sessionID: nil, timestamp: Subject.start, figures: nil).json == ["no_data": true])
        let report = IntegrityReport(errors: [], warnings: [], sessionsChecked: 0, timestamp: Subject.start)
        #expect(report.json.keys == ["valid", "errors", "warnings", "sessions_checked", "timestamp"])
    }
}
