import RIFModel

/// SplitMix64: the same numbers in every run, so that a failing property can be repeated by its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

extension SeededGenerator {
    /// Any accepted JSON value, at most `depth` containers deep.
    mutating func json(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .int(Int64(bitPattern: next()) >> Int64.random(in: 0...63, using: &self))
        case 3: return .double(double())
        case 4, 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0...5, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...6, using: &self) { members[text()] = json(depth: depth - 1) }
            return .object(members)
        }
    }

    /// Any finite double, from all bit patterns and from short decimals.
    mutating func double() -> Double {
        if Bool.random(using: &self) { return Double(Int.random(in: -10_000...10_000, using: &self)) / 100 }
        let value = Double(bitPattern: next())
        return value.isFinite ? value : 0.5
    }

    /// Text of all kinds of scalars but NUL: ASCII, control characters, quotes, beyond the BMP.
    mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &self) {
            let range: ClosedRange<UInt32> =
                switch Int.random(in: 0..<6, using: &self) {
                case 0: 1...0x1F
                case 1: 0x22...0x5C
                case 2: 0x7F...0x7FF
                case 3: 0x800...0xFFFF
                case 4: 0x10000...0x10FFFF
                default: 0x61...0x7A
                }
            // Surrogates are no scalars and are left out.
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
