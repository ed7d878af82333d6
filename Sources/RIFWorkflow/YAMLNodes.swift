public import RIFModel
import Yams

/// Turns YAML, and JSON as a part of it, into nodes with their places.
public enum YAMLNodes {
    /// A text, in bytes of UTF-8, at most.
    public static let maximumBytes = 4 << 20
    /// What aliases may expand to altogether, in nodes.
    public static let maximumAliasNodes = 10_000

    /// The nodes of a text, or why there are none.
    ///
    /// It recurses with the nesting of the text, which libyaml ends at 1,000 levels.
    public static func parse(_ text: String) -> Result<FileNode, WorkflowSyntaxError> {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        guard text.utf8.count <= maximumBytes else {
            return .failure(
                WorkflowSyntaxError(
                    "the file has \(text.utf8.count) bytes; expected at most \(maximumBytes)",
                    remedy: "Is this the right file?"))
        }
        if let mark = ComplexKeys.first(in: text) {
            return .failure(
                WorkflowSyntaxError(
                    "a list, a map or an alias stands where a key is expected", mark: mark, code: .wrongType,
                    remedy: "Write a name as the key."))
        }
        text = SurrogatePairs.joined(text)
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            // The parser owns the anchors, by which an alias is known.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    return .failure(
                        WorkflowSyntaxError(
                            "the file is empty", code: .noStates, remedy: "'rif workflow init' makes an example."))
                }
                var conversion = Conversion()
                return .success(try conversion.node(root))
            }
        } catch let error as WorkflowSyntaxError {
            return .failure(error)
        } catch {
            return .failure(WorkflowSyntaxError(error, in: text))
        }
    }
}

/// One pass over the nodes of the parser.
private struct Conversion {
    private struct Place: Hashable {
        var line: Int
        var column: Int
    }

    private var anchored: Set<Place> = []
    private var aliasDepth = 0
    private var aliasNodes = 0

    mutating func node(_ node: Node) throws(WorkflowSyntaxError) -> FileNode {
        let mark = Self.mark(node)
        // The parser puts the anchored node where an alias stands: one that comes again came by an alias.
        let isAlias = aliasDepth == 0 && node.anchor != nil && !isFirst(node)
        if isAlias { aliasDepth += 1 }
        defer { if isAlias { aliasDepth -= 1 } }
        if aliasDepth > 0 {
            aliasNodes += 1
            guard aliasNodes <= YAMLNodes.maximumAliasNodes else {
                throw WorkflowSyntaxError(
                    "aliases expand to more than \(YAMLNodes.maximumAliasNodes) nodes", mark: mark,
                    remedy: "Write out what you need, without aliases of aliases.")
            }
        }
        switch node {
        case .scalar(let scalar): return FileNode(Self.scalar(scalar), mark: mark)
        case .sequence(let sequence):
            var elements: [FileNode] = []
            for element in sequence { elements.append(try self.node(element)) }
            return FileNode(.list(elements), mark: mark)
        case .mapping(let mapping): return FileNode(.map(try entries(mapping)), mark: mark)
        case .alias:
            throw WorkflowSyntaxError("an alias without its anchor", mark: mark, remedy: "Write out what is meant.")
        }
    }

    private mutating func isFirst(_ node: Node) -> Bool {
        guard let mark = node.mark else { return true }
        return anchored.insert(Place(line: mark.line, column: mark.column)).inserted
    }

    private mutating func entries(_ mapping: Node.Mapping) throws(WorkflowSyntaxError) -> [FileNode.Entry] {
        var entries: [FileNode.Entry] = []
        var merged: [FileNode.Entry] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw WorkflowSyntaxError(
                    "a list or a map stands where a key is expected", mark: Self.mark(key), code: .wrongType,
                    remedy: "Write a name as the key.")
            }
            let value = try node(value)
            if name.string == "<<", name.style == .plain {
                merged += try Self.merged(value)
            } else {
                entries.append(FileNode.Entry(key: name.string, keyMark: Self.mark(key), value: value))
            }
        }
        // What the map says itself counts more than what is merged into it, and of that the first.
        var known = Set(entries.map(\.key))
        return entries + merged.filter { known.insert($0.key).inserted }
    }

    private static func merged(_ node: FileNode) throws(WorkflowSyntaxError) -> [FileNode.Entry] {
        switch node.content {
        case .map(let entries): return entries
        case .list(let elements):
            var entries: [FileNode.Entry] = []
            for element in elements {
                guard case .map(let more) = element.content else { break }
                entries += more
            }
            return entries
        case .scalar:
            throw WorkflowSyntaxError(
                "<< merges maps, and this is none", mark: node.mark, code: .wrongType,
                remedy: "Write an alias of a map.")
        }
    }

    private static func mark(_ node: Node) -> FileNode.Mark? {
        node.mark.map { FileNode.Mark(line: $0.line, column: $0.column) }
    }

    private static func scalar(_ scalar: Node.Scalar) -> FileNode.Content {
        guard scalar.style == .plain, scalar.tag.isImplicit else {
            return .scalar(.string(scalar.string), text: scalar.string)
        }
        return .scalar(PlainScalar.value(scalar.string), text: scalar.string)
    }
}

extension Tag {
    /// Whether the file says nothing of the type.
    fileprivate var isImplicit: Bool { self == Tag(.implicit) }
}

/// What a word without quotes means: YAML 1.2's core schema, and the words for truth of 1.1, which people still write.
enum PlainScalar {
    static func value(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return false
        default: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        let bytes = Array(text.utf8)
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard bytes.contains(where: isDigit), bytes.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }) else {
            return nil
        }
        if bytes.dropFirst().allSatisfy(isDigit), let whole = Int64(text) { return .int(whole) }
        guard let number = Double(text), number.isFinite else { return nil }
        return .double(number)
    }
}
