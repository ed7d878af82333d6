/// The rules for what users give us, the same at every door.
///
/// Wrong shape or a forbidden character is `invalid_request`, a good shape outside a limit or range is
/// `unprocessable`. Every error names the field, quotes the value cut short, and says what was expected.
public enum Validation {
    /// A name of a state, agent, workflow type, metric or event: 1 to 128 Unicode scalars, none of them a control
    /// character (general category Cc, which NUL belongs to).
    public static func name(_ text: String, field: String, limits: Limits = .standard) throws(RIFError) {
        try scalars(text, field: field, maximum: limits.nameScalars)
    }

    /// An idempotency key: 1 to 255 Unicode scalars without control characters.
    public static func idempotencyKey(
        _ text: String, field: String = "idempotency_key", limits: Limits = .standard
    ) throws(RIFError) {
        try scalars(text, field: field, maximum: limits.idempotencyKeyCharacters)
    }

    private static func scalars(_ text: String, field: String, maximum: Int) throws(RIFError) {
        let expected = "1–\(maximum) characters without control characters"
        var count = 0
        for scalar in text.unicodeScalars {
            // Cc is exactly these two ranges.
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                throw RIFError.invalid(
                    field: field, value: text,
                    problem: "holds a control character (U+\(hexadecimal(scalar.value, digits: 4)))", expected: expected
                )
            }
            count += 1
        }
        if count == 0 { throw RIFError.unprocessable(field: field, value: "", problem: "is empty", expected: expected) }
        if count > maximum {
            throw RIFError.unprocessable(
                field: field, value: .string(text), problem: "has \(count) characters", expected: expected)
        }
    }

    /// A free text, such as a reason: no NUL, at most `maximumBytes` bytes of UTF-8. It may be empty.
    public static func text(_ text: String, field: String, maximumBytes: Int) throws(RIFError) {
        try noNUL(text, field: field)
        let count = text.utf8.count
        if count > maximumBytes {
            throw RIFError.tooLarge(field: field, size: count, unit: "bytes of UTF-8", limit: maximumBytes)
        }
    }

    private static func noNUL(_ text: String, field: String) throws(RIFError) {
        if text.utf8.contains(0) {
            throw RIFError.invalid(
                field: field, value: text, problem: "holds a NUL character (U+0000)", expected: "text without it")
        }
    }
}

// MARK: - JSON

extension Validation {
    /// What the parser guarantees, for values that were built in code: no NUL in strings and keys, at most
    /// `limits.jsonDepth` levels, no NaN and no infinity.
    public static func json(_ value: JSONValue, field: String, limits: Limits = .standard) throws(RIFError) {
        try json(value, field: field, depth: 0, deepest: limits.jsonDepth)
    }

    private static func json(_ value: JSONValue, field: String, depth: Int, deepest: Int) throws(RIFError) {
        switch value {
        case .null, .bool, .int: break
        case .double(let number):
            if !number.isFinite {
                throw RIFError.unprocessable(field: field, value: value, expected: "a finite number")
            }
        case .string(let text): try noNUL(text, field: field)
        case .array(let elements):
            try level(depth, field: field, deepest: deepest)
            for element in elements { try json(element, field: field, depth: depth + 1, deepest: deepest) }
        case .object(let members):
            try level(depth, field: field, deepest: deepest)
            for (key, member) in members {
                try noNUL(key, field: field)
                try json(member, field: field, depth: depth + 1, deepest: deepest)
            }
        }
    }

    private static func level(_ depth: Int, field: String, deepest: Int) throws(RIFError) {
        if depth >= deepest {
            throw RIFError(
                .unprocessable, "\(field): nested deeper than \(deepest) levels; expected at most \(deepest)",
                field: field)
        }
    }

    /// A value's size as compact JSON, such as a context's after a merge: at most `maximumBytes` bytes of UTF-8.
    public static func jsonSize(_ value: JSONValue, field: String, maximumBytes: Int) throws(RIFError) {
        let count = value.compactByteCount
        if count > maximumBytes {
            throw RIFError.tooLarge(field: field, size: count, unit: "bytes of compact JSON", limit: maximumBytes)
        }
    }
}

// MARK: - Numbers

extension Validation {
    /// A confidence: 0 to 1, not NaN; as the database keeps it.
    public static func confidence(_ number: Double, field: String = "confidence_score") throws(RIFError) -> Float {
        guard number >= 0, number <= 1 else {
            throw RIFError.unprocessable(field: field, value: .double(number), expected: "a number from 0 to 1")
        }
        // Adding 0 makes a negative zero positive.
        return Float(number) + 0
    }

    /// A number that the database keeps as a FLOAT, such as a metric's value: finite, and finite as a `Float`.
    ///
    /// One too small for a `Float` becomes 0.
    public static func float(_ number: Double, field: String) throws(RIFError) -> Float {
        // Not what rounds to the largest one from above: the limit is the same in every door's description.
        guard number.isFinite, abs(number) <= Double(Float.greatestFiniteMagnitude) else {
            throw RIFError.unprocessable(
                field: field, value: .double(number), expected: "a finite number that fits 32-bit floating point")
        }
        return Float(number)
    }

    /// A priority: any 32-bit number, higher is more urgent.
    public static func priority(_ number: Int, field: String = "priority") throws(RIFError) -> Int32 {
        guard let priority = Int32(exactly: number) else {
            throw RIFError.unprocessable(
                field: field, value: .int(Int64(number)), expected: "a whole number from \(Int32.min) to \(Int32.max)")
        }
        return priority
    }

    /// An execution time in milliseconds: 0 to 2^31 − 1.
    public static func executionTime(
        _ milliseconds: Int64, field: String = "execution_time_ms"
    ) throws(RIFError) -> Int32 {
        guard milliseconds >= 0, let time = Int32(exactly: milliseconds) else {
            throw RIFError.unprocessable(
                field: field, value: .int(milliseconds), expected: "a whole number from 0 to \(Int32.max)")
        }
        return time
    }

    /// How many days back a clean-up cuts: 0 or more.
    @discardableResult
    public static func daysOld(_ days: Int, field: String = "days_old") throws(RIFError) -> Int {
        guard days >= 0 else {
            throw RIFError.unprocessable(
                field: field, value: .int(Int64(days)), expected: "a whole number of days, 0 or more")
        }
        return days
    }

    /// How many entries a list may have: 1 to 1,000.
    @discardableResult
    public static func limit(
        _ number: Int, field: String = "limit", limits: Limits = .standard
    ) throws(RIFError) -> Int {
        let range = limits.listLimit
        guard range.contains(number) else {
            throw RIFError.unprocessable(
                field: field, value: .int(Int64(number)),
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
