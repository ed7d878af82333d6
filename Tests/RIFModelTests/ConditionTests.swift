import RIFModel
import Testing

@Suite("Conditions")
struct ConditionTests {
    static let context: [String: JSONValue] = [
        "complexity": "high", "risk": "very-high", "level": "low", "score": 59, "ratio": 0.7, "zero": 0, "nought": 0.0,
        "one": 1, "text": "hello", "number_text": "59", "empty": "", "yes": true, "no": false, "nothing": nil,
        "list": [1, 2], "empty_list": [], "object": ["a": 1], "empty_object": [:],
        "review": ["score": 80, "by": ["Ann", "Bob"], "details": [["ok": true]], "0": "nought"],
        "dash-ed": "x", "Größe": 3, "very_high": 1, "high": "low", "context": ["inner": 7], "2fa": true,
        "big": 9_007_199_254_740_993, "and_so": 1, "same_list": [1.0, 2],
    ]

    static func holds(_ text: String) throws -> Bool { try Condition(parsing: text).holds(in: context) }

    @Test(
        "hold",
        arguments: [
            "always", "true", "yes", "NOT no", "not no", "Not no", "score", "text", "list", "object", "one",
            // Comparisons.
            "score = 59", "score == 59", "score != 60", "score < 60", "score <= 59", "score > 58", "score >= 59",
            "score = 59.0", "ratio < 0.71", "ratio = 7e-1", "score > -1", "zero = 0", "nought = 0", "text = \"hello\"",
            "text = 'hello'", "yes = true", "no = false", "yes != false", "59 = score", "1 < 2", "list = same_list",
            // Past 2^53 a Double would lose the last digit.
            "big > 9007199254740992", "big > 9007199254740992.0", "9007199254740992.0 < big",
            // Ordered words, quoted or not; a key of such a name is not looked up.
            "complexity >= high", "complexity > medium", "complexity < very_high", "complexity < critical",
            "complexity >= \"high\"", "complexity = 'high'", "low < medium", "medium < high", "high < very_high",
            "very_high < critical", "risk = very_high", "risk = very-high", "risk >= \"very_high\"",
            "very-high = very_high",
            "level = low", "context.high = low", "low",
            // Different types are not equal, and have no order.
            "score != \"59\"", "number_text != 59", "yes != 1", "text != true", "list != 1", "NOT score = \"59\"",
            "NOT number_text > 5", "NOT text < 5", "NOT \"a\" < \"b\"", "NOT text < \"zzz\"",
            "NOT complexity < \"zzz\"",
            "NOT High = high", "NOT yes > no",
            // What is unknown or null.
            "NOT unknown", "NOT unknown = 1", "NOT unknown != 1", "NOT unknown < 1", "NOT nothing = 1",
            "NOT nothing != 1",
            "NOT nothing", "NOT unknown != unknown", "NOT nothing = nothing", "NOT text = done",
            // False values.
            "NOT zero", "NOT nought", "NOT empty", "NOT empty_list", "NOT empty_object", "NOT no", "NOT 0", "NOT \"\"",
            "1",
            "'x'", "-1", "NOT -0.0",
            // Precedence: OR below AND below NOT below comparisons.
            "yes OR no AND no", "NOT no AND yes", "NOT score = 1", "NOT (score = 59 AND no)", "no AND no OR yes",
            "(yes OR no) AND yes", "NOT no OR no", "NOT NOT yes", "((((yes))))", "yes and not (no or no)",
            "yes AND\n\tyes",
            "score<60", "score>=59 AND yes", "(yes)AND(yes)", "yes AND always", "NOT score = 1 AND yes",
            // Paths.
            "review.score >= 80", "review.by[0] = 'Ann'", "review.by[1] = 'Bob'", "NOT review.by[2]",
            "review.details[0].ok", "context.score = 59", "context.review.score = 80", "dash-ed = 'x'",
            "context.dash-ed",
            "Größe = 3", "NOT größe", "NOT Score", "review.0 = 'nought'", "context.context.inner = 7", "2fa", "and_so",
            "NOT text.length", "NOT list.a", "NOT object[0]", "NOT score[0]", "list[1] = 2",
        ])
    func holding(_ text: String) throws {
        #expect(try Self.holds(text))
        #expect(try !Self.holds("NOT (\(text))"), "and its contrary does not")
    }

    @Test(
        "say where they do not parse",
        arguments: [
            ("", 1), ("   ", 4), ("a AND", 6), ("a AND AND b", 7), ("a b", 3), ("(a", 1), ("a)", 2), ("()", 2),
            ("a (b)", 3),
            ("a = b = c", 7), ("a < 1 < 2", 7), ("a && b", 3), ("a || b", 3), ("!a", 1), ("a = NOT b", 5), ("= 1", 1),
            ("a =", 4), ("a = 'x", 5), ("\"x", 1), ("a-", 2), ("-a", 1), ("a..b", 3), ("a.", 3), ("a[", 3), ("a[x]", 3),
            ("a[-1]", 3), ("a[1", 3), ("5-3", 1), ("1.2.3", 1), ("a <> b", 4), ("a =< b", 4), ("a ; b", 3),
            ("NOT", 4), ("(a OR b", 1), ("ä AND §", 7), ("'👩‍👩‍👧' §", 9), ("(a AND b) = true", 11), ("a = (b)", 5),
            ("a , b", 3),
            ("1e999", 1), ("a[99999999999999999999]", 3), ("a OR (b AND c", 6), ("a = \\'x\\'", 5), ("--1", 1),
            (".a", 1),
        ] as [(String, Int)])
    func position(_ text: String, _ position: Int) {
        let error = #expect(throws: ConditionError.self) { try Condition(parsing: text) }
        #expect(error?.position == position, "\(text): \(String(describing: error))")
        #expect(error?.message.isEmpty == false)
    }

