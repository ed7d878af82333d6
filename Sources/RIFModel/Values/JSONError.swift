/// Why a text was refused as JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which rule was broken, for those who answer the two differently.
    public enum Kind: Sendable, Hashable {
        /// Not JSON, or a string that holds what we refuse (NUL, half a surrogate pair, broken UTF-8).
        case syntax
        /// Well-formed, but outside a limit: nesting, whole numbers beyond 64 bits, numbers beyond a `Double`.
        case limit
    }

    /// What was found and what was expected, without the place.
    public var message: String
    /// Bytes of UTF-8 before the place of the error, from 0.
    public var offset: Int
    /// The line of the place, from 1; lines end with LF, CR LF or CR.
    public var line: Int
    /// The column of the place in its line, from 1, counted in Unicode scalars.
    public var column: Int
    /// Whether the text is no JSON or only beyond a limit.
    public var kind: Kind

    /// An error at a known place; parsers of formats built on JSON may use it too.
    public init(message: String, offset: Int, line: Int, column: Int, kind: Kind = .syntax) {
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
        self.kind = kind
    }

    /// The place in words, then the message: `line 1, column 5: expected a value, found "}"`.
    public var description: String { "line \(line), column \(column): \(message)" }
}
