import RIFModel
import Testing

/// Contract 9, "Next step", and contract 10, "Driving" and "Results", as tables.
@Suite("The next step of a session that follows a workflow")
struct DrivePlanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var transitions: JSONValue
        var results: [AgentResult]
        var context: [String: JSONValue] = [:]
        var state: JSONValue = [:]
        var place: String
        var word = "finished"
    }

    static func success(
        _ trigger: String? = nil, _ updates: [String: JSONValue] = [:], confidence: Double? = nil, reason: String? = nil
    ) -> AgentResult {
        AgentResult(
            outcome: .success, trigger: trigger, contextUpdates: updates, confidence: confidence, reason: reason)
    }

    static func failure(_ trigger: String? = nil, _ updates: [String: JSONValue] = [:]) -> AgentResult {
        AgentResult(outcome: .failure, trigger: trigger, contextUpdates: updates)
    }

    static func way(_ to: String, _ trigger: String? = nil, when condition: String? = nil) -> JSONValue {
        var way: [String: JSONValue] = ["from": "a", "to": .string(to)]
        if let trigger { way["trigger"] = .string(trigger) }
        if let condition { way["condition"] = .string(condition) }
        return .object(way)
    }

    static let rows: [Row] = [
        Row(
            testDescription: "first in the order of the file",
            transitions: [way("b"), way("c")], results: [success()], place: "b (completed)"),
        Row(
            testDescription: "the first whose condition holds",
            transitions: [way("b", when: "x > 1"), way("c", when: "x = 1")], results: [success()], context: ["x": 1],
            place: "c (completed)"),
        Row(
            testDescription: "updates are merged before conditions are looked at",
            transitions: [way("b", when: "x > 1"), way("c")], results: [success(nil, ["x": 2])],
            context: ["x": 1], place: "b (completed)"),
        Row(
            testDescription: "a success without a trigger takes whatever trigger",
            transitions: [way("b", "done"), way("c")], results: [success()], place: "b (completed)"),
        Row(
            testDescription: "a success does not time out, and is not rejected",
            transitions: [way("b", "timeout"), way("b", "rejected"), way("c", "ok")], results: [success()],
            place: "c (completed)"),
        Row(
            testDescription: "a trigger passes over others",
            transitions: [way("b", "one"), way("c", "two")], results: [success("two")], place: "c (completed)"),
        Row(
            testDescription: "a trigger takes transitions without one, and automatic ones, in file order",
            transitions: [way("b", "one"), way("c", "auto"), way("b", "two")], results: [success("two")],
            place: "c (completed)"),
        Row(
            testDescription: "a trigger that no transition has: wait",
            transitions: [way("b", "one")], results: [success("other")], place: "a", word: "waiting: no_match"),
        Row(
            testDescription: "a trigger that no transition has: fail",
            transitions: [way("b", "one")], results: [success("other")], state: ["on_no_match": "fail"],
            place: "failed (failed)"),
        Row(
            testDescription: "no condition holds: wait, with the updates merged",
            transitions: [way("b", when: "y")], results: [success(nil, ["x": 1])], place: "a",
            word: "waiting: no_match"),
        Row(
            testDescription: "blocked waits, whatever would hold",
            transitions: [way("b")], results: [AgentResult(outcome: .blocked, contextUpdates: ["x": 1])], place: "a",
            word: "waiting: blocked"),
        Row(
            testDescription: "a failure ends the session",
            transitions: [way("b")], results: [failure()], place: "failed (failed)"),
        Row(
            testDescription: "a failure goes to `failed`, whatever its trigger",
            transitions: [way("b"), way("failed", "hopeless")], results: [failure()], place: "failed"),
        Row(
            testDescription: "to `failed` only where the condition holds",
            transitions: [way("b"), way("failed", when: "x = 1")], results: [failure(nil, ["x": 2])],
            place: "failed (failed)"),
        Row(
            testDescription: "a failure with a trigger takes it",
            transitions: [way("failed"), way("c", "mend")], results: [failure("mend")], place: "c (completed)"),
        Row(
            testDescription: "a failure with a trigger takes nothing without one",
            transitions: [way("b"), way("c", "auto")], results: [failure("mend")], place: "failed (failed)"),
        Row(
            testDescription: "of several the worst counts, with the trigger of the first among the worst",
            transitions: [way("b", "good"), way("c", "bad"), way("b", "worse")],
            results: [success("good"), failure("bad"), failure("worse")], place: "c (completed)"),
        Row(
            testDescription: "a trigger that a better one has given does not count",
            transitions: [way("b", "good")], results: [success("good"), failure()], place: "failed (failed)"),
        Row(
            testDescription: "blocked is worse than success",
            transitions: [way("b")], results: [success(), AgentResult(outcome: .blocked)], place: "a",
            word: "waiting: blocked"),
        Row(
            testDescription: "failure is worse than blocked",
            transitions: [way("b")], results: [failure(), AgentResult(outcome: .blocked)], place: "failed (failed)"),
        Row(
            testDescription: "later agents of the file win over earlier ones",
            transitions: [way("b", when: "x = 1"), way("c", when: "x = 2")],
            results: [success(nil, ["x": 1]), success(nil, ["x": 2])], place: "c (completed)"),
    ]

    @Test("follows the agents' results", arguments: rows)
    func results(_ row: Row) throws {
        let names = row.results.indices.map { "agent\($0)" }
        var a = row.state.objectValue ?? [:]
        a["agents"] = .strings(names)
        // `failed` as an ordinary state, so that a transition to it can be told from the end.
        let states: [String: JSONValue] = [
            "a": .object(a), "b": ["final": true], "c": ["final": true], "failed": ["user_required": true],
        ]
        var subject = try Subject(
            following: ["initial_state": "a", "states": .object(states), "transitions": row.transitions],
            agents: .object(Dictionary(uniqueKeysWithValues: names.map { ($0, ["command": ["true"]]) })),
            context: row.context)
        #expect(try subject.step.word == "launch " + names.joined(separator: ", "))
        try subject.drive()
        #expect(try subject.drive() == "working")
        // In whatever order they end.
        for (name, result) in zip(names, row.results).reversed() {
            try subject.begin(name)
            try subject.end(name, result)
        }
        let word = try subject.drive()
        #expect(subject.place == row.place)
        if row.place != "failed" { #expect(word == row.word) }
        for result in row.results where row.results.count == 1 {
            for (key, value) in result.contextUpdates { #expect(subject.state.context[key] == value) }
        }
    }

    private static let way: JSONValue = [["from": "a", "to": "b"]]

    @Test("says in its decision who worked, how sure they were, and why")
    func decision() throws {
        var subject = try Subject(
            following: [
                "states": ["a": ["agents": ["one", "two", "three"]], "b": ["final": true]], "transitions": Self.way,
            ], agents: ["one": ["command": ["x"]], "two": ["command": ["x"]], "three": ["command": ["x"]]])
        #expect(
            try subject.play([
                "three": Self.success(confidence: 0.5), "two": Self.success(confidence: 0.75, reason: "looks fine"),
                "one": Self.success(),
            ]) == "finished")
        let decision = try #require(subject.newestDecision)
        #expect(decision.agentsSelected == ["one", "two", "three"])
        #expect(decision.confidence == 0.5)
        #expect(decision.reason == "two: looks fine")
    }

    @Test("takes a state without agent and person for a success")
    func empty() throws {
        var subject = try Subject(following: [
            "initial_state": "a", "states": ["a": [:], "b": [:], "c": ["final": true]],
            "transitions": [["from": "a", "to": "b", "trigger": "whatever"], ["from": "b", "to": "c"]],
        ])
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "c (completed)")
    }

    @Test("looks again when the context changes")
    func contextChanges() throws {
        var subject = try Subject(following: [
            "initial_state": "a", "states": ["a": [:], "b": ["final": true]],
            "transitions": [["from": "a", "to": "b", "condition": "go"]],
        ])
        #expect(try subject.drive() == "waiting: no_match")
        try subject.perform { state, _, limits in
            try SessionRules.setContext(["go": true], on: state, limits: limits)
        }
        #expect(try subject.drive() == "finished")
    }

    @Test("begins blocked agents anew by a resume only")
    func blocked() throws {
        var subject = try Subject(
            following: ["states": ["a": ["agent": "one"], "b": ["final": true]], "transitions": Self.way],
            agents: ["one": ["command": ["x"]]])
        #expect(try subject.play(["one": AgentResult(outcome: .blocked, reason: "no key")]) == "waiting: blocked")
        try subject.perform { state, _, limits in
            try SessionRules.setContext(["key": 1], on: state, limits: limits)
        }
        #expect(try subject.drive() == "waiting: blocked")
        try subject.perform { state, _, limits in try SessionRules.resume(state, reason: "", limits: limits) }
        #expect(try subject.drive() == "working")
        #expect(try subject.assignment("one").attempt == 2)
        #expect(try subject.assignment("one").countedAttempts == 1)
        #expect(try subject.play(["one": Self.success()]) == "finished")
    }

    @Test("starts nothing and goes nowhere while paused, and keeps what a running agent reports")
    func paused() throws {
        var subject = try Subject(
            following: ["states": ["a": ["agent": "one"], "b": ["final": true]], "transitions": Self.way],
            agents: ["one": ["command": ["x"]]])
        try subject.drive()
        try subject.begin("one")
        try subject.perform { state, _, limits in try SessionRules.pause(state, reason: "", limits: limits) }
        try subject.end("one", Self.success(nil, ["x": 1]))
        #expect(try subject.drive() == "paused")
        #expect(subject.place == "a")
        #expect(try subject.assignment("one").status == .completed)
        try subject.perform { state, _, limits in try SessionRules.resume(state, reason: "", limits: limits) }
        #expect(try subject.drive() == "finished")
        #expect(subject.state.context["x"] == 1)
    }

    @Test("ends agents before a cancelled session, pauses or not", arguments: [false, true])
    func cancelled(isPaused: Bool) throws {
        var subject = try Subject(
            following: ["states": ["a": ["agent": "one"], "b": ["final": true]], "transitions": Self.way],
            agents: ["one": ["command": ["x"], "retry": ["max_attempts": 9]]])
        try subject.drive()
        try subject.begin("one")
        if isPaused {
            try subject.perform { state, _, limits in try SessionRules.pause(state, reason: "", limits: limits) }
        }
        try subject.perform { try SessionRules.cancel($0, reason: "enough", at: $1.now, limits: $2) }
        #expect(try subject.drive() == "stop one")
        // One that fails just then is not tried again.
        try subject.end("one", Self.failure())
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "cancelled (cancelled)")
        let state = subject.state
        #expect(refusal { _ = try SessionRules.pause(state, reason: "", limits: .standard) }?.code == .sessionFinished)
        #expect(refusal { _ = try SessionRules.resume(state, reason: "", limits: .standard) }?.code == .sessionFinished)
    }

    @Test("is idle where only somebody outside can bring it on")
    func idle() throws {
        var subject = try Subject(
            following: [
                "states": ["a": ["agents": ["one", "other"]], "b": ["final": true]], "transitions": Self.way,
            ],
            agents: ["one": ["command": ["x"]], "other": ["kind": "external"]])
        func isIdle() throws -> Bool { try #require(DrivePlan(subject.state, at: subject.now)).isIdle }
        #expect(try !isIdle())
        try subject.drive()
        try subject.begin("one")
        #expect(try !isIdle())
        try subject.perform { state, _, limits in try SessionRules.pause(state, reason: "", limits: limits) }
        #expect(try !isIdle(), "an agent still works")
        try subject.end("one")
        #expect(try isIdle())
        try subject.perform { state, _, limits in try SessionRules.resume(state, reason: "", limits: limits) }
        #expect(try isIdle(), "somebody has to report for the other one")
        try subject.update(try subject.assignment("other").assignmentID, .completed)
        #expect(try !isIdle())
        #expect(try subject.drive() == "finished")
        #expect(try isIdle())
    }

    @Test("waits in a state that its workflow does not know")
    func unknownState() throws {
        var subject = try Subject(following: ["states": ["a": [:], "b": ["final": true]], "transitions": Self.way])
        try subject.save(SaveStateCommand(currentState: "elsewhere", context: [:], history: []))
        #expect(try subject.drive() == "waiting: unknown_state")
    }
}
