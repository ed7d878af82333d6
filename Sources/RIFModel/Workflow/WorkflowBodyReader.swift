/// Reads what stands under `workflow:`.
struct WorkflowBodyReader {
    let findings: WorkflowFindings

    /// A transition, and where it is.
    struct PlacedTransition {
        var transition: WorkflowTransition
        var mark: FileNode.Mark?
        var conditionMark: FileNode.Mark?
        var path: String
    }

    /// A state, and where its name is.
    struct PlacedState {
        var state: WorkflowState
        var mark: FileNode.Mark?
    }

    func read(_ node: FileNode, name: String) -> (WorkflowDefinition?, WorkflowSummary?) {
        guard let body = WorkflowFileSection(node, path: "workflow", findings: findings) else { return (nil, nil) }
        let name = body.name("name") ?? name
        let type = body.name("type") ?? name
        let version = body.text("version")
        let description = body.text("description")
        let order = body.texts("state_order")
        let placed = states(body, order: order)
        let known = Set(placed.map(\.state.name))
        var initial = placed.first?.state.name
        if let node = body.node("initial_state"), let text = body.text(node, "workflow.initial_state") {
            initial = text
            expectKnown(text, known, "workflow.initial_state", node.mark)
        }
        let transitions = transitions(body, known: known)
        let parallel = parallel(body)
        body.end()
        let summary = WorkflowSummary(
            name: name, version: version, initialState: initial, states: placed.count,
            transitions: transitions.count)
        guard let initial, !placed.isEmpty else { return (nil, summary) }
        let definition = WorkflowDefinition(
            name: name, type: type, version: version, description: description, initialState: initial,
            states: placed.map(\.state), transitions: transitions.map(\.transition), maxConcurrent: parallel)
        WorkflowChecks(findings: findings, initial: initial, states: placed, transitions: transitions).run()
        return (definition, summary)
    }

    private func expectKnown(_ name: String, _ known: Set<String>, _ path: String, _ mark: FileNode.Mark?) {
        guard !known.contains(name), !known.isEmpty else { return }
        findings.error(
            .unknownState, "\(path): there is no state \(RIFError.quoted(name))", at: mark,
            remedy: "Declare it under 'states', or correct the name\(Self.hint(name, known)).")
    }

