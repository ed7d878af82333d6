import RIFModel

/// `claude -p … --output-format stream-json --verbose`.
///
/// Lines are objects with a `type`: `system` (`init`, `api_retry`, …), `assistant`, `user`, `rate_limit_event`, and at
/// last `result`. A limit's end is known as `resetsAt` and as `resets_at`, in seconds, milliseconds and RFC 3339.
struct ClaudeStream: EventReading {
    private(set) var signs = AgentSigns()
    private(set) var failure: String?
    private(set) var isRateLimited = false
    private(set) var lastLine: String?
    /// Of the messages since the last result, by message: one message comes in several lines, each with its usage.
    private var current: [String: AgentTokens] = [:]
    private var finished = AgentTokens()

    mutating func take(_ event: JSONValue, now: Timestamp) {
        let isSubagent = event["parent_tool_use_id"]?.stringValue != nil
        if !isSubagent, let id = event["session_id"]?.stringValue, !id.isEmpty { signs.agentSessionID = id }
        switch event["type"]?.stringValue {
        case "system": takeSystem(event, now)
        case "assistant": takeMessage(event, isSubagent: isSubagent)
        case "rate_limit_event": takeLimit(event["rate_limit_info"] ?? event, now)
        case "result": takeResult(event, now)
        default: break
        }
    }

    private mutating func takeSystem(_ event: JSONValue, _ now: Timestamp) {
        switch event["subtype"]?.stringValue {
        case "api_retry":
            guard event["error"]?.stringValue == "rate_limit" || event["error_status"]?.intValue == 429 else { return }
            let delay = event["retry_delay_ms"]?.doubleValue ?? 0
            let microseconds = Int64(max(0, min(delay, 1e12)) * 1_000)
            signs.rateLimitedUntil = now + microseconds
            signs.activity = "waits for a rate limit"
        case "task_started", "task_progress":
            if let text = (event["description"] ?? event["summary"])?.stringValue { signs.activity = Words.line(text) }
        default: break
        }
    }

    private mutating func takeMessage(_ event: JSONValue, isSubagent: Bool) {
        guard let message = event["message"] else { return }
        // An answer is the proof that no limit holds it up, unless the answer itself is about the limit.
        if event["error"]?.stringValue == "rate_limit" {
            isRateLimited = true
        } else if !isRateLimited {
            signs.rateLimitedUntil = nil
        }
        if let usage = message["usage"] {
            current[message["id"]?.stringValue ?? ""] = Self.tokens(usage)
            signs.tokens = current.values.reduce(finished, +)
        }
        for part in message["content"]?.arrayValue ?? [] {
            switch part["type"]?.stringValue {
            case "text":
                guard let text = part["text"]?.stringValue else { break }
                signs.activity = Words.line(Words.short(text)) ?? signs.activity
                if !isSubagent { lastLine = Words.lastLine(text) }
            case "tool_use": signs.activity = Self.activity(of: part) ?? signs.activity
            default: break
            }
        }
    }

    private mutating func takeLimit(_ info: JSONValue, _ now: Timestamp) {
        switch info["status"]?.stringValue {
        case "rejected":
            isRateLimited = true
            signs.rateLimitedUntil =
                ResetTime.read(info["resetsAt"] ?? info["resets_at"]) ?? now + ResetTime.standardWait
        case "allowed", "allowed_warning":
            isRateLimited = false
            signs.rateLimitedUntil = nil
        default: break
        }
    }

    private mutating func takeResult(_ event: JSONValue, _ now: Timestamp) {
        let text = event["result"]?.stringValue
        if let cost = event["total_cost_usd"]?.doubleValue, cost.isFinite, cost >= 0 { signs.costUSD = cost }
        // Each result counts its own turn.
        finished = finished + (event["usage"].map(Self.tokens) ?? current.values.reduce(AgentTokens(), +))
        current = [:]
        signs.tokens = finished
        signs.activity = nil
        if event["is_error"]?.boolValue == true {
            let errors = event["errors"]?.arrayValue?.compactMap(\.stringValue).joined(separator: "; ")
            let words = text ?? errors ?? event["subtype"]?.stringValue ?? ""
            failure = Words.line(Words.short(words)) ?? "the agent reported an error"
            let isLimit = event["api_error_status"]?.intValue == 429 || LimitWords.areAbout(words)
            if isLimit || isRateLimited {
                isRateLimited = true
                signs.rateLimitedUntil =
                    ResetTime.find(in: words, now: now) ?? signs.rateLimitedUntil ?? now + ResetTime.standardWait
            }
        } else {
            failure = nil
            isRateLimited = false
            signs.rateLimitedUntil = nil
            if let text { lastLine = Words.lastLine(text) }
        }
    }

    private static func tokens(_ usage: JSONValue) -> AgentTokens {
        AgentTokens(
            input: count(usage, "input_tokens"), output: count(usage, "output_tokens"),
            cacheRead: count(usage, "cache_read_input_tokens"),
            cacheCreation: count(usage, "cache_creation_input_tokens"))
    }

    private static func activity(of tool: JSONValue) -> String? {
        guard let name = tool["name"]?.stringValue else { return nil }
        let input = tool["input"]
        // The one argument that tells most, by the tools that there are.
        for key in ["description", "command", "file_path", "path", "pattern", "url", "query", "prompt"] {
            if let text = input?[key]?.stringValue { return Words.line("\(name): \(Words.short(text))") }
        }
        return Words.line(name)
    }
}

extension EventReading {
    /// A number that counts something: never negative.
    static func count(_ object: JSONValue?, _ key: String) -> Int64 {
        if let number = object?[key]?.intValue { return max(0, number) }
        if let number = object?[key]?.doubleValue, number >= 0, number < 9e18 { return Int64(number) }
        return 0
    }
}
