/// Cuts a stream into lines as its pieces come in, with a bound on what it holds.
struct LineSplitter {
    /// Longer lines are left out, in bytes.
    let longest: Int
    private var partial: [UInt8] = []
    private var isSkipping = false

    init(longest: Int = 8 << 20) { self.longest = longest }

    /// Calls `body` with each whole line, without its line break; empty ones are left out.
    mutating func add(_ bytes: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let piece = rest[..<end]
            rest = rest[(end + 1)...]
            if isSkipping {
                isSkipping = false
            } else if partial.isEmpty {
                Self.give(piece, longest, body)
            } else {
                partial += piece
                Self.give(partial[...], longest, body)
            }
            partial.removeAll(keepingCapacity: partial.capacity <= 64 << 10)
        }
        if isSkipping { return }
        partial += rest
        if partial.count > longest {
            isSkipping = true
            partial = []
        }
    }

    /// Something between the last piece and the next was not kept: the line it belongs to is lost.
    mutating func skip() {
        partial = []
        isSkipping = true
    }

    /// The last line where no line break ended it.
    mutating func end(_ body: (ArraySlice<UInt8>) -> Void) {
        if !isSkipping { Self.give(partial[...], longest, body) }
        partial = []
    }

    private static func give(_ line: ArraySlice<UInt8>, _ longest: Int, _ body: (ArraySlice<UInt8>) -> Void) {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        if line.count <= longest, line.contains(where: { $0 != 0x20 && $0 != 0x09 }) { body(line) }
    }
}