    /// ` (did you mean 'x'?)` where a state is called nearly so.
    private static func hint(_ name: String, _ known: Set<String>) -> String {
        func plain(_ text: String) -> String {
            String(text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " })
        }
        return known.sorted().first { plain($0) == plain(name) }.map { " (did you mean \(RIFError.quoted($0))?)" } ?? ""
    }

    private func parallel(_ body: WorkflowFileSection) -> Int? {
        guard let node = body.node("parallel"),
            let section = WorkflowFileSection(node, path: "workflow.parallel", findings: findings)
        else { return nil }
        let enabled = section.flag("enabled") ?? true
        let maximum = section.wholeNumber("max_concurrent", 1...10_000)
        section.end()
        return enabled ? maximum : 1
    }

    // MARK: - States

    private func states(_ body: WorkflowFileSection, order: [String]?) -> [PlacedState] {
        func none(_ mark: FileNode.Mark?) {
            findings.error(
                .noStates, "the workflow has no states", at: mark,
                remedy: "Declare at least one: 'states: {working: {…}, done: {final: true}}'.")
        }
        guard let node = body.node("states") else {
            none(body.mark)
            return []
        }
        guard
            let section = WorkflowFileSection(
                node, path: "workflow.states", findings: findings, expected: "a map of states by their names")
        else { return [] }
        if section.entries.isEmpty { none(node.mark) }
        var known: Set<String> = []
        var states: [PlacedState] = []
        for entry in section.entries where known.insert(entry.key).inserted {
            let path = "workflow.states.\(entry.key)"
            guard section.isName(entry.key, path, entry.keyMark) else { continue }
            states.append(PlacedState(state: state(entry, path), mark: entry.keyMark))
        }
        guard let order else { return states }
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        for name in order { expectKnown(name, known, "workflow.state_order", body.node("state_order")?.mark) }
        return states.enumerated().sorted { one, other in
            (places[one.element.state.name] ?? Int.max, one.offset)
                < (places[other.element.state.name] ?? Int.max, other.offset)
        }.map(\.element)
    }

    private func state(_ entry: FileNode.Entry, _ path: String) -> WorkflowState {
        var state = WorkflowState(name: entry.key)
        guard !entry.value.isNull,
            let section = WorkflowFileSection(
                entry.value, path: path, findings: findings, expected: "a map of its keys")
        else { return state }
        state.description = section.text("description")
        agents(section, &state)
        state.task = section.template("task")
        state.timeout = section.duration("timeout") ?? nil
        state.onTimeout = section.word("on_timeout", TimeoutAction.self)
        state.isFinal = section.flag("final") ?? false
        state.progress = section.number("progress", 0...100)
        state.retry = RetryReader(findings: findings).read(section)
        state.onNoMatch = section.word("on_no_match", NoMatchAction.self) ?? .wait
        state.requires = RequirementReader(findings: findings).read(section)
        state.question = section.template("question")
        state.choices = section.texts("choices", allowsSingle: true) ?? []
        state.defaultChoice = section.text("default_choice")
        state.alert = section.flag("alert") ?? false
        section.end()
        return state
    }

    /// `agent` and `agents`; the agent `human` is a person.
    private func agents(_ section: WorkflowFileSection, _ state: inout WorkflowState) {
        var known: Set<String> = []
        for key in ["agent", "agents"] {
            for name in section.texts(key, allowsSingle: true) ?? [] where known.insert(name).inserted {
                let mark = section.entries.first { $0.key == key }?.value.mark
                guard section.isName(name, section.path(of: key), mark) else { continue }
                if name == WorkflowState.person { state.needsPerson = true } else { state.agents.append(name) }
            }
        }
        if section.flag("user_required") == true { state.needsPerson = true }
    }

    // MARK: - Transitions

    private func transitions(_ body: WorkflowFileSection, known: Set<String>) -> [PlacedTransition] {
        guard let node = body.node("transitions") else { return [] }
        guard case .list(let elements) = node.content else {
            findings.wrongType("workflow.transitions", node, expected: "a list of transitions")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            transition(element, "workflow.transitions[\(index)]", known)
        }
    }

    private func transition(_ node: FileNode, _ path: String, _ known: Set<String>) -> PlacedTransition? {
        guard
            let section = WorkflowFileSection(
                node, path: path, findings: findings, expected: "a transition with 'from' and 'to'")
        else { return nil }
        defer { section.end() }
        let from = section.texts("from", allowsSingle: true)
        let to = section.text("to")
        let trigger = section.name("trigger")
        let condition = condition(section)
        for key in ["from", "to"] where section.node(key) == nil {
            findings.error(
                .missingKey, "\(path): '\(key)' is missing", at: node.mark,
                remedy: "Write the name of a state under '\(key)'.")
        }
        for name in from ?? [] { expectKnown(name, known, "\(path).from", section.node("from")?.mark) }
        if let to { expectKnown(to, known, "\(path).to", section.node("to")?.mark) }
        if let from, from.isEmpty, let list = section.node("from") {
            findings.error(
                .badValue, "\(path).from: an empty list; expected the name of a state, or several", at: list.mark,
                remedy: "Write the name of a state under 'from'.")
        }
        return PlacedTransition(
            transition: WorkflowTransition(from: from ?? [], to: to ?? "", trigger: trigger, condition: condition),
            mark: node.mark, conditionMark: section.node("condition")?.mark, path: path)
    }

    private func condition(_ section: WorkflowFileSection) -> Condition? {
        guard let node = section.node("condition") else { return nil }
        switch node.content {
        case .scalar(.bool(let value), _): return Condition(text: "\(value)", root: .constant(value))
        case .scalar(.string(let text), _):
            do {
                return try Condition(parsing: text)
            } catch {
                findings.error(
                    .badCondition,
                    "\(section.path(of: "condition")): \(RIFError.quoted(text)) does not parse at \(error)",
                    at: node.mark, remedy: "Try it with 'rif workflow eval CONDITION --context JSON'.")
                return nil
            }
        default:
            findings.wrongType(section.path(of: "condition"), node, expected: "a condition as a text, or true")
            return nil
        }
    }
}
