import RIFModel
import Testing

@Suite struct ValidationTests {
    private func refusal(_ body: () throws -> Void) -> RIFError? {
        #expect(throws: RIFError.self) { try body() }
    }

    @Test func names() throws {
        for good in [
            "a", "in_review", "é", "agent x", "a\u{2028}b", String(repeating: "x", count: 128),
            String(repeating: "😀", count: 128),
        ] {
            try Validation.name(good, field: "agent")
        }
        let control = refusal { try Validation.name("a\u{0}b", field: "agent") }
        #expect(control?.code == .invalidRequest)
        #expect(control?.field == "agent")
        #expect(
            control?.detail
                == #"agent: "a\u{0}b" holds a control character (U+0000); expected 1–128 characters without control characters"#
        )
        for scalar in ["\n", "\u{1F}", "\u{7F}", "\u{80}", "\u{9F}", "\r\n"] {
            #expect(refusal { try Validation.name("a" + scalar, field: "agent") }?.code == .invalidRequest)
        }
        let empty = refusal { try Validation.name("", field: "to_state") }
        #expect(empty?.code == .unprocessable)
        #expect(empty?.detail == #"to_state: "" is empty; expected 1–128 characters without control characters"#)
        let long = refusal { try Validation.name(String(repeating: "x", count: 129), field: "to_state") }
        #expect(long?.code == .unprocessable)
        #expect(
            long?.detail.hasSuffix("x…\" has 129 characters; expected 1–128 characters without control characters")
                == true)
        // Scalars, not what a reader counts: this is one character of 129 scalars.
        let combining = "e" + String(repeating: "\u{301}", count: 128)
        #expect(refusal { try Validation.name(combining, field: "to_state") }?.code == .unprocessable)
    }

    @Test func limitsAreConfigurable() throws {
        var limits = Limits.standard
        limits.nameScalars = 3
        limits.listLimit = 1...5
        try Validation.name("abc", field: "f", limits: limits)
        #expect(refusal { try Validation.name("abcd", field: "f", limits: limits) }?.detail.contains("1–3") == true)
        #expect(refusal { try Validation.limit(6, limits: limits) }?.detail.hasSuffix("from 1 to 5") == true)
    }

    @Test func standardLimits() {
        let limits = Limits.standard
        #expect(limits.bodyBytes == 4_194_304)
        #expect(limits.contextBytes == 1_048_576)
        #expect(limits.reasonBytes == 16_384)
        #expect(limits.nameScalars == 128)
        #expect(limits.idempotencyKeyCharacters == 255)
        #expect(limits.listLimit == 1...1_000)
        #expect(limits.jsonDepth == 128)
        #expect(limits.sqlBytes == 65_536)
        #expect(limits.sqlSeconds == 10)
        #expect(limits.sqlRows == 1...10_000)
    }

    @Test func texts() throws {
        try Validation.text("", field: "reason", maximumBytes: 4)
        try Validation.text("é\n\u{1}", field: "reason", maximumBytes: 4)
        let long = refusal { try Validation.text("éé1", field: "reason", maximumBytes: 4) }
        #expect(long?.code == .unprocessable)
        #expect(long?.detail == "reason: 5 bytes of UTF-8; expected at most 4")
        let zero = refusal { try Validation.text("a\u{0}", field: "reason", maximumBytes: 4) }
        #expect(zero?.code == .invalidRequest)
        #expect(zero?.detail == #"reason: "a\u{0}" holds a NUL character (U+0000); expected text without it"#)
    }

    @Test func idempotencyKeys() throws {
        try Validation.idempotencyKey("k")
        try Validation.idempotencyKey(String(repeating: "k", count: 255))
        #expect(refusal { try Validation.idempotencyKey("") }?.code == .unprocessable)
        #expect(refusal { try Validation.idempotencyKey(String(repeating: "k", count: 256)) }?.code == .unprocessable)
        let control = refusal { try Validation.idempotencyKey("a\tb") }
        #expect(control?.code == .invalidRequest)
        #expect(control?.field == "idempotency_key")
    }

    @Test func confidences() throws {
        #expect(try Validation.confidence(0) == 0)
        #expect(try Validation.confidence(1) == 1)
        #expect(try Validation.confidence(0.85) == 0.85)
        #expect(try Validation.confidence(-0.0).sign == .plus)
        for bad in [-0.000001, 1.000001, .nan, .infinity, -.infinity] {
            #expect(refusal { _ = try Validation.confidence(bad) }?.code == .unprocessable)
        }
        #expect(
            refusal { _ = try Validation.confidence(1.5) }?.detail
                == "confidence_score: 1.5 is out of range; expected a number from 0 to 1")
    }

    @Test func floats() throws {
        #expect(try Validation.float(-2.5, field: "metric_value") == -2.5)
        #expect(try Validation.float(3.4028234e38, field: "metric_value").isFinite)
        #expect(try Validation.float(1e-60, field: "metric_value") == 0)
        for bad in [1e39, -1e39, .nan, .infinity, -.infinity] {
            let error = refusal { _ = try Validation.float(bad, field: "metric_value") }
            #expect(error?.code == .unprocessable)
            #expect(error?.field == "metric_value")
        }
        #expect(
            refusal { _ = try Validation.float(1e39, field: "v") }?.detail
                == "v: 1e+39 is out of range; expected a finite number that fits 32-bit floating point")
    }

    @Test func json() throws {
        func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce(1) { value, _ in .array([value]) } }
        try Validation.json(nested(128), field: "context")
        try Validation.json(["a": ["b", nil, true, 1, 2.5]], field: "context")
        let deep = refusal { try Validation.json(nested(129), field: "context") }
        #expect(deep?.code == .unprocessable)
        #expect(deep?.detail == "context: nested deeper than 128 levels; expected at most 128")
        #expect(refusal { try Validation.json(["a": nested(128)], field: "c") }?.code == .unprocessable)
        #expect(refusal { try Validation.json(["a": ["\u{0}"]], field: "c") }?.code == .invalidRequest)
        #expect(refusal { try Validation.json([["a\u{0}": 1]], field: "c") }?.code == .invalidRequest)
        for bad in [Double.nan, .infinity] {
            #expect(refusal { try Validation.json([.double(bad)], field: "c") }?.code == .unprocessable)
        }
    }

    @Test func jsonSizes() throws {
        try Validation.jsonSize(["a": 1], field: "context", maximumBytes: 7)
        #expect(
            refusal { try Validation.jsonSize(["a": 1], field: "context", maximumBytes: 6) }?.detail
                == "context: 7 bytes of compact JSON; expected at most 6")
    }

    @Test func wholeNumbers() throws {
        #expect(try Validation.priority(-2_147_483_648) == .min)
        #expect(try Validation.priority(2_147_483_647) == .max)
        for bad in [2_147_483_648, -2_147_483_649, Int.max, Int.min] {
            #expect(refusal { _ = try Validation.priority(bad) }?.code == .unprocessable)
        }
        #expect(try Validation.executionTime(0) == 0)
        #expect(try Validation.executionTime(2_147_483_647) == .max)
        for bad in [-1, 2_147_483_648, .max, .min] as [Int64] {
            #expect(refusal { _ = try Validation.executionTime(bad) }?.code == .unprocessable)
        }
        #expect(
            refusal { _ = try Validation.executionTime(-1) }?.detail
                == "execution_time_ms: -1 is out of range; expected a whole number from 0 to 2147483647")
        #expect(try Validation.daysOld(0) == 0)
        #expect(
            refusal { try Validation.daysOld(-1) }?.detail
                == "days_old: -1 is out of range; expected a whole number of days, 0 or more")
        #expect(try Validation.limit(1) == 1)
        #expect(try Validation.limit(1_000) == 1_000)
        for bad in [0, -1, 1_001] {
            #expect(refusal { try Validation.limit(bad) }?.code == .unprocessable)
        }
        #expect(
            refusal { try Validation.limit(0) }?.detail
                == "limit: 0 is out of range; expected a whole number from 1 to 1000")
    }
}
