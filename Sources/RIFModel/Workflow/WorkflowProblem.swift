/// Something wrong in a workflow file, and what to do about it.
public struct WorkflowProblem: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The workflow cannot be used.
        case error
        /// It can, but it hardly does what was meant.
        case warning
    }

    public enum Code: String, Sendable, Hashable, CaseIterable {
        case syntax, missingKey = "missing_key", wrongType = "wrong_type", badValue = "bad_value"
        case duplicateKey = "duplicate_key", noStates = "no_states"
        case unknownState = "unknown_state", badName = "bad_name", badDuration = "bad_duration"
        case badCondition = "bad_condition", badTemplate = "bad_template", badAgentKind = "bad_agent_kind"
        case unreachableState = "unreachable_state", deadEnd = "dead_end"
        case ambiguousTransitions = "ambiguous_transitions", neverTrue = "never_true"
    }

    public var severity: Severity
    public var code: Code
    /// What is wrong, in one line.
    public var message: String
    /// From 1; none where the notation has no places.
    public var line: Int?
    /// From 1, in Unicode scalars.
    public var column: Int?
    /// What to do.
    public var remedy: String
    /// The file that it is in; none: the workflow file.
    public var file: String?

    public init(
        _ severity: Severity, _ code: Code, _ message: String, at mark: FileNode.Mark? = nil, remedy: String,
        file: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        line = mark?.line
        column = mark?.column
        self.remedy = remedy
        self.file = file
    }
}

extension WorkflowProblem: JSONRepresentable {
    /// `{severity, code, message, line, column, remedy}`, and `file` where it is not in the workflow file.
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "severity": .string(severity.rawValue), "code": .string(code.rawValue), "message": .string(message),
            "line": .optional(line), "column": .optional(column), "remedy": .string(remedy),
        ]
        if let file { members["file"] = .string(file) }
        return .object(members)
    }
}

/// A key of a workflow file that we do not act on.
public struct UnusedKey: Sendable, Hashable {
    /// `workflow.states.implementing.checkpoints`.
    public var path: String
    public var line: Int?
    public var column: Int?
    /// The file that it is in; none: the workflow file.
    public var file: String?

    public init(path: String, mark: FileNode.Mark? = nil, file: String? = nil) {
        self.path = path
        line = mark?.line
        column = mark?.column
        self.file = file
    }
}

extension UnusedKey: JSONRepresentable {
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "path": .string(path), "line": .optional(line), "column": .optional(column),
        ]
        if let file { members["file"] = .string(file) }
        return .object(members)
    }
}

/// What a reading of a workflow file came to.
public struct WorkflowReading: Sendable, Hashable {
    /// None where a problem is an error.
    public var definition: WorkflowDefinition?
    /// Those of the file itself, whether it is usable or not; none where it says nothing of a workflow.
    public var summary: WorkflowSummary?
    /// In the order of the file.
    public var problems: [WorkflowProblem]
    public var unused: [UnusedKey]

    public init(
        definition: WorkflowDefinition? = nil, summary: WorkflowSummary? = nil, problems: [WorkflowProblem] = [],
        unused: [UnusedKey] = []
    ) {
        self.definition = definition
        self.summary = summary
        self.problems = problems
        self.unused = unused
    }

    /// Whether the workflow can be used.
    public var isUsable: Bool { !problems.contains { $0.severity == .error } }
}

extension WorkflowReading: JSONRepresentable {
    /// `{ok, workflow, problems, unused}`.
    public var json: JSONValue {
        [
            "ok": .bool(isUsable), "workflow": summary?.json ?? .null, "problems": .array(problems.map(\.json)),
            "unused": .array(unused.map(\.json)),
        ]
    }
}

/// A workflow in five words.
public struct WorkflowSummary: Sendable, Hashable, JSONRepresentable {
    public var name: String
    public var version: String?
    public var initialState: String?
    /// How many.
    public var states: Int
    /// How many; one with several states in its `from` counts once.
    public var transitions: Int

    public init(name: String, version: String?, initialState: String?, states: Int, transitions: Int) {
        self.name = name
        self.version = version
        self.initialState = initialState
        self.states = states
        self.transitions = transitions
    }

    public var json: JSONValue {
        [
            "name": .string(name), "version": .optional(version), "initial_state": .optional(initialState),
            "states": .int(Int64(states)), "transitions": .int(Int64(transitions)),
        ]
    }
}
