extension JSONValue {
    /// How many bytes of UTF-8 ``compact`` has, without building it; limits such as the context's are checked by it.
    public var compactByteCount: Int {
        switch self {
        case .null: return 4
        case .bool(let value): return value ? 4 : 5
        case .int(let value):
            var count = value < 0 ? 2 : 1
            var rest = value.magnitude / 10
            while rest > 0 {
                count += 1
                rest /= 10
            }
            return count
        case .double(let value): return value.isFinite ? value.description.utf8.count : 4
        case .string(let value): return Self.stringByteCount(value)
        case .array(let elements):
            // Two brackets and a comma between neighbours.
            return elements.reduce(2 + max(0, elements.count - 1)) { $0 + $1.compactByteCount }
        case .object(let members):
            // Two braces, a comma between neighbours and a colon in each.
            return members.reduce(2 + max(0, members.count * 2 - 1)) {
                $0 + Self.stringByteCount($1.key) + $1.value.compactByteCount
            }
        }
    }

    /// How many bytes `text` takes as a JSON string, with quotes and escapes.
    public static func stringByteCount(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var extra = 0
            for byte in bytes where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: extra += 1
                default: extra += 5
                }
            }
            return 2 + bytes.count + extra
        }
    }
}
