extension Condition {
    /// A name that a condition looked up, and what was there.
    public struct Finding: Sendable, Hashable {
        /// The path as it was written, without a leading `context.`.
        public var identifier: String
        /// Null where there is nothing.
        public var value: JSONValue

        public init(identifier: String, value: JSONValue) {
            self.identifier = identifier
            self.value = value
        }
    }

    /// Whether it holds in a session's context. Names that are not there are false.
    public func holds(in context: [String: JSONValue]) -> Bool { root.holds(in: context) }

    /// What makes it false, in the order of the text and each name once; nothing where it holds.
    public func missing(in context: [String: JSONValue]) -> [Finding] {
        var evaluation = Evaluation(context: context)
        guard !evaluation.value(of: root) else { return [] }
        var known: Set<String> = []
        return evaluation.causes.filter { known.insert($0.identifier).inserted }
    }

    /// Its value where no context can change it.
    public var constantValue: Bool? { root.constantValue }

    /// How conditions see a value: false are false, null, 0, and empty strings, lists and objects.
    public static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let value): value
        case .int(let number): number != 0
        case .double(let number): number != 0
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    // MARK: - The ordered words

    private static let orderedWords = ["low", "medium", "high", "very_high", "critical"]

    static func isOrderedWord(_ text: String) -> Bool { rank(text) != nil }

    private static func rank(_ text: String) -> Int? {
        orderedWords.firstIndex(of: text) ?? (text == "very-high" ? 3 : nil)
    }

    // MARK: - Comparing

    fileprivate static func holds(_ left: JSONValue?, _ comparison: Comparison, _ right: JSONValue?) -> Bool {
        guard let left, let right, !left.isNull, !right.isNull else { return false }
        switch comparison {
        case .equal: return areEqual(left, right)
        case .notEqual: return !areEqual(left, right)
        case .less: return order(left, right).map { $0 < 0 } ?? false
        case .lessOrEqual: return order(left, right).map { $0 <= 0 } ?? false
        case .greater: return order(left, right).map { $0 > 0 } ?? false
        case .greaterOrEqual: return order(left, right).map { $0 >= 0 } ?? false
        }
    }

    /// Whole and other numbers are of one type; everything else is as `JSONValue` sees it.
    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.int, .double), (.double, .int): return order(left, right) == 0
        case (.string(let left), .string(let right)):
            if let one = rank(left), let other = rank(right) { return one == other }
            return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { areEqual(value, $0) } ?? false }
        default: return left == right
        }
    }

    /// Below 0, 0 or above 0; nil where the two have no order.
    private static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int { left < right ? -1 : left > right ? 1 : 0 }
        switch (left, right) {
        case (.int(let left), .int(let right)): return sign(left, right)
        case (.double(let left), .double(let right)):
            return left.isNaN || right.isNaN ? nil : sign(left, right)
        case (.int(let whole), .double(let number)): return order(whole, number)
        case (.double(let number), .int(let whole)): return order(whole, number).map { -$0 }
        case (.string(let left), .string(let right)):
            guard let one = rank(left), let other = rank(right) else { return nil }
            return sign(one, other)
        default: return nil
        }
    }

    /// Exact: a `Double` cannot hold every whole number of 64 bits.
    private static func order(_ whole: Int64, _ number: Double) -> Int? {
        guard !number.isNaN else { return nil }
        if number >= 0x1p63 { return -1 }
        if number < -0x1p63 { return 1 }
        let below = number.rounded(.down)
        let floor = Int64(below)
        if whole != floor { return whole < floor ? -1 : 1 }
        return number > below ? -1 : 0
    }
}

extension Condition.Path {
    /// What is at the path; nil where there is nothing.
    public func value(in context: [String: JSONValue]) -> JSONValue? {
        guard case .member(let first)? = steps.first, var value = context[first] else { return nil }
        for step in steps.dropFirst() {
            let next =
                switch step {
                case .member(let name): value[name]
                case .element(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

extension Condition.Operand {
    fileprivate func value(in context: [String: JSONValue]) -> JSONValue? {
        switch self {
        case .path(let path): path.value(in: context)
        case .value(let value): value
        }
    }
}

extension Condition.Node {
    fileprivate func holds(in context: [String: JSONValue]) -> Bool {
        switch self {
        case .constant(let value): value
        case .truth(let path): path.value(in: context).map(Condition.isTrue) ?? false
        case .comparison(let left, let comparison, let right):
            Condition.holds(left.value(in: context), comparison, right.value(in: context))
        case .not(let node): !node.holds(in: context)
        case .and(let left, let right): left.holds(in: context) && right.holds(in: context)
        case .or(let left, let right): left.holds(in: context) || right.holds(in: context)
        }
    }

    fileprivate var constantValue: Bool? {
        switch self {
        case .constant(let value): return value
        case .truth: return nil
        case .comparison(.value(let left), let comparison, .value(let right)):
            return Condition.holds(left, comparison, right)
        case .comparison: return nil
        case .not(let node): return node.constantValue.map { !$0 }
        case .and(let left, let right):
            let (left, right) = (left.constantValue, right.constantValue)
            if left == false || right == false { return false }
            return left == true && right == true ? true : nil
        case .or(let left, let right):
            let (left, right) = (left.constantValue, right.constantValue)
            if left == true || right == true { return true }
            return left == false && right == false ? false : nil
        }
    }
}

/// Evaluates a tree and keeps the names on which its value depends.
private struct Evaluation {
    let context: [String: JSONValue]
    /// The names that made the node evaluated last what it is.
    private(set) var causes: [Condition.Finding] = []

    init(context: [String: JSONValue]) { self.context = context }

    mutating func value(of node: Condition.Node) -> Bool {
        switch node {
        case .constant: break
        case .truth(let path): note(.path(path))
        case .comparison(let left, _, let right):
            note(left)
            note(right)
        case .not(let node): return !value(of: node)
        case .and(let left, let right): return value(of: left, right) { $0 && $1 }
        case .or(let left, let right): return value(of: left, right) { $0 || $1 }
        }
        return node.holds(in: context)
    }

    /// Keeps the causes of the sides that are what the whole is.
    private mutating func value(
        of left: Condition.Node, _ right: Condition.Node, _ join: (Bool, Bool) -> Bool
    ) -> Bool {
        let start = causes.count
        let one = value(of: left)
        let middle = causes.count
        let other = value(of: right)
        let result = join(one, other)
        if other != result { causes.removeSubrange(middle...) }
        if one != result { causes.removeSubrange(start..<middle) }
        return result
    }

    private mutating func note(_ operand: Condition.Operand) {
        guard case .path(let path) = operand else { return }
        causes.append(Condition.Finding(identifier: path.text, value: path.value(in: context) ?? .null))
    }
}

extension Condition.Finding: JSONRepresentable {
    /// `{identifier, value}`.
    public var json: JSONValue { ["identifier": .string(identifier), "value": value] }
}
