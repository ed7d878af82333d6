extension JSONValue {
    /// The document in `text`, read strictly by RFC 8259.
    ///
    /// Refused besides what the grammar forbids: NUL and half surrogate pairs in strings and keys, a byte order mark,
    /// whole numbers beyond 64 bits, numbers too large for a `Double`, and nesting over `maximumDepth`. Of a key
    /// given twice the last value counts. `-0` is the whole number 0; `-0.0` keeps its sign.
    ///
    /// The parser recurses, measured at 0.5 KiB of stack per level in a release build and at 2 KiB in a debug build: the
    /// standard depth fits the 512 KiB of a small thread. A `maximumDepth` over 512 counts as 512.
    public static func parse(_ text: String, maximumDepth: Int = maximumDepth) throws(JSONError) -> JSONValue {
        var text = text
        let result = text.withUTF8 { bytes in JSONParser.result(of: bytes, maximumDepth: maximumDepth) }
        return try result.get()
    }

    /// The document in UTF-8 `bytes`, with the rules of ``parse(_:maximumDepth:)``; broken UTF-8 is refused.
    ///
    /// Bytes that do not lie in one piece of memory are copied first.
    public static func parse(
        utf8 bytes: some Collection<UInt8>, maximumDepth: Int = maximumDepth
    ) throws(JSONError) -> JSONValue {
        let result =
            bytes.withContiguousStorageIfAvailable { JSONParser.result(of: $0, maximumDepth: maximumDepth) }
            ?? Array(bytes).withUnsafeBufferPointer { JSONParser.result(of: $0, maximumDepth: maximumDepth) }
        return try result.get()
    }

    /// The document in a buffer that the caller keeps alive during the call; the quickest way in.
    public static func parse(
        utf8 bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int = maximumDepth
    ) throws(JSONError) -> JSONValue {
        try JSONParser.result(of: bytes, maximumDepth: maximumDepth).get()
    }
}
