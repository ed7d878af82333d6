/// Reads what stands under `agents:`.
struct AgentReader {
    let findings: WorkflowFindings

    func read(_ node: FileNode, path: String) -> [AgentDefinition] {
        guard
            let section = WorkflowFileSection(
                node, path: path, findings: findings, expected: "a map of agents by their names")
        else { return [] }
        var known: Set<String> = []
        return section.entries.compactMap { entry in
            guard known.insert(entry.key).inserted,
                section.isName(entry.key, section.path(of: entry.key), entry.keyMark)
            else { return nil }
            return agent(entry, section.path(of: entry.key))
        }
    }

    private func agent(_ entry: FileNode.Entry, _ path: String) -> AgentDefinition {
        var agent = AgentDefinition(name: entry.key, kind: .external)
        guard !entry.value.isNull,
            let section = WorkflowFileSection(
                entry.value, path: path, findings: findings, expected: "a map of its keys")
        else { return agent }
        let kind = section.word("kind", AgentKind.self, code: .badAgentKind)
        agent.command = command(section) ?? []
        agent.kind = kind ?? (agent.command.isEmpty ? .external : .command)
        if kind == .command, agent.command.isEmpty {
            findings.error(
                .missingKey, "\(path): an agent of kind command has no 'command'", at: entry.keyMark,
                remedy: "Write the program and its arguments as a list: command: [\"./agents/work.sh\"].")
        }
        agent.prompt = section.template("prompt")
        agent.directory = section.text("directory")
        agent.environment = environment(section)
        agent.passEnvironment = section.texts("pass_environment")
        for name in agent.passEnvironment ?? [] {
            refuseOurs(
                name, section.path(of: "pass_environment"), at: section.node("pass_environment")?.mark ?? entry.keyMark)
        }
        agent.timeout = section.duration("timeout") ?? nil
        agent.gracePeriod = section.fixedDuration("grace_period") ?? agent.gracePeriod
        agent.retry = RetryReader(findings: findings).read(section)
        agent.maxConcurrent = section.wholeNumber("max_concurrent", 1...10_000)
        agent.silentAfter = section.duration("silent_after") ?? nil
        agent.parksOnRateLimit = section.flag("park_on_rate_limit") ?? true
        section.end()
        return agent
    }

    /// A list and no shell: nothing in it is ever split or expanded.
    private func command(_ section: WorkflowFileSection) -> [String]? {
        guard let node = section.node("command") else { return nil }
        guard case .list(let elements) = node.content else {
            findings.error(
                .wrongType, "\(section.path(of: "command")): \(node.words); expected a list of program and arguments",
                at: node.mark,
                remedy: "Write [\"program\", \"argument\"]; for a shell, [\"sh\", \"-c\", \"…\"].")
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            let path = "\(section.path(of: "command"))[\(index)]"
            guard let text = section.text(element, path) else { return nil }
            section.checkTemplate(text, path, element.mark)
            return text
        }
    }

    private func environment(_ section: WorkflowFileSection) -> [String: EnvironmentValue] {
        guard let node = section.node("environment"),
            let variables = WorkflowFileSection(node, path: section.path(of: "environment"), findings: findings)
        else { return [:] }
        var environment: [String: EnvironmentValue] = [:]
        for entry in variables.entries {
            let path = variables.path(of: entry.key)
            if entry.key.isEmpty || entry.key.contains("=") || entry.key.utf8.contains(0) {
                findings.error(
                    .badName, "\(path): no name of a variable; expected one without =", at: entry.keyMark,
                    remedy: "Write the variable's name, such as LANG.")
            }
            refuseOurs(entry.key, path, at: entry.keyMark)
            environment[entry.key] = variable(entry.value, path, of: variables)
        }
        return environment
    }

    /// What `rif` tells an agent about its assignment cannot be told otherwise.
    private func refuseOurs(_ name: String, _ path: String, at mark: FileNode.Mark?) {
        guard name.hasPrefix("RIF_") else { return }
        findings.error(
            .badName, "\(path): \(RIFError.quoted(name)) would be replaced; names with RIF_ are those that rif sets",
            at: mark,
            remedy: "Choose another name. What an agent is told: Documentation/Guides/Agents.md.")
    }

