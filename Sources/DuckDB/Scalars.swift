/// A moment, in microseconds since 1970-01-01T00:00:00Z; what DuckDB's TIMESTAMP holds.
public struct DuckDBTimestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970 in UTC; negative before.
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// DuckDB's `'infinity'::TIMESTAMP`.
    public static let infinity = DuckDBTimestamp(microseconds: .max)
    /// DuckDB's `'-infinity'::TIMESTAMP`.
    public static let negativeInfinity = DuckDBTimestamp(microseconds: -.max)

    public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

    /// As DuckDB prints it: `2026-01-02 03:04:05.678`.
    public var description: String { CivilTime.text(microseconds: microseconds) }
}

/// A day, in days since 1970-01-01; what DuckDB's DATE holds.
public struct DuckDBDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01; negative before.
    public var days: Int32

    public init(days: Int32) { self.days = days }

    /// DuckDB's `'infinity'::DATE`.
    public static let infinity = DuckDBDate(days: .max)
    /// DuckDB's `'-infinity'::DATE`.
    public static let negativeInfinity = DuckDBDate(days: -.max)

    public static func < (a: Self, b: Self) -> Bool { a.days < b.days }

    /// As DuckDB prints it: `2026-01-02`.
    public var description: String { CivilTime.text(days: days) }
}

/// 128 bits that identify something; what DuckDB's UUID holds. Ordered as its text is.
public struct DuckDBUUID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first eight bytes, the first of them in the highest bits.
    public var high: UInt64
    /// The last eight bytes.
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From `01234567-89ab-cdef-0123-456789abcdef`, letters in either case; nil for any other form.
    public init?(_ text: String) {
        var value: (high: UInt64, low: UInt64) = (0, 0)
        var digits = 0
        var position = 0
        for byte in text.utf8 {
            defer { position += 1 }
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            guard digits < 32 else { return nil }
            if digits < 16 {
                value.high = value.high << 4 | UInt64(digit)
            } else {
                value.low = value.low << 4 | UInt64(digit)
            }
            digits += 1
        }
        guard digits == 32, position == 36 else { return nil }
        self.init(high: value.high, low: value.low)
    }

    public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// Lower case with hyphens.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var at = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[at] = UInt8(ascii: "-")
                    at += 1
                }
                let half = nibble < 16 ? high : low
                let digit = UInt8(half >> UInt64(60 - (nibble & 15) * 4) & 15)
                buffer[at] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                at += 1
            }
            return 36
        }
    }
}
