import RIFModel
import Testing

@testable import RIFAgents

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// When a limit ends, as agents write it.
struct ResetTimeTests {
    /// 2026-11-22T10:00:00Z, a Sunday.
    private let now = Timestamp(microseconds: 1_795_341_600_000_000)

    private func found(_ words: String) -> String? { ResetTime.find(in: words, now: now)?.rfc3339 }

    @Test func momentsAndSpansAreRead() {
        #expect(now.rfc3339.hasPrefix("2026-11-22T10:00:00"))
        #expect(ResetTime.find(in: "Claude AI usage limit reached|1795345200", now: now) == now + 3_600_000_000)
        #expect(ResetTime.find(in: "until 2026-11-22T12:00:00Z, sorry", now: now) == now + 7_200_000_000)
        for (words, seconds) in [
            ("try again in 5 days 2 hours 3 minutes.", 439_380), ("in 1 hour", 3_600), ("retry in 45s", 45),
            ("try again in 1 hour, and 30 minutes", 5_400), ("retry after 90 seconds", 90), ("in 1d 1h", 90_000),
        ] {
            #expect(ResetTime.find(in: words, now: now) == now + Int64(seconds) * 1_000_000, "\(words)")
        }
    }

    @Test func timesOfTheDayAreThoseThatComeNext() {
        #expect(ResetTime.find(in: "You've hit your limit · resets 3pm (UTC)", now: now) == now + 5 * 3_600_000_000)
        #expect(ResetTime.find(in: "resets at 9:30am (UTC)", now: now) == now + Int64(23.5 * 3_600_000_000))
        #expect(
            ResetTime.find(in: "try again at Dec 29th, 2026 10:15 PM UTC", now: now)?.rfc3339.hasPrefix(
                "2026-12-29T22:15:00") == true)
        // Of this machine's own zone, whichever that is.
        let local = ResetTime.find(in: "try again at 8:36 PM.", now: now)
        var seconds = time_t((local?.microseconds ?? 0) / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        #expect(parts.tm_hour == 20 && parts.tm_min == 36)
        #expect(local.map { $0 > now && $0 <= now + 90_000_000_000 } == true)
    }

    @Test(arguments: [
        "", "You've hit your usage limit.", "resets 3pm (Europe/Berlin)", "in a while", "at 25:99", "resets 13pm",
        "at 5 places", "|123", "after lunch", "in 99999999999999999999 hours",
    ])
    func whatTellsNoTimeIsNone(words: String) {
        #expect(found(words) == nil)
    }

    @Test func numbersAreSecondsOrMilliseconds() {
        #expect(ResetTime.read(1_795_341_600) == now)
        #expect(ResetTime.read(1_795_341_600_000) == now)
        #expect(ResetTime.read("1795341600") == now)
        #expect(ResetTime.read("2026-11-22T10:00:00Z") == now)
        for value: JSONValue in [0, -1, 5, "soon", .null, [], .double(.nan), .double(1e300)] {
            #expect(ResetTime.read(value) == nil, "\(value)")
        }
    }
}

/// How a stream becomes lines.
struct LineSplitterTests {
    private func lines(_ pieces: [String], longest: Int = 10, skipBefore: Int? = nil) -> [String] {
        var splitter = LineSplitter(longest: longest)
        var found: [String] = []
        for (number, piece) in pieces.enumerated() {
            if number == skipBefore { splitter.skip() }
            splitter.add(Array(piece.utf8)[...]) { found.append(String(decoding: $0, as: UTF8.self)) }
        }
        splitter.end { found.append(String(decoding: $0, as: UTF8.self)) }
        return found
    }

    @Test func piecesMakeLines() {
        #expect(lines(["a\nb", "c\n\n  \r\nd", "", "e\r\nf"]) == ["a", "bc", "de", "f"])
        #expect(lines(["", "\n", "\n"]) == [])
    }

    @Test func longLinesAreLeftOut() {
        #expect(lines(["12345678901\nab\n"]) == ["ab"])
        #expect(lines(["123456", "78901", "more", "\nab"]) == ["ab"])
        #expect(lines(["1234567890\n"]) == ["1234567890"])
        #expect(lines(["12345678901"]) == [])
    }

    @Test func aLineThatAGapCutsIsLost() {
        #expect(lines(["a\nhal", "f\nb\n"], skipBefore: 1) == ["a", "b"])
        #expect(lines(["a\nhal", "f"], skipBefore: 1) == ["a"])
    }
}
