import Dispatch
import RIFAgents
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Makes of a declared agent what its process is started with.
struct AgentOrder {
    let definition: WorkflowDefinition
    let agent: AgentDefinition
    let assignment: Assignment
    let state: SessionState
    let configuration: DriverConfiguration
    /// Where the agent reaches the orchestrator.
    let address: String?

    /// - Throws: `unprocessable` which names the value that is missing, or the secret that cannot be read.
    func order(in folder: RunFolder) throws(RIFError) -> RunOrder {
        let place = definition.state(assignment.state)
        var values = TemplateValues(
            sessionID: state.sessionID, state: assignment.state, task: assignment.taskDescription,
            attempt: assignment.attempt, context: state.context)
        // Rendered when it was launched, if all was there; else what is missing is named here.
        if let task = place?.task, place?.agents.contains(agent.name) == true {
            values.task = try Template.render(task, values)
        }
        var command: [String] = []
        for word in agent.command { command.append(try Template.render(word, values)) }
        if let program = command.first { command[0] = resolved(program) }
        let arguments: [String]
        switch agent.kind {
        case .command, .external:
            arguments = command
        case .claude, .codex, .gemini:
            let prompt = try Template.render(agent.prompt ?? "{{task}}", values)
            arguments = AgentCommand.arguments(
                kind: agent.kind, command: command, prompt: prompt, resume: assignment.process.agentSessionID)
        }
        guard !arguments.isEmpty else {
            throw RIFError.missing(field: "agents.\(agent.name).command", expected: "a program and its arguments")
        }
        let directory = agent.directory.map { $0.hasPrefix("/") ? $0 : definition.project + "/" + $0 }
        return RunOrder(
            arguments: arguments, directory: directory ?? (definition.project.isEmpty ? "/" : definition.project),
            environment: try environment(values, in: folder), timeout: agent.timeout, gracePeriod: agent.gracePeriod,
            context: .object(state.context))
    }

    /// `./…` means the project, wherever the agent works.
    private func resolved(_ program: String) -> String {
        guard program.contains("/"), !program.hasPrefix("/"), !definition.project.isEmpty else { return program }
        return definition.project + "/" + (program.hasPrefix("./") ? String(program.dropFirst(2)) : program)
    }

    private func environment(
        _ values: TemplateValues, in folder: RunFolder
    ) throws(RIFError) -> [String: String] {
        var result: [String: String] = [:]
        for name in agent.passEnvironment ?? AgentDefinition.standardEnvironment where !name.hasPrefix("RIF_") {
            result[name] = configuration.environment[name]
        }
        for (name, value) in agent.environment where !name.hasPrefix("RIF_") {
            switch value {
            case .text(let text): result[name] = try Template.render(text, values)
            case .fromEnvironment(let source):
                guard let found = configuration.environment[source] else {
                    throw RIFError(
                        .unprocessable,
                        "agents.\(agent.name).environment.\(name): the variable \(RIFError.quoted(source)) is not set; "
                            + "expected it in the environment of the process that drives the session")
                }
                result[name] = found
            case .fromFile(let path):
                let absolute = path.hasPrefix("/") ? path : definition.project + "/" + path
                guard let found = SmallFile.text(at: absolute) else {
                    throw RIFError(
                        .unprocessable,
                        "agents.\(agent.name).environment.\(name): the file \(RIFError.quoted(path)) cannot be read; "
                            + "expected a text of at most 64 KiB")
                }
                result[name] = found
            }
        }
        result["RIF_SESSION_ID"] = state.sessionID
        result["RIF_ASSIGNMENT_ID"] = assignment.assignmentID
        result["RIF_STATE"] = assignment.state
        result["RIF_AGENT"] = agent.name
        result["RIF_TASK"] = values.task
        result["RIF_ATTEMPT"] = String(assignment.attempt)
        result["RIF_CONTEXT_FILE"] = folder.contextFile
        result["RIF_RESULT_FILE"] = folder.resultFile
        result["RIF_ADDRESS"] = address
        return result
    }
}

extension WorkflowDefinition {
    /// Whether the agents of the initial state have everything that their declarations ask for, before there is a session.
    ///
    /// - Throws: `unprocessable` which names the value that is missing.
    public func checkBeginning(context: [String: JSONValue]) throws(RIFError) {
        guard let place = state(initialState) else { return }
        var values = TemplateValues(
            sessionID: "", state: place.name, task: "", attempt: 1, context: context)
        values.task = try Template.render(place.task ?? place.description ?? "", values)
        for name in place.agents {
            guard let agent = agent(name) else { continue }
            for word in agent.command { _ = try Template.render(word, values) }
            if let prompt = agent.prompt { _ = try Template.render(prompt, values) }
            for case .text(let text) in agent.environment.values { _ = try Template.render(text, values) }
        }
    }
}

/// A file with a secret, or a token: read where it is needed, kept nowhere.
enum SmallFile {
    static let maximumBytes = 64 << 10

    /// Without the line break at its end; nothing where it cannot be read, is larger, or holds a NUL.
    static func text(at path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= maximumBytes else { return nil }
        }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Bytes of a file; nothing where there is none.
    static func size(at path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }
}

/// Runs what may block on a thread of its own kind, not among those that all tasks share.
func offPool<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        DispatchQueue.global(qos: .utility).async {
            do throws(Failure) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try result.get()
}
