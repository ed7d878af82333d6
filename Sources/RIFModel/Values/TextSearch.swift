/// A text to be found in others without regard to case: what `q` of a list of sessions does.
///
/// Case is folded scalar by scalar, by Unicode's simple mapping to lower case: the same that databases do.
public struct TextSearch: Sendable {
    private let plain: [UInt8]
    private let escaped: [UInt8]

    /// An empty text is found in every other.
    public init(_ text: String) {
        plain = Self.folded(text.utf8)
        escaped = Self.folded(Self.escaped(text).utf8)
    }

    /// The text as it stands inside of a JSON string: a quote is found in JSON where it belongs to a key or a value.
    public static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONValue.appendString(text, to: &bytes)
        return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    /// Whether the text is part of another.
    public func isFound(in text: String) -> Bool { Self.contains(Self.folded(text.utf8), plain) }

    /// Whether the text is part of a document's compact JSON: of its keys and values, or of what stands between them.
    public func isFound(in document: JSONValue) -> Bool {
        var bytes: [UInt8] = []
        document.append(to: &bytes)
        return Self.contains(Self.folded(bytes), escaped)
    }

    private static func folded(_ bytes: some Collection<UInt8>) -> [UInt8] {
        guard !bytes.allSatisfy({ $0 < 0x80 }) else { return bytes.map(lower) }
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                folded.append(lower(UInt8(truncatingIfNeeded: scalar.value)))
            } else {
                // The full mapping has a second scalar in one case, İ; the simple one is its first.
                folded.append(
                    contentsOf: String(scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar).utf8)
            }
        }
        return folded
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        guard bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
            if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }
}
