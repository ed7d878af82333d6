import RIFModel
import Testing

@Suite struct JSONParserTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", .null), ("true", true), ("false", false), (" \t\r\n1 \n", 1), ("0", 0), ("-0", 0), ("-12", -12),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("1.0", 1.0), ("-0.0", .double(-0.0)), ("0.85", 0.85), ("1e3", 1000.0), ("1E+3", 1000.0), ("25e-1", 2.5),
        ("0e5", 0.0), ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        ("5e-324", .double(.leastNonzeroMagnitude)),
        ("1e-400", 0.0), ("12345678901234567890.5", 12345678901234567890.5), ("9007199254740993.0", 9007199254740992.0),
        (#""""#, ""), (#""a""#, "a"), (#""é漢😀""#, "é漢😀"), (#""\u00e9\u6F22\uD83D\uDE00""#, "é漢😀"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0001""#, "\u{1}"), ("\"\u{7F}\"", "\u{7F}"),
        (#""\uFFFF""#, "\u{FFFF}"), ("[]", []), ("[ ]", []), ("[1, [2], {}]", [1, [2], [:]]), ("{}", [:]), ("{ }", [:]),
        (#"{"a":1 , "b" : [null]}"#, ["a": 1, "b": [nil]]), (#"{"a":1,"a":2}"#, ["a": 2]), (#"{"":0}"#, ["": 0]),
        (#"{"a":{"b":1,"c":2},"d":{"a":3}}"#, ["a": ["b": 1, "c": 2], "d": ["a": 3]]),
    ]

    @Test(arguments: accepted)
    func accepts(text: String, expected: JSONValue) throws {
        #expect(try JSONValue.parse(text) == expected)
        #expect(try JSONValue.parse(utf8: Array(text.utf8)) == expected)
        // A collection that is not contiguous takes another way.
        #expect(try JSONValue.parse(utf8: text.utf8.lazy.map { $0 }) == expected)
    }

    static let refused: [(String, String, Int)] = [
        ("", "the text is empty; expected a JSON value", 0),
        ("  \n", "the text holds only white space; expected a JSON value", 3),
        ("\u{FEFF}{}", "the text begins with a byte order mark (U+FEFF); expected JSON without one", 0),
        ("{} x", "expected the end after the JSON value, found \"x\"", 3),
        ("1 2", "expected the end after the JSON value, found \"2\"", 2),
        ("01", "a number with a leading zero", 0), ("-01", "a number with a leading zero", 1),
        ("00.5", "a number with a leading zero", 0),
        ("-", "expected a digit after \"-\", found the end of the text", 1),
        ("+1", "expected a value, found \"+\"", 0), (".5", "expected a value, found \".\"", 0),
        ("1.", "expected a digit after a decimal point, found the end of the text", 2),
        ("1.e5", "expected a digit after a decimal point, found \"e\"", 2),
        ("1e", "expected a digit after an exponent, found the end of the text", 2),
        ("1e+", "expected a digit after an exponent, found the end of the text", 3),
        ("0x10", "expected the end after the JSON value, found \"x\"", 1),
        ("NaN", "expected a value, found \"N\"", 0), ("Infinity", "expected a value, found \"I\"", 0),
        ("-Infinity", "expected a digit after \"-\", found \"I\"", 1),
        ("nul", "expected null, found \"n\"", 0), ("True", "expected a value, found \"T\"", 0),
        ("truth", "expected true, found \"t\"", 0), ("nullx", "expected the end after the JSON value, found \"x\"", 4),
        ("'a'", "expected a value, found \"'\"", 0),
        ("[1,]", "expected a value, found \"]\"", 3), ("[,1]", "expected a value, found \",\"", 1),
        ("[1 2]", "expected \",\" or \"]\" in an array, found \"2\"", 3),
        ("[1", "expected \",\" or \"]\" in an array, found the end of the text", 2),
        ("[", "expected a value, found the end of the text", 1), ("]", "expected a value, found \"]\"", 0),
        ("{", "expected a key in double quotes, found the end of the text", 1),
        ("{a:1}", "expected a key in double quotes, found \"a\"", 1),
        ("{'a':1}", "expected a key in double quotes, found \"'\"", 1),
        (#"{"a":1,}"#, "expected a key in double quotes, found \"}\"", 7),
        (#"{"a" 1}"#, "expected \":\" after a key, found \"1\"", 5),
        (#"{"a":}"#, "expected a value, found \"}\"", 5),
        (#"{"a":1;"b":2}"#, "expected \",\" or \"}\" in an object, found \";\"", 6),
        ("[1] // no", "expected the end after the JSON value, found \"/\"", 4),
        ("\u{A0}1", "expected a value, found U+00A0", 0),
        ("1\u{0}", "expected the end after the JSON value, found the byte 0x00", 1),
        (#""a"#, "the text ends inside a string", 2), (#""a\"#, "the text ends inside a string", 3),
        (#""a\u12"#, "expected four hexadecimal digits after \\u, found the end of the text", 6),
        (#""\u12G4""#, "expected four hexadecimal digits after \\u, found \"G\"", 5),
        (#""\x41""#, #"an unknown escape in a string; expected one of \" \\ \/ \b \f \n \r \t \u"#, 1),
        ("\"a\nb\"", "a control character (U+000A) in a string; expected it escaped", 2),
        ("\"a\tb\"", "a control character (U+0009) in a string; expected it escaped", 2),
        ("\"a\u{0}b\"", "a NUL character in a string", 2),
        (#""a\u0000b""#, "a NUL character (\\u0000) in a string", 2),
        (#"{"a\u0000":1}"#, "a NUL character (\\u0000) in a string", 3),
        (#""\uD800""#, "half of a surrogate pair (U+D800) in a string", 1),
        (#""\uDC00\uD800""#, "half of a surrogate pair (U+DC00) in a string", 1),
        (#""\uD800\uD800""#, "half of a surrogate pair (U+D800) in a string", 1),
        (#""\uD83Dx""#, "half of a surrogate pair (U+D83D) in a string", 1),
        (#"{"\uDFFF":1}"#, "half of a surrogate pair (U+DFFF) in a string", 2),
    ]

    @Test(arguments: refused)
    func refuses(text: String, message: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.message == message)
        #expect(error?.offset == offset)
        #expect(error?.kind == .syntax)
    }

    @Test(arguments: [
        ("9223372036854775808", "a whole number beyond 64 bits"),
        ("-9223372036854775809", "a whole number beyond 64 bits"),
        ("18446744073709551616", "a whole number beyond 64 bits"),
        ("100000000000000000000000000000000", "a whole number beyond 64 bits"),
        ("1e309", "a number too large for a 64-bit floating point number"),
        ("-1e99999999999999999999", "a number too large for a 64-bit floating point number"),
    ])
    func refusesNumbersBeyondTheirLimit(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.message == message)
        #expect(error?.kind == .limit)
    }

    static let brokenSequences: [[UInt8]] = [
        [0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3], [0xE2, 0x28, 0xA1],
    ]

    @Test(arguments: brokenSequences)
    func refusesBrokenUTF8(sequence: [UInt8]) {
        for (prefix, offset) in [("[\"é", 4), ("[\"\\n", 4)] {
            let bytes = Array(prefix.utf8) + sequence + Array("\"]".utf8)
            let error = #expect(throws: JSONError.self) { try JSONValue.parse(utf8: bytes) }
            #expect(error?.offset == offset)
            #expect(error?.message.hasPrefix("a string is not valid UTF-8") == true)
        }
        #expect(throws: JSONError.self) { try JSONValue.parse(utf8: sequence) }
    }

    @Test func namesThePlace() {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse("{\r\n  \"é\": 1,\r  \"漢\": ]}") }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.description == "line 3, column 8: expected a value, found \"]\"")
    }

    @Test func nestsAsDeepAsItsLimit() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        _ = try JSONValue.parse(nested(128, "[", "]"))
        _ = try JSONValue.parse(#"{"a":"# + nested(127, "[", "]") + "}")
        _ = try JSONValue.parse(nested(2, "[", "]"), maximumDepth: 2)
        for text in [nested(129, "[", "]"), #"{"a":"# + nested(128, "[", "]") + "}"] {
            let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
            #expect(error?.message == "nested deeper than 128 levels")
            #expect(error?.kind == .limit)
        }
        #expect(throws: JSONError.self) { try JSONValue.parse("[]", maximumDepth: 0) }
        #expect(throws: JSONError.self) { try JSONValue.parse("[]", maximumDepth: -1) }
        #expect(try JSONValue.parse("1", maximumDepth: 0) == 1)
    }

    @Test func deepNestingDoesNotCrash() {
        for text in [String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000)] {
            #expect(throws: JSONError.self) { try JSONValue.parse(text) }
            // A caller cannot lift the limit to where the stack ends.
            #expect(throws: JSONError.self) { try JSONValue.parse(text, maximumDepth: .max) }
        }
    }

    @Test func keysOfEqualNormalFormAreOne() throws {
        #expect(try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}") == ["\u{E9}": 2])
    }

    /// Whatever bytes come in, the parser answers; what it accepts prints as something that it accepts again.
    @Test func survivesDamagedDocuments() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<5_000 {
            var bytes = Array(generator.json().compact.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            if let value = try? JSONValue.parse(utf8: bytes) {
                #expect(try JSONValue.parse(value.compact) == value)
            }
        }
    }
}
