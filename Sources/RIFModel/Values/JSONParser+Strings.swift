extension JSONParser {
    /// The string whose opening quote stands here.
    mutating func string() throws(JSONError) -> String {
        let start = position + 1
        var index = start
        var union: UInt8 = 0
        // Most strings have neither escapes nor control characters: one pass to the closing quote, one copy.
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                let piece = UnsafeBufferPointer(rebasing: bytes[start..<index])
                if union >= 0x80, let place = firstInvalidUTF8(in: piece) { throw invalidUTF8(at: start + place) }
                // `String(validating:as:)` is not specialised in the standard library and much slower.
                return String(decoding: piece, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            union |= byte
            index += 1
        }
        return try escapedString(start: start, from: index)
    }

    /// The rest of a string from the first byte that is not simply copied.
    private mutating func escapedString(start: Int, from first: Int) throws(JSONError) -> String {
        scratch.removeAll(keepingCapacity: true)
        // Checked in pieces on the source bytes, so that an error can name its place.
        var pieceStart = start
        position = first
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                try copy(pieceStart, position)
                position += 1
                return String(decoding: scratch, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try copy(pieceStart, position)
                try escape()
                pieceStart = position
            case 0:
                throw failure("a NUL character in a string", at: position)
            case 0..<0x20:
                let name = "U+\(hexadecimal(UInt32(byte), digits: 4))"
                throw failure("a control character (\(name)) in a string; expected it escaped", at: position)
            default:
                position += 1
            }
        }
        throw failure("the text ends inside a string", at: position)
    }

    private mutating func escape() throws(JSONError) {
        let start = position
        position += 1
        guard let letter = peek() else { throw failure("the text ends inside a string", at: position) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(letter)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar(start: start)
            UTF8.encode(scalar).map { scratch.append(contentsOf: $0) }
        default:
            position = start
            throw failure(
                "an unknown escape in a string; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", at: start)
        }
    }

    /// The scalar of `\uXXXX`, or of the two escapes of a surrogate pair; `start` is the backslash.
    private mutating func escapedScalar(start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try fourDigits(start: start)
        if unit == 0 { throw failure("a NUL character (\\u0000) in a string", at: start) }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, bytes.count - position >= 6, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let second = position
            position += 2
            let low = try fourDigits(start: second)
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            {
                return scalar
            }
        }
        let name = "U+\(hexadecimal(unit, digits: 4))"
        throw failure("half of a surrogate pair (\(name)) in a string", at: start)
    }

    private mutating func fourDigits(start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch peek() {
            case let byte? where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"):
                digit = byte - UInt8(ascii: "0")
            case let byte? where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"):
                digit = byte - UInt8(ascii: "a") + 10
            case let byte? where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"):
                digit = byte - UInt8(ascii: "A") + 10
            default: throw expected("four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private mutating func copy(_ start: Int, _ end: Int) throws(JSONError) {
        let piece = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if let place = firstInvalidUTF8(in: piece) { throw invalidUTF8(at: start + place) }
        scratch.append(contentsOf: piece)
    }

    private func invalidUTF8(at offset: Int) -> JSONError {
        let byte = hexadecimal(UInt32(bytes[offset]), digits: 2)
        return failure("a string is not valid UTF-8 (the byte 0x\(byte))", at: offset)
    }

    /// Where the first ill-formed sequence begins (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
    private func firstInvalidUTF8(in piece: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        while index < piece.count {
            let lead = piece[index]
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0..<0x80:
                index += 1
                continue
            case 0xC2...0xDF: length = 2
            case 0xE0...0xEF:
                length = 3
                if lead == 0xE0 { second = 0xA0...0xBF }
                if lead == 0xED { second = 0x80...0x9F }
            case 0xF0...0xF4:
                length = 4
                if lead == 0xF0 { second = 0x90...0xBF }
                if lead == 0xF4 { second = 0x80...0x8F }
            default: return index
            }
            guard piece.count - index >= length, second.contains(piece[index + 1]),
                piece[(index + 2)..<(index + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
            else { return index }
            index += length
        }
        return nil
    }
}
