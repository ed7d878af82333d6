import RIFModel
import Testing

@Suite struct SessionRulesTests {
    @Test func aSessionStartsInitializedWithTheGuidesContext() throws {
        let subject = try Subject(StartCommand(workflowType: "t", priority: 7))
        #expect(subject.state.currentState == "initialized")
        #expect(
            subject.state.context == [
                "workflow_type": "t", "start_time": .string(Subject.start.rfc3339), "github_issues": [],
                "active_agents": [],
            ])
        #expect(subject.state.priority == 7)
        #expect(subject.state.history.count == 1)
        #expect(subject.state.history.first?.json.keys == ["state", "timestamp", "reason"])
        #expect(try Subject(StartCommand(context: [:])).state.context == [:])
        #expect(refusal { _ = try Subject(StartCommand(workflowType: "")) }?.field == "workflow_type")
        #expect(refusal { _ = try Subject(StartCommand(priority: 1 << 31)) }?.field == "priority")
    }

    @Test func aTransitionIsOneStepWithEverythingInIt() throws {
        var subject = try Subject(StartCommand(context: ["a": 1, "b": ["deep": 1]]))
        subject.wait(milliseconds: 1500)
        let decided = try subject.transition(
            "analyzing", from: "initialized", reason: "why", agents: ["x", "y"], updates: ["b": 2, "c": .null],
            confidence: 0.85)
        #expect(decided.result == "id1")
        #expect(subject.state.currentState == "analyzing")
        // Shallow, key by key; null is a value.
        #expect(subject.state.context == ["a": 1, "b": 2, "c": .null])
        #expect(subject.state.agents == ["x": "active", "y": "active"])
        #expect(
            subject.state.history.last?.json == [
                "state": "analyzing", "timestamp": .string(subject.now.rfc3339), "reason": "why", "decision_id": "id1",
                "agents_selected": ["x", "y"], "confidence_score": 0.85,
            ])
        #expect(subject.newestDecision?.executionTimeMS == 1500)
        #expect(subject.newestDecision?.success == true)
    }

    @Test func aConflictIsRecordedAndChangesNothing() throws {
        var subject = try Subject()
        let before = subject.state.session
        let decided = try subject.transition("b", from: "a", updates: ["x": 1])
        #expect(decided.refusal?.code == .stateConflict)
        #expect(subject.newestDecision?.success == false)
        #expect(subject.newestDecision?.errorDetails == decided.refusal?.detail)
        #expect(subject.log.last?.event.eventType == "transition_error")
        #expect(subject.state.session == before)
        #expect(subject.state.transitions == 0)
    }

    @Test func finishedIsCheckedBeforeConflict() throws {
        for outcome in Outcome.allCases {
            var subject = try Subject()
            try subject.transition(outcome.rawValue)
            #expect(subject.state.outcome == outcome)
            let decisions = subject.newestDecision
            let decided = try subject.transition("b", from: "wrong")
            #expect(decided.refusal?.code == .sessionFinished)
            // An event, and no decision.
            #expect(subject.newestDecision == decisions)
            #expect(subject.log.last?.event.eventType == "transition_error")
            #expect(refusal { try subject.complete() }?.code == .sessionFinished)
            #expect(refusal { try subject.launch(["x"]) }?.code == .sessionFinished)
            #expect(refusal { try subject.record() }?.code == .sessionFinished)
            let save = SaveStateCommand(currentState: "a", context: [:], history: [])
            #expect(refusal { try subject.save(save) }?.code == .sessionFinished)
            let metric = RecordMetricCommand(type: "t", name: "n", value: 1)
            try subject.perform { try SessionRules.recordMetric(metric, at: $1, limits: $2) }
        }
        // The names of outcomes are exact.
        var other = try Subject()
        try other.transition("Completed")
        #expect(!other.state.isFinished)
    }

    @Test func limitsAreExact() throws {
        var subject = try Subject()
        try subject.transition(String(repeating: "😀", count: 128), reason: String(repeating: "x", count: 16_384))
        #expect(refusal { try subject.transition(String(repeating: "x", count: 129)) }?.field == "to_state")
        #expect(
            refusal { try subject.transition("a", reason: String(repeating: "x", count: 16_385)) }?.field == "reason")
        #expect(refusal { try subject.transition("a", reason: String(repeating: "é", count: 8193)) }?.field == "reason")
        #expect(refusal { try subject.transition("a", agents: [""]) }?.field == "agents_selected")
        #expect(refusal { try subject.transition("a\u{0}") }?.code == .invalidRequest)
        #expect(refusal { try subject.transition("a", reason: "\u{0}") }?.code == .invalidRequest)
        #expect(refusal { try subject.transition("a", updates: ["k": "\u{0}"]) }?.field == "context_updates")
        #expect(subject.state.transitions == 1)
    }

    @Test(arguments: [Double.nan, -0.1, 1.1, .infinity, -.infinity])
    func aConfidenceIsFromZeroToOne(_ confidence: Double) throws {
        var subject = try Subject()
        #expect(refusal { try subject.transition("a", confidence: confidence) }?.field == "confidence_score")
        #expect(refusal { try subject.record(confidence: confidence) }?.code == .unprocessable)
    }

    @Test func theContextMayBeAMebibyteAfterTheMergeAndNoByteMore() throws {
        let frame = #"{"a":1,"t":""}"#.utf8.count
        let room = Limits.standard.contextBytes - frame
        var subject = try Subject(StartCommand(context: ["a": 1, "t": "old"]))
        try subject.transition("a", updates: ["t": .string(String(repeating: "x", count: room))])
        #expect(subject.state.contextBytes == Limits.standard.contextBytes)
        #expect(refusal { try subject.transition("b", updates: ["b": 1]) }?.field == "context")
        #expect(refusal { try subject.complete(.completed, ["a": 10]) }?.field == "context")
        #expect(subject.state.currentState == "a")
        try subject.transition("b", updates: ["t": .string(String(repeating: "x", count: room - 1)), "a": 10])
        #expect(refusal { try subject.transition("c", updates: ["a": 100]) }?.code == .unprocessable)
        let exact: [String: JSONValue] = ["t": .string(String(repeating: "x", count: room + 6))]
        _ = try Subject(StartCommand(context: exact))
        let over: [String: JSONValue] = ["t": .string(String(repeating: "x", count: room + 7))]
        #expect(refusal { _ = try Subject(StartCommand(context: over)) }?.field == "context")
        let save = SaveStateCommand(currentState: "a", context: over, history: [])
        #expect(refusal { try subject.save(save) }?.field == "context")
    }

    @Test func timeIsCountedFromTheStateAndSaturates() throws {
        var subject = try Subject()
        subject.wait(milliseconds: 10)
        try subject.transition("a")
        subject.wait(milliseconds: 20)
        // Neither a refusal nor a recorded decision nor a launch enters a state.
        try subject.transition("b", from: "wrong")
        try subject.record(time: 5)
        try subject.launch(["x"])
        subject.wait(milliseconds: 1)
        try subject.transition("b")
        #expect(subject.newestDecision?.executionTimeMS == 21)
        try subject.save(SaveStateCommand(currentState: "s", context: [:], history: []))
        subject.wait(milliseconds: 7)
        try subject.transition("c")
        #expect(subject.newestDecision?.executionTimeMS == 7)
        try subject.transition("d", time: 99)
        #expect(subject.newestDecision?.executionTimeMS == 99)
        subject.wait(milliseconds: Int64(Int32.max) + 1)
        try subject.transition("e")
        #expect(subject.newestDecision?.executionTimeMS == .max)
        #expect(refusal { try subject.transition("f", time: -1) }?.field == "execution_time_ms")
        #expect(refusal { try subject.transition("f", time: 1 << 31) }?.field == "execution_time_ms")
        subject.now = Subject.start
        try subject.transition("f")
        #expect(subject.newestDecision?.executionTimeMS == 0)
    }

    @Test func agentsAreNamedOnceAndHaveAnAssignmentEach() throws {
        var subject = try Subject()
        #expect(refusal { try subject.launch(["x", "y", "x"]) }?.field == "agents")
        #expect(refusal { try subject.launch([]) }?.code == .invalidRequest)
        let first = try subject.launch(["x", "y"])
        let second = try subject.launch(["x"])
        #expect(first.metrics.map(\.value) == [2])
        #expect(first.metrics.first.map { [$0.type, $0.name] } == ["agent_launch", "agents_launched"])
        let ids = [first.result["x"], first.result["y"], second.result["x"]].compactMap { $0?.stringValue }
        #expect(Set(ids).count == 3)
        #expect(subject.state.assignments.keys.sorted() == ids.sorted())
    }

    @Test func anAgentStaysActiveUntilItsAssignmentsEnd() throws {
        var subject = try Subject()
        let first = try #require(try subject.launch(["x"]).result["x"]?.stringValue)
        let second = try #require(try subject.launch(["x"]).result["x"]?.stringValue)
        try subject.transition("a")
        #expect(subject.state.agents == ["x": "active"])
        try subject.update(first, .failed, result: ["why": "?"])
        #expect(subject.state.agents == ["x": "active"])
        #expect(subject.state.assignments[first]?.result == ["why": "?"])
        #expect(subject.state.assignments[first]?.endedAt == subject.now)
        try subject.update(second, .timedOut)
        #expect(subject.state.agents == ["x": "timed_out"])
        #expect(refusal { try subject.update("nobody", .completed) }?.code == .notFound)
        for (outcome, status) in [(Outcome.completed, "completed"), (.failed, "cancelled"), (.cancelled, "cancelled")] {
            var copy = subject
            try copy.launch(["y"])
            try copy.complete(outcome, ["end": true])
            #expect(copy.state.agents == ["x": "timed_out", "y": .string(status)])
            #expect(copy.state.currentState == outcome.rawValue)
            #expect(copy.state.context["end"] == true)
            let event = try #require(copy.log.last?.event)
            #expect(event.data.keys.isSuperset(of: ["session_id", "outcome", "total_duration", "total_transitions"]))
            #expect(event.data["final_context"] == nil)
            #expect(event.data["total_transitions"] == 1)
        }
    }

    @Test func saveStateNamesWhatIsMissing() throws {
        let whole: JSONValue = ["current_state": "a", "context": [:], "history": []]
        _ = try SaveStateCommand(json: whole)
        for field in ["current_state", "context", "history"] {
            var object = whole.objectValue ?? [:]
            object[field] = nil
            let error = refusal { _ = try SaveStateCommand(json: .object(object)) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.field == field)
            #expect(error?.detail.contains(field) == true)
            object[field] = 1
            #expect(refusal { _ = try SaveStateCommand(json: .object(object)) }?.field == field)
        }
    }

    @Test func metricsAreFiniteFloats() throws {
        var subject = try Subject()
        for value in [Double.nan, .infinity, -.infinity, 3.5e38, -3.5e38] {
            let command = RecordMetricCommand(type: "t", name: "n", value: value)
            let error = refusal { try subject.perform { try SessionRules.recordMetric(command, at: $1, limits: $2) } }
            #expect(error?.field == "metric_value")
        }
    }

    @Test func recoveryChangesNothing() throws {
        var subject = try Subject()
        try subject.complete(.failed)
        let before = subject.state.session
        try subject.perform { state, _, _ in SessionRules.recover(state) }
        #expect(subject.state.session == before)
        #expect(subject.log.last?.event.eventType == "session_recovery")
    }
}
