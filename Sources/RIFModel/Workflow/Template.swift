/// What the blanks of a template stand for.
public struct TemplateValues: Sendable, Hashable {
    public var sessionID: String
    public var state: String
    /// None where the task itself is made.
    public var task: String?
    /// From 1.
    public var attempt: Int
    public var context: [String: JSONValue]

    public init(sessionID: String, state: String, task: String?, attempt: Int, context: [String: JSONValue]) {
        self.sessionID = sessionID
        self.state = state
        self.task = task
        self.attempt = attempt
        self.context = context
    }
}

/// Texts with blanks: `{{session.id}}`, `{{state}}`, `{{task}}`, `{{attempt}}`, `{{context.a.b[0]}}`.
///
/// `{{{{` stands for `{{`. Values go in as they are and are looked at no more: nothing that an agent or a user put into
/// the context can bring in a blank, and since arguments are a list, nothing needs quotes.
public enum Template {
    private enum Part {
        case text(String)
        case blank(Blank, written: String)
    }

    private enum Blank {
        case sessionID, state, task, attempt
        case context(Condition.Path)
    }

    /// The text with its values put in: strings as they are, everything else as compact JSON.
    ///
    /// - Throws: `invalid_request` where it is no template; `unprocessable` where a value is missing or null. Both name the
    ///   blank.
    public static func render(
        _ text: String, _ values: TemplateValues, field: String = "template"
    ) throws(RIFError) -> String {
        var result = ""
        for part in try parts(text, field) {
            switch part {
            case .text(let text): result += text
            case .blank(let blank, let written):
                result += try value(of: blank, values, written, field)
            }
        }
        return result
    }

    /// Whether the blanks are ones that we know, and closed; what they stand for is seen later.
    ///
    /// - Throws: `invalid_request` where not.
    public static func check(_ text: String, field: String = "template") throws(RIFError) {
        _ = try parts(text, field)
    }

    private static func value(
        of blank: Blank, _ values: TemplateValues, _ written: String, _ field: String
    ) throws(RIFError) -> String {
        func missing(_ why: String) -> RIFError {
            RIFError(
                .unprocessable, "\(field): {{\(written)}} \(why); expected a value to put in its place", field: field)
        }
        switch blank {
        case .sessionID: return values.sessionID
        case .state: return values.state
        case .attempt: return "\(values.attempt)"
        case .task:
            guard let task = values.task else { throw missing("has no value here") }
            return task
        case .context(let path):
            switch path.value(in: values.context) {
            case nil: throw missing("is not in the context")
            case .null?: throw missing("is null in the context")
            case .string(let text)?: return text
            case let value?: return value.compact
            }
        }
    }

    private static func parts(_ text: String, _ field: String) throws(RIFError) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        var plain = ""
        while let open = find("{{", in: rest) {
            plain += rest[..<open.lowerBound]
            rest = rest[open.upperBound...]
            if rest.hasPrefix("{{") {
                plain += "{{"
                rest = rest.dropFirst(2)
                continue
            }
            guard let close = find("}}", in: rest) else {
                throw RIFError.invalid(
                    field: field, value: text, problem: "has a {{ without }}",
                    expected: "a blank such as {{state}}, or {{{{ for {{ itself")
            }
            let written = trimmed(rest[..<close.lowerBound])
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = ""
            parts.append(.blank(try blank(written, field), written: written))
            rest = rest[close.upperBound...]
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        return parts
    }

    private static func blank(_ name: String, _ field: String) throws(RIFError) -> Blank {
        switch name {
        case "session.id": return .sessionID
        case "state": return .state
        case "task": return .task
        case "attempt": return .attempt
        default:
            if name.hasPrefix("context.") {
                do {
                    return .context(try Condition.path(parsing: name))
                } catch {
                    throw RIFError(.invalidRequest, "\(field): {{\(name)}}: \(error.message)", field: field)
                }
            }
            throw RIFError.invalid(
                field: field, value: "{{\(name)}}", problem: "is not known",
                expected: "{{session.id}}, {{state}}, {{task}}, {{attempt}} or {{context.…}}, or {{{{ for {{ itself")
        }
    }

    private static func find(_ pair: String, in text: Substring) -> Range<Substring.Index>? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        guard let first = pair.unicodeScalars.first else { return nil }
        while index < scalars.endIndex {
            let next = scalars.index(after: index)
            if scalars[index] == first, next < scalars.endIndex, scalars[next] == first {
                return index..<scalars.index(after: next)
            }
            index = next
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
