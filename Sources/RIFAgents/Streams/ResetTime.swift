import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether a message is about a limit of use.
enum LimitWords {
    private static let known = [
        "usage limit", "rate limit", "rate_limit", "rate-limit", "hit your limit", "session limit", "weekly limit",
        "5-hour limit", "too many requests", "quota", "resource_exhausted", "resource exhausted",
    ]

    static func areAbout(_ words: String) -> Bool {
        let words = Words.short(words).lowercased()
        return known.contains { words.contains($0) }
    }
}

/// When a limit ends, out of what agents write about it.
enum ResetTime {
    /// Microseconds to wait where nothing tells for how long: five minutes, long enough to be no burden and short
    /// enough that a night is not lost.
    static let standardWait: Int64 = 300 * 1_000_000

    /// A moment as a number of seconds or milliseconds, or as RFC 3339; nil for everything else.
    static func read(_ value: JSONValue?) -> Timestamp? {
        if let text = value?.stringValue {
            return Timestamp(rfc3339: text) ?? Int64(text).flatMap { moment(Double($0)) }
        }
        return value?.doubleValue.flatMap(moment)
    }

    /// Numbers before 2001 in either unit mean something else.
    private static func moment(_ number: Double) -> Timestamp? {
        switch number {
        case 1e9..<1e11: Timestamp(microseconds: Int64(number * 1e6))
        case 1e12..<1e14: Timestamp(microseconds: Int64(number * 1e3))
        default: nil
        }
    }

    /// The moment that a message names: `…|1767225600`, `2026-01-01T00:00:00Z`, `try again in 2 hours 5 minutes`,
    /// `resets 3:15pm`, `at Dec 29th, 2026 10:15 PM`. Times of the day are those of this machine, or UTC where it says
    /// so; of another zone that it names nothing is read.
    static func find(in words: String, now: Timestamp) -> Timestamp? {
        let words = Words.short(words)
        if let found = words.firstMatch(of: /\|\s*(\d{10,13})\b/), let number = Double(found.1) {
            return moment(number)
        }
        if let found = words.firstMatch(of: /\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)/) {
            return Timestamp(rfc3339: String(found.0))
        }
        return span(words).map { now + $0 } ?? timeOfDay(words, now: now)
    }

    /// `in 3 days 4 hours`, `after 30s`: microseconds.
    private static func span(_ words: String) -> Int64? {
        let pattern =
            #/
            \b (?: in | after ) \s+
            (
              (?: about \s+ )? \d{1,6} (?: \. \d+ )? \s* (?: day | d | hour | hr | h | minute | min | ms | m | second | sec | s ) s? \b
              (?: [\s,]* (?: and \s+ )? \d{1,6} \s* (?: day | d | hour | hr | h | minute | min | m | second | sec | s ) s? \b )*
            )
            /#
            .ignoresCase()
        guard let found = words.firstMatch(of: pattern) else { return nil }
        var sum = 0.0
        for part in found.1.matches(of: /(\d+(?:\.\d+)?)\s*([A-Za-z]+)/) {
            guard let number = Double(part.1) else { continue }
            let unit = part.2.lowercased()
            let seconds =
                unit.hasPrefix("ms")
                ? 0.001 : unit.hasPrefix("d") ? 86_400 : unit.hasPrefix("h") ? 3_600 : unit.hasPrefix("m") ? 60 : 1.0
            sum += number * seconds
        }
        return sum > 0 ? Int64(min(sum, 366 * 86_400) * 1e6) : nil
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func timeOfDay(_ words: String, now: Timestamp) -> Timestamp? {
        // Month, day and year, where there are any; hour, minute, half of the day, zone.
        let pattern =
            #/
            \b (?: at | resets? | until ) \s+ (?: at \s+ )?
            (?: ( [A-Z][a-z]{2} ) [a-z]* \.? \s+ ( \d{1,2} ) (?: st | nd | rd | th )? ,? \s+
                (?: ( \d{4} ) ,? \s+ )? (?: at \s+ )? )?
            ( \d{1,2} ) (?: : ( \d\d ) )? \s* (?: ( [AaPp] ) \.? [Mm] \b \.? )?
            (?: \s* \(? ( [A-Za-z_\/]{3,} ) \)? )?
            /#
            .ignoresCase()
        guard let found = words.firstMatch(of: pattern), var hour = Int32(found.4),
            found.5 != nil || found.6 != nil
        else { return nil }
        if let half = found.6?.lowercased() {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (half == "p" ? 12 : 0)
        }
        let minute = found.5.flatMap { Int32($0) } ?? 0
        guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
        let zone = found.7?.lowercased() ?? ""
        let isUTC = ["utc", "gmt"].contains(zone)
        // A zone of its own that we cannot read must not become a wrong time.
        if zone.contains("/"), !isUTC { return nil }

        var seconds = time_t(now.microseconds / 1_000_000)
        var parts = tm()
        if isUTC { gmtime_r(&seconds, &parts) } else { localtime_r(&seconds, &parts) }
        parts.tm_hour = hour
        parts.tm_min = minute
        parts.tm_sec = 0
        parts.tm_isdst = -1
        let hasDay = found.1 != nil
        if let name = found.1?.lowercased() {
            guard let month = months.firstIndex(of: name), let day = found.2.flatMap({ Int32($0) }) else { return nil }
            parts.tm_mon = Int32(month)
            parts.tm_mday = day
            if let year = found.3.flatMap({ Int32($0) }) { parts.tm_year = year - 1_900 }
        }
        let moment = Timestamp(microseconds: Int64(isUTC ? timegm(&parts) : mktime(&parts)) * 1_000_000)
        // Of a time of the day the next one is meant; the minute that just passes still counts.
        return hasDay || moment > now + -60_000_000 ? moment : moment.advanced(byDays: 1)
    }
}
