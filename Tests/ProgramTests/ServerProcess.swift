import Foundation
import RIFModel
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A `rif serve` that runs beside a test, on a free port. Ended with the value.
final class ServerProcess: @unchecked Sendable {
    // Safe because it is written in `init` only; `Process` may be signalled and waited for from any thread.
    private let process: Process
    /// `http://127.0.0.1:port`
    let address: String
    let ready: JSONValue
    private let ended: AsyncStream<Void>

    /// Returns when the server has said that it answers.
    init(_ work: Workspace, _ arguments: [String] = []) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Workspace.program)
        process.arguments = ["serve", "--port", "0", "--json"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: work.folder)
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["RIF_DATABASE": work.database, "XDG_CONFIG_HOME": work.path("xdg")]
        ) { $1 }
        let output = Pipe()
        process.standardOutput = output
        let errors = work.path("serve-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: errors)
        let (ended, end) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in end.finish() }
        let (lines, line) = AsyncStream<Data>.makeStream()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                line.finish()
            } else {
                line.yield(data)
            }
        }
        try process.run()
        var text = Data()
        for await data in lines {
            text += data
            if text.contains(UInt8(ascii: "\n")) { break }
        }
        self.process = process
        self.ended = ended
        let log = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        ready = try #require(try? JSONValue.parse(utf8: Array(text)), "rif serve did not begin: \(log)")
        address = try #require(ready["address"]?.stringValue)
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Sends a signal and waits for the end.
    ///
    /// - Returns: what the server exited with.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        kill(process.processIdentifier, signal)
        for await _ in ended {}
        return process.terminationStatus
    }

    /// A request, and what was answered: its status and its JSON.
    func request(
        _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> (status: Int, json: JSONValue, headers: [AnyHashable: Any]) {
        let (status, data, headers) = try await raw(method, path, body, headers: headers)
        return (status, data.isEmpty ? .null : try JSONValue.parse(utf8: Array(data)), headers)
    }

    func raw(
        _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> (status: Int, data: Data, headers: [AnyHashable: Any]) {
        var request = URLRequest(url: try #require(URL(string: address + path)))
        request.httpMethod = method
        request.timeoutInterval = 120
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body.compact.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, data, http.allHeaderFields)
    }
}