    private func variable(_ node: FileNode, _ path: String, of owner: WorkflowFileSection) -> EnvironmentValue? {
        switch node.content {
        case .scalar(.null, _): return .text("")
        case .scalar(_, let text):
            owner.checkTemplate(text, path, node.mark)
            return .text(text)
        case .map:
            guard let section = WorkflowFileSection(node, path: path, findings: findings) else { return nil }
            defer { section.end() }
            let name = section.text("from_environment")
            let file = section.text("from_file")
            if let name, file == nil { return .fromEnvironment(name) }
            if let file, name == nil { return .fromFile(file) }
        case .list: break
        }
        findings.wrongType(path, node, expected: "a text, {from_environment: NAME} or {from_file: PATH}")
        return nil
    }
}

/// Reads `retry:` of states and agents.
struct RetryReader {
    let findings: WorkflowFindings

    func read(_ owner: WorkflowFileSection) -> RetryPolicy? {
        guard let node = owner.node("retry"),
            let section = WorkflowFileSection(
                node, path: owner.path(of: "retry"), findings: findings, expected: "a map such as {max_attempts: 3}")
        else { return nil }
        let standard = RetryPolicy()
        let policy = RetryPolicy(
            // Whoever writes `retry` wants more than one.
            maxAttempts: section.wholeNumber("max_attempts", 1...1_000) ?? 3,
            backoff: section.word("backoff", RetryPolicy.Backoff.self) ?? standard.backoff,
            initial: section.fixedDuration("initial", allowsMilliseconds: true) ?? standard.initial,
            maximum: section.fixedDuration("maximum", allowsMilliseconds: true) ?? standard.maximum,
            jitter: section.number("jitter", 0...1) ?? standard.jitter)
        section.end()
        return policy
    }
}

/// Reads `requires:` of states.
struct RequirementReader {
    let findings: WorkflowFindings

    func read(_ owner: WorkflowFileSection) -> [Requirement] {
        guard let node = owner.node("requires") else { return [] }
        let path = owner.path(of: "requires")
        switch node.content {
        case .list(let elements):
            return elements.enumerated().flatMap { requirements($1, "\(path)[\($0)]") }
        default: return requirements(node, path)
        }
    }

    private func requirements(_ node: FileNode, _ path: String) -> [Requirement] {
        guard
            let section = WorkflowFileSection(
                node, path: path, findings: findings,
                expected: "{command: […]}, {file: PATH}, {git_diff: true} or {context: NAME}")
        else { return [] }
        // A slip here would quietly ask for nothing.
        for entry in section.entries where !["command", "file", "git_diff", "context"].contains(entry.key) {
            findings.error(
                .badValue, "\(path): \(RIFError.quoted(entry.key)) is no proof that we know", at: entry.keyMark,
                remedy: "Write command, file, git_diff or context.")
        }
        return section.entries.compactMap { entry in requirement(entry.key, section, entry.value) }
    }

    private func requirement(_ key: String, _ section: WorkflowFileSection, _ node: FileNode) -> Requirement? {
        switch key {
        case "command":
            guard let command = section.texts(key) else { return nil }
            guard !command.isEmpty else {
                findings.wrongType(section.path(of: key), node, expected: "a list of program and arguments")
                return nil
            }
            return .command(command)
        case "file": return section.text(key).map { .file($0) }
        case "git_diff":
            switch node.content {
            case .scalar(.bool(let wanted), _): return wanted ? .gitDiff(base: nil) : nil
            default: return section.text(key).map { .gitDiff(base: $0) }
            }
        case "context":
            guard let text = section.text(key) else { return nil }
            do {
                _ = try Condition.path(parsing: text)
                return .context(text)
            } catch {
                findings.error(
                    .badValue, "\(section.path(of: key)): \(RIFError.quoted(text)) at \(error)", at: node.mark,
                    remedy: "Write a name of the context, such as tests_passed or review.score.")
                return nil
            }
        default: return nil
        }
    }
}
