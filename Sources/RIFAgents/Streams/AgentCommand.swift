public import RIFModel

/// How the programs of each kind are called.
public enum AgentCommand {
    /// Program and arguments of an agent.
    ///
    /// - Parameters:
    ///   - command: of the kinds with a stream: program and leading arguments; empty: the kind's own program. Of
    ///     `command`: everything, and returned as it is.
    ///   - prompt: what a kind with a stream is to do.
    ///   - sessionID: the agent's own name of a conversation that it is to go on with.
    public static func arguments(
        kind: AgentKind, command: [String], prompt: String, resume sessionID: String?
    ) -> [String] {
        // An agent's prompt may begin with a dash, as a list does; then it must not be read as an option.
        let looksLikeOption = prompt.hasPrefix("-")
        switch kind {
        case .command, .external:
            return command
        case .claude:
            let program = command.isEmpty ? ["claude"] : command
            let options = ["--output-format", "stream-json", "--verbose"] + (sessionID.map { ["--resume", $0] } ?? [])
            return program + (looksLikeOption ? ["-p"] + options + ["--", prompt] : ["-p", prompt] + options)
        case .codex:
            let program = command.isEmpty ? ["codex"] : command
            let resume = sessionID.map { ["resume", $0] } ?? []
            return program + ["exec", "--json"] + resume + (looksLikeOption ? ["--"] : []) + [prompt]
        case .gemini:
            let program = command.isEmpty ? ["gemini"] : command
            return program + (looksLikeOption ? ["--prompt=\(prompt)"] : ["-p", prompt]) + ["-o", "stream-json"]
        }
    }
}
