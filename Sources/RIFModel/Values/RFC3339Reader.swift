/// Reads one RFC 3339 time from its bytes, `2026-11-22T17:00:00.000001+01:00`.
struct RFC3339Reader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    func read() -> Timestamp? {
        var reader = self
        return reader.moment()
    }

    private mutating func moment() -> Timestamp? {
        guard let year = number(4), skip("-", "-"), let month = number(2), skip("-", "-"), let day = number(2),
            skip("T", "t"), let hour = number(2), skip(":", ":"), let minute = number(2), skip(":", ":"),
            let second = number(2), let fraction = fraction(), let offset = offset(), position == bytes.count,
            (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour <= 23, minute <= 59,
            second <= 60
        else { return nil }
        let seconds =
            Timestamp.day(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        // A leap second ends a UTC day; anywhere else :60 is a mistake. Counting it on gives the next day's start.
        if second == 60, seconds % 86_400 != 0 { return nil }
        return Timestamp(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Exactly `width` digits.
    private mutating func number(_ width: Int) -> Int64? {
        guard bytes.count - position >= width else { return nil }
        var value: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Microseconds of the fraction, 0 where there is none; nil where a point has no digits or more than nine.
    private mutating func fraction() -> Int64? {
        guard skip(".", ".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in count..<max(count, 6) { value *= 10 }
        return value
    }

    /// Seconds east of UTC; nil where neither `Z` nor `±hh:mm` stands here.
    private mutating func offset() -> Int64? {
        if skip("Z", "z") { return 0 }
        let isWest = skip("-", "-")
        guard isWest || skip("+", "+"), let hours = number(2), skip(":", ":"), let minutes = number(2),
            hours <= 23, minutes <= 59
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return isWest ? -seconds : seconds
    }

    private mutating func digit() -> Int64? {
        guard position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9")
        else { return nil }
        defer { position += 1 }
        return Int64(bytes[position] - UInt8(ascii: "0"))
    }

    private mutating func skip(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: one) || bytes[position] == UInt8(ascii: other)
        else { return false }
        position += 1
        return true
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}
