import RIFOrchestrator

/// What is wrong with a value; who reads it adds the key and the place.
struct SettingMistake: Error {
    var code: RIFError.Code
    var problem: String

    static func wrongType(_ problem: String) -> SettingMistake { .init(code: .invalidRequest, problem: problem) }
    static let outOfRange = SettingMistake(code: .unprocessable, problem: "is out of range")
}

extension SettingKey {
    /// What the value may be, in words.
    var expected: String {
        switch kind {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "a number of bytes such as 65536 or 64 KiB, from \(Self.size(range.lowerBound)) to "
                + Self.size(range.upperBound)
        case .optionalInteger(let range): "off, or a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(Text.decimal(range.lowerBound)) to \(Text.decimal(range.upperBound))"
        case .text: "a text without spaces"
        case .path: "a path"
        case .choice(let choices): choices.dropLast().joined(separator: ", ") + " or \(choices.last ?? "")"
        case .list: "a list of texts without spaces, or one text with commas between them"
        }
    }

    /// A value as it is written in a file, an environment variable or behind `--set`.
    func parse(_ word: String) throws(SettingMistake) -> JSONValue {
        switch kind {
        case .integer(let range): return try Self.integer(word, in: range)
        case .bytes(let range): return try Self.bytes(word, in: range)
        case .optionalInteger(let range): return word == "off" ? .null : try Self.integer(word, in: range)
        case .number(let range):
            guard let number = Double(word), number.isFinite else { throw .wrongType("is no number") }
            guard range.contains(number) else { throw .outOfRange }
            return .double(number)
        case .text:
            try Self.check(name: word)
            return .string(word)
        case .path:
            guard !word.isEmpty else { throw .wrongType("is empty") }
            guard !word.unicodeScalars.contains("\0") else { throw .wrongType("holds a NUL") }
            return .string(word)
        case .choice(let choices):
            let word = word.lowercased()
            guard choices.contains(word) else { throw .wrongType("is not known") }
            return .string(word)
        case .list:
            return try list(
                word.isEmpty ? [] : word.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed))
        }
    }

    /// The elements of a list.
    func list(_ words: [String]) throws(SettingMistake) -> JSONValue {
        for word in words { try Self.check(name: word) }
        return .strings(words)
    }

    private static func integer(_ word: String, in range: ClosedRange<Int64>) throws(SettingMistake) -> JSONValue {
        guard let number = Int64(word) else {
            let digits = word.drop { $0 == "-" || $0 == "+" }
            let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
            throw isNumber ? .outOfRange : .wrongType("is no whole number")
        }
        guard range.contains(number) else { throw .outOfRange }
        return .int(number)
    }

    private static let units: [(name: String, bytes: Int64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    private static func bytes(_ word: String, in range: ClosedRange<Int64>) throws(SettingMistake) -> JSONValue {
        guard let unit = units.first(where: { word.hasSuffix($0.name) }) else { return try integer(word, in: range) }
        guard case .int(let count) = try integer(trimmed(word.dropLast(3)), in: 0...Int64.max) else { return .null }
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !isTooMuch, range.contains(bytes) else { throw .outOfRange }
        return .int(bytes)
    }

    private static func check(name: String) throws(SettingMistake) {
        guard !name.isEmpty else { throw .wrongType("is empty") }
        let isPlain = name.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) }
        guard isPlain else { throw .wrongType("holds a space or a control character") }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let spaces: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: spaces).reversed().drop(while: spaces).reversed())
    }

    // MARK: - For people

    /// The value as a person would write it.
    func text(_ value: JSONValue) -> String {
        switch (kind, value) {
        case (_, .null): standardText ?? "none"
        case (.bytes, .int(let count)): Self.size(count)
        case (.number, .double(let number)): Text.decimal(number, digits: 6)
        case (.list, .array(let elements)):
            elements.isEmpty ? standardText ?? "none" : elements.compactMap(\.stringValue).joined(separator: ", ")
        case (_, .string(let text)): text
        default: value.compact
        }
    }

    /// The value alone on a line, for scripts: bytes as a number, nothing where there is none.
    func plainText(_ value: JSONValue) -> String {
        switch (kind, value) {
        case (.path, .null): ""
        case (.bytes, _): value.compact
        case (.list, .array(let elements)): elements.compactMap(\.stringValue).joined(separator: ",")
        default: text(value)
        }
    }

    /// `64 KiB`, where it is a round number of them.
    private static func size(_ bytes: Int64) -> String {
        let unit = units.last { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
        return unit.map { "\(bytes / $0.bytes) \($0.name)" } ?? "\(bytes)"
    }
}
