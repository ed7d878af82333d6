/// A value with the JSON shape that the contract gives it: the same on the command line, over HTTP and in files.
public protocol JSONRepresentable {
    var json: JSONValue { get }
}

extension JSONValue {
    /// A string, or null where there is none.
    public static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// An integer, or null where there is none.
    public static func optional(_ number: (some BinaryInteger)?) -> JSONValue {
        number.map { .int(Int64($0)) } ?? .null
    }

    public static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
}
