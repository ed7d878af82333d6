/// A moment in UTC, exact to the microsecond from the clock to the disk and to the wire.
///
/// A whole number, not a floating point one: taken from a `Date`, cut off, every fourth moment is a microsecond early.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, negative before it; leap seconds do not count, as in Unix time.
    public var microseconds: Int64

    /// The moment `microseconds` after (or before) 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

// MARK: - Arithmetic

/// Results beyond what 64 bits hold (the year 294,247) stop at the end, they never trap: offsets come from users.
extension Timestamp {
    /// The moment `microseconds` later, earlier where negative.
    public func advanced(by microseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return Timestamp(microseconds: overflow ? (microseconds < 0 ? .min : .max) : sum)
    }

    /// The moment so many days of 24 hours later, earlier where negative.
    public func advanced(byDays days: Int) -> Timestamp {
        let (product, overflow) = Int64(days).multipliedReportingOverflow(by: Self.microsecondsPerDay)
        return overflow ? Timestamp(microseconds: days < 0 ? .min : .max) : advanced(by: product)
    }

    /// Microseconds from here to `other`, negative where `other` is earlier.
    public func distance(to other: Timestamp) -> Int64 {
        let (difference, overflow) = other.microseconds.subtractingReportingOverflow(microseconds)
        return overflow ? (other < self ? .min : .max) : difference
    }

    /// Whole milliseconds from `earlier` to here, the rest cut off; negative where `earlier` is later.
    public func milliseconds(since earlier: Timestamp) -> Int64 {
        earlier.distance(to: self) / 1_000
    }

    /// The same as ``advanced(by:)``.
    public static func + (moment: Timestamp, microseconds: Int64) -> Timestamp {
        moment.advanced(by: microseconds)
    }

    /// The moment `microseconds` earlier.
    public static func - (moment: Timestamp, microseconds: Int64) -> Timestamp {
        // The negative of Int64.min does not exist; one microsecond less makes no difference at that size.
        moment.advanced(by: microseconds == .min ? .max : -microseconds)
    }

    /// Microseconds from `earlier` to `later`.
    public static func - (later: Timestamp, earlier: Timestamp) -> Int64 {
        earlier.distance(to: later)
    }

    static let microsecondsPerDay: Int64 = 86_400_000_000
}

extension Timestamp {
    /// The moment that lies a duration later, to the microsecond; one that does not fit saturates.
    public func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return Timestamp(microseconds: duration < .zero ? .min : .max) }
        let (sum, tooFar) = seconds.addingReportingOverflow(parts.attoseconds / 1_000_000_000_000)
        let (moment, isBeyond) = microseconds.addingReportingOverflow(sum)
        return tooFar || isBeyond
            ? Timestamp(microseconds: duration < .zero ? .min : .max) : Timestamp(microseconds: moment)
    }
}
