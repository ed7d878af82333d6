extension WorkflowDefinition: JSONRepresentable {
    /// The format of the file, `{workflow: {…}, agents: {…}}`: what a session stores, and what `init(json:)` reads back.
    ///
    /// JSON keeps no order of keys, so `state_order` says that of the states; secrets stay the references that they are.
    public var json: JSONValue {
        var workflow = Members()
        workflow["name"] = .string(name)
        if type != name { workflow["type"] = .string(type) }
        workflow.set("version", version)
        workflow.set("description", description)
        workflow["initial_state"] = .string(initialState)
        workflow["state_order"] = .strings(states.map(\.name))
        workflow["states"] = .object(Dictionary(states.map { ($0.name, $0.json) }) { first, _ in first })
        workflow["transitions"] = .array(transitions.map(\.json))
        if let maxConcurrent { workflow["parallel"] = ["max_concurrent": .int(Int64(maxConcurrent))] }
        var root: [String: JSONValue] = ["workflow": .object(workflow.values)]
        if !agents.isEmpty {
            root["agents"] = .object(Dictionary(agents.map { ($0.name, $0.json) }) { first, _ in first })
        }
        if !project.isEmpty { root["project"] = .string(project) }
        return .object(root)
    }

    /// The definition that ``json`` wrote.
    ///
    /// - Throws: `invalid_request` with the first error where it is none.
    public init(json: JSONValue) throws(RIFError) {
        var rest = json.objectValue
        let project = rest?.removeValue(forKey: "project")?.stringValue ?? ""
        let reading = WorkflowReader.read(FileNode(rest.map { .object($0) } ?? json), project: project)
        guard let definition = reading.definition else {
            let message = reading.problems.first { $0.severity == .error }?.message ?? "there is no workflow"
            throw RIFError(.invalidRequest, "workflow: \(message)", field: "workflow")
        }
        self = definition
    }
}

/// An object that is being put together; what is absent is left out.
private struct Members {
    var values: [String: JSONValue] = [:]

    subscript(key: String) -> JSONValue? {
        get { values[key] }
        set { values[key] = newValue }
    }

    mutating func set(_ key: String, _ text: String?) {
        if let text { values[key] = .string(text) }
    }

    mutating func set(_ key: String, _ duration: Duration?) {
        if let duration { values[key] = .string(DurationText.text(duration)) }
    }

    mutating func set(_ key: String, _ texts: [String]) {
        if !texts.isEmpty { values[key] = .strings(texts) }
    }

    mutating func set(_ key: String, _ flag: Bool, unless standard: Bool) {
        if flag != standard { values[key] = .bool(flag) }
    }
}

extension WorkflowState: JSONRepresentable {
    /// As in the file, without what is absent or standard.
    public var json: JSONValue {
        var state = Members()
        state.set("description", description)
        state.set("agents", agents)
        state.set("user_required", needsPerson, unless: false)
        state.set("task", task)
        state.set("timeout", timeout)
        state.set("on_timeout", onTimeout?.rawValue)
        state.set("final", isFinal, unless: false)
        if let progress { state["progress"] = .double(progress) }
        state["retry"] = retry?.json
        if onNoMatch != .wait { state["on_no_match"] = .string(onNoMatch.rawValue) }
        if !requires.isEmpty { state["requires"] = .array(requires.map(\.json)) }
        state.set("question", question)
        state.set("choices", choices)
        state.set("default_choice", defaultChoice)
        state.set("alert", alert, unless: false)
        return .object(state.values)
    }
}

extension WorkflowTransition: JSONRepresentable {
    /// As in the file; `from` is a list where there are several.
    public var json: JSONValue {
        var transition = Members()
        transition["from"] = from.count == 1 ? .string(from[0]) : .strings(from)
        transition.set("to", to)
        transition.set("trigger", trigger)
        transition.set("condition", condition?.text)
        return .object(transition.values)
    }
}

extension Requirement: JSONRepresentable {
    public var json: JSONValue {
        switch self {
        case .command(let command): ["command": .strings(command)]
        case .file(let path): ["file": .string(path)]
        case .gitDiff(let base): ["git_diff": base.map { .string($0) } ?? true]
        case .context(let path): ["context": .string(path)]
        }
    }
}

extension RetryPolicy: JSONRepresentable {
    public var json: JSONValue {
        [
            "max_attempts": .int(Int64(maxAttempts)), "backoff": .string(backoff.rawValue),
            "initial": .string(DurationText.text(initial)), "maximum": .string(DurationText.text(maximum)),
            "jitter": .double(jitter),
        ]
    }
}

extension AgentDefinition: JSONRepresentable {
    /// As in the file, without what is absent or standard.
    public var json: JSONValue {
        var agent = Members()
        agent["kind"] = .string(kind.rawValue)
        agent.set("command", command)
        agent.set("prompt", prompt)
        agent.set("directory", directory)
        if !environment.isEmpty { agent["environment"] = .object(environment.mapValues(\.json)) }
        if let passEnvironment { agent["pass_environment"] = .strings(passEnvironment) }
        agent.set("timeout", timeout)
        agent.set("grace_period", gracePeriod)
        agent["retry"] = retry?.json
        if let maxConcurrent { agent["max_concurrent"] = .int(Int64(maxConcurrent)) }
        agent.set("silent_after", silentAfter)
        agent.set("park_on_rate_limit", parksOnRateLimit, unless: true)
        return .object(agent.values)
    }
}

extension EnvironmentValue: JSONRepresentable {
    /// The reference of a secret, never the secret.
    public var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .fromEnvironment(let name): ["from_environment": .string(name)]
        case .fromFile(let path): ["from_file": .string(path)]
        }
    }
}
