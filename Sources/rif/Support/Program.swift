import ArgumentParser
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What happens around every command: signals, parsing, the one place where errors become messages and exit codes.
enum Program {
    static let version = Orchestrator.version

    static func run(_ arguments: [String]) async {
        // A reader that goes away (`rif list | head -1`) is no error: writing fails quietly instead.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is an error of the write, which is answered, and not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        // What was answered is on disk, what was not is whole or absent; there is nothing to clean up.
        signal(SIGINT) { _ in _exit(130) }

        let status: Int32
        do {
            if let mistake = unknownCommand(arguments) { throw mistake }
            var command = try RIF.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            status = 0
        } catch {
            status = report(error, arguments)
        }
        exit(Terminal.flush() ? status : max(status, 1))
    }

    /// Says what went wrong, and returns what to exit with.
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // Options behind `--` are values; so may be one that stands behind another option, but then this is only an error
        // that is told twice.
        let wantsJSON = arguments.prefix { $0 != "--" }.contains("--json")
        let failure: RIFError
        var advice: String?
        var exitCode: Int32?
        if let refused = error as? RefusedQuery {
            failure = refused.error.inTermsOfOptions
            exitCode = 1
        } else if let error = error as? RIFError {
            failure = error.forWhoRunsIt.inTermsOfOptions
        } else if RIF.exitCode(for: error) == .success {
            // Help, the version, completion scripts.
            print(RIF.fullMessage(for: error))
            return 0
        } else {
            failure = RIFError(.invalidRequest, usageMessage(RIF.message(for: error)))
            advice = "See '\(["rif", commandName(arguments)].compactMap(\.self).joined(separator: " ")) --help'."
        }
        if wantsJSON { print(failure.problem.pretty()) }
        let lines = failure.detail.split(separator: "\n", omittingEmptySubsequences: false).map { Text.visible($0) }
        Terminal.standardError.line(
            Terminal.standardError.style("rif: ", .red) + lines.joined(separator: "\n     "))
        if let advice { Terminal.standardError.line("     " + advice) }
        return exitCode ?? failure.exitCode
    }

    /// The parser's words on one line, and without its full stop.
    private static func usageMessage(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { $0.drop { $0 == " " } }
        let text = lines.joined(separator: " ")
        return Text.visible(text.hasSuffix(".") ? String(text.dropLast()) : text)
    }

    private static func commandName(_ arguments: [String]) -> String? {
        arguments.first.flatMap { name in commandNames.contains(name) ? name : nil }
    }

    private static let commandNames = RIF.configuration.subcommands.map { $0._commandName }

    /// A command that does not exist, with the name that was perhaps meant. The parser would only say "unexpected".
    private static func unknownCommand(_ arguments: [String]) -> RIFError? {
        guard var first = arguments.first else { return nil }
        if first == "help" {
            guard let topic = arguments.dropFirst().first, !topic.hasPrefix("-") else { return nil }
            first = topic
        }
        if first.hasPrefix("-") {
            let ours = ["--database", "--json", "--verbose", "--config", "--set"]
            guard ours.contains(where: { first == $0 || first.hasPrefix($0 + "=") }) else { return nil }
            return RIFError(
                .invalidRequest, "\(Text.visible(first)) stands before the command; options stand after its name")
        }
        guard !commandNames.contains(first) else { return nil }
        let near = commandNames.map { (name: $0, distance: Text.distance($0, first)) }.min { $0.distance < $1.distance }
        let hint =
            near.flatMap { $0.distance <= 2 ? "did you mean '\($0.name)'?" : nil } ?? "'rif --help' lists them all"
        return RIFError(.invalidRequest, "there is no command \(RIFError.quoted(first)); \(hint)")
    }
}

extension RIFError {
    /// The same error with everything that is known: whoever types a command runs the system.
    fileprivate var forWhoRunsIt: RIFError { replacingDetail(diagnosis ?? detail) }

    private func replacingDetail(_ text: String) -> RIFError {
        var error = RIFError(code, text, field: field)
        error.position = position
        return error
    }

    /// The same error, naming the option where the library names the field.
    var inTermsOfOptions: RIFError {
        guard let field, let option = Self.options[field], detail.hasPrefix("\(field):") else { return self }
        return replacingDetail(option + detail.dropFirst(field.count))
    }

    private static let options = [
        "session": "SESSION", "workflow_type": "--workflow-type", "priority": "--priority", "context": "--context",
        "from_state": "--from", "to_state": "TO_STATE", "reason": "--reason", "agents_selected": "--agent",
        "agents": "--agent", "context_updates": "--context-updates", "confidence_score": "--confidence",
        "execution_time_ms": "--execution-time-ms", "error_details": "--error-details",
        "idempotency_key": "--idempotency-key", "task_description": "--task", "final_context": "--final-context",
        "metric_type": "--type", "metric_name": "--name", "metric_value": "--value", "metadata": "--metadata",
        "days_old": "--days", "tz": "--tz", "hours": "--hours", "days": "--days", "limit": "--limit",
        "sql": "SQL", "params": "--param",
    ]
}
