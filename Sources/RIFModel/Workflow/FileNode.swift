/// A piece of a workflow file, from whatever notation it was read, with its place.
public struct FileNode: Sendable, Hashable {
    /// A place in a text, both from 1; columns are counted in Unicode scalars.
    public struct Mark: Sendable, Hashable {
        public var line: Int
        public var column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    public enum Content: Sendable, Hashable {
        /// A single value: what it means, and how it was written. In YAML `1.0` without quotes means a number, but may stand
        /// where a text is expected.
        case scalar(JSONValue, text: String)
        case list([FileNode])
        /// In the order of the file; a key may be there twice.
        case map([Entry])
    }

    public struct Entry: Sendable, Hashable {
        /// As it was written, whatever it looks like: `on`, `404`.
        public var key: String
        public var keyMark: Mark?
        public var value: FileNode

        public init(key: String, keyMark: Mark? = nil, value: FileNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    public var content: Content
    /// None where the notation has no places.
    public var mark: Mark?

    public init(_ content: Content, mark: Mark? = nil) {
        self.content = content
        self.mark = mark
    }

    /// A JSON value, without places; keys come sorted.
    public init(_ json: JSONValue) {
        switch json {
        case .array(let elements): self.init(.list(elements.map { FileNode($0) }))
        case .object(let members):
            self.init(.map(JSONValue.sorted(members).map { Entry(key: $0.key, value: FileNode($0.value)) }))
        default: self.init(.scalar(json, text: json.stringValue ?? json.compact))
        }
    }

    /// The value under a key, the first where there are several.
    public subscript(key: String) -> FileNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var isNull: Bool {
        if case .scalar(.null, _) = content { true } else { false }
    }

    /// In words, for messages.
    var words: String {
        switch content {
        case .scalar(.null, _): "nothing"
        case .scalar(.string(let text), _): RIFError.quoted(text)
        case .scalar(let value, let text):
            "\(RIFError.excerpt(.string(text)).dropFirst().dropLast()) (\(value.kindName))"
        case .list(let elements): "a list of \(elements.count)"
        case .map(let entries): "a map of \(entries.count)"
        }
    }
}
