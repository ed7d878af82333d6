import RIFModel
import Testing

@Suite("Results of agents")
struct AgentResultTests {
    private func parse(_ text: String, exit: AgentOutcome = .success) throws -> AgentResult? {
        try AgentResult.parse(file: Array(text.utf8), outcomeIfAbsent: exit)
    }

    @Test func everything() throws {
        let result = try parse(
            """
            {"outcome": "blocked", "trigger": "tests_fail", "context_updates": {"a": [1]}, "confidence": 0.5,
             "reason": "why", "evidence": {"log": "x"}, "something": "else", "until": 5}
            """)
        let expected = AgentResult(
            outcome: .blocked, trigger: "tests_fail", contextUpdates: ["a": [1]], confidence: 0.5, reason: "why",
            evidence: ["log": "x"])
        #expect(result == expected)
    }

    @Test("without an outcome go by the exit status")
    func absent() throws {
        #expect(try parse("{}", exit: .failure) == AgentResult(outcome: .failure))
        #expect(try parse(#"{"outcome": null, "trigger": null}"#) == AgentResult(outcome: .success))
        #expect(try parse("") == nil)
        #expect(try parse(" \n\t") == nil)
    }

    @Test func rateLimited() throws {
        let result = try parse(#"{"outcome": "rate_limited", "until": "2026-11-22T17:00:00+01:00"}"#)
        #expect(result?.outcome == .rateLimited)
        #expect(result?.until == Timestamp(rfc3339: "2026-11-22T16:00:00Z"))
    }

    @Test(
        "name what is wrong",
        arguments: [
            (#"[1]"#, "result"), (#""text""#, "result"), (#"{"outcome": "done"}"#, "outcome"),
            (#"{"outcome": 1}"#, "outcome"),
            (#"{"confidence": 1.01}"#, "confidence"), (#"{"confidence": -0.1}"#, "confidence"),
            (#"{"confidence": "high"}"#, "confidence"), (#"{"trigger": ""}"#, "trigger"),
            (#"{"trigger": "a\nb"}"#, "trigger"),
            (#"{"context_updates": [1]}"#, "context_updates"), (#"{"reason": 5}"#, "reason"),
            (#"{"reason": "\u0000"}"#, "JSON"),
            (#"{"outcome": "success""#, "JSON"), (#"{"outcome": "rate_limited"}"#, "until"),
            (#"{"outcome": "rate_limited", "until": "tomorrow"}"#, "until"),
        ])
    func wrong(_ text: String, _ word: String) {
        let error = #expect(throws: RIFError.self) { try parse(text) }
        #expect(error?.detail.contains(word) == true, "\(String(describing: error))")
    }

    @Test("have limits")
    func limits() throws {
        let large = #"{"context_updates": {"a": ""# + String(repeating: "x", count: 1 << 20) + #""}}"#
        let error = #expect(throws: RIFError.self) { try parse(large) }
        #expect(error?.detail.contains("1048576") == true)
        var small = Limits.standard
        small.contextBytes = 10
        #expect(throws: RIFError.self) {
            try AgentResult.parse(["context_updates": ["a": "0123456789"]], outcomeIfAbsent: .success, limits: small)
        }
    }

    @Test("are lines of output only with a known outcome and nothing wrong")
    func lines() {
        #expect(
            AgentResult(json: ["outcome": "failure", "reason": "x"]) == AgentResult(outcome: .failure, reason: "x"))
        for line: JSONValue in [
            [:], ["outcome": "great"], ["trigger": "x"], 5, "success", ["outcome": "success", "confidence": 7], nil,
        ] {
            #expect(AgentResult(json: line) == nil)
        }
    }
}
