extension JSONParser {
    /// The number whose sign or first digit stands here.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let negative = peek() == UInt8(ascii: "-")
        if negative { position += 1 }

        var digits = Digits()
        let first = position
        try digits.read(&self, after: "\"-\"")
        if bytes[first] == UInt8(ascii: "0"), digits.count > 1 {
            throw failure("a number with a leading zero", at: first)
        }

        var isWhole = true
        var exponent = 0
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            let whole = digits.count
            try digits.read(&self, after: "a decimal point")
            exponent = whole - digits.count
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            let sign = peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            var power = Digits()
            try power.read(&self, after: "an exponent")
            // Beyond this the slow path decides; the clamp only keeps the arithmetic below from overflowing.
            let size = power.overflowed ? 1_000_000_000 : Int(min(power.value, 1_000_000_000))
            exponent += sign == UInt8(ascii: "-") ? -size : size
        }
        if isWhole { return .int(try whole(digits, negative: negative, start: start)) }
        return .double(try fraction(digits, exponent: exponent, negative: negative, start: start))
    }

    private func whole(_ digits: Digits, negative: Bool, start: Int) throws(JSONError) -> Int64 {
        let largest = UInt64(Int64.max)
        if !digits.overflowed {
            if digits.value <= largest { return negative ? -Int64(digits.value) : Int64(digits.value) }
            if negative, digits.value == largest + 1 { return .min }
        }
        throw failure("a whole number beyond 64 bits", at: start, kind: .limit)
    }

    private func fraction(
        _ digits: Digits, exponent: Int, negative: Bool, start: Int
    ) throws(JSONError) -> Double {
        // Both sides are exact as doubles, so one operation rounds correctly (Clinger's fast path).
        if !digits.overflowed, digits.value <= 1 << 53, exponent.magnitude < Self.powersOfTen.count {
            let power = Self.powersOfTen[Int(exponent.magnitude)]
            let value = exponent < 0 ? Double(digits.value) / power : Double(digits.value) * power
            return negative ? -value : value
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw failure("a number too large for a 64-bit floating point number", at: start, kind: .limit)
        }
        return value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// A run of digits as a number; further runs go on with the same number (`12` `.` `5` → 125).
    private struct Digits {
        var value: UInt64 = 0
        var count = 0
        var overflowed = false

        mutating func read(_ parser: inout JSONParser, after place: String) throws(JSONError) {
            let before = count
            while let byte = parser.peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                if value > (UInt64.max - 9) / 10 { overflowed = true }
                value = value &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
                count += 1
                parser.position += 1
            }
            guard count > before else {
                let found = parser.found()
                throw parser.failure("expected a digit after \(place), found \(found)", at: parser.position)
            }
        }
    }
}
