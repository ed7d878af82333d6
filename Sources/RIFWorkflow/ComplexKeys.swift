import RIFModel

/// Finds keys that are lists, maps or aliases, in a text that also has anchors.
///
/// The parser compares keys by all that is in them, and would be at it for ever where aliases of aliases make that large.
/// No key of a workflow is anything but a name, so such a file is refused before it is parsed. Without aliases a key is no
/// larger than its text, and the reader says what is wrong with it.
enum ComplexKeys {
    static func first(in text: String) -> FileNode.Mark? {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return nil }
        var line = 0
        var found: FileNode.Mark?
        var hasAnchor = false
        var hasAlias = false
        text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" }.forEach { scalars in
            line += 1
            let marks = Marks(Array(scalars))
            hasAnchor = hasAnchor || marks.hasAnchor
            hasAlias = hasAlias || marks.hasAlias
            if found == nil, let column = marks.key { found = FileNode.Mark(line: line, column: column) }
        }
        return hasAnchor && hasAlias ? found : nil
    }

    /// What stands on one line outside quotes and comments.
    private struct Marks {
        var hasAnchor = false
        var hasAlias = false
        /// Where the first key begins or ends that is no plain one, from 1.
        var key: Int?

        init(_ scalars: [Unicode.Scalar]) {
            var quote: Unicode.Scalar?
            // Whether a new token can begin here.
            var isStart = true
            for (index, scalar) in scalars.enumerated() {
                if let open = quote {
                    if scalar == open { quote = nil }
                    isStart = false
                    continue
                }
                switch scalar {
                case "\"" where isStart, "'" where isStart: quote = scalar
                case "#" where index == 0 || Self.isBlank(scalars[index - 1]): return
                case "&" where isStart && !Self.isBlank(scalars, index + 1): hasAnchor = true
                case "*" where isStart && !Self.isBlank(scalars, index + 1):
                    hasAlias = true
                    let end = scalars[index...].firstIndex { Self.isBlank($0) || ",]}".unicodeScalars.contains($0) }
                    if Self.isColon(scalars, end ?? scalars.count) { key = key ?? index + 1 }
                case "?" where isStart && Self.isBlank(scalars, index + 1): key = key ?? index + 1
                case "]", "}": if Self.isColon(scalars, index + 1) { key = key ?? index + 1 }
                default: break
                }
                isStart = Self.isBlank(scalar) || "[{,:?-".unicodeScalars.contains(scalar)
            }
        }

        private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

        private static func isBlank(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
            index >= scalars.count || isBlank(scalars[index])
        }

        /// Whether a colon that ends a key is the next sign.
        private static func isColon(_ scalars: [Unicode.Scalar], _ start: Int) -> Bool {
            scalars.indices.suffix(from: min(start, scalars.count)).first { !isBlank(scalars[$0]) }
                .map { scalars[$0] == ":" } ?? false
        }
    }
}
