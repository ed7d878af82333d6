extension Condition {
    /// Parentheses and NOTs inside each other, at most.
    public static let maximumLevels = 1_000
    /// The text, in bytes of UTF-8, at most.
    public static let maximumBytes = 64 << 10

    /// The condition in `text`.
    ///
    /// `OR` binds less than `AND`, `AND` less than `NOT`, `NOT` less than comparisons: `NOT a = 1` is `NOT (a = 1)`.
    ///
    /// - Throws: with the place, where it does not parse or is beyond a limit.
    public init(parsing text: String) throws(ConditionError) {
        var parser = ConditionParser(text)
        self.init(text: text, root: try parser.parse())
    }

    /// The path that `text` is, as conditions write them: `a.b[0]`, `context.a`.
    public static func path(parsing text: String) throws(ConditionError) -> Path { try ConditionScanner.path(text) }
}

/// Parses without recursion, so that no text can use up the stack.
private struct ConditionParser {
    /// What is open: the whole text, or a pair of parentheses.
    private struct Group {
        /// Of the opening parenthesis; nil for the whole text.
        var position: Int?
        /// How many NOTs stand before the operand that is read next.
        var negations = 0
        var conjunction: [Condition.Node] = []
        var disjunction: [Condition.Node] = []
        /// NOTs before this group.
        var outerNegations = 0

        func closed() -> Condition.Node {
            Self.balanced((disjunction + [Self.balanced(conjunction[...]) { .and($0, $1) }])[...]) { .or($0, $1) }
        }

        mutating func endConjunction() {
            disjunction.append(Self.balanced(conjunction[...]) { .and($0, $1) })
            conjunction = []
        }

        /// A long chain becomes a flat tree: it means the same, and walking it needs little stack.
        private static func balanced(
            _ nodes: ArraySlice<Condition.Node>, _ join: (Condition.Node, Condition.Node) -> Condition.Node
        ) -> Condition.Node {
            guard nodes.count > 1 else { return nodes.first ?? .constant(true) }
            let middle = nodes.startIndex + nodes.count / 2
            return join(balanced(nodes[..<middle], join), balanced(nodes[middle...], join))
        }
    }

    private let text: String
    private var scanner: ConditionScanner
    private var groups = [Group()]
    private var levels = 0

    init(_ text: String) {
        self.text = text
        scanner = ConditionScanner(text)
    }

    mutating func parse() throws(ConditionError) -> Condition.Node {
        guard text.utf8.count <= Condition.maximumBytes else {
            throw ConditionError(
                message: "\(text.utf8.count) bytes; expected at most \(Condition.maximumBytes)",
                position: Self.position(ofByte: Condition.maximumBytes, in: text))
        }
        var token = try scanner.next()
        if case .end = token.kind {
            throw ConditionError(message: "empty; expected a condition such as 'always'", position: token.position)
        }
        while true {
            token = try readOperand(token)
            if let node = try readOperator(&token) { return node }
        }
    }

    /// From `token` to the end of the next operand: NOTs and parentheses, then a name, a value or a comparison.
    ///
    /// - Returns: the token behind it.
    private mutating func readOperand(_ first: ConditionScanner.Token) throws(ConditionError) -> ConditionScanner.Token
    {
        var token = first
        while true {
            switch token.kind {
            case .not:
                try descend(token)
                groups[groups.count - 1].negations += 1
                token = try scanner.next()
            case .open:
                try descend(token)
                groups.append(Group(position: token.position))
                token = try scanner.next()
            default:
                let left = try operand(token)
                token = try scanner.next()
                var node: Condition.Node
                if case .comparison(let comparison) = token.kind {
                    let right = try operand(try scanner.next())
                    node = .comparison(left, comparison, right)
                    token = try scanner.next()
                } else {
                    node = Self.truth(left)
                }
                add(&node)
                return token
            }
        }
    }

    /// AND, OR, closing parentheses, the end.
    ///
    /// - Returns: the whole condition where this was its end; else `token` is the first one of the next operand.
    private mutating func readOperator(_ token: inout ConditionScanner.Token) throws(ConditionError) -> Condition.Node?
    {
        while true {
            switch token.kind {
            case .and:
                token = try scanner.next()
                return nil
            case .or:
                groups[groups.count - 1].endConjunction()
                token = try scanner.next()
                return nil
            case .close:
                guard groups.count > 1 else {
                    throw ConditionError(message: "there is no ( for this )", position: token.position)
                }
                var node = groups.removeLast().closed()
                levels -= 1
                add(&node)
                token = try scanner.next()
                if case .comparison = token.kind {
                    throw ConditionError(
                        message: "only names and values can be compared, not what stands in parentheses",
                        position: token.position)
                }
            case .end:
                if let position = groups[groups.count - 1].position {
                    throw ConditionError(message: "there is no ) for this (", position: position)
                }
                return groups[0].closed()
            case .comparison:
                throw ConditionError(
                    message: "comparisons cannot be chained; join two with AND", position: token.position)
            default:
                throw ConditionError(
                    message: "expected AND, OR or the end, found \(RIFError.quoted(token.text))",
                    position: token.position)
            }
        }
    }

    private mutating func descend(_ token: ConditionScanner.Token) throws(ConditionError) {
        levels += 1
        guard levels <= Condition.maximumLevels else {
            throw ConditionError(
                message: "nested deeper than \(Condition.maximumLevels) levels", position: token.position)
        }
    }

    private mutating func add(_ node: inout Condition.Node) {
        let last = groups.count - 1
        for _ in 0..<groups[last].negations { node = .not(node) }
        levels -= groups[last].negations
        groups[last].negations = 0
        groups[last].conjunction.append(node)
    }

    private func operand(_ token: ConditionScanner.Token) throws(ConditionError) -> Condition.Operand {
        switch token.kind {
        case .path(let path): return .path(path)
        case .value(let value): return .value(value)
        case .end: throw ConditionError(message: "expected a name or a value, found the end", position: token.position)
        default:
            throw ConditionError(
                message: "expected a name or a value, found \(RIFError.quoted(token.text))", position: token.position)
        }
    }

    private static func truth(_ operand: Condition.Operand) -> Condition.Node {
        switch operand {
        case .path(let path): .truth(path)
        case .value(let value): .constant(Condition.isTrue(value))
        }
    }

    private static func position(ofByte offset: Int, in text: String) -> Int {
        var bytes = 0
        var position = 1
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > offset { break }
            position += 1
        }
        return position
    }
}
