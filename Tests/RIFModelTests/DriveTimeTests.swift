import RIFModel
import Testing

/// Contract 10: "Attempts", "Time", "Approvals", and evidence.
@Suite("Attempts, time and people of a session that follows a workflow")
struct DriveTimeTests {
    private static let way: JSONValue = [["from": "a", "to": "b"]]

    private func one(
        state: [String: JSONValue] = [:], agent: [String: JSONValue] = [:], transitions: JSONValue = way
    ) throws -> Subject {
        let states: JSONValue = [
            "a": .object(["agent": "one"].merging(state) { $1 }), "b": ["final": true], "c": ["final": true],
        ]
        return try Subject(
            following: ["initial_state": "a", "states": states, "transitions": transitions],
            agents: ["one": .object(["command": ["x"]].merging(agent) { $1 })])
    }

    // MARK: - Attempts

    private static let retry: JSONValue = [
        "max_attempts": 3, "backoff": "exponential", "initial": "10s", "maximum": "15s", "jitter": 0.5,
    ]

    @Test("tries a failed agent again, later and later, under the same id")
    func retries() throws {
        var subject = try one(agent: ["retry": Self.retry])
        try subject.drive()
        let id = try subject.assignment("one").assignmentID
        var pauses: [Int64] = []
        for attempt in 1...3 {
            #expect(try subject.assignment("one").attempt == attempt)
            try subject.begin("one")
            try subject.end("one", AgentResult(outcome: .failure, reason: "no"))
            if let next = try subject.assignment("one").notBefore { pauses.append(subject.now.distance(to: next)) }
            #expect(try subject.drive() == (attempt < 3 ? "working" : "finished"))
        }
        #expect(pauses == [10_000_000, 15_000_000])
        let assignment = try subject.assignment("one")
        #expect(assignment.assignmentID == id)
        #expect(assignment.attempts.map(\.attempt) == [1, 2])
        #expect(subject.place == "failed (failed)")
    }

    @Test("notes an attempt's end once, and only of the newest attempt")
    func staleEnds() throws {
        var subject = try one(agent: ["retry": Self.retry])
        try subject.drive()
        try subject.begin("one")
        let old = AttemptEnd(
            assignmentID: try subject.assignment("one").assignmentID, attempt: 1, cause: .ended,
            result: AgentResult(outcome: .failure))
        let first = try subject.perform { SessionRules.finishAttempt(old, on: $0, at: $1, limits: $2) }
        #expect(first.bodies.isEmpty == false)
        let second = try subject.perform { SessionRules.finishAttempt(old, on: $0, at: $1, limits: $2) }
        #expect(second.bodies.isEmpty)
        #expect(try subject.assignment("one").attempt == 2)
    }

    @Test("counts what each attempt used and cost, where the agent tells totals of a conversation that goes on")
    func totals() throws {
        var subject = try one(agent: ["retry": ["max_attempts": 4]])
        try subject.drive()
        // The third begins a conversation anew; the fourth tells what it used by itself.
        let told: [(input: Int64, cost: Double, isTotal: Bool)] = [
            (100, 1, true), (250, 1.5, true), (30, 0.25, true), (5, 0.5, false),
        ]
        var used: [Int64?] = []
        var cost: [Double?] = []
        for (number, one) in told.enumerated() {
            try subject.begin("one")
            var end = AttemptEnd(
                assignmentID: try subject.assignment("one").assignmentID, attempt: number + 1, cause: .ended,
                result: AgentResult(outcome: .failure))
            end.tokens = AgentTokens(input: one.input)
            end.areTokensOfConversation = one.isTotal
            end.costUSD = one.cost
            try subject.perform { SessionRules.finishAttempt(end, on: $0, at: $1, limits: $2) }
            used.append(try subject.assignment("one").tokens?.input)
            cost.append(try subject.assignment("one").costUSD)
            try subject.drive()
        }
        #expect(used == [100, 250, 280, 285])
        #expect(cost == [1, 1.5, 1.75, 2])
    }

