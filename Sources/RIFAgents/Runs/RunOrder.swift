public import RIFModel

/// What is to be run, ready to start: no templates, no secrets by reference.
public struct RunOrder: Sendable {
    /// Program and arguments. A program without a slash is looked up in PATH of `environment`.
    public var arguments: [String]
    /// Absolute; where the program starts.
    public var directory: String
    /// All that the agent gets, besides the four variables of `RunKeeper.start`. Never written to a file.
    public var environment: [String: String]
    /// None: no limit.
    public var timeout: Duration?
    /// Between SIGTERM and SIGKILL.
    public var gracePeriod: Duration
    /// Written to `RunFolder.contextFile`.
    public var context: JSONValue
    /// How many bytes of each stream are kept: the first half, and the last one.
    public var outputLimit: Int

    public init(
        arguments: [String], directory: String, environment: [String: String], timeout: Duration? = nil,
        gracePeriod: Duration = .seconds(10), context: JSONValue = .object([:]), outputLimit: Int = 16 << 20
    ) {
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
        self.timeout = timeout
        self.gracePeriod = gracePeriod
        self.context = context
        self.outputLimit = outputLimit
    }

    /// Refuses what no system can start.
    func check() throws(RIFError) {
        guard let program = arguments.first, !program.isEmpty else {
            throw RIFError.missing(field: "command", expected: "a program and its arguments")
        }
        for argument in arguments { try Self.noNUL(argument, field: "command") }
        guard directory.hasPrefix("/") else {
            throw RIFError.invalid(
                field: "directory", value: directory, problem: "is not absolute", expected: "an absolute path")
        }
        try Self.noNUL(directory, field: "directory")
        for (name, value) in environment {
            guard !name.isEmpty, !name.utf8.contains(0), !name.contains("=") else {
                throw RIFError.invalid(
                    field: "environment", value: name, problem: "is no name of a variable",
                    expected: "a name without = and NUL")
            }
            // Not the value: it may be a secret.
            if value.utf8.contains(0) {
                throw RIFError(
                    .invalidRequest, "environment: \(RIFError.quoted(name)) holds a NUL character; expected text",
                    field: "environment")
            }
        }
    }

    private static func noNUL(_ text: String, field: String) throws(RIFError) {
        if text.utf8.contains(0) {
            throw RIFError.invalid(
                field: field, value: text, problem: "holds a NUL character", expected: "text without it")
        }
    }
}

/// The order as the shim reads it from its folder; the environment reaches it as its own.
struct ShimOrder {
    var arguments: [String]
    var directory: String
    /// Milliseconds.
    var timeout: Int64?
    /// Milliseconds.
    var gracePeriod: Int64
    var outputLimit: Int

    init(_ order: RunOrder) {
        arguments = order.arguments
        directory = order.directory
        timeout = order.timeout?.milliseconds
        gracePeriod = order.gracePeriod.milliseconds
        outputLimit = max(2, order.outputLimit)
    }

    init?(_ json: JSONValue?) {
        guard let json, let list = json["arguments"]?.arrayValue, let directory = json["directory"]?.stringValue,
            let gracePeriod = json["grace_ms"]?.intValue, let limit = json["output_limit"]?.intValue,
            let outputLimit = Int(exactly: limit), outputLimit >= 2
        else { return nil }
        arguments = list.compactMap(\.stringValue)
        guard !arguments.isEmpty, arguments.count == list.count else { return nil }
        self.directory = directory
        self.gracePeriod = max(0, gracePeriod)
        self.outputLimit = outputLimit
        timeout = json["timeout_ms"]?.intValue
    }

    var json: JSONValue {
        .object([
            "arguments": .array(arguments.map(JSONValue.string)), "directory": .string(directory),
            "timeout_ms": timeout.map(JSONValue.int) ?? .null, "grace_ms": .int(gracePeriod),
            "output_limit": .int(Int64(outputLimit)),
        ])
    }
}
