/// Any JSON document as a value: contexts, histories, metadata, event data, request bodies.
///
/// A number written without fraction and exponent is ``int(_:)``, every other number ``double(_:)``, and the two
/// are never equal: `.int(1) != .double(1.0)`, since they print differently (`1` and `1.0`) and one of them may have
/// lost digits. Use ``doubleValue`` where the difference does not matter.
///
/// Strings and keys compare as Swift strings do, by canonical equivalence: a key written composed (`é`) and the same
/// key written decomposed (`e` + U+0301) are one key. What is stored and printed are the bytes that came in.
///
/// Values built in code may hold what JSON cannot carry (NaN) or what we do not accept (NUL, deeper nesting than
/// ``maximumDepth``); `Validation.json(_:field:)` finds these.
public enum JSONValue: Hashable, Sendable {
    /// The JSON literal `null`; not the same as a missing key, which the subscripts answer with `nil`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number written without fraction and exponent, within 64 bits.
    case int(Int64)
    /// A number written with a fraction or an exponent. NaN and infinities encode as `null`.
    case double(Double)
    /// Text; its encoded form is escaped as RFC 8259 demands.
    case string(String)
    /// A list; the order is kept.
    case array([JSONValue])
    /// An object; the order of keys is not kept, encoders write them sorted.
    case object([String: JSONValue])

    /// How many arrays and objects may stand inside each other in what we accept.
    public static let maximumDepth = 128

    /// The number that people expect to see for a `Float`: 0.85 as 0.85 and not as 0.8500000238418579.
    ///
    /// It is the shortest decimal that reads back as this `Float`. NaN and infinities stay what they are.
    public static func float(_ value: Float) -> JSONValue {
        .double(Double(value.description) ?? Double(value))
    }
}

// MARK: - Reading

extension JSONValue {
    /// The value under `key`; nil where there is no such key or this is not an object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The element at `index`; nil where the index is outside or this is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text, nil for every other kind.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number, nil for every other kind (also for `1.0`).
    public var intValue: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The number as a `Double`, whole numbers too (beyond 2^53 rounded to the nearest); nil for every other kind.
    public var doubleValue: Double? {
        switch self {
        case .double(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }

    /// The truth value, nil for every other kind; numbers and strings are not taken for one.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, nil for every other kind.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, nil for every other kind.
    public var objectValue: [String: JSONValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is the literal `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The kind with its article, for messages: "a string", "a whole number".
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .int: "a whole number"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact JSON, the same as ``compact``.
    public var description: String { compact }
}
