import RIFModel
import Testing

@Suite struct TimestampTests {
    static let moments: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"), (1, "1970-01-01T00:00:00.000001Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"), (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
        (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"), (-2_203_891_200_000_001, "1900-02-28T23:59:59.999999Z"),
        (-2_203_891_200_000_000, "1900-03-01T00:00:00.000000Z"), (1_795_366_800_000_001, "2026-11-22T17:00:00.000001Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ]

    @Test(arguments: moments)
    func known(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    static let texts: [(String, String)] = [
        ("2026-11-22T17:00:00Z", "2026-11-22T17:00:00.000000Z"),
        ("2026-11-22t17:00:00.5z", "2026-11-22T17:00:00.500000Z"),
        ("2026-11-22T18:00:00+01:00", "2026-11-22T17:00:00.000000Z"),
        ("2026-11-22T12:00:00-05:00", "2026-11-22T17:00:00.000000Z"),
        ("2026-11-22T17:00:00-00:00", "2026-11-22T17:00:00.000000Z"),
        ("2027-01-01T00:30:00+05:45", "2026-12-31T18:45:00.000000Z"),
        ("2024-02-28T23:00:00-23:59", "2024-02-29T22:59:00.000000Z"),
        ("2026-11-22T17:00:00.1234567Z", "2026-11-22T17:00:00.123456Z"),
        ("2026-11-22T17:00:00.999999999Z", "2026-11-22T17:00:00.999999Z"),
        ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31T18:59:60.25-05:00", "2017-01-01T00:00:00.250000Z"),
    ]

    @Test(arguments: texts)
    func reads(text: String, expected: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == expected)
    }

    static let noTimes: [String] = [
        "", "2026", "2026-11-22", "2026-11-22T17:00Z", "2026-11-22T17:00:00", "2026-11-22 17:00:00Z",
        "2026-11-22T17:00:00.Z", "2026-11-22T17:00:00.1234567890Z", "2026-11-22T17:00:00+0100",
        "2026-11-22T17:00:00+01", "2026-11-22T17:00:00+24:00", "2026-11-22T17:00:00+01:60", "2026-00-22T17:00:00Z",
        "2026-13-22T17:00:00Z", "2026-11-31T17:00:00Z", "2026-11-00T17:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T17:60:00Z", "2026-11-22T17:00:61Z",
        "2026-11-22T17:00:60Z", "2026-11-22T17:00:00ZZ", " 2026-11-22T17:00:00Z", "2026-11-22T17:00:00Z ",
        "26-11-22T17:00:00Z", "+002026-11-22T17:00:00Z", "-001-11-22T17:00:00Z", "2026-1-22T17:00:00Z",
        "2026-11-22T17:00:00\u{2212}01:00", "٢٠٢٦-11-22T17:00:00Z", "2026-11-22T17:00:00,5Z",
    ]

    @Test(arguments: noTimes)
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func everyMicrosecondOfFourDigitYearsRoundTrips() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50_000 {
            let moment = Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
            #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
        }
    }

    /// Against a calendar that counts day by day.
    @Test func everyDayOfFourHundredYears() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var moment = Timestamp(microseconds: -11_676_096_000_000_000)
        for year in 1600..<2000 {
            for month in 1...12 {
                let isLeap = year % 4 == 0 && (year % 100 != 0 || year == 1600)
                for day in 1...(lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)) {
                    let text = moment.rfc3339
                    #expect(text.prefix(4) == "\(year)" && Int(text.dropFirst(5).prefix(2)) == month)
                    #expect(Int(text.dropFirst(8).prefix(2)) == day && text.dropFirst(10) == "T00:00:00.000000Z")
                    moment = moment.advanced(byDays: 1)
                }
            }
        }
        #expect(moment.rfc3339 == "2000-01-01T00:00:00.000000Z")
    }

    @Test func textSortsAsTimeDoes() {
        var generator = SeededGenerator(seed: 6)
        let moments = (0..<1_000).map { _ in
            Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
        }
        #expect(moments.sorted().map(\.rfc3339) == moments.map(\.rfc3339).sorted())
    }

    @Test func arithmeticStopsAtTheEnds() {
        let moment = Timestamp(microseconds: 10)
        #expect((moment + 5).microseconds == 15)
        #expect((moment - Int64(5)).microseconds == 5)
        #expect(moment.advanced(by: -20).microseconds == -10)
        #expect(moment.distance(to: moment + 7) == 7)
        #expect((moment + 7) - moment == 7)
        #expect(Timestamp(microseconds: 2_999).milliseconds(since: Timestamp(microseconds: 0)) == 2)
        #expect(Timestamp(microseconds: 0).milliseconds(since: Timestamp(microseconds: 2_999)) == -2)
        let first = Timestamp(microseconds: .min)
        let last = Timestamp(microseconds: .max)
        #expect(last + 1 == last)
        #expect(first.advanced(by: -1) == first)
        #expect(first.distance(to: last) == .max)
        #expect(last.distance(to: first) == .min)
        #expect(moment - Int64.min == last)
        #expect(moment.advanced(byDays: -.max) == first)
        #expect(moment.advanced(byDays: .max) == last)
    }

    @Test func yearsOfMoreThanFourDigits() {
        #expect(Timestamp(microseconds: 253_402_300_800_000_000).rfc3339 == "+010000-01-01T00:00:00.000000Z")
        #expect(Timestamp(microseconds: -62_167_219_200_000_001).rfc3339 == "-000001-12-31T23:59:59.999999Z")
        #expect(Timestamp(microseconds: .max).rfc3339 == "+294247-01-10T04:00:54.775807Z")
        #expect(Timestamp(microseconds: .min).rfc3339 == "-290308-12-21T19:59:05.224192Z")
    }
}
