import RIFModel

/// `codex exec --json …`.
///
/// Lines are objects with a `type`: `thread.started`, `turn.started`, `item.started`, `item.updated`, `item.completed`,
/// `turn.completed`, `turn.failed`, `error`. It tells no cost. A usage limit comes as the text of an error.
struct CodexStream: EventReading {
    private(set) var signs = AgentSigns()
    private(set) var failure: String?
    private(set) var isRateLimited = false
    private(set) var lastLine: String?

    mutating func take(_ event: JSONValue, now: Timestamp) {
        switch event["type"]?.stringValue {
        case "thread.started":
            if let id = event["thread_id"]?.stringValue, !id.isEmpty { signs.agentSessionID = id }
        case "turn.started":
            failure = nil
            endLimit()
        case "item.started", "item.updated", "item.completed":
            takeItem(event["item"] ?? .null, isComplete: event["type"]?.stringValue == "item.completed")
        case "turn.completed":
            if let usage = event["usage"] {
                // The thread's total so far, also from before it was resumed, so the last one counts (openai/codex#17539);
                // the input includes what came from the cache.
                signs.areTokensOfConversation = true
                let cached = Self.count(usage, "cached_input_tokens")
                signs.tokens = AgentTokens(
                    input: max(0, Self.count(usage, "input_tokens") - cached),
                    output: Self.count(usage, "output_tokens"), cacheRead: cached)
            }
            failure = nil
            signs.activity = nil
            endLimit()
        case "turn.failed":
            let words = event["error"]?["message"]?.stringValue ?? ""
            failure = Words.line(Words.short(words)) ?? "the turn failed"
            noteLimit(words, now)
        case "error":
            // Not the end yet: it goes on after a connection that broke.
            let words = event["message"]?.stringValue ?? ""
            signs.activity = Words.line(Words.short(words)) ?? signs.activity
            noteLimit(words, now)
        default: break
        }
    }

    private mutating func takeItem(_ item: JSONValue, isComplete: Bool) {
        let detail: String?
        switch item["type"]?.stringValue {
        case "agent_message":
            detail = item["text"]?.stringValue
            if isComplete, let detail { lastLine = Words.lastLine(detail) }
        case "reasoning": detail = item["text"]?.stringValue
        case "command_execution": detail = item["command"]?.stringValue.map { "runs \($0)" }
        case "file_change":
            let paths = item["changes"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
            detail = paths.isEmpty ? nil : "changes \(paths.joined(separator: ", "))"
        case "mcp_tool_call", "collab_tool_call": detail = item["tool"]?.stringValue.map { "calls \($0)" }
        case "web_search": detail = item["query"]?.stringValue.map { "searches \($0)" }
        case "todo_list":
            let open = item["items"]?.arrayValue?.first { $0["completed"]?.boolValue == false }
            detail = open?["text"]?.stringValue
        default: detail = nil
        }
        if let detail, let line = Words.line(Words.short(detail)) { signs.activity = line }
    }

    private mutating func noteLimit(_ words: String, _ now: Timestamp) {
        guard LimitWords.areAbout(words) else { return }
        isRateLimited = true
        signs.rateLimitedUntil = ResetTime.find(in: words, now: now) ?? now + ResetTime.standardWait
    }

    private mutating func endLimit() {
        isRateLimited = false
        signs.rateLimitedUntil = nil
    }
}
