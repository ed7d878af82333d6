import RIFOrchestrator

/// Times for people. Programs get RFC 3339 by `--json`.
enum Times {
    /// `3 m ago`; the day where that is long ago.
    static func ago(_ moment: Timestamp, now: Timestamp) -> String {
        let seconds = moment.distance(to: now) / 1_000_000
        return switch seconds {
        case ..<(-5): exact(moment)
        case ..<5: "just now"
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) m ago"
        case ..<86_400: "\(seconds / 3600) h ago"
        case ..<(30 * 86_400): "\(seconds / 86_400) d ago"
        default: String(moment.rfc3339.prefix(10))
        }
    }

    /// `2026-09-01 12:00:03 UTC`
    static func exact(_ moment: Timestamp) -> String {
        let text = moment.rfc3339
        guard let point = text.lastIndex(of: ".") else { return text }
        return text[..<point].split(separator: "T").joined(separator: " ") + " UTC"
    }

    /// `12:00:03.123`, the day before it.
    static func exactWithMilliseconds(_ moment: Timestamp) -> String {
        moment.rfc3339.dropLast(4).split(separator: "T").joined(separator: " ")
    }

    /// The same of an average.
    static func duration(milliseconds: Double) -> String {
        duration(milliseconds: Int64(exactly: milliseconds.rounded()) ?? 0)
    }

    /// `850 ms`, `2.5 s`, `3 m 12 s`, `1 h 5 m`, `2 d 3 h`.
    static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(Text.decimal(Double(milliseconds) / 1000, digits: 1)) s"
        case ..<3_600_000: "\(seconds / 60) m \(seconds % 60) s"
        case ..<86_400_000: "\(seconds / 3600) h \(seconds / 60 % 60) m"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}
