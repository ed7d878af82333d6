/// Durations as workflow files write them: `90s`, `30m`, `1h30m`, `7d`, and `auto` for "no limit".
public enum DurationText {
    /// The longest that is accepted: a hundred years, so that every deadline is a time that can be written down.
    public static let maximumDays = 36_500

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// The duration in `text`; nil for `auto`.
    ///
    /// Lower case, whole numbers, each unit once and the larger ones first, more than 0 altogether.
    ///
    /// - Parameters:
    ///   - allowsMilliseconds: whether `ms` is a unit, as in the delays between attempts.
    ///   - field: what errors call it.
    /// - Throws: `invalid_request`, or `unprocessable` where it is 0 or too long.
    public static func parse(
        _ text: String, allowsMilliseconds: Bool = false, field: String = "duration"
    ) throws(RIFError) -> Duration? {
        if text == "auto" { return nil }
        let expected = "a duration such as 90s, 30m, 1h30m or 7d\(allowsMilliseconds ? ", or 500ms" : ", or auto")"
        let invalid = RIFError.invalid(field: field, value: text, problem: "is no duration", expected: expected)
        let tooLong = RIFError.unprocessable(
            field: field, value: .string(text), problem: "is too long", expected: "at most \(maximumDays)d")
        var rest = text.utf8[...]
        var total: Int64 = 0
        var next = 0
        guard !rest.isEmpty else { throw invalid }
        while !rest.isEmpty {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            rest = rest[letters.endIndex...]
            guard !digits.isEmpty,
                let place = units.indices.first(where: { units[$0].name.utf8.elementsEqual(letters) }),
                place >= next, units[place].name != "ms" || allowsMilliseconds
            else { throw invalid }
            next = place + 1
            guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { throw tooLong }
            let (product, overflow) = number.multipliedReportingOverflow(by: units[place].milliseconds)
            guard !overflow, product <= Int64(maximumDays) * 86_400_000 else { throw tooLong }
            total += product
        }
        guard total <= Int64(maximumDays) * 86_400_000 else { throw tooLong }
        guard total > 0 else {
            throw RIFError.unprocessable(field: field, value: .string(text), problem: "is nothing", expected: expected)
        }
        return .milliseconds(total)
    }

    /// The shortest text that reads back as the same duration, in whole milliseconds; `auto` for none.
    public static func text(_ duration: Duration?) -> String {
        guard let duration else { return "auto" }
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
