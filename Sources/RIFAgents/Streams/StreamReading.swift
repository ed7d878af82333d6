import RIFModel

/// What the stream of one kind of agent has told so far.
///
/// Formats change with every version of their programs: unknown events and fields are passed over, broken lines too.
protocol StreamReading {
    var signs: AgentSigns { get }
    /// Set once the agent itself calls its run a failure: its words.
    var failure: String? { get }
    /// Whether the last thing that the agent reported about limits is that one holds it up.
    var isRateLimited: Bool { get }
    /// The last line of its final message; where a result may stand.
    var lastLine: String? { get }

    /// - Parameter now: about when the line was written; what "in two hours" counts from.
    mutating func take(_ line: ArraySlice<UInt8>, now: Timestamp)
}

/// A stream of JSON objects, one a line.
protocol EventReading: StreamReading {
    mutating func take(_ event: JSONValue, now: Timestamp)
}

extension EventReading {
    mutating func take(_ line: ArraySlice<UInt8>, now: Timestamp) {
        guard let event = try? JSONValue.parse(utf8: line), event.objectValue != nil else { return }
        take(event, now: now)
    }
}

/// Of an agent of the user's own: any text.
struct PlainStream: StreamReading {
    /// As bytes: of a million lines only the last one is worth becoming text.
    private var last: ArraySlice<UInt8> = []

    var signs: AgentSigns { AgentSigns(activity: lastLine.flatMap { Words.line(Words.short($0)) }) }
    var failure: String? { nil }
    var isRateLimited: Bool { false }
    var lastLine: String? { last.isEmpty ? nil : String(decoding: last, as: UTF8.self) }

    mutating func take(_ line: ArraySlice<UInt8>, now: Timestamp) {
        last = line.count <= AgentResult.maximumBytes ? line : []
    }
}

/// Texts from outside, made fit to be shown.
enum Words {
    /// The first line that says something, without control characters and runs of space, at most 120 characters; nil
    /// where nothing is left.
    static func line(_ text: some StringProtocol) -> String? {
        var result = ""
        var count = 0
        var wasSpace = true
        for scalar in text.unicodeScalars {
            if scalar == "\n", count > 0 { break }
            let isSpace = scalar.properties.isWhitespace
            switch scalar.properties.generalCategory {
            case .control where !isSpace, .format, .privateUse, .unassigned, .surrogate: continue
            default: break
            }
            if isSpace, wasSpace { continue }
            if count == 119 {
                result += "…"
                break
            }
            result.unicodeScalars.append(isSpace ? " " : scalar)
            wasSpace = isSpace
            count += 1
        }
        if result.hasSuffix(" ") { result.removeLast() }
        return result.isEmpty ? nil : result
    }

    /// The last line that holds more than space.
    static func lastLine(_ text: String) -> String? {
        text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
    }

    /// Only so much of a message is looked through.
    static func short(_ text: String) -> String { String(text.unicodeScalars.prefix(2_000)) }
}
