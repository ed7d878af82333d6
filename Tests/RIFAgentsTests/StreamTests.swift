import Foundation
import RIFAgents
import RIFModel
import Testing

/// What the streams of known agents tell. The samples have the shapes of recorded ones; in between stand events of
/// versions to come, broken lines and text.
@Suite(.timeLimit(.minutes(5)))
struct StreamTests {
    /// Runs an agent of a kind that prints a text, and reads what that comes to.
    private func conclude(
        _ kind: AgentKind, _ lines: [String], code: Int = 0, result: String? = nil
    ) async throws -> AgentConclusion {
        let bench = try Bench()
        let folder = bench.folder()
        try lines.joined(separator: "\n").write(toFile: "\(bench.path)/stream", atomically: true, encoding: .utf8)
        var script = "cat stream; "
        if let result {
            try result.write(toFile: "\(bench.path)/result", atomically: true, encoding: .utf8)
            script += "cp result \"$RIF_RESULT_FILE\"; "
        }
        let end = try await bench.end(of: script + "exit \(code)", in: folder)
        let reader = AgentReader(kind: kind, folder: folder)
        // Looking first must make no difference.
        _ = await reader.look()
        let looked = await reader.result(end)
        let fresh = await AgentReader(kind: kind, folder: folder).result(end)
        #expect(looked == fresh)
        #expect(looked.signs.lastOutputAt == end.output.lastOutputAt)
        return looked
    }

    private static let noise = [
        "warning: something on the same stream", "{\"type\":\"from_the_future\",\"payload\":{\"a\":[1,2,{}]}}",
        "{\"type\":",
        "[1,2,3]", "null", "", "   ", "{\"type\":5}", "\u{FFFD}{}", "{}",
    ]

    private func noisy(_ lines: [String]) -> [String] { lines.flatMap { Self.noise + [$0] } + Self.noise }

    // MARK: - Claude Code

    private static let claude = [
        #"{"type":"system","subtype":"init","cwd":"/x","session_id":"5f0c-1","tools":["Bash","Edit"],"mcp_servers":[],"model":"m","permissionMode":"default"}"#,
        #"{"type":"assistant","message":{"id":"msg_1","role":"assistant","content":[{"type":"text","text":"I look around."}],"usage":{"input_tokens":4,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":5}},"parent_tool_use_id":null,"session_id":"5f0c-1"}"#,
        #"{"type":"assistant","message":{"id":"msg_1","role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"swift build\n2>&1"}}],"usage":{"input_tokens":4,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":25}},"parent_tool_use_id":null,"session_id":"5f0c-1"}"#,
        #"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]},"session_id":"5f0c-1"}"#,
        #"{"type":"assistant","message":{"id":"sub","role":"assistant","content":[{"type":"text","text":"{\"outcome\":\"blocked\"}"}],"usage":{"input_tokens":1,"output_tokens":1}},"parent_tool_use_id":"t9","session_id":"other"}"#,
    ]

    private static let claudeResult =
        #"{"type":"result","subtype":"success","is_error":false,"duration_ms":2000,"num_turns":3,"result":"All done.\n{\"outcome\":\"success\",\"trigger\":\"built\",\"confidence\":0.9}","session_id":"5f0c-1","total_cost_usd":0.0421,"usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":60},"uuid":"u"}"#

    @Test func claudeTellsSessionTokensCostAndResult() async throws {
        let conclusion = try await conclude(.claude, noisy(Self.claude + [Self.claudeResult]))
        #expect(conclusion.signs.agentSessionID == "5f0c-1")
        #expect(conclusion.signs.tokens == AgentTokens(input: 10, output: 60, cacheRead: 3_000, cacheCreation: 200))
        #expect(conclusion.signs.costUSD == 0.0421)
        #expect(conclusion.result == AgentResult(outcome: .success, trigger: "built", confidence: 0.9))
        #expect(conclusion.problem == nil && !conclusion.isRateLimited)
    }

