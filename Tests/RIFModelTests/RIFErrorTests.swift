import RIFModel
import Testing

@Suite struct RIFErrorTests {
    /// The table of contract 5, 8 and 10.
    static let table: [(String, Int, Int32)] = [
        ("invalid_request", 400, 2), ("unauthorized", 401, 1), ("forbidden", 403, 1), ("not_found", 404, 4),
        ("method_not_allowed", 405, 1), ("state_conflict", 409, 3), ("session_finished", 409, 3),
        ("payload_too_large", 413, 1), ("unsupported_media_type", 415, 1), ("unprocessable", 422, 2),
        ("internal", 500, 1), ("overloaded", 503, 5), ("storage_unavailable", 503, 5),
    ]

    @Test(arguments: table)
    func codes(name: String, status: Int, exitCode: Int32) {
        let code = RIFError.Code(rawValue: name)
        #expect(RIFError.Code.all.contains(code))
        #expect(code.status == status)
        #expect(RIFError(code, "x").exitCode == exitCode)
        #expect(code.title.contains(/^[A-Z][a-z ]+$/))
        #expect(RIFError.Code.all.count == 13)
    }

    @Test func codesOfOtherVersions() {
        let code = RIFError.Code(rawValue: "teapot")
        #expect(code.status == 500)
        #expect(code.exitCode == 1)
        #expect(code.title == "Error")
    }

    @Test func problem() {
        #expect(
            RIFError.stateConflict(expected: "a", actual: "b").problem == [
                "type": "urn:rif:error:state_conflict", "title": "State conflict", "status": 409,
                "detail": #"from_state: "a" is not the current state; expected "b""#, "code": "state_conflict",
                "field": "from_state",
            ])
        #expect(
            RIFError(.internal, "x").problem.objectValue?.keys.sorted() == [
                "code", "detail", "status", "title", "type",
            ])
    }

    @Test func wording() throws {
        #expect(
            RIFError.invalid(field: "outcome", value: "done", expected: "completed, failed or cancelled").description
                == #"invalid_request: outcome: "done" is not known; expected completed, failed or cancelled"#)
        #expect(
            RIFError.missing(field: "context", expected: "an object").detail == "context: missing; expected an object")
        for (value, words) in [
            ("high", #""high" is a string"#), (1, "1 is a whole number"), (true, "true is a truth value"),
            (nil, "null"),
            ([1, 2], "an array of 2"), (["a": 1], "an object of 1"), (1.5, "1.5 is a number"),
        ] as [(JSONValue, String)] {
            #expect(RIFError.wrongType(field: "f", value: value, expected: "x").detail == "f: \(words); expected x")
        }
        #expect(
            RIFError.unprocessable(field: "c", value: .double(.nan), expected: "x").detail
                == "c: nan is out of range; expected x")
        #expect(
            RIFError.tooLarge(field: "reason", size: 5, unit: "bytes of UTF-8", limit: 4).detail
                == "reason: 5 bytes of UTF-8; expected at most 4")
        #expect(RIFError.notFound("session", "x").detail == #"no session "x""#)
        #expect(
            RIFError.sessionFinished("x", outcome: "failed").detail
                == #"session "x" is finished with outcome "failed"; expected an active one"#)
    }

    @Test func whatIsNoJSON() throws {
        let broken = try #require(throws: JSONError.self) { try JSONValue.parse("{") }
        let error = RIFError.notJSON(field: "body", broken)
        #expect(error.code == .invalidRequest)
        #expect(
            error.detail
                == "body: not acceptable as JSON: line 1, column 2: expected a key in double quotes, found the end of the text"
        )
        let large = try #require(throws: JSONError.self) { try JSONValue.parse("9223372036854775808") }
        #expect(RIFError.notJSON(field: "body", large).code == .unprocessable)
    }

    @Test func quotesNothingThatActsOnATerminal() {
        #expect(RIFError.quoted("a\u{1B}[31m\n\r\t\"\\\u{0}") == #""a\u{1B}[31m\n\r\t\"\\\u{0}""#)
        #expect(RIFError.quoted("\u{202E}abc\u{2028}\u{E000}") == #""\u{202E}abc\u{2028}\u{E000}""#)
        #expect(RIFError.quoted("é漢😀") == "\"é漢😀\"")
        #expect(RIFError.quoted(String(repeating: "x", count: 64)).count == 66)
        #expect(RIFError.quoted(String(repeating: "x", count: 65)) == "\"" + String(repeating: "x", count: 64) + "…\"")
    }
}
