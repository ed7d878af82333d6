/// A key, out of the bytes that a terminal sends for it.
enum TopKey: Sendable, Hashable {
    case character(Character)
    /// Ctrl with a letter, as that letter in lower case.
    case control(Character)
    case function(Int)
    case up, down, left, right, pageUp, pageDown, home, end, enter, escape, backspace
}

/// Turns bytes into keys. Sequences may arrive in pieces: what may still go on is held back until `flush`.
struct TopKeyDecoder {
    private var pending: [UInt8] = []

    /// Whether something is held back that only time can decide: the Escape key, or the beginning of a sequence.
    var isWaiting: Bool { !pending.isEmpty }

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [TopKey] {
        pending += bytes
        var keys: [TopKey] = []
        while let (key, length) = next() {
            pending.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// No more bytes came for a while: a lone Escape is the key.
    mutating func flush() -> [TopKey] {
        let isEscape = pending == [0x1B]
        pending = []
        return isEscape ? [.escape] : []
    }

    /// The next key and its length in bytes, no key for bytes that mean nothing; nothing where more bytes are needed.
    private func next() -> (TopKey?, Int)? {
        guard let first = pending.first else { return nil }
        switch first {
        case 0x1B: return sequence()
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x01...0x1A: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
        case 0..<0x20: return (nil, 1)
        case 0x20..<0x7F: return (.character(Character(Unicode.Scalar(first))), 1)
        default: return character(first)
        }
    }

    private func character(_ first: UInt8) -> (TopKey?, Int)? {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
        guard length > 1 else { return (nil, 1) }
        guard pending.count >= length else { return nil }
        let text = String(decoding: pending.prefix(length), as: UTF8.self)
        guard text.count == 1, let character = text.first, character != "\u{FFFD}" else { return (nil, 1) }
        return (.character(character), length)
    }

    /// `ESC [ … final` (with the Linux console's `ESC [ [ A`), `ESC O final`.
    private func sequence() -> (TopKey?, Int)? {
        guard pending.count > 1 else { return nil }
        switch pending[1] {
        case UInt8(ascii: "O"):
            guard pending.count > 2 else { return nil }
            return (Self.final(pending[2]), 3)
        case UInt8(ascii: "["):
            guard pending.count > 2 else { return nil }
            if pending[2] == UInt8(ascii: "[") {
                guard pending.count > 3 else { return nil }
                let number = Int(pending[3]) - Int(UInt8(ascii: "A")) + 1
                return ((1...5).contains(number) ? .function(number) : nil, 4)
            }
            guard let end = pending.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(pending[$0]) }) else {
                return pending.count < 32 ? nil : (nil, pending.count)
            }
            let numbers = String(decoding: pending[2..<end], as: UTF8.self)
            let number = Int(numbers.prefix { $0.isNumber })
            let key = pending[end] == UInt8(ascii: "~") ? Self.tilde(number ?? 0) : Self.final(pending[end])
            return (key, end + 1)
        // Escape, and another key soon after it; Alt with that key looks the same, and means nothing here.
        default: return (.escape, 1)
        }
    }

    private static func final(_ byte: UInt8) -> TopKey? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "M"): .enter
        case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(byte - UInt8(ascii: "P")) + 1)
        default: nil
        }
    }

    private static func tilde(_ number: Int) -> TopKey? {
        switch number {
        case 1, 7: .home
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23, 24: .function(number - 12)
        default: nil
        }
    }
}
