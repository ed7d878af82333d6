import Synchronization

/// The static checks read better under this name: `UUIDv7.isVersion7(text)`.
public typealias UUIDv7 = UUIDv7Generator

/// Gives the ids of sessions, decisions, metrics and assignments: version 7 UUIDs (RFC 9562), which sort by age.
///
/// Every id is greater than the one before, also within one millisecond, over threads, and when the clock goes back:
/// then it counts on from the last one. This holds per generator; a process uses one.
public final class UUIDv7Generator: Sendable {
    private let state = Mutex(State())

    /// A generator that has given nothing yet.
    public init() {}

    /// A new id, 36 lower-case characters, for something that happens at `moment`.
    ///
    /// Moments before 1970 count as 1970, those after the year 10889 as the end of it: the format has 48 bits.
    public func next(at moment: Timestamp) -> String {
        let microseconds = UInt64(clamping: moment.microseconds)
        let milliseconds = min(microseconds / 1_000, 1 << 48 - 1)
        // RFC 9562, 6.2, method 3: the next twelve bits are the fraction of the millisecond, so ids of one
        // millisecond sort by age as well, and one random number is enough for the rest.
        let time = milliseconds << 12 | (microseconds % 1_000) << 12 / 1_000
        let (high, low) = state.withLock { $0.next(time) }
        return Self.text(high, low)
    }

    /// The free bits of the last id, and where the random ones come from.
    private struct State {
        /// 48 bits of milliseconds and 12 of their fraction.
        var high: UInt64 = 0
        /// 62 random bits.
        var low: UInt64 = 0
        var isFresh = true
        var random = SystemRandomNumberGenerator()

        /// The two halves of the id, with version and variant.
        mutating func next(_ time: UInt64) -> (high: UInt64, low: UInt64) {
            let bits = random.next()
            if time > high || isFresh {
                isFresh = false
                high = time
                low = bits & (1 << 62 - 1)
            } else {
                // Method 2: a random step of 1 to 2^32 keeps the order and is still hard to guess. A carry goes on
                // into the time, which only means that the id is a little ahead of it.
                low += bits & 0xFFFF_FFFF + 1
                if low >> 62 != 0 {
                    low &= 1 << 62 - 1
                    high = (high + 1) & (1 << 60 - 1)
                }
            }
            let version: UInt64 = 7 << 12
            return ((high & ~0xFFF) << 4 | version | high & 0xFFF, 1 << 63 | low)
        }
    }

    private static let digits: StaticString = "0123456789abcdef"

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        let digits = digits.utf8Start
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var index = 0
            var rest = high
            for place in 0..<32 {
                if place == 8 || place == 12 || place == 16 || place == 20 {
                    buffer[index] = UInt8(ascii: "-")
                    index += 1
                }
                if place == 16 { rest = low }
                buffer[index] = digits[Int(rest >> 60)]
                index += 1
                rest <<= 4
            }
            return index
        }
    }
}

// MARK: - Checks

extension UUIDv7Generator {
    /// Whether `text` has the form of a UUID of any version: 36 characters, hexadecimal in either case, with hyphens.
    public static func isUUID(_ text: String) -> Bool {
        bits(of: text) != nil
    }

    /// Whether `text` is a UUID of version 7 (and the variant of RFC 9562), in either case.
    public static func isVersion7(_ text: String) -> Bool {
        guard let (high, low) = bits(of: text) else { return false }
        return high >> 12 & 0xF == 7 && low >> 62 == 0b10
    }

    /// When a version 7 id was made, to the millisecond; nil where `text` is none.
    public static func timestamp(of text: String) -> Timestamp? {
        guard isVersion7(text), let (high, _) = bits(of: text) else { return nil }
        return Timestamp(microseconds: Int64(high >> 16) * 1_000)
    }

    /// The one spelling of a UUID that we store and compare, lower case; nil where `text` is none.
    public static func canonical(_ text: String) -> String? {
        bits(of: text).map { Self.text($0.high, $0.low) }
    }

    private static func bits(of text: String) -> (high: UInt64, low: UInt64)? {
        guard text.utf8.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
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
            // The third hyphen stands between the halves.
            if index < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
        }
        return (high, low)
    }
}
