import Foundation

/// `rif-bench http [--server PATH]… [--only PART]… [--NAME NUMBER]…`
struct HTTPOptions {
    enum Part: String, CaseIterable { case throughput, load, delay, memory }

    /// The built programs to measure: several take turns, so that a change can be held against what was before it.
    var servers: [String] = []
    var parts: Set<Part> = []
    var connections = 64
    /// Turns of the throughput, and transitions of each session in one.
    var rounds = 3
    var steps = 200
    /// Sessions of the row with many short ones.
    var sessions = 3000
    /// How long the reads under load go on.
    var seconds = 10
    /// Clients of the event stream, and events that are sent to them.
    var clients = 1000
    var ticks = 200
    /// Events a second.
    var rate = 10
    /// An hour at a hundred a second.
    var events = 360_000

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let word = rest.popFirst() else { throw HTTPBenchmarkError("\(name): expected a value") }
            switch name {
            case "--server": servers.append(word)
            case "--only":
                guard let part = Part(rawValue: word) else {
                    throw HTTPBenchmarkError("--only: expected one of \(Part.allCases.map(\.rawValue))")
                }
                parts.insert(part)
            default:
                guard let number = Int(word), number > 0, let place = Self.numbers[name] else {
                    throw HTTPBenchmarkError(
                        "\(name) \(word): expected --server PATH, --only PART, or a number above 0 for one of "
                            + Self.numbers.keys.sorted().joined(separator: ", "))
                }
                self[keyPath: place] = number
            }
        }
        if parts.isEmpty { parts = Set(Part.allCases) }
        if servers.isEmpty { servers = [".build/release/rif"] }
        for server in servers where !FileManager.default.isExecutableFile(atPath: server) {
            throw HTTPBenchmarkError("'\(server)' is not built. Run: swift build -c release --product rif")
        }
    }

    private static var numbers: [String: WritableKeyPath<HTTPOptions, Int>] {
        [
            "--connections": \.connections, "--rounds": \.rounds, "--steps": \.steps, "--sessions": \.sessions,
            "--seconds": \.seconds, "--clients": \.clients, "--ticks": \.ticks, "--rate": \.rate,
            "--events": \.events,
        ]
    }
}
