/// Recursive descent over a buffer. Strings and numbers are in files of their own.
///
/// A buffer pointer's subscript is not checked in release builds: every read below is guarded by a comparison with
/// `bytes.count`, either directly or through ``peek()``.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// What a string with escapes is decoded into; kept, so that a document allocates it once.
    var scratch: [UInt8] = []
    /// Members of the objects that are being read, the innermost last: so each dictionary is made once, in its size.
    private var members: [(key: String, value: JSONValue)] = []
    private let deepest: Int

    static func result(
        of bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int
    ) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        do throws(JSONError) {
            return .success(try parser.document())
        } catch {
            return .failure(error)
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        deepest = min(max(maximumDepth, 0), 512)
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        guard !bytes.isEmpty else { throw failure("the text is empty; expected a JSON value", at: 0) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw failure("the text begins with a byte order mark (U+FEFF); expected JSON without one", at: 0)
        }
        skipSpace()
        guard position < bytes.count else {
            throw failure("the text holds only white space; expected a JSON value", at: position)
        }
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else {
            throw expected("the end after the JSON value")
        }
        return value
    }

    /// The value that begins here; white space before it has been skipped. `depth` counts the containers around it.
    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch peek() {
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "{"):
            return try object(depth: depth + 1)
        case UInt8(ascii: "["):
            return try array(depth: depth + 1)
        case let byte? where byte == UInt8(ascii: "-") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")):
            return try number()
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default:
            throw expected("a value")
        }
    }

    // These two recurse, so what does not is kept out of their frames.

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        guard try open(depth, close: UInt8(ascii: "]")) else { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth))
        } while try goesOn(close: UInt8(ascii: "]"), "\",\" or \"]\" in an array")
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard try open(depth, close: UInt8(ascii: "}")) else { return .object([:]) }
        let first = members.count
        if members.capacity == 0 { members.reserveCapacity(8) }
        repeat {
            let key = try key()
            let member = try value(depth: depth)
            members.append((key, member))
        } while try goesOn(close: UInt8(ascii: "}"), "\",\" or \"}\" in an object")
        return .object(takeMembers(from: first))
    }

    /// Reads a key and its colon, up to the value.
    private mutating func key() throws(JSONError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
        let key = try string()
        skipSpace()
        guard peek() == UInt8(ascii: ":") else { throw expected("\":\" after a key") }
        position += 1
        skipSpace()
        return key
    }

    /// Enters a container; false where it is empty and has been left again.
    private mutating func open(_ depth: Int, close: UInt8) throws(JSONError) -> Bool {
        guard depth <= deepest else {
            throw failure("nested deeper than \(deepest) levels", at: position, kind: .limit)
        }
        position += 1
        skipSpace()
        guard peek() == close else { return true }
        position += 1
        return false
    }

    /// Reads what follows an element: true after a comma, false after the closing bracket.
    private mutating func goesOn(close: UInt8, _ what: String) throws(JSONError) -> Bool {
        skipSpace()
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == close else { throw expected(what) }
        position += 1
        if byte == close { return false }
        skipSpace()
        return true
    }

    private mutating func takeMembers(from first: Int) -> [String: JSONValue] {
        var object = [String: JSONValue](minimumCapacity: members.count - first)
        for index in first..<members.count { object[members[index].key] = members[index].value }
        members.removeSubrange(first...)
        return object
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length,
            (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
        else {
            throw expected("\(word)")
        }
        position += length
    }
}

// MARK: - Bytes and places

extension JSONParser {
    /// The byte here, nil at the end.
    @inline(__always)
    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// What stands here, in words for a message.
    func found() -> String {
        guard let byte = peek() else { return "the end of the text" }
        if byte > 0x20, byte < 0x7F {
            return byte == UInt8(ascii: "\"") ? "a double quote" : "\"\(Unicode.Scalar(byte))\""
        }
        if byte >= 0x80 {
            var decoder = UTF8()
            var rest = bytes[position...].makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&rest) {
                return "U+\(hexadecimal(scalar.value, digits: 4))"
            }
        }
        return "the byte 0x\(hexadecimal(UInt32(byte), digits: 2))"
    }

    /// "expected a value, found …" here. Never inlined: it keeps the frames of the recursive functions small.
    @inline(never)
    func expected(_ what: String) -> JSONError {
        failure("expected \(what), found \(found())", at: position)
    }

    @inline(never)
    func failure(_ message: String, at offset: Int, kind: JSONError.Kind = .syntax) -> JSONError {
        var line = 1
        var start = 0
        for index in 0..<offset {
            // A CR before a LF is left to the LF, so that CR LF counts once.
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if bytes[index] == 0x0A || (bytes[index] == 0x0D && next != 0x0A) {
                line += 1
                start = index + 1
            }
        }
        let column = bytes[start..<offset].count(where: { $0 & 0xC0 != 0x80 }) + 1
        return JSONError(message: message, offset: offset, line: line, column: column, kind: kind)
    }
}

/// Upper-case hexadecimal, filled up with zeros: `U+000A`.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