    @Test("does not count what a crash, a stop or a rate limit cut short")
    func uncounted() throws {
        var subject = try one(agent: ["retry": ["max_attempts": 1]])
        try subject.drive()
        let until = subject.now.advanced(by: .seconds(60))
        for (number, cause) in [AttemptEnd.Cause.lost, .interrupted, .rateLimited(until: until)].enumerated() {
            try subject.begin("one")
            try subject.end("one", nil, cause: cause)
            let found = try subject.assignment("one")
            #expect(found.attempt == number + 2)
            #expect(found.countedAttempts == 1)
            #expect(found.status == (number == 2 ? .rateLimited : .queued))
            #expect(found.notBefore == (number == 2 ? until : nil))
            #expect(try subject.drive() == "working")
        }
        try subject.begin("one")
        try subject.end("one", AgentResult(outcome: .failure))
        #expect(try subject.drive() == "finished")
    }

    @Test("gives up an agent that brings about a crash again and again")
    func endlessCrashes() throws {
        var subject = try one()
        try subject.drive()
        var count = 0
        while try subject.drive() == "working", count < 1000 {
            try subject.begin("one")
            try subject.end("one", nil, cause: .lost)
            count += 1
        }
        #expect(count == 101)
        #expect(subject.place == "failed (failed)")
    }

    @Test("does not try again what cannot be started, was cancelled, or asks for a transition")
    func noRetry() throws {
        let failure = AgentResult(outcome: .failure)
        let cases: [(AgentResult, AttemptEnd.Cause)] = [
            (failure, .unstartable), (failure, .cancelled), (AgentResult(outcome: .failure, trigger: "t"), .ended),
        ]
        for (result, cause) in cases {
            var subject = try one(agent: ["retry": Self.retry])
            try subject.drive()
            try subject.begin("one")
            try subject.end("one", result, cause: cause)
            #expect(try subject.drive() == "finished")
            #expect(try subject.assignment("one").attempt == 1)
        }
    }

    @Test("keeps an agent's own words beside ours")
    func reasons() throws {
        var subject = try one()
        try subject.drive()
        try subject.begin("one")
        try subject.end("one", AgentResult(outcome: .failure, reason: "its words"), reason: "exit code 3")
        let found = try subject.assignment("one")
        #expect(found.result["reason"] == "its words")
        #expect(found.reason == "exit code 3")
        try subject.drive()
        #expect(subject.state.history.last.map { "\($0)" }?.contains("one: its words") == true)
    }

    @Test("refuses a result that the context has no room for, and says so")
    func hugeContext() throws {
        var subject = try one()
        subject.limits.contextBytes = 200
        try subject.drive()
        try subject.begin("one")
        let text = String(repeating: "x", count: 300)
        try subject.end("one", AgentResult(outcome: .success, contextUpdates: ["k": .string(text)], reason: "fine"))
        let found = try subject.assignment("one")
        #expect(found.status == .failed)
        #expect(found.reason?.contains("context_updates") == true)
        #expect(found.result["reason"]?.stringValue?.contains("200") == true)
        #expect(try subject.drive() == "finished")
        #expect(subject.state.context["k"] == nil)
    }

    // MARK: - Time

    private static let ways: JSONValue = [
        ["from": "a", "to": "b"], ["from": "a", "to": "c", "trigger": "timeout"],
    ]

