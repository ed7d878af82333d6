import Foundation
import RIFModel
import Testing

/// What a run of `rif` left behind.
struct Ran: CustomStringConvertible {
    var command: String
    var status: Int32
    var output: String
    var errors: String

    var description: String { "$ \(command)\n\(output)\(errors)=> \(status)" }

    /// The one JSON document of standard output.
    func json(_ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        do {
            return try JSONValue.parse(output)
        } catch {
            Issue.record("\(error) in \(self)", sourceLocation: location)
            throw error
        }
    }
}

/// A folder of a test's own, in which it runs `rif` as a person would. Removed with the value.
final class Workspace: Sendable {
    let folder: String
    var database: String { folder + "/test.duckdb" }

    init() throws {
        folder = NSTemporaryDirectory() + "rif-program-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Runs `rif` with `RIF_DATABASE` set to this folder's database.
    @discardableResult
    func rif(_ arguments: String..., input: String = "", environment: [String: String] = [:]) async throws -> Ran {
        try await rif(arguments, input: input, environment: environment)
    }

    @discardableResult
    func rif(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Ran {
        var variables = [
            "RIF_DATABASE": database,
            // Whoever runs the tests may have settings of their own.
            "XDG_CONFIG_HOME": path("xdg"),
            // A busy machine is no finding.
            "RIF_ALERTS_SLOW_QUERY_MS": "86400000", "RIF_ALERTS_SLOW_MS": "86400000",
        ]
        variables.merge(environment) { $1 }
        return try await run(Self.program, arguments, input: input, environment: variables)
    }

    /// Runs a program to its end. Output goes to files, so that no pipe can fill up; one that hangs is ended.
    func run(
        _ program: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Ran {
        let name = UUID().uuidString
        let streams = [".in", ".out", ".err"].map { path(name + $0) }
        for stream in streams { _ = FileManager.default.createFile(atPath: stream, contents: nil) }
        try Data(input.utf8).write(to: URL(fileURLWithPath: streams[0]))

        let status = try await Spawned.run(
            program, arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            in: folder, streams: streams)
        func text(_ stream: String) throws -> String {
            defer { try? FileManager.default.removeItem(atPath: stream) }
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: stream)), as: UTF8.self)
        }
        let ran = Ran(
            command: (["rif"] + arguments).joined(separator: " "), status: status,
            output: try text(streams[1]), errors: try text(streams[2]))
        _ = try text(streams[0])
        return ran
    }

    /// Starts a session and returns its id.
    @discardableResult
    func start(_ arguments: String...) async throws -> String {
        let ran = try await rif(["start", "--json"] + arguments)
        return try #require(try ran.json()["session_id"]?.stringValue, "\(ran)")
    }

    /// The program under test lies beside the test bundle.
    static let program: String = {
        #if os(Linux)
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("rif").path
        #else
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? .main
        return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("rif").path
        #endif
    }()
}

/// A refusal: its exit code, one clear line on standard error, and nothing on standard output.
func expectRefusal(
    _ ran: Ran, _ status: Int32, saying words: String..., location: SourceLocation = #_sourceLocation
) {
    #expect(ran.status == status, "\(ran)", sourceLocation: location)
    #expect(ran.output.isEmpty, "\(ran)", sourceLocation: location)
    #expect(ran.errors.hasPrefix("rif: "), "\(ran)", sourceLocation: location)
    for word in words {
        #expect(ran.errors.contains(word), "\"\(word)\" is missing in: \(ran)", sourceLocation: location)
    }
}

/// The same with `--json`: a problem document, and its detail on standard error.
func expectProblem(
    _ ran: Ran, _ status: Int32, code: String, location: SourceLocation = #_sourceLocation
) throws {
    #expect(ran.status == status, "\(ran)", sourceLocation: location)
    let problem = try ran.json(location)
    #expect(problem["code"] == .string(code), "\(ran)", sourceLocation: location)
    for key in ["type", "title", "status", "detail"] {
        #expect(problem[key] != nil, "\(key) is missing in \(ran)", sourceLocation: location)
    }
    #expect(ran.errors.contains(problem["detail"]?.stringValue ?? "?"), "\(ran)", sourceLocation: location)
}
