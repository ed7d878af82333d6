/// Collects what is found while a workflow file is read.
///
/// Lives only during one reading, on one thread.
final class WorkflowFindings {
    private(set) var problems: [WorkflowProblem] = []
    private(set) var unused: [UnusedKey] = []
    /// The file that is being read, where it is not the workflow file itself.
    var file: String?

    func error(_ code: WorkflowProblem.Code, _ message: String, at mark: FileNode.Mark?, remedy: String) {
        problems.append(WorkflowProblem(.error, code, message, at: mark, remedy: remedy, file: file))
    }

    func warning(_ code: WorkflowProblem.Code, _ message: String, at mark: FileNode.Mark?, remedy: String) {
        problems.append(WorkflowProblem(.warning, code, message, at: mark, remedy: remedy, file: file))
    }

    func isUnused(_ path: String, at mark: FileNode.Mark?) {
        unused.append(UnusedKey(path: path, mark: mark, file: file))
    }

    func wrongType(_ path: String, _ node: FileNode, expected: String) {
        error(
            .wrongType, "\(path): \(node.words); expected \(expected)", at: node.mark,
            remedy: "Write \(expected) here.")
    }
}

/// A map of a workflow file: its keys are taken one by one, and what is left is reported as unused.
///
/// A key without a value (null) counts as absent. Wrong types are reported where they are found, and nil is answered.
final class WorkflowFileSection {
    let path: String
    let mark: FileNode.Mark?
    let findings: WorkflowFindings
    let entries: [FileNode.Entry]
    private var taken: Set<String> = []

    /// Nil where the node is no map; reported.
    init?(_ node: FileNode, path: String, findings: WorkflowFindings, expected: String = "a map of keys and values") {
        guard case .map(let entries) = node.content else {
            findings.wrongType(path, node, expected: expected)
            return nil
        }
        self.path = path
        mark = node.mark
        self.findings = findings
        self.entries = entries
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The node under a key, which counts as used from now on.
    func node(_ key: String) -> FileNode? {
        taken.insert(key)
        guard let node = entries.first(where: { $0.key == key })?.value, !node.isNull else { return nil }
        return node
    }

    /// Reports the keys that nobody took, each once.
    func end() {
        for entry in entries where taken.insert(entry.key).inserted {
            findings.isUnused(path(of: entry.key), at: entry.keyMark)
        }
    }

    // MARK: - Values

    /// A text, or anything else that fits on a line: in YAML `404` is a number, but may be a name.
    func text(_ key: String) -> String? {
        node(key).flatMap { text($0, path(of: key)) }
    }

    func text(_ node: FileNode, _ path: String) -> String? {
        guard case .scalar(let value, let text) = node.content, !value.isNull else {
            findings.wrongType(path, node, expected: "a text")
            return nil
        }
        return text
    }

    /// Several texts, or a single one without a list around it.
    func texts(_ key: String, allowsSingle: Bool = false) -> [String]? {
        guard let node = node(key) else { return nil }
        switch node.content {
        case .list(let elements):
            return elements.enumerated().compactMap { text($1, "\(path(of: key))[\($0)]") }
        case .scalar where allowsSingle: return text(node, path(of: key)).map { [$0] }
        default:
            findings.wrongType(
                path(of: key), node, expected: allowsSingle ? "a text or a list of texts" : "a list of texts")
            return nil
        }
    }

    func flag(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .scalar(.bool(let value), _) = node.content else {
            findings.wrongType(path(of: key), node, expected: "true or false")
            return nil
        }
        return value
    }

    func wholeNumber(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let node = node(key) else { return nil }
        guard case .scalar(.int(let value), _) = node.content else {
            findings.wrongType(path(of: key), node, expected: "a whole number")
            return nil
        }
        guard let number = Int(exactly: value), range.contains(number) else {
            outOfRange(key, node, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let value, _) = node.content, let number = value.doubleValue else {
            findings.wrongType(path(of: key), node, expected: "a number")
            return nil
        }
        guard range.contains(number) else {
            outOfRange(key, node, "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
            return nil
        }
        return number
    }

    private func outOfRange(_ key: String, _ node: FileNode, _ expected: String) {
        findings.error(
            .badValue, "\(path(of: key)): \(node.words) is out of range; expected \(expected)", at: node.mark,
            remedy: "Write \(expected).")
    }

    /// One of the words of an enumeration.
    func word<Word: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Word.Type, code: WorkflowProblem.Code = .badValue
    ) -> Word? where Word.RawValue == String {
        guard let node = node(key), let text = text(node, path(of: key)) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let expected = type.allCases.map(\.rawValue).joined(separator: ", ")
        findings.error(
            code, "\(path(of: key)): \(RIFError.quoted(text)) is not known; expected one of \(expected)", at: node.mark,
            remedy: "Write one of \(expected).")
        return nil
    }

    /// A name as everywhere: 1 to 128 characters, none of them a control character.
    func name(_ key: String) -> String? {
        guard let node = node(key), let text = text(node, path(of: key)) else { return nil }
        return isName(text, path(of: key), node.mark) ? text : nil
    }

    func isName(_ text: String, _ path: String, _ mark: FileNode.Mark?) -> Bool {
        do {
            try Validation.name(text, field: path)
            return true
        } catch {
            findings.error(
                .badName, error.detail, at: mark, remedy: "Use 1 to 128 characters, none of them a control character.")
            return false
        }
    }

    /// A duration: `.some(nil)` for `auto`.
    func duration(_ key: String, allowsMilliseconds: Bool = false) -> Duration?? {
        guard let node = node(key), let text = text(node, path(of: key)) else { return nil }
        do {
            return .some(
                try DurationText.parse(text, allowsMilliseconds: allowsMilliseconds, field: path(of: key)))
        } catch {
            findings.error(
                .badDuration, error.detail, at: node.mark,
                remedy: "Write whole numbers with a unit, such as 90s, 30m, 1h30m or 7d.")
            return nil
        }
    }

    /// A duration that has to be one.
    func fixedDuration(_ key: String, allowsMilliseconds: Bool = false) -> Duration? {
        guard let duration = duration(key, allowsMilliseconds: allowsMilliseconds) else { return nil }
        if duration == nil {
            findings.error(
                .badDuration, "\(path(of: key)): \"auto\" is no duration here; expected one such as 10s",
                at: entries.first { $0.key == key }?.value.mark, remedy: "Write a duration such as 10s.")
        }
        return duration
    }

    /// A text whose blanks are checked.
    func template(_ key: String) -> String? {
        guard let node = node(key), let text = text(node, path(of: key)) else { return nil }
        checkTemplate(text, path(of: key), node.mark)
        return text
    }

    func checkTemplate(_ text: String, _ path: String, _ mark: FileNode.Mark?) {
        do {
            try Template.check(text, field: path)
        } catch {
            findings.error(
                .badTemplate, error.detail, at: mark,
                remedy: "Correct what stands between {{ and }}, or write {{{{ where {{ itself is meant.")
        }
    }
}
