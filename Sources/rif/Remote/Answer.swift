import RIFOrchestrator

/// What a command prints, writes and exits with: composed by whoever runs it, done by the process that was typed.
struct Answer: Sendable {
    struct File: Sendable {
        var path: String
        var text: String
        /// The option that named it.
        var option: String
    }

    var text: String
    var files: [File] = []
    var exitCode: Int32 = 0

    init(text: String, files: [File] = [], exitCode: Int32 = 0) {
        self.text = text
        self.files = files
        self.exitCode = exitCode
    }

    var json: JSONValue {
        [
            "text": .string(text), "exit_code": .int(Int64(exitCode)),
            "files": .array(
                files.map { ["path": .string($0.path), "text": .string($0.text), "option": .string($0.option)] }),
        ]
    }

    init?(_ json: JSONValue) {
        guard let text = json["text"]?.stringValue, let exitCode = json["exit_code"]?.intValue else { return nil }
        self.init(
            text: text,
            files: (json["files"]?.arrayValue ?? []).compactMap { file in
                guard let path = file["path"]?.stringValue, let text = file["text"]?.stringValue else { return nil }
                return File(path: path, text: text, option: file["option"]?.stringValue ?? "--output")
            }, exitCode: Int32(truncatingIfNeeded: exitCode))
    }
}
