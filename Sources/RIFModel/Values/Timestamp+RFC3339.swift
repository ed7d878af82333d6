extension Timestamp {
    /// `2026-11-22T17:00:00.000001Z`: RFC 3339 in UTC, always with six digits and `Z`; sorts as text as it does in time.
    ///
    /// RFC 3339 knows the years 0000 to 9999. Others are written with a sign and six digits and do not read back.
    public var rfc3339: String {
        let day = Self.floorDivide(microseconds, Self.microsecondsPerDay)
        let date = Self.civil(day: day)
        // Not by multiplying back: day × microseconds per day does not fit near Int64.min.
        let inDay = Self.floorRemainder(microseconds, Self.microsecondsPerDay)
        let second = inDay / 1_000_000
        if !(0...9999).contains(date.year) { return Self.expanded(date, second: second, fraction: inDay % 1_000_000) }

        return String(unsafeUninitializedCapacity: 27) { buffer in
            var index = 0
            func put(_ byte: UInt8) {
                buffer[index] = byte
                index += 1
            }
            func number(_ value: Int64, width: Int) {
                var rest = value
                for place in stride(from: index + width - 1, through: index, by: -1) {
                    buffer[place] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
                    rest /= 10
                }
                index += width
            }
            number(date.year, width: 4)
            put(UInt8(ascii: "-"))
            number(date.month, width: 2)
            put(UInt8(ascii: "-"))
            number(date.day, width: 2)
            put(UInt8(ascii: "T"))
            number(second / 3_600, width: 2)
            put(UInt8(ascii: ":"))
            number(second / 60 % 60, width: 2)
            put(UInt8(ascii: ":"))
            number(second % 60, width: 2)
            put(UInt8(ascii: "."))
            number(inDay % 1_000_000, width: 6)
            put(UInt8(ascii: "Z"))
            return index
        }
    }

    /// The moment that an RFC 3339 text names; nil where it is not one.
    ///
    /// Any offset, `t` and `z` in either case, up to nine digits of a second of which those after the sixth are cut
    /// off (towards the past). `23:59:60` UTC, a leap second, is the first moment of the next day.
    public init?(rfc3339 text: String) {
        var text = text
        guard let moment = text.withUTF8({ RFC3339Reader($0).read() }) else { return nil }
        self = moment
    }

    /// The date of the proleptic Gregorian calendar so many days after 1970-01-01, after Howard Hinnant's
    /// "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the leap day is the last one.
    static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// The way back of ``civil(day:)``.
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value + 1) / divisor - 1
    }

    private static func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    private static func expanded(
        _ date: (year: Int64, month: Int64, day: Int64), second: Int64, fraction: Int64
    ) -> String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let sign = date.year < 0 ? "-" : "+"
        let day = "\(sign)\(padded(abs(date.year), 6))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let time = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(day)T\(time).\(padded(fraction, 6))Z"
    }
}

extension Timestamp: CustomStringConvertible {
    /// The same as ``rfc3339``.
    public var description: String { rfc3339 }
}

extension Timestamp: Codable {
    /// Reads an RFC 3339 string; throws `DecodingError` where it is something else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let moment = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a time such as 2026-11-22T17:00:00.000000Z (RFC 3339)")
        }
        self = moment
    }

    /// Writes ``rfc3339``; throws `EncodingError` outside the years 0000 to 9999, which would not read back.
    public func encode(to encoder: any Encoder) throws {
        let text = rfc3339
        guard text.utf8.first != UInt8(ascii: "+"), text.utf8.first != UInt8(ascii: "-") else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "RFC 3339 ends at the year 9999"))
        }
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
