import Foundation
import NIOCore
import RIFOrchestrator

/// What the server holds in memory after as many events as an hour of a hundred a second brings, sent as fast as they
/// go, while some clients follow them.
struct HourOfEvents {
    private let options: HTTPOptions
    private let server: String
    private static let followers = 20

    init(_ options: HTTPOptions, _ server: String) {
        self.options = options
        self.server = server
    }

    func run() async throws -> [Figure] {
        let scratch = try Scratch()
        let process = try ServerProcess(
            program: server, label: HTTPBenchmarks.label(server, of: options), database: scratch.file("hour"))
        let client = LoadClient(port: process.port)
        let readers = LoadClient(port: process.port)
        for _ in 0..<Self.followers {
            let channel = try await readers.connect {
                try $0.pipeline.syncOperations.addHandler(Follower(keepsArrivals: false))
            }
            try await channel.writeAndFlush(LoadClient.get("/api/v1/events", port: "\(process.port)"))
        }
        let runners = try await HTTPWorkload.start(options.sessions, client, connections: options.connections)
        let atStart = process.memory
        let steps = max(1, options.events / options.connections)
        let seconds = try await client.run(
            HTTPWorkload.deal(runners, to: options.connections).map {
                HTTPWorkload.walk($0, steps: steps, isMinimal: true)
            })
        let atEnd = process.memory
        // clock: what is let go of within a while is no growth.
        try await Task.sleep(for: .seconds(5))
        let later = process.memory
        await client.close()
        await readers.close()
        process.stop()
        let events = steps * options.connections
        return [
            Figure(
                name: "resident memory after \(thousands(events)) transitions\(process.label)",
                ours: "\(text(later.now, 0)) MB, peak \(text(later.peak, 0)) MB",
                raw: "\(text(atStart.now, 0)) MB before, \(text(atEnd.now, 0)) MB at their end", goal: "< 300 MB",
                isMet: later.peak < 300),
            Figure(
                name: "  of it: how they were made",
                ours: "\(thousands(options.sessions)) sessions, \(Self.followers) event streams",
                raw: "\(thousands(Double(events) / seconds))/s, return=minimal", goal: "", isMet: true),
        ]
    }
}
