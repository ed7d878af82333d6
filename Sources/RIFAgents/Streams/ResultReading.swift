import RIFModel

/// What an agent reports about its end, in its result file or in a line of its output.
enum ResultReading {
    enum File {
        /// Where there is no file, or an empty one.
        case none
        case broken(String)
        case found(AgentResult)
    }

    /// What stands in the result file. Whatever the agent put there, reading it neither waits nor fails.
    ///
    /// - Parameter outcomeIfAbsent: counts where the file names no outcome.
    static func file(_ folder: RunFolder, outcomeIfAbsent: AgentOutcome, limits: Limits) -> File {
        guard Files.exists(folder.resultFile) else { return .none }
        guard let bytes = Files.read(folder.resultFile, limit: AgentResult.maximumBytes) else {
            return .broken("result: not a file that can be read")
        }
        do {
            let result = try AgentResult.parse(file: bytes, outcomeIfAbsent: outcomeIfAbsent, limits: limits)
            return result.map(File.found) ?? .none
        } catch {
            return .broken(error.detail)
        }
    }

    /// A line of output as a result: only an object with a known outcome is one.
    static func line(_ text: String?, limits: Limits) -> AgentResult? {
        guard let text, text.utf8.count <= AgentResult.maximumBytes, text.contains("{"),
            let json = try? JSONValue.parse(text)
        else { return nil }
        return AgentResult(json: json, limits: limits)
    }
}
