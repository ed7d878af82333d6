import Foundation

/// A built `rif serve` in a process of its own, on a database of its own: the server that is measured shares neither
/// memory nor threads with the client that measures it.
final class ServerProcess {
    /// Which program it is, for the table.
    let label: String
    let port: Int
    private let process: Process

    /// Starts it, and waits until it answers.
    init(program: String, label: String, database: String) throws {
        self.label = label
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", "--database", database, "--port", "0", "--json"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw HTTPBenchmarkError("\(program) ended before it was ready") }
            line += more
        }
        let ready = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        guard let address = ready?["address"] as? String, let port = URL(string: address)?.port else {
            throw HTTPBenchmarkError("\(program) said \(String(decoding: line, as: UTF8.self))")
        }
        self.port = port
    }

    deinit { stop() }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// MB, now and at its highest.
    var memory: (now: Double, peak: Double) { residentMemory(of: "\(process.processIdentifier)") }

    /// Milliseconds that it has computed so far, on all its threads.
    var computed: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8) else {
            return .nan
        }
        // Behind the name, which may hold anything, state is field 3; utime and stime are 14 and 15.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))) * 1000
    }
}

struct HTTPBenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
