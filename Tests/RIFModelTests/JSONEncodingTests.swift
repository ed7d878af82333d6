import RIFModel
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct JSONEncodingTests {
    static let encoded: [(JSONValue, String)] = [
        (.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-1, "-1"), (1_234_567_890, "1234567890"),
        (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"),
        (1.0, "1.0"), (.double(-0.0), "-0.0"), (0.85, "0.85"), (1e16, "1e+16"),
        (.double(.leastNonzeroMagnitude), "5e-324"), (0.1, "0.1"),
        (.double(.nan), "null"), (.double(.infinity), "null"), (.double(-.infinity), "null"),
        ("", #""""#), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#),
        ("\u{0}\u{1}\u{B}\u{1F}", #""\u0000\u0001\u000b\u001f""#), ("\u{7F}\u{80}\u{2028}", "\"\u{7F}\u{80}\u{2028}\""),
        ("é漢😀", "\"é漢😀\""), ("e\u{301}", "\"e\u{301}\""), ("</script>", "\"</script>\""),
        ([], "[]"), ([1, [], [:]], "[1,[],{}]"), ([:], "{}"),
        (["b": 1, "a": [nil], "": 2, "é": 3, "aa": 4, "B": 5], #"{"":2,"B":5,"a":[null],"aa":4,"b":1,"é":3}"#),
    ]

    @Test(arguments: encoded)
    func compact(value: JSONValue, expected: String) {
        #expect(Array(value.compact.utf8) == Array(expected.utf8))
        #expect(value.description == value.compact)
        #expect(value.compactByteCount == expected.utf8.count)
    }

    /// By scalars: U+FFFF before U+10000, which UTF-16 orders the other way, and without normalising.
    @Test func keysStandInTheOrderOfTheirScalars() {
        let value: JSONValue = ["\u{10000}": 1, "\u{FFFF}": 2, "e\u{301}z": 3, "f": 4, "\u{E9}": 5, "~": 6]
        #expect(value.compact == "{\"e\u{301}z\":3,\"f\":4,\"~\":6,\"\u{E9}\":5,\"\u{FFFF}\":2,\"\u{10000}\":1}")
    }

    @Test func whatIsEncodedIsReadBackAndCounted() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let value = generator.json()
            let text = value.compact
            #expect(try JSONValue.parse(text) == value)
            #expect(value.compactByteCount == text.utf8.count)
            #expect(try JSONValue.parse(text).compact == text)
            #expect(try JSONValue.parse(value.pretty()) == value)
        }
    }

    @Test func doublesKeepEveryBit() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<50_000 {
            let number = generator.double()
            #expect(try JSONValue.parse(JSONValue.double(number).compact).doubleValue?.bitPattern == number.bitPattern)
        }
    }

    /// The parser's own quick way for short decimals gives the same number as the standard library.
    @Test func decimalsRoundAsTheStandardLibraryDoes() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<50_000 {
            let digits =
                UInt64.random(in: 0...(1 << 60), using: &generator) >> UInt64.random(in: 0...58, using: &generator)
            let text = "\(digits)e\(Int.random(in: -30...30, using: &generator))"
            #expect(try JSONValue.parse(text).doubleValue == Double(text))
        }
    }

    @Test func floatsPrintShort() {
        #expect(JSONValue.float(0.85).compact == "0.85")
        #expect(JSONValue.float(0.1).compact == "0.1")
        #expect(JSONValue.float(1).compact == "1.0")
        #expect(JSONValue.float(16_777_216).compact == "16777216.0")
        #expect(JSONValue.float(.greatestFiniteMagnitude).compact == "3.4028235e+38")
        #expect(JSONValue.float(.nan).compact == "null")
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<10_000 {
            let float = Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &generator))
            #expect(JSONValue.float(float).doubleValue.map { Float($0) } == float)
        }
    }

    @Test func pretty() {
        let value: JSONValue = ["b": [1, ["x": nil]], "a": [], "c": [:], "d": "é"]
        #expect(
            value.pretty() == """
                {
                  "a": [],
                  "b": [
                    1,
                    {
                      "x": null
                    }
                  ],
                  "c": {},
                  "d": "é"
                }
                """)
        #expect(JSONValue.array([1]).pretty(indent: 0) == "[\n1\n]")
        #expect(JSONValue.array([1]).pretty(indent: -3) == "[\n1\n]")
        #expect(JSONValue.int(1).pretty() == "1")
    }

    @Test func appendGoesOnAfterWhatIsThere() {
        var bytes = Array("data: ".utf8)
        JSONValue.array([1, "a"]).append(to: &bytes)
        JSONValue.appendString("x\ny", to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"data: [1,"a"]"x\ny""#)
        #expect(JSONValue.stringByteCount("x\ny") == 6)
    }

    @Test func codable() throws {
        struct Row: Codable, Equatable {
            var data: JSONValue
            var at: Timestamp
        }
        let row = Row(
            data: ["a": [1, 2.5, "x", nil, true, ["b": []]], "c": .int(.max)], at: Timestamp(microseconds: 1))
        let text = try JSONEncoder().encode(row)
        #expect(try JSONValue.parse(utf8: Array(text))["at"] == "1970-01-01T00:00:00.000001Z")
        #expect(try JSONDecoder().decode(Row.self, from: text) == row)
        #expect(try JSONEncoder().encode(JSONValue.array([.double(.nan)])) == Data("[null]".utf8))
    }
}
