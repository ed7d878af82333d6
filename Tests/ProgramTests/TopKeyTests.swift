import Testing

@testable import rif

/// Bytes of terminals become keys.
@Suite struct TopKeyTests {
    private func keys(_ text: String) -> [TopKey] {
        var decoder = TopKeyDecoder()
        return decoder.feed(Array(text.utf8)) + decoder.flush()
    }

    @Test func sequencesOfUsualTerminalsAreKnown() {
        #expect(keys("\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~") == [.up, .down, .pageUp, .pageDown])
        #expect(keys("\u{1B}[H\u{1B}[1~\u{1B}OF\u{1B}[4~") == [.home, .home, .end, .end])
        #expect(keys("\u{1B}OP\u{1B}[11~\u{1B}[[A") == [.function(1), .function(1), .function(1)])
        #expect(keys("\u{1B}[17~\u{1B}[21~") == [.function(6), .function(10)])
        #expect(keys("\u{1B}[1;5A") == [.up])
        #expect(
            keys("\r\u{7F}\u{3}\u{1A} é実") == [
                .enter, .backspace, .control("c"), .control("z"), .character(" "), .character("é"), .character("実"),
            ])
    }

    @Test func sequencesMayArriveInPieces() {
        var decoder = TopKeyDecoder()
        var found: [TopKey] = []
        for byte in "\u{1B}[21~é\u{1B}OA".utf8 { found += decoder.feed([byte]) }
        #expect(found == [.function(10), .character("é"), .up])
        #expect(!decoder.isWaiting)
    }

    @Test func aLoneEscapeIsTheKeyOnceNothingFollows() {
        var decoder = TopKeyDecoder()
        #expect(decoder.feed([0x1B]).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.flush() == [.escape])
        #expect(keys("\u{1B}\u{1B}") == [.escape, .escape])
    }

    @Test func nonsenseIsPassedOver() {
        #expect(keys("\u{1B}[99~\u{1B}[200~q") == [.character("q")])
        var decoder = TopKeyDecoder()
        #expect(decoder.feed([0xFF, 0xC3, 0x28, 0x71]) == [.character("("), .character("q")])
        #expect(decoder.feed([0x1B, 0x5B] + Array(repeating: 0x31, count: 64)).isEmpty)
        #expect(decoder.feed([0x71]) == [.character("q")])
    }
}