    @Test("have no escapes in strings")
    func noEscapes() throws {
        let condition = try Condition(parsing: #"a = "x\n""#)
        #expect(condition.holds(in: ["a": #"x\n"#]))
        #expect(!condition.holds(in: ["a": "x\n"]))
        #expect(try Condition(parsing: #"a = 'say "x"'"#).holds(in: ["a": #"say "x""#]))
    }

    @Test("keep to 1,000 levels and 64 KiB, whatever the text")
    func limits() throws {
        func nested(_ count: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: count) + "yes" + String(repeating: close, count: count)
        }
        #expect(try Self.holds(nested(1_000, "(", ")")))
        #expect(try Self.holds(nested(1_000, "NOT ", "")))
        #expect(try Self.holds(nested(500, "NOT (", ")")))
        #expect(try Self.holds(nested(1_000, "yes AND no OR (", ")")))
        for text in [nested(1_001, "(", ")"), nested(1_001, "NOT ", ""), nested(501, "NOT (", ")")] {
            #expect(throws: ConditionError.self) { try Condition(parsing: text) }
        }
        #expect(throws: ConditionError.self) { try Condition(parsing: nested(60_000, "(", "")) }
        // Levels that are closed again do not add up.
        #expect(try Self.holds(Array(repeating: "NOT (no)", count: 2_000).joined(separator: " AND ")))
        let long = Array(repeating: "yes", count: 8_000).joined(separator: " AND ")
        #expect(long.utf8.count <= Condition.maximumBytes)
        #expect(try Self.holds(long))
        let full = "yes" + String(repeating: " ", count: Condition.maximumBytes - 3)
        #expect(try Self.holds(full))
        let error = #expect(throws: ConditionError.self) { try Condition(parsing: full + " ") }
        #expect(error?.position == Condition.maximumBytes + 1)
    }

    @Test("say what makes them false")
    func missing() throws {
        func missing(_ text: String) throws -> [Condition.Finding] {
            try Condition(parsing: text).missing(in: Self.context)
        }
        #expect(try missing("yes") == [])
        #expect(try missing("tests_written") == [.init(identifier: "tests_written", value: nil)])
        #expect(try missing("yes AND score < 50") == [.init(identifier: "score", value: 59)])
        #expect(
            try missing("no OR empty") == [
                .init(identifier: "no", value: false), .init(identifier: "empty", value: ""),
            ])
        #expect(try missing("NOT (yes OR no)") == [.init(identifier: "yes", value: true)])
        #expect(
            try missing("(no AND yes) AND (no OR context.review.score > 90)") == [
                .init(identifier: "no", value: false), .init(identifier: "review.score", value: 80),
            ])
        #expect(
            try missing("score > ratio AND zero = one") == [
                .init(identifier: "zero", value: 0), .init(identifier: "one", value: 1),
            ])
        #expect(try missing("false") == [])
        #expect(try missing("no").map(\.json) == [["identifier": "no", "value": false]])
    }

    @Test(
        "know whether a context matters",
        arguments: [
            ("always", true), ("true", true), ("false", false), ("1 > 2", false), ("low < high", true),
            ("NOT always", false),
            ("a OR always", true), ("a AND false", false), ("a", nil), ("a = a", nil), ("NOT a", nil),
            ("a AND true", nil),
            ("true AND 1", true), ("'x' = 1", false),
        ] as [(String, Bool?)])
    func constants(_ text: String, _ value: Bool?) throws {
        #expect(try Condition(parsing: text).constantValue == value)
    }

    @Test("mean the same as their negation's negation, and as the plain rules say, for any tree")
    func generated() throws {
        var generator = SeededGenerator(seed: 6)
        let names = ["yes", "no", "zero", "text", "unknown"]
        func make(_ depth: Int) -> (text: String, value: Bool) {
            switch Int.random(in: 0..<(depth > 0 ? 5 : 1), using: &generator) {
            case 1:
                let inner = make(depth - 1)
                return ("NOT (\(inner.text))", !inner.value)
            case 2:
                let (left, right) = (make(depth - 1), make(depth - 1))
                return ("(\(left.text)) AND (\(right.text))", left.value && right.value)
            case 3:
                let (left, right) = (make(depth - 1), make(depth - 1))
                return ("(\(left.text)) or (\(right.text))", left.value || right.value)
            case 4:
                let parts = (0..<5).map { _ in make(0) }
                return ("(" + parts.map(\.text).joined(separator: " OR ") + ")", parts.contains { $0.value })
            default:
                let name = names[Int.random(in: 0..<names.count, using: &generator)]
                return (name, name == "yes" || name == "text")
            }
        }
        for _ in 0..<500 {
            let (text, value) = make(6)
            let condition = try Condition(parsing: text)
            #expect(condition.holds(in: Self.context) == value, "\(text)")
            #expect(condition.missing(in: Self.context).isEmpty == value, "\(text)")
        }
    }
}