    @Test(
        "does at the timeout of a state what it says",
        arguments: [
            ("fail", "stop one", "failed (failed)"), ("transition", "stop one", "c (completed)"),
            ("alert", "working", "b (completed)"),
        ])
    func timeouts(action: String, word: String, place: String) throws {
        var subject = try one(
            state: ["timeout": "10s", "on_timeout": .string(action), "retry": Self.retry], transitions: Self.ways)
        try subject.drive()
        try subject.begin("one")
        subject.wait(milliseconds: 9_999)
        #expect(try subject.drive() == "working")
        subject.wait(milliseconds: 1)
        #expect(try subject.drive() == word)
        // Once.
        subject.wait(milliseconds: 60_000)
        #expect(try subject.drive() == word)
        try subject.end("one", AgentResult(outcome: .success), cause: action == "alert" ? .ended : .cancelled)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == place)
    }

    @Test("counts a state's timeout over all attempts of its agents")
    func timeoutOverAttempts() throws {
        var subject = try one(state: ["timeout": "10s"], agent: ["retry": Self.retry])
        try subject.drive()
        try subject.begin("one")
        subject.wait(milliseconds: 6_000)
        try subject.end("one", AgentResult(outcome: .failure))
        #expect(try subject.drive() == "working")
        subject.wait(milliseconds: 4_000)
        #expect(try subject.drive() == "stop one")
        // One that fails just then is not tried again.
        try subject.end("one", AgentResult(outcome: .failure))
        #expect(try subject.drive() == "finished")
    }

    @Test("begins a state anew after its timeout, when what worked for it has ended")
    func timeoutRetry() throws {
        var subject = try one(state: ["timeout": "10s", "on_timeout": "retry", "retry": ["max_attempts": 2]])
        try subject.drive()
        try subject.begin("one")
        let first = try subject.assignment("one").assignmentID
        subject.wait(milliseconds: 10_000)
        #expect(try subject.drive() == "stop one")
        #expect(subject.state.assignments.count == 1)
        try subject.end("one", nil, cause: .cancelled)
        #expect(try subject.drive() == "working")
        #expect(try subject.assignment("one").assignmentID != first)
        try subject.begin("one")
        subject.wait(milliseconds: 10_000)
        // Its attempts are used up.
        #expect(try subject.drive() == "stop one")
        try subject.end("one", nil, cause: .cancelled)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "failed (failed)")
    }

    @Test("does not time out while it is paused, but at once when it is resumed")
    func pausedTimeout() throws {
        var subject = try one(state: ["timeout": "10s"])
        try subject.drive()
        try subject.perform { state, _, limits in try SessionRules.pause(state, reason: "", limits: limits) }
        subject.wait(milliseconds: 20_000)
        #expect(try subject.drive() == "paused")
        try subject.perform { state, _, limits in try SessionRules.resume(state, reason: "", limits: limits) }
        #expect(try subject.drive() == "stop one")
    }

    // MARK: - People

    private func person(
        _ state: [String: JSONValue] = [:],
        _ transitions: JSONValue = [
            ["from": "a", "to": "b", "trigger": "go"], ["from": "a", "to": "c", "trigger": "x"],
        ]
    ) throws -> Subject {
        let states: JSONValue = [
            "a": .object(["user_required": true].merging(state) { $1 }), "b": ["final": true], "c": ["final": true],
        ]
        return try Subject(following: ["initial_state": "a", "states": states, "transitions": transitions])
    }

    private static let rejecting: JSONValue = [
        ["from": "a", "to": "b"], ["from": "a", "to": "c", "trigger": "rejected"],
    ]

    @Test("asks when the agents are done, and not before")
    func asksAfterAgents() throws {
        var subject = try one(state: ["user_required": true])
        #expect(try subject.drive() == "working")
        #expect(subject.state.drive.approvals.isEmpty)
        #expect(try subject.play(["one": AgentResult(outcome: .success)]) == "person")
        try subject.answer(true)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "b (completed)")
    }

    @Test("does not ask where an agent has failed")
    func noQuestionAfterFailure() throws {
        var subject = try one(state: ["user_required": true])
        #expect(try subject.play(["one": AgentResult(outcome: .failure)]) == "finished")
        #expect(subject.place == "failed (failed)")
    }

    @Test("goes where the answer leads")
    func answers() throws {
        let cases: [(JSONValue?, Bool, String?, String)] = [
            (nil, true, nil, "b (completed)"), (nil, true, "x", "c (completed)"),
            (nil, false, nil, "failed (failed)"), (Self.rejecting, true, nil, "b (completed)"),
            (Self.rejecting, false, nil, "c (completed)"),
        ]
        for (transitions, approves, choice, place) in cases {
            var subject = try transitions.map { try person([:], $0) } ?? person()
            #expect(try subject.drive() == "person")
            try subject.answer(approves, choice: choice)
            #expect(try subject.drive() == "finished")
            #expect(subject.place == place)
        }
    }

    @Test("takes one answer, and only what is offered")
    func secondAnswer() throws {
        var subject = try person(["choices": ["go", "x"]])
        try subject.drive()
        let id = try #require(subject.state.drive.approvals.keys.first)
        func answer(_ answer: SessionRules.Answer) -> RIFError.Code? {
            do throws(RIFError) {
                _ = try SessionRules.decide(id, answer, on: subject.state, limits: .standard)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(answer(.init(approves: true, choice: "other")) == .unprocessable)
        #expect(answer(.init(approves: true, choice: "x")) == nil)
        try subject.answer(true, choice: "x")
        #expect(answer(.init(approves: true)) == .stateConflict)
        #expect(answer(.init(approves: false)) == .stateConflict)
    }

    @Test(
        "answers for a person by the default at the deadline",
        arguments: [("x", "c (completed)"), ("approve", "b (completed)"), ("reject", "failed (failed)")])
    func defaults(choice: String, place: String) throws {
        var subject = try person(["default_choice": .string(choice), "timeout": "10s"])
        #expect(try subject.drive() == "person")
        subject.wait(milliseconds: 10_000)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == place)
        let lapsed = subject.log.contains { entry in
            guard case .event(.approvalDecided, let data) = entry.body else { return false }
            return data["status"] == "expired" && data["decision"] == .string(choice)
        }
        #expect(lapsed)
    }

    @Test("alerts at the deadline without a default, and goes on waiting; unless told otherwise")
    func deadline() throws {
        var subject = try person(["timeout": "10s"])
        try subject.drive()
        subject.wait(milliseconds: 10_000)
        #expect(try subject.drive() == "person")
        #expect(subject.state.drive.timedOut == .alert)
        #expect(subject.state.drive.approvals.values.map(\.status.rawValue).sorted() == ["expired", "pending"])
        try subject.answer(true)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "b (completed)")

        subject = try person(["timeout": "10s", "on_timeout": "fail"])
        try subject.drive()
        subject.wait(milliseconds: 10_000)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "failed (failed)")
    }

    // MARK: - Evidence

    private static let requires: [String: JSONValue] = ["requires": [["file": "report.md"]]]

    @Test("leaves a state as a success only with what it requires")
    func evidence() throws {
        var subject = try one(state: Self.requires)
        #expect(try subject.play(["one": AgentResult(outcome: .success)]) == "prove")
        try subject.found(evidence: true)
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "b (completed)")

        subject = try one(state: Self.requires)
        try subject.play(["one": AgentResult(outcome: .success)])
        try subject.found(evidence: false, reason: "no report")
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "failed (failed)")
    }

    @Test("tries agents again whose evidence is missing, and looks for it again")
    func evidenceRetried() throws {
        var subject = try one(state: Self.requires, agent: ["retry": ["max_attempts": 2]])
        #expect(try subject.play(["one": AgentResult(outcome: .success)]) == "prove")
        try subject.found(evidence: false, reason: "no report")
        #expect(try subject.drive() == "working")
        #expect(try subject.assignment("one").attempt == 2)
        #expect(try subject.play(["one": AgentResult(outcome: .success)]) == "prove")
        try subject.found(evidence: false, reason: "no report")
        #expect(try subject.drive() == "finished")
        #expect(subject.place == "failed (failed)")
    }

    @Test("asks for no evidence of a failure")
    func evidenceOfFailure() throws {
        var subject = try one(state: Self.requires)
        #expect(try subject.play(["one": AgentResult(outcome: .failure)]) == "finished")
    }
}
