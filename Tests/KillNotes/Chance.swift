public import RIFModel

/// SplitMix64: what one seed makes can be made again.
public struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    public mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    /// What people and programs put into texts.
    public mutating func text() -> String {
        let pieces = [
            "plan", "'; DROP TABLE orchestration_state; --", "\"quoted\"", "emoji 🦆👩‍🚀", "", "zwei\nZeilen",
            "\u{1}control", "back\\slash", "日本語", "null", "a fairly long reason that says why this was the way to go",
        ]
        return (0...below(3)).map { _ in one(of: pieces) }.joined(separator: " ")
    }

    public mutating func json(depth: Int = 2) -> JSONValue {
        switch below(depth > 0 ? 7 : 5) {
        case 0: .null
        case 1: .bool(below(2) == 0)
        case 2: .int(Int64(bitPattern: next()) >> Int64(below(64)))
        case 3: .double(Double(below(20_001) - 10_000) / 100)
        case 4: .string(text())
        case 5: .array((0..<below(4)).map { _ in json(depth: depth - 1) })
        default: .object(updates(depth: depth - 1))
        }
    }

    public mutating func updates(depth: Int = 2) -> [String: JSONValue] {
        var made: [String: JSONValue] = [:]
        for _ in 0..<below(4) { made["k\(below(12))"] = json(depth: depth) }
        return made
    }

    public mutating func agents() -> [String] {
        let all = ["RIF-Analyst", "RIF-Planner", "RIF-Implementer", "RIF-Validator", "agent 🦆"]
        return all.filter { _ in below(3) == 0 }
    }
}
