import Logging
import RIFOrchestrator

/// The library's messages: to standard error, warnings and worse unless more is asked for.
enum Log {
    /// - Parameters:
    ///   - verbose: at least everything from `debug` on.
    ///   - isSilent: drops all of them.
    static func start(verbose: Bool, _ settings: Settings.Log, isSilent: Bool = false) {
        var level = settings.level
        if verbose { level = min(level, .debug) }
        if isSilent { return LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() } }
        LoggingSystem.bootstrap { [level] label in
            Handler(label: label, format: settings.format, logLevel: level)
        }
    }

    private struct Handler: LogHandler {
        let label: String
        let format: Settings.Log.Format
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            guard format == .text else { return Terminal.standardError.line(line(event, all).compact) }
            let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Text.visible("\($0.value)"))" }.joined()
            let terminal = Terminal.standardError
            let level = terminal.style(
                "\(event.level):", event.level >= .error ? .red : event.level >= .warning ? .yellow : .dim)
            terminal.line("\(label): \(level) \(Text.visible(event.message.description))\(terminal.style(pairs, .dim))")
        }

        /// What the message is about stands beside it, under its own names.
        private func line(_ event: LogEvent, _ metadata: Logger.Metadata) -> JSONValue {
            var members = metadata.mapValues { JSONValue.string("\($0)") }
            members["time"] = .string(SystemClock().now().rfc3339)
            members["level"] = .string(event.level.rawValue)
            members["label"] = .string(label)
            members["message"] = .string(event.message.description)
            return .object(members)
        }
    }
}
