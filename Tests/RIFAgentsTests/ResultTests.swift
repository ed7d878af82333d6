import Foundation
import RIFAgents
import RIFModel
import Testing

/// What an attempt comes to, by its exit and what it reports.
@Suite(.timeLimit(.minutes(5)))
struct ResultTests {
    private func conclude(_ script: String) async throws -> AgentConclusion {
        let bench = try Bench()
        let folder = bench.folder()
        let end = try await bench.end(of: script, in: folder)
        return await AgentReader(kind: .command, folder: folder).result(end)
    }

    @Test func withoutAReportTheExitCodeDecides() async throws {
        #expect(try await conclude("echo hello; exit 0").result == AgentResult(outcome: .success))
        let failed = try await conclude("exit 3")
        #expect(failed.result == AgentResult(outcome: .failure, reason: "it ended with exit code 3"))
        #expect(failed.problem == "it ended with exit code 3")
        #expect(try await conclude("kill -TERM $$").problem == "it was ended by signal 15")
    }

    @Test func aResultFileCountsWithExitCodeZero() async throws {
        let conclusion = try await conclude(
            """
            cat > "$RIF_RESULT_FILE" <<END
            {"outcome": "success", "trigger": "ready", "context_updates": {"score": 61, "deep": {"a": [1]}}, "confidence": 0.75,
             "reason": "why", "evidence": ["x"], "unknown": 1, "until": null}
            END
            echo '{"outcome":"failure"}'
            """)
        #expect(
            conclusion.result
                == AgentResult(
                    outcome: .success, trigger: "ready", contextUpdates: ["score": 61, "deep": ["a": [1]]],
                    confidence: 0.75, reason: "why", evidence: ["x"]))
        #expect(conclusion.problem == nil)
    }

    @Test func anotherExitIsAFailureThatKeepsUpdatesAndReason() async throws {
        let told =
            "'{\"outcome\":\"success\",\"trigger\":\"ready\",\"context_updates\":{\"a\":1},\"reason\":\"nearly\"}'"
        for script in ["echo \(told) > \"$RIF_RESULT_FILE\"; exit 2", "echo \(told); kill -KILL $$"] {
            let conclusion = try await conclude(script)
            // Its trigger was meant for a success.
            #expect(conclusion.result == AgentResult(outcome: .failure, contextUpdates: ["a": 1], reason: "nearly"))
            #expect(conclusion.problem != nil)
        }
        let failure = "'{\"outcome\":\"failure\",\"trigger\":\"tests_fail\"}'"
        let conclusion = try await conclude("echo \(failure) > \"$RIF_RESULT_FILE\"; exit 1")
        #expect(conclusion.result.outcome == .failure && conclusion.result.trigger == "tests_fail")
    }

    @Test(arguments: [
        ("{\"outcome\": \"succ", "result: not acceptable as JSON"), ("not json", "result: not acceptable as JSON"),
        ("[1]", "result: an array of 1; expected an object"),
        ("{\"outcome\":\"done\"}", "outcome: \"done\" is not known"),
        ("{\"outcome\":5}", "result.outcome: 5 is a whole number"),
        ("{\"confidence\":1.5}", "confidence: 1.5 is out of range"),
        ("{\"confidence\":\"high\"}", "confidence: \"high\" is a string"),
        ("{\"context_updates\":[]}", "context_updates: an array of 0; expected an object"),
        ("{\"trigger\":7}", "trigger: 7 is a whole number"),
        ("{\"reason\":\"a\\u0000b\"}", "result: not acceptable as JSON"),
        ("{\"outcome\":\"rate_limited\",\"until\":\"soon\"}", "result.until: \"soon\" is no RFC 3339 time"),
    ])
    func aResultFileThatDoesNotParseIsAFailureThatSaysSo(text: String, words: String) async throws {
        let bench = try Bench()
        let folder = bench.folder()
        try text.write(toFile: "\(bench.path)/given", atomically: true, encoding: .utf8)
        let end = try await bench.end(of: "cp given \"$RIF_RESULT_FILE\"", in: folder)
        let conclusion = await AgentReader(kind: .command, folder: folder).result(end)
        #expect(conclusion.result.outcome == .failure)
        let problem = try #require(conclusion.problem)
        #expect(problem.hasPrefix("the result file") && problem.contains(words), "\(problem)")
        #expect(conclusion.result.reason == problem)
        // As a line of output the same is no result.
        let line = try await bench.end(of: "cat given", in: bench.folder("line"))
        let second = await AgentReader(kind: .command, folder: bench.folder("line")).result(line)
        #expect(second == AgentConclusion(result: AgentResult(outcome: .success), signs: second.signs))
    }

    @Test func strangeResultFilesAreNoHarm() async throws {
        let empty = try await conclude("printf ' \\n' > \"$RIF_RESULT_FILE\"; echo '{\"outcome\":\"blocked\"}'")
        #expect(empty.result.outcome == .blocked)
        let large = try await conclude("head -c 1048577 /dev/zero | tr '\\0' ' ' > \"$RIF_RESULT_FILE\"")
        #expect(large.problem == "the result file does not parse: result: 1048577 bytes; expected at most 1048576")
        let pipe = try await conclude("mkfifo \"$RIF_RESULT_FILE\"")
        #expect(pipe.problem == "the result file does not parse: result: not a file that can be read")
        let folder = try await conclude("mkdir \"$RIF_RESULT_FILE\"")
        #expect(folder.problem == "the result file does not parse: result: not a file that can be read")
    }

    @Test func theLastLineCountsWhereItIsAnObjectWithAKnownOutcome() async throws {
        let script = "echo noise; echo '{\"outcome\":\"blocked\",\"reason\":\"r\"}'"
        #expect(try await conclude(script).result == AgentResult(outcome: .blocked, reason: "r"))
        #expect(try await conclude(script + "; echo; echo '  '").result.outcome == .blocked)
        #expect(try await conclude("printf '{\"outcome\":\"blocked\"}'").result.outcome == .blocked)
        #expect(try await conclude(script + "; echo more").result.outcome == .success)
        #expect(try await conclude("printf '{\"outcome\":\"blo'").result.outcome == .success)
        #expect(try await conclude("echo '{\"outcome\":\"blocked\"}' >&2").result.outcome == .success)
    }

    @Test func anAgentCanSayThatItIsRateLimited() async throws {
        for code in [0, 1] {
            let conclusion = try await conclude(
                "echo '{\"outcome\":\"rate_limited\",\"until\":\"2027-01-01T00:00:00Z\"}'; exit \(code)")
            #expect(conclusion.isRateLimited && conclusion.result.outcome == .rateLimited)
            #expect(conclusion.result.until == Timestamp(rfc3339: "2027-01-01T00:00:00Z"))
        }
        // Without its end it is no result that can be followed.
        let conclusion = try await conclude("echo '{\"outcome\":\"rate_limited\"}' > \"$RIF_RESULT_FILE\"")
        #expect(conclusion.result.outcome == .failure && !conclusion.isRateLimited)
        #expect(conclusion.problem?.contains("result.until: missing") == true)
    }

    @Test func anUnknownEndIsDecidedByTheResultFileAlone() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        _ = try await bench.end(of: "echo '{\"outcome\":\"success\"}'", in: folder)
        let without = await AgentReader(kind: .command, folder: folder).result(nil)
        #expect(without.result.outcome == .failure && without.problem != nil)
        try "{\"outcome\":\"success\",\"trigger\":\"t\"}".write(
            toFile: folder.resultFile, atomically: true, encoding: .utf8)
        let with = await AgentReader(kind: .command, folder: folder).result(nil)
        #expect(with.result == AgentResult(outcome: .success, trigger: "t") && with.problem == nil)
        try "{\"trigger\":\"t\"}".write(toFile: folder.resultFile, atomically: true, encoding: .utf8)
        #expect(await AgentReader(kind: .command, folder: folder).result(nil).result.outcome == .failure)
    }

    @Test func aTimeoutAndAStopAreFailuresWhateverTheyReport() async throws {
        let bench = try Bench()
        let script =
            "trap 'exit 0' TERM; echo '{\"outcome\":\"success\"}' > \"$RIF_RESULT_FILE\"; while true; do sleep 0.05; done"
        let folder = bench.folder()
        let end = try await bench.end(of: script, in: folder, timeout: .milliseconds(1_500))
        #expect(end.timedOut && end.exitCode == 0)
        #expect(await AgentReader(kind: .command, folder: folder).result(end).problem == "it ran into its timeout")
    }

    @Test func aProgramThatIsNotThereIsAFailureThatSaysSo() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        var order = bench.order("")
        order.arguments = ["none-of-ours"]
        _ = try await bench.keeper.start(order, in: folder)
        let end = await bench.keeper.end(of: folder).ended
        let conclusion = await AgentReader(kind: .claude, folder: folder).result(end)
        #expect(conclusion.problem == "cannot start \"none-of-ours\": no such program in PATH")
        #expect(conclusion.result.outcome == .failure)
    }

    @Test func eachKindIsCalledInItsOwnWay() {
        func words(_ kind: AgentKind, _ command: [String] = [], _ prompt: String = "do it", resume: String? = nil)
            -> [String]
        {
            AgentCommand.arguments(kind: kind, command: command, prompt: prompt, resume: resume)
        }
        #expect(words(.command, ["./a", "b"]) == ["./a", "b"])
        #expect(words(.claude) == ["claude", "-p", "do it", "--output-format", "stream-json", "--verbose"])
        #expect(
            words(.claude, ["npx", "claude", "--model", "m"], resume: "s")
                == [
                    "npx", "claude", "--model", "m", "-p", "do it", "--output-format", "stream-json", "--verbose",
                    "--resume", "s",
                ])
        #expect(
            words(.claude, [], "- a list") == [
                "claude", "-p", "--output-format", "stream-json", "--verbose", "--", "- a list",
            ])
        #expect(words(.codex) == ["codex", "exec", "--json", "do it"])
        #expect(words(.codex, resume: "t") == ["codex", "exec", "--json", "resume", "t", "do it"])
        #expect(words(.codex, [], "--x") == ["codex", "exec", "--json", "--", "--x"])
        #expect(words(.gemini) == ["gemini", "-p", "do it", "-o", "stream-json"])
        #expect(words(.gemini, [], "-x") == ["gemini", "--prompt=-x", "-o", "stream-json"])
    }
}
