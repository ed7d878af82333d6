import RIFModel

/// `gemini -p … -o stream-json`.
///
/// Lines are objects with a `type`: `init`, `message` (whole, or in pieces with `delta`), `tool_use`, `tool_result`,
/// `error`, and at last `result`. It tells no cost.
struct GeminiStream: EventReading {
    private(set) var signs = AgentSigns()
    private(set) var failure: String?
    private(set) var isRateLimited = false
    /// The answer that is being written, as far as it matters: its end.
    private var message = ""
    private var isInMessage = false

    var lastLine: String? { Words.lastLine(message) }

    /// A result is one line; more of a message is not kept.
    private static let longestMessage = 2 << 20

    mutating func take(_ event: JSONValue, now: Timestamp) {
        let type = event["type"]?.stringValue
        defer { isInMessage = type == "message" }
        switch type {
        case "init":
            if let id = event["session_id"]?.stringValue, !id.isEmpty { signs.agentSessionID = id }
        case "message":
            guard event["role"]?.stringValue != "user", let text = event["content"]?.stringValue else { break }
            let goesOn = event["delta"]?.boolValue == true && isInMessage
            message = goesOn && message.utf8.count < Self.longestMessage ? message + text : text
            signs.activity = Words.line(Words.short(text)) ?? signs.activity
        case "tool_use": takeTool(event)
        case "error":
            let words = event["message"]?.stringValue ?? ""
            signs.activity = Words.line(Words.short(words)) ?? signs.activity
            noteLimit(words, now)
        case "result": takeResult(event, now)
        default: break
        }
    }

    private mutating func takeTool(_ event: JSONValue) {
        guard let name = event["tool_name"]?.stringValue else { return }
        let parameters = event["parameters"]
        let detail = ["description", "command", "file_path", "path", "pattern", "query"]
            .lazy.compactMap { parameters?[$0]?.stringValue }.first
        signs.activity = Words.line(detail.map { "\(name): \(Words.short($0))" } ?? name)
    }

    private mutating func takeResult(_ event: JSONValue, _ now: Timestamp) {
        if let stats = event["stats"] {
            let cached = Self.count(stats, "cached")
            // `input` is without the cached ones, where it is there at all.
            let input =
                stats["input"] == nil ? max(0, Self.count(stats, "input_tokens") - cached) : Self.count(stats, "input")
            signs.tokens = AgentTokens(input: input, output: Self.count(stats, "output_tokens"), cacheRead: cached)
        }
        signs.activity = nil
        if event["status"]?.stringValue == "error" || event["error"]?.objectValue != nil {
            let words = event["error"]?["message"]?.stringValue ?? ""
            failure = Words.line(Words.short(words)) ?? "the agent reported an error"
            noteLimit(words, now)
        } else {
            failure = nil
            isRateLimited = false
            signs.rateLimitedUntil = nil
        }
    }

    private mutating func noteLimit(_ words: String, _ now: Timestamp) {
        guard LimitWords.areAbout(words) else { return }
        isRateLimited = true
        signs.rateLimitedUntil = ResetTime.find(in: words, now: now) ?? now + ResetTime.standardWait
    }
}