    @Test func claudeTellsWhatItDoesWhileItDoesIt() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let text = noisy(Array(Self.claude[0...3])).joined(separator: "\n") + "\n{\"type\":\"resu"
        try text.write(toFile: "\(bench.path)/stream", atomically: true, encoding: .utf8)
        _ = try await bench.keeper.start(bench.order("cat stream; exec sleep 600"), in: folder)
        let reader = AgentReader(kind: .claude, folder: folder)
        let signs = try await until { () -> AgentSigns? in
            let signs = await reader.look()
            return signs.activity == "Bash: swift build" ? signs : nil
        }
        #expect(signs.agentSessionID == "5f0c-1")
        // Of the lines of one message only the last one's usage counts.
        #expect(signs.tokens == AgentTokens(input: 4, output: 25, cacheRead: 1_000, cacheCreation: 100))
        #expect(signs.costUSD == nil && signs.rateLimitedUntil == nil)
        await bench.keeper.stop(folder)
        _ = await bench.keeper.end(of: folder)
    }

    @Test func claudesErrorIsAFailureAlsoWithExitCodeZero() async throws {
        let error =
            #"{"type":"result","subtype":"error_max_turns","is_error":true,"errors":["Reached the maximum of 3 turns"],"session_id":"5f0c-2","total_cost_usd":0.1,"usage":{}}"#
        let conclusion = try await conclude(.claude, Self.claude + [error])
        #expect(conclusion.result.outcome == .failure)
        #expect(conclusion.problem == "Reached the maximum of 3 turns")
        #expect(!conclusion.isRateLimited)
        #expect(conclusion.signs.costUSD == 0.1)
    }

    @Test(arguments: [
        (#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1798800000,"rateLimitType":"five_hour"},"session_id":"s"}"#),
        (#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1798800000000}}"#),
        (#"{"type":"rate_limit_event","status":"rejected","resets_at":"2027-01-01T10:40:00Z","utilization":1.0}"#),
    ])
    func claudesLimitParksUntilItEnds(event: String) async throws {
        let error =
            #"{"type":"result","subtype":"success","is_error":true,"result":"You've hit your limit","session_id":"s"}"#
        for lines in [[event, error], [event]] {
            let conclusion = try await conclude(.claude, lines, code: 1)
            #expect(conclusion.isRateLimited)
            #expect(conclusion.result.outcome == .rateLimited)
            #expect(conclusion.result.until == Timestamp(rfc3339: "2027-01-01T10:40:00Z"))
            #expect(conclusion.signs.rateLimitedUntil == conclusion.result.until)
        }
        // A limit that it came over is none at the end.
        let over = #"{"type":"rate_limit_event","rate_limit_info":{"status":"allowed_warning","resetsAt":1798800000}}"#
        let conclusion = try await conclude(.claude, [event, over, Self.claudeResult])
        #expect(!conclusion.isRateLimited && conclusion.signs.rateLimitedUntil == nil)
        #expect(conclusion.result.outcome == .success)
    }

    @Test func claudesRetriesShowUntilWhenItWaits() async throws {
        let retry =
            #"{"type":"system","subtype":"api_retry","attempt":2,"max_retries":10,"retry_delay_ms":60000,"error_status":429,"error":"rate_limit","session_id":"s"}"#
        let conclusion = try await conclude(.claude, [retry])
        let until = try #require(conclusion.signs.rateLimitedUntil)
        let last = try #require(conclusion.signs.lastOutputAt)
        #expect(until == last + 60_000_000)
        #expect(!conclusion.isRateLimited && conclusion.result.outcome == .success)
        // Overloaded is no limit of ours.
        let overloaded = retry.replacing("\"rate_limit\"", with: "\"overloaded\"").replacing("429", with: "529")
        #expect(try await conclude(.claude, [overloaded]).signs.rateLimitedUntil == nil)
    }

    // MARK: - Codex

    private static let codex = [
        #"{"type":"thread.started","thread_id":"0199-c"}"#, #"{"type":"turn.started"}"#,
        #"{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**Thinking**"}}"#,
        #"{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}"#,
        #"{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","aggregated_output":"a\n","exit_code":0,"status":"completed"}}"#,
        #"{"type":"item.completed","item":{"id":"item_2","type":"agent_message","text":"Found it.\n{\"outcome\": \"failure\", \"trigger\": \"tests_fail\", \"reason\": \"two tests\"}\n\n"}}"#,
        #"{"type":"turn.completed","usage":{"input_tokens":24763,"cached_input_tokens":24448,"output_tokens":122,"reasoning_output_tokens":9}}"#,
    ]

    @Test func codexTellsThreadTokensAndResult() async throws {
        let conclusion = try await conclude(.codex, noisy(Self.codex))
        #expect(conclusion.signs.agentSessionID == "0199-c")
        #expect(conclusion.signs.tokens == AgentTokens(input: 315, output: 122, cacheRead: 24_448))
        #expect(conclusion.signs.areTokensOfConversation)
        #expect(conclusion.signs.costUSD == nil)
        #expect(
            conclusion.result == AgentResult(outcome: .failure, trigger: "tests_fail", reason: "two tests"))
        #expect(conclusion.problem == nil)
    }

    @Test func codexsFailedTurnIsAFailure() async throws {
        let failed = #"{"type":"turn.failed","error":{"message":"stream disconnected\nbefore completion"}}"#
        let conclusion = try await conclude(.codex, Array(Self.codex[0...4]) + [failed])
        #expect(conclusion.result.outcome == .failure)
        #expect(conclusion.problem == "stream disconnected")
        #expect(!conclusion.isRateLimited)
        #expect(conclusion.signs.activity == "runs bash -lc ls")
    }

    @Test(arguments: [
        ("You've hit your usage limit. Try again in 2 hours 5 minutes.", 7_500.0),
        ("You've hit your usage limit. Upgrade to Pro, or try again in 3 days 1 hour 30 minutes.", 264_600.0),
        ("You've hit your usage limit.", 300.0), ("Rate limit reached: retry after 12.5s", 12.5),
    ])
    func codexsLimitIsReadFromItsWords(words: String, seconds: Double) async throws {
        let lines = [
            "{\"type\":\"thread.started\",\"thread_id\":\"t\"}", "{\"type\":\"error\",\"message\":\"\(words)\"}",
            "{\"type\":\"turn.failed\",\"error\":{\"message\":\"\(words)\"}}",
        ]
        let conclusion = try await conclude(.codex, lines, code: 1)
        #expect(conclusion.isRateLimited && conclusion.result.outcome == .rateLimited)
        let last = try #require(conclusion.signs.lastOutputAt)
        #expect(conclusion.result.until == last + Int64(seconds * 1e6))
    }

    // MARK: - Gemini

    @Test func geminiTellsSessionTokensAndResult() async throws {
        let lines = [
            #"{"type":"init","timestamp":"2026-11-22T10:00:00.000Z","session_id":"g-1","model":"g"}"#,
            #"{"type":"message","role":"user","content":"{\"outcome\":\"blocked\"}"}"#,
            #"{"type":"tool_use","tool_name":"run_shell_command","tool_id":"1","parameters":{"command":"ls"}}"#,
            #"{"type":"tool_result","tool_id":"1","status":"success","output":"a"}"#,
        ]
        let message = [
            #"{"type":"message","role":"assistant","content":"Done.\n{\"outcome\":","delta":true}"#,
            #"{"type":"message","role":"assistant","content":"\"blocked\",\"reason\":\"no key\"}","delta":true}"#,
            #"{"type":"result","status":"success","stats":{"total_tokens":110,"input_tokens":90,"output_tokens":20,"cached":40,"input":50,"duration_ms":5,"tool_calls":1}}"#,
        ]
        let conclusion = try await conclude(.gemini, noisy(lines) + message + Self.noise)
        #expect(conclusion.signs.agentSessionID == "g-1")
        #expect(conclusion.signs.tokens == AgentTokens(input: 50, output: 20, cacheRead: 40))
        #expect(conclusion.result == AgentResult(outcome: .blocked, reason: "no key"))

        let error = #"{"type":"result","status":"error","error":{"type":"X","message":"quota exceeded"},"stats":{}}"#
        #expect(try await conclude(.gemini, lines + [error], code: 1).isRateLimited)
        let other = #"{"type":"result","status":"error","error":{"type":"X","message":"no auth"}}"#
        let failed = try await conclude(.gemini, lines + [other], code: 41)
        #expect(failed.problem == "no auth" && !failed.isRateLimited)
    }

    // MARK: - All

    @Test func hugeAndHalfLinesAreNoResultAndNoHarm() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let script = """
            printf '{"type":"system","session_id":"s-1","subtype":"init"}\\n{"type":"x","text":"'
            head -c 30000000 /dev/zero | tr '\\0' x
            printf '"}\\n{"type":"result","is_error":false,"result":"ok","total_cost_usd":1,"session_id":"s-1"}\\n{"type":"assis'
            """
        let end = try await bench.end(of: script, in: folder)
        let conclusion = await AgentReader(kind: .claude, folder: folder).result(end)
        #expect(conclusion.signs.agentSessionID == "s-1")
        #expect(conclusion.signs.costUSD == 1)
        #expect(conclusion.result.outcome == .success)
    }

    @Test func activityIsOneShortLineWithoutControlCharacters() async throws {
        let bench = try Bench()
        let folder = bench.folder()
        let script = "printf '\\033[31mred\\007  and \\t\\342\\200\\256long '; printf 'x%.0s' $(seq 500); echo"
        let end = try await bench.end(of: script, in: folder)
        let conclusion = await AgentReader(kind: .command, folder: folder).result(end)
        let activity = try #require(conclusion.signs.activity)
        #expect(activity.hasPrefix("[31mred and long xxx") && activity.hasSuffix("x…"))
        #expect(activity.unicodeScalars.count == 120)
    }
}
