import RIFModel
import Testing

@Suite("Durations of files")
struct DurationTextTests {
    @Test(
        arguments: [
            ("90s", 90), ("30m", 1_800), ("1h", 3_600), ("1h30m", 5_400), ("72h", 259_200), ("7d", 604_800),
            ("1d2h3m4s", 93_784), ("0h30m", 1_800), ("36500d", 3_153_600_000), ("007s", 7),
        ] as [(String, Int64)])
    func seconds(_ text: String, _ seconds: Int64) throws {
        #expect(try DurationText.parse(text) == .seconds(seconds))
    }

    @Test func auto() throws { #expect(try DurationText.parse("auto") == nil) }

    @Test func milliseconds() throws {
        #expect(try DurationText.parse("1s500ms", allowsMilliseconds: true) == .milliseconds(1_500))
        #expect(throws: RIFError.self) { try DurationText.parse("500ms") }
    }

    @Test(arguments: [
        "", "0s", "0", "30", "30 m", "1H", "30M", "1.5h", "-1h", "30m1h", "1h1h", "h", "1", "1x", "1h30", " 1h", "1h ",
        "AUTO",
        "36501d", "99999999999999999999s", "9999999999999999d", "+1h", "1m500ms1s", "١h", "36500d1s",
    ])
    func refused(_ text: String) {
        let error = #expect(throws: RIFError.self) { try DurationText.parse(text, field: "timeout") }
        #expect(error?.detail.hasPrefix("timeout: ") == true)
        #expect(error?.exitCode == 2)
    }

    @Test("are written so that they read back")
    func texts() throws {
        #expect(DurationText.text(.seconds(5_400)) == "1h30m")
        #expect(DurationText.text(nil) == "auto")
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let duration = Duration.milliseconds(Int64.random(in: 1...3_000_000_000, using: &generator))
            #expect(try DurationText.parse(DurationText.text(duration), allowsMilliseconds: true) == duration)
        }
    }
}
