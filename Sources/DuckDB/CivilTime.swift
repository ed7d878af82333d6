/// The text of dates and times as DuckDB prints them, in the proleptic Gregorian calendar.
enum CivilTime {
    static func text(days: Int32) -> String {
        switch days {
        case .max: return "infinity"
        case -.max: return "-infinity"
        default:
            let date = civil(days: Int64(days))
            // There is no year 0 for DuckDB: what is 0 here is 1 BC there.
            let year = date.year > 0 ? date.year : 1 - date.year
            return "\(padded(year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))" + (date.year > 0 ? "" : " (BC)")
        }
    }

    static func text(microseconds: Int64) -> String {
        switch microseconds {
        case .max: return "infinity"
        case -.max: return "-infinity"
        default:
            let (days, rest) = floorDivide(microseconds, 86_400_000_000)
            return joined(days: days, time: time(microseconds: rest))
        }
    }

    static func text(nanoseconds: Int64) -> String {
        switch nanoseconds {
        case .max: return "infinity"
        case -.max: return "-infinity"
        default:
            let (days, rest) = floorDivide(nanoseconds, 86_400_000_000_000)
            return joined(days: days, time: time(nanoseconds: rest))
        }
    }

    /// A time of day, or of an interval where it may have any number of hours.
    static func time(microseconds: Int64) -> String {
        let (seconds, fraction) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        return (microseconds < 0 ? "-" : "") + clock(seconds, fraction: fraction, digits: 6)
    }

    static func time(nanoseconds: Int64) -> String {
        let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        return (nanoseconds < 0 ? "-" : "") + clock(seconds, fraction: fraction, digits: 9)
    }

    /// `3 months 2 days 01:00:00`, the parts that are zero left out.
    static func interval(months: Int32, days: Int32, microseconds: Int64) -> String {
        func part(_ count: Int32, _ unit: String) -> String? {
            count == 0 ? nil : "\(count) \(unit)" + (count == 1 || count == -1 ? "" : "s")
        }
        let parts = [part(months / 12, "year"), part(months % 12, "month"), part(days, "day")].compactMap(\.self)
        if microseconds == 0, !parts.isEmpty { return parts.joined(separator: " ") }
        return (parts + [time(microseconds: microseconds)]).joined(separator: " ")
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func joined(days: Int64, time: String) -> String {
        "\(text(days: Int32(clamping: days))) \(time)"
    }

    private static func clock(_ seconds: UInt64, fraction: UInt64, digits: Int) -> String {
        let whole = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        guard fraction != 0 else { return whole }
        var text = padded(fraction, digits)[...]
        while text.last == "0" { text.removeLast() }
        return "\(whole).\(text)"
    }

    private static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// Year, month and day. Counts in eras of 400 years that begin on the first of March, so that
    /// the leap day is the last day of a year.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
