import Foundation
import NIOCore
import RIFOrchestrator

/// How long the dashboard and one session take while transitions come in: as fast as the server takes them, and at a
/// tenth of that, which is closer to what a busy team does.
struct ReadsUnderLoad {
    private let options: HTTPOptions
    private let server: String

    init(_ options: HTTPOptions, _ server: String) {
        self.options = options
        self.server = server
    }

    func run() async throws -> [Figure] {
        let scratch = try Scratch()
        let process = try ServerProcess(
            program: server, label: HTTPBenchmarks.label(server, of: options), database: scratch.file("reads"))
        let client = LoadClient(port: process.port)
        let runners = try await HTTPWorkload.start(1000, client, connections: options.connections)
        var figures = try await turn("no writes", pace: nil, [], runners, client, process)
        let paced = TimeAmount.milliseconds(Int64(options.connections))
        figures += try await turn("1,000 writes/s asked for", pace: paced, runners, runners, client, process)
        figures += try await turn("as many writes as go", pace: nil, runners, runners, client, process)
        await client.close()
        process.stop()
        return figures
    }

    /// - Parameters:
    ///   - pace: how often each connection makes a transition.
    ///   - writing: the sessions that go on.
    private func turn(
        _ name: String, pace: TimeAmount?, _ writing: [HTTPWorkload.Runner], _ reading: [HTTPWorkload.Runner],
        _ client: LoadClient, _ process: ServerProcess
    ) async throws -> [Figure] {
        let end = NIODeadline.now() + .seconds(Int64(options.seconds))
        var writers: [Conversation] = []
        if !writing.isEmpty {
            writers = HTTPWorkload.deal(writing, to: options.connections).map { own in
                HTTPBenchmarks.paced(every: pace, until: end) { own[$0 % own.count].step(isMinimal: false) }
            }
        }
        let port = "\(process.port)"
        let dashboard = HTTPBenchmarks.paced(every: .milliseconds(100), until: end) { _ in
            LoadClient.get("/api/v1/dashboard", port: port)
        }
        let session = HTTPBenchmarks.paced(every: .milliseconds(5), until: end) { turn in
            LoadClient.get("/api/v1/sessions/\(reading[turn * 7 % reading.count].id)", port: port)
        }
        let seconds = try await client.run(writers + [dashboard, session])
        let writes = Double(writers.map(\.latencies.count).reduce(0, +)) / seconds
        let load = writers.isEmpty ? name : "\(name): \(thousands(writes)) transitions/s"
        return [("GET /dashboard", dashboard), ("GET /sessions/{id}", session)].map { path, conversation in
            Figure(
                name: "\(path), \(load)\(process.label)", ours: HTTPBenchmarks.text(conversation.latencies),
                raw: "\(thousands(conversation.latencies.count)) of them", goal: "", isMet: true)
        }
    }
}

extension HTTPBenchmarks {
    /// A connection that sends a request every so often, or as often as it is answered, until a time.
    static func paced(
        every pace: TimeAmount?, until end: NIODeadline, _ request: @escaping (Int) -> ByteBuffer
    ) -> Conversation {
        var turn = 0
        var due = NIODeadline.now()
        return Conversation {
            let now = NIODeadline.now()
            guard now < end else { return .end }
            if let pace {
                guard now >= due else { return .wait(until: due) }
                // Not caught up with: whoever is late stays late.
                due = max(due + pace, now)
            }
            defer { turn += 1 }
            return .send(request(turn))
        }
    }
}
