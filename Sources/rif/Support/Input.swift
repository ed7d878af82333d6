import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Turns the words of a command line into values. Each error names the option, the word, and what was expected.
enum Input {
    static func integer<Number: FixedWidthInteger & SignedInteger>(
        _ option: String, _ word: String?, in range: ClosedRange<Number>
    ) throws(RIFError) -> Number? {
        guard let word else { return nil }
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = Number(word) else {
            let isNumber =
                !word.isEmpty && word.drop { $0 == "-" || $0 == "+" }.allSatisfy { $0.isASCII && $0.isNumber }
            throw RIFError.invalid(
                field: option, value: word, problem: isNumber ? "is out of range" : "is no whole number",
                expected: expected)
        }
        guard range.contains(number) else {
            throw RIFError.unprocessable(field: option, value: .int(Int64(number)), expected: expected)
        }
        return number
    }

    static func number(_ option: String, _ word: String?, expected: String = "a number") throws(RIFError) -> Double? {
        guard let word else { return nil }
        guard let number = Double(word) else {
            throw RIFError.invalid(field: option, value: word, problem: "is no number", expected: expected)
        }
        return number
    }

    static func confidence(_ word: String?) throws(RIFError) -> Double? {
        let confidence = try number("--confidence", word, expected: "a number from 0 to 1")
        if let confidence { _ = try Validation.confidence(confidence, field: "--confidence") }
        return confidence
    }

    static func limit(_ word: String?, _ limits: Limits) throws(RIFError) -> Int? {
        try integer("--limit", word, in: limits.listLimit)
    }

    static func outcome(_ word: String?) throws(RIFError) -> Outcome? {
        guard let word else { return nil }
        guard let outcome = Outcome(rawValue: word) else {
            throw RIFError.invalid(field: "--outcome", value: word, expected: "completed, failed or cancelled")
        }
        return outcome
    }

    static func path(_ argument: String, _ word: String) throws(RIFError) {
        guard !word.isEmpty else {
            throw RIFError.invalid(field: argument, value: word, problem: "is empty", expected: "a path")
        }
    }

    static func folder(_ option: String, _ word: String) throws(RIFError) {
        var status = stat()
        guard stat(word, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw RIFError.invalid(field: option, value: word, problem: "is no folder", expected: "the path of one")
        }
    }

    // MARK: - Files

    static var workingFolder: String {
        if let folder = Invocation.current?.folder { return folder }
        guard let resolved = getcwd(nil, 0) else { return "/" }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What a relative path means to the process that was typed.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") || path.isEmpty ? path : workingFolder + "/" + path
    }

    /// What options name with `@file` or `-`, for a command that runs elsewhere.
    static func attachments(_ documents: [String: String?]) throws(RIFError) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for case (let option, let word?) in documents where word == "-" || word.hasPrefix("@") {
            found[word] = try bytes(word, option: option).bytes
        }
        return found
    }

    /// What an option holds: itself, a file, or standard input; and words for where it came from.
    static func bytes(_ word: String, option: String) throws(RIFError) -> (source: String, bytes: [UInt8]) {
        if word == "-" {
            let source = "\(option) from standard input"
            if let attached = Invocation.current?.attachments[word] { return (source, attached) }
            return (source, try read(descriptor: 0, option: option, name: "standard input"))
        }
        guard word.hasPrefix("@") else { return (option, Array(word.utf8)) }
        let path = String(word.dropFirst())
        let source = "\(option) from \(Text.visible(path))"
        if let attached = Invocation.current?.attachments[word] { return (source, attached) }
        return (source, try read(path, option: option))
    }

    // MARK: - JSON

    static func object(_ option: String, _ word: String?) throws(RIFError) -> [String: JSONValue]? {
        guard let word else { return nil }
        let value = try json(option, word)
        guard let object = value.objectValue else {
            throw RIFError.wrongType(field: option, value: value, expected: "a JSON object such as {\"key\": 1}")
        }
        return object
    }

    /// JSON given inline, as `@file`, or as `-` on standard input.
    static func json(_ option: String, _ word: String) throws(RIFError) -> JSONValue {
        let (source, bytes) = try bytes(word, option: option)
        do {
            return try JSONValue.parse(utf8: bytes)
        } catch {
            throw RIFError.notJSON(field: source, error)
        }
    }

    /// A text given inline, as `@file`, or as `-` on standard input.
    static func text(_ argument: String, _ word: String) throws(RIFError) -> String {
        let bytes = try bytes(word, option: argument).bytes
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RIFError(.invalidRequest, "\(argument): the file is not UTF-8; expected text", field: argument)
        }
        return text
    }

    /// More than any limit allows, so that an endless file or pipe ends in a message.
    private static let maximumBytes = 64 << 20

    private static func read(_ path: String, option: String) throws(RIFError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, option: option) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, option: option, name: path)
    }

    private static func read(descriptor: Int32, option: String, name: String) throws(RIFError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(name, option: option)
            }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw RIFError(.unprocessable, "\(option): more than \(maximumBytes) bytes; expected a JSON document")
            }
        }
    }

    private static func unreadable(_ name: String, option: String) -> RIFError {
        RIFError(
            .invalidRequest, "\(option): \(Text.visible(name)) could not be read: \(String(cString: strerror(errno)))",
            field: option)
    }
}

/// The system's `read`, under a name that the members called `read` do not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
