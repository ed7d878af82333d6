/// Cuts the text of a condition into words, signs and values, each with its place.
struct ConditionScanner {
    struct Token {
        enum Kind {
            case open, close, and, or, not
            case comparison(Condition.Comparison)
            case path(Condition.Path)
            case value(JSONValue)
            case end
        }

        var kind: Kind
        /// From 1.
        var position: Int
        /// As it was written, for messages.
        var text: String
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func next() throws(ConditionError) -> Token {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        guard index < scalars.count else { return Token(kind: .end, position: index + 1, text: "") }
        let scalar = scalars[index]
        switch scalar {
        case "(": return sign(.open, 1)
        case ")": return sign(.close, 1)
        case "=": return sign(.comparison(.equal), peek(1) == "=" ? 2 : 1)
        case "!":
            guard peek(1) == "=" else { throw unknown("there is no !; write NOT", width: 1) }
            return sign(.comparison(.notEqual), 2)
        case "<": return peek(1) == "=" ? sign(.comparison(.lessOrEqual), 2) : sign(.comparison(.less), 1)
        case ">": return peek(1) == "=" ? sign(.comparison(.greaterOrEqual), 2) : sign(.comparison(.greater), 1)
        case "&": throw unknown("there is no &&; write AND", width: 2)
        case "|": throw unknown("there is no ||; write OR", width: 2)
        case "\"", "'": return try string(scalar)
        default:
            if Self.isDigit(scalar) || (scalar == "-" && peek(1).map { Self.isDigit($0) } == true) {
                if let number = try number() { return number }
            }
            guard Self.isNamePart(scalar) else {
                throw unknown("\(RIFError.quoted(String(scalar))) has no meaning here", width: 1)
            }
            return try word()
        }
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private func text(from start: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[start..<index])
        return String(view)
    }

    private mutating func sign(_ kind: Token.Kind, _ width: Int) -> Token {
        let start = index
        index += width
        return Token(kind: kind, position: start + 1, text: text(from: start))
    }

    private func unknown(_ message: String, width: Int) -> ConditionError {
        ConditionError(message: message, position: index + 1)
    }

    /// Up to the same quote; there are no escapes.
    private mutating func string(_ quote: Unicode.Scalar) throws(ConditionError) -> Token {
        let start = index
        index += 1
        while index < scalars.count, scalars[index] != quote { index += 1 }
        guard index < scalars.count else {
            throw ConditionError(message: "the string that begins here has no closing quote", position: start + 1)
        }
        index += 1
        var content = String.UnicodeScalarView()
        content.append(contentsOf: scalars[(start + 1)..<(index - 1)])
        return Token(kind: .value(.string(String(content))), position: start + 1, text: text(from: start))
    }

    /// A number, unless what begins like one goes on as a name (`2fa_enabled`).
    private mutating func number() throws(ConditionError) -> Token? {
        let start = index
        if scalars[index] == "-" { index += 1 }
        skipDigits()
        var isWhole = true
        if peek(0) == ".", let digit = peek(1), Self.isDigit(digit) {
            isWhole = false
            index += 1
            skipDigits()
        }
        if peek(0) == "e" || peek(0) == "E" {
            let sign = peek(1) == "+" || peek(1) == "-" ? 2 : 1
            if let digit = peek(sign), Self.isDigit(digit) {
                isWhole = false
                index += sign
                skipDigits()
            }
        }
        if let following = peek(0),
            Self.isNamePart(following) || following == "." || following == "[" || following == "-"
        {
            index = start
            guard scalars[start] != "-" else {
                throw ConditionError(message: "a name cannot begin with -, and this is no number", position: start + 1)
            }
            return nil
        }
        let written = text(from: start)
        if isWhole, let whole = Int64(written) {
            return Token(kind: .value(.int(whole)), position: start + 1, text: written)
        }
        guard let value = Double(written), value.isFinite else {
            throw ConditionError(message: "the number is too large", position: start + 1)
        }
        return Token(kind: .value(.double(value)), position: start + 1, text: written)
    }

    private mutating func skipDigits() {
        while let scalar = peek(0), Self.isDigit(scalar) { index += 1 }
    }

    /// A keyword, one of the ordered words, or a name.
    private mutating func word() throws(ConditionError) -> Token {
        let start = index
        let path = try path()
        let written = text(from: start)
        let kind: Token.Kind =
            switch written.lowercased() {
            case "and": .and
            case "or": .or
            case "not": .not
            default:
                switch written {
                case "true", "always": .value(true)
                case "false": .value(false)
                case _ where Condition.isOrderedWord(written): .value(.string(written))
                default: .path(path)
                }
            }
        return Token(kind: kind, position: start + 1, text: written)
    }

    /// `a.b-c[0].d`, with or without a leading `context.`.
    private mutating func path() throws(ConditionError) -> Condition.Path {
        let start = index
        var steps: [Condition.Path.Step] = [.member(try member())]
        var nameStart = start
        while let scalar = peek(0), scalar == "." || scalar == "[" {
            if scalar == "." {
                index += 1
                if nameStart == start, steps == [.member("context")] {
                    nameStart = index
                    steps = []
                }
                steps.append(.member(try member()))
            } else {
                steps.append(.element(try element()))
            }
        }
        return Condition.Path(steps: steps, text: text(from: nameStart))
    }

    private mutating func member() throws(ConditionError) -> String {
        let start = index
        while let scalar = peek(0), Self.isNamePart(scalar) || (scalar == "-" && index > start) { index += 1 }
        guard index > start else {
            throw ConditionError(
                message: "expected a name, found \(peek(0).map { RIFError.quoted(String($0)) } ?? "the end")",
                position: index + 1)
        }
        let name = text(from: start)
        if scalars[index - 1] == "-" {
            throw ConditionError(message: "a name cannot end with -", position: index)
        }
        // Behind a dot a member may be called "0"; at the beginning `5-3` is a slip, not a name.
        if start == 0 || scalars[start - 1] != ".",
            !name.unicodeScalars.contains(where: { !Self.isDigit($0) && $0 != "-" })
        {
            throw ConditionError(
                message: "\(RIFError.quoted(name)) is neither a number nor a name", position: start + 1)
        }
        return name
    }

    private mutating func element() throws(ConditionError) -> Int {
        index += 1
        let start = index
        skipDigits()
        guard index > start, let number = Int(text(from: start)), peek(0) == "]" else {
            throw ConditionError(message: "expected the number of an element and ], as in [0]", position: start + 1)
        }
        index += 1
        return number
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return isDigit(scalar) || scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }
        return scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
    }

    /// The path that is all of `text`; for other places that look into the context (templates, evidence).
    static func path(_ text: String) throws(ConditionError) -> Condition.Path {
        var scanner = ConditionScanner(text)
        let path = try scanner.path()
        guard scanner.index == scanner.scalars.count else {
            throw ConditionError(message: "a name ends here, but the text goes on", position: scanner.index + 1)
        }
        return path
    }
}
