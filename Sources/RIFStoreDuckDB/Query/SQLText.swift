import RIFModel

/// What can be said about a statement before the database parses it.
///
/// Tried with DuckDB 2.0.0, whose parser cannot be interrupted: thousands of brackets that are not closed keep it busy
/// for minutes, and each `WITH` inside brackets inside another `WITH` makes it try the inside again, five times or so: of
/// `WITH a AS (` eight times, 88 bytes, it takes 5 GB. So the text is measured first, by rules that rather count too much:
/// what cannot be told apart for certain (an escaped quote, a dollar quote) is refused.
struct SQLText {
    /// The first word in upper case, where there is one.
    private(set) var firstWord = ""
    /// What stands behind the first word, and behind ANALYZE after EXPLAIN.
    private(set) var isAnalyze = false
    private(set) var rest: Substring.UTF8View

    private let bytes: [UInt8]
    private var position = 0
    private var words = 0
    /// For each open bracket: how it is closed, and whether a WITH has stood in it.
    private var open: [(closer: UInt8, hasWith: Bool)] = [(0, false)]
    private var withDepth = 0
    private var cost = 0

    private static let deepest = 100
    private static let deepestWith = 4
    private static let mostCost = 200_000
    /// How often the parser may try what stands in a WITH, at most.
    private static let costOfWith = 6

    /// - Throws: `invalid_request` or `unprocessable`.
    init(_ sql: String) throws(RIFError) {
        bytes = Array(sql.utf8)
        rest = sql[...].utf8
        try scan(sql)
    }

    private mutating func scan(_ sql: String) throws(RIFError) {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "'"): try skipQuoted(byte)
            case UInt8(ascii: "\""): try skipQuoted(byte)
            case UInt8(ascii: "-") where next == UInt8(ascii: "-"): skipLine()
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"): try skipComment()
            case UInt8(ascii: "$"): try skipParameter()
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): try enter(byte)
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): try leave(byte)
            case _ where Self.isWordByte(byte): try word(sql)
            case 0x00...0x20: position += 1
            default:
                try count()
                position += 1
            }
        }
        guard open.count == 1 else { throw Self.malformed("a bracket is not closed") }
    }

    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        // Only ASCII: some signs beyond it are white space to the database, and must not hide a word.
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private mutating func word(_ sql: String) throws(RIFError) {
        let start = position
        while position < bytes.count, Self.isWordByte(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<min(position, start + 16)], as: UTF8.self).uppercased()
        if position - start == 1, text == "E", position < bytes.count, bytes[position] == UInt8(ascii: "'") {
            throw Self.malformed("strings with escapes (E'…') are not allowed; chr(10) makes a line break")
        }
        try count()
        words += 1
        if words == 1 { firstWord = text }
        let isPrefix = words == 1 || (words == 2 && firstWord == "EXPLAIN" && text == "ANALYZE")
        if words == 2, isPrefix { isAnalyze = true }
        if isPrefix {
            let view = sql.utf8
            rest = view[view.index(view.startIndex, offsetBy: position)...]
        }
        if text == "WITH", !open[open.count - 1].hasWith {
            open[open.count - 1].hasWith = true
            withDepth += 1
            guard withDepth <= Self.deepestWith else {
                throw RIFError(
                    .unprocessable,
                    "sql: WITH inside of WITH, \(withDepth) levels; expected at most \(Self.deepestWith)",
                    field: "sql")
            }
        }
    }

    private mutating func count() throws(RIFError) {
        var weight = 1
        for _ in 0..<withDepth { weight *= Self.costOfWith }
        cost += weight
        guard cost <= Self.mostCost else {
            throw RIFError(
                .unprocessable, "sql: too complex; expected a shorter text or fewer WITH in WITH", field: "sql")
        }
    }

    private mutating func enter(_ byte: UInt8) throws(RIFError) {
        let closer: UInt8 = byte == UInt8(ascii: "(") ? UInt8(ascii: ")") : byte + 2
        try count()
        open.append((closer, false))
        position += 1
        guard open.count <= Self.deepest else {
            throw RIFError(
                .unprocessable, "sql: brackets nested deeper than \(Self.deepest - 1) levels; expected fewer",
                field: "sql")
        }
    }

    private mutating func leave(_ byte: UInt8) throws(RIFError) {
        guard let last = open.popLast(), last.closer == byte else {
            throw Self.malformed("a bracket closes what was not opened")
        }
        if last.hasWith { withDepth -= 1 }
        position += 1
    }

    private mutating func skipQuoted(_ quote: UInt8) throws(RIFError) {
        try count()
        position += 1
        while position < bytes.count {
            if bytes[position] == quote {
                guard next == quote else {
                    position += 1
                    return
                }
                position += 1
            }
            position += 1
        }
        throw Self.malformed("a quote is not closed")
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
    }

    private mutating func skipComment() throws(RIFError) {
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                position += 2
                return
            }
            if bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                throw Self.malformed("a comment in a comment is not allowed")
            }
            position += 1
        }
        throw Self.malformed("a comment is not closed")
    }

    private mutating func skipParameter() throws(RIFError) {
        guard let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
            throw Self.malformed("a $ that no number follows is not allowed; write ? or $1 for a parameter")
        }
        position += 1
    }

    private static func malformed(_ problem: String) -> RIFError {
        RIFError(.invalidRequest, "sql: \(problem)", field: "sql")
    }
}
