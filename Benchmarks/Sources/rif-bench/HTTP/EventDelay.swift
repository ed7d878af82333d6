import Foundation
import NIOCore
import RIFOrchestrator

/// How long an event takes from its commit to each of many clients of the event stream.
///
/// Reported events are used, which are committed like every other, because they can carry the moment of their request.
/// The server's clock is not asked: what is given is the time since the caller had the answer (which is sent after the
/// commit, so a little is missing), and the time since the caller asked (the whole way, the commit included).
struct EventDelay {
    private let options: HTTPOptions
    private let server: String

    init(_ options: HTTPOptions, _ server: String) {
        self.options = options
        self.server = server
    }

    func run() async throws -> [Figure] {
        let scratch = try Scratch()
        let process = try ServerProcess(
            program: server, label: HTTPBenchmarks.label(server, of: options), database: scratch.file("delay"))
        // Threads of their own: what a thousand clients read must not delay the one who writes.
        let readers = LoadClient(port: process.port)
        let writer = LoadClient(port: process.port)
        var followers: [Follower] = []
        for _ in 0..<options.clients {
            let follower = Follower()
            followers.append(follower)
            let channel = try await readers.connect { try $0.pipeline.syncOperations.addHandler(follower) }
            try await channel.writeAndFlush(LoadClient.get("/api/v1/events", port: "\(process.port)"))
        }
        // A first event, to all of them: from here on everybody follows.
        _ = try await publish(1, writer, process.port)
        try await arrived(1, followers)
        let before = (process.computed, computed())
        let start = ContinuousClock.now
        let answers = try await publish(options.ticks, writer, process.port)
        try await arrived(options.ticks + 1, followers)
        let seconds = milliseconds(ContinuousClock.now - start) / 1000
        let busy = ((process.computed - before.0) / 1000 / seconds, (computed() - before.1) / 1000 / seconds)
        var sinceAnswer: [UInt64] = []
        var sinceRequest: [UInt64] = []
        for follower in followers {
            for arrival in await follower.arrivals(on: readers) {
                guard let answered = answers[arrival.sent] else { continue }
                sinceAnswer.append(arrival.at > answered ? arrival.at - answered : 0)
                sinceRequest.append(arrival.at - arrival.sent)
            }
        }
        let memory = process.memory
        await readers.close()
        await writer.close()
        process.stop()
        let clients = "\(thousands(options.clients)) clients, \(options.rate) events/s\(process.label)"
        let p99 = percentile(sinceAnswer.map { Double($0) / 1e6 }, 0.99)
        return [
            Figure(
                name: "answer to event at \(clients)", ours: HTTPBenchmarks.text(sinceAnswer),
                raw: "\(thousands(sinceAnswer.count)) arrivals",
                goal: "p99 < 100 ms", isMet: p99 < 100),
            Figure(
                name: "  of it: since the request", ours: HTTPBenchmarks.text(sinceRequest),
                raw: "server \(text(busy.0)), clients \(text(busy.1)) cores, \(text(memory.now, 0)) MB", goal: "",
                isMet: true),
        ]
    }

    /// Reports events at the wanted pace.
    ///
    /// - Returns: moment of the request → moment of the answer.
    private func publish(_ count: Int, _ client: LoadClient, _ port: Int) async throws -> [UInt64: UInt64] {
        let answers = Answers()
        var left = count
        var due = NIODeadline.now()
        let pace = TimeAmount.nanoseconds(1_000_000_000 / Int64(options.rate))
        let conversation = Conversation(answered: { _ in answers.note() }) {
            guard left > 0 else { return .end }
            let now = NIODeadline.now()
            guard now >= due else { return .wait(until: due) }
            due = max(due + pace, now)
            left -= 1
            answers.sent = now.uptimeNanoseconds
            return .send(
                LoadClient.post(
                    "/api/v1/events", port: "\(port)",
                    body: #"{"event_type":"bench_tick","data":{"sent":\#(answers.sent)}}"#))
        }
        _ = try await client.run([conversation])
        return answers.times
    }

    private func arrived(_ count: Int, _ followers: [Follower]) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while followers.contains(where: { $0.count < count }) {
            guard .now < deadline else {
                let missing = followers.filter { $0.count < count }.count
                throw HTTPBenchmarkError("\(missing) clients did not get \(count) events within a minute")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // Safe because it is touched on the one event loop, and read when that is done.
    private final class Answers: @unchecked Sendable {
        var sent: UInt64 = 0
        private(set) var times: [UInt64: UInt64] = [:]

        func note() { times[sent] = NIODeadline.now().uptimeNanoseconds }
    }
}
