import Foundation
import NIOCore
import RIFOrchestrator

/// The server as its users meet it: over HTTP, in a process of its own.
enum HTTPBenchmarks {
    static func run(_ options: HTTPOptions) async throws -> [Figure] {
        var figures: [Figure] = []
        if options.parts.contains(.throughput) { figures += try await Throughput(options).run() }
        for server in options.servers {
            if options.parts.contains(.load) { figures += try await ReadsUnderLoad(options, server).run() }
            if options.parts.contains(.delay) { figures += try await EventDelay(options, server).run() }
            if options.parts.contains(.memory) { figures += try await HourOfEvents(options, server).run() }
        }
        return figures
    }

    static func label(_ server: String, of options: HTTPOptions) -> String {
        options.servers.count > 1 ? " [\(server)]" : ""
    }

    static func text(_ nanoseconds: [UInt64]) -> String {
        let values = nanoseconds.map { Double($0) / 1e6 }
        return [0.5, 0.99, 1].map { rif_bench.text(percentile(values, $0)) }.joined(separator: " · ") + " ms"
    }
}

/// DESIGN 8, row 4: transitions a second over keep-alive connections, held against `/healthz` with the same client and
/// against the same transitions in process. All of them take turns; the median round counts.
struct Throughput {
    private let options: HTTPOptions

    init(_ options: HTTPOptions) { self.options = options }

    /// What is asked for: each is a row of the table.
    private enum Kind: String, CaseIterable {
        case health = "GET /healthz"
        case many = "transitions, many sessions"
        case few = "transitions, a session each"
        case minimal = "transitions, a session each, return=minimal"
    }

    private struct Turn {
        var rate: Double
        /// Microseconds on a processor for each request, of the server and of the client.
        var server: Double
        var client: Double
        /// Share of one core that the client computed for.
        var clientShare: Double
        var bytes: Double
        /// Transitions that share a commit, and milliseconds of one.
        var shared: Double
        var commit: Double
        var latencies: [UInt64]
    }

    /// One server with what is kept from round to round.
    private struct Subject {
        var process: ServerProcess
        var client: LoadClient
        var many: [HTTPWorkload.Runner]
        var turns: [Kind: [Turn]] = [:]
    }

    func run() async throws -> [Figure] {
        let scratch = try Scratch()
        var subjects: [Subject] = []
        for (index, program) in options.servers.enumerated() {
            let process = try ServerProcess(
                program: program, label: HTTPBenchmarks.label(program, of: options),
                database: scratch.file("http\(index)"))
            let client = LoadClient(port: process.port)
            let many = try await HTTPWorkload.start(options.sessions, client, connections: options.connections)
            subjects.append(Subject(process: process, client: client, many: many))
        }
        let orchestrator = try await Orchestrator.open(.file(scratch.file("in-process")))
        var inProcess: [Double] = []
        for _ in 0..<options.rounds {
            for index in subjects.indices {
                for kind in Kind.allCases {
                    let turn = try await turn(kind, subjects[index])
                    subjects[index].turns[kind, default: []].append(turn)
                }
            }
            var handles: [SessionHandle] = []
            for _ in 0..<options.connections { handles.append(try await orchestrator.startSession()) }
            inProcess.append(try await TransitionBenchmarks.drive(handles, steps: options.steps).0)
        }
        await orchestrator.close()
        var figures = [
            Figure(
                name: "the same transitions in process, \(options.connections) sessions",
                ours: thousands(percentile(inProcess, 0.5)) + "/s", goal: "", isMet: true)
        ]
        for subject in subjects {
            figures += Kind.allCases.flatMap { rows($0, subject, inProcess: percentile(inProcess, 0.5)) }
            await subject.client.close()
            subject.process.stop()
        }
        return figures
    }

    private func turn(_ kind: Kind, _ subject: Subject) async throws -> Turn {
        let runners =
            switch kind {
            case .health: [HTTPWorkload.Runner]()
            case .many: subject.many
            case .few, .minimal:
                try await HTTPWorkload.start(
                    options.connections, subject.client, connections: options.connections)
            }
        let conversations =
            switch kind {
            case .health: (0..<options.connections).map { _ in pings(subject.client) }
            default:
                HTTPWorkload.deal(runners, to: options.connections).map {
                    HTTPWorkload.walk($0, steps: options.steps, isMinimal: kind == .minimal)
                }
            }
        let commitsBefore = try await Commits.read(subject.client)
        let before = (subject.process.computed, computed())
        let seconds = try await subject.client.run(conversations)
        let after = (subject.process.computed, computed())
        let commits = try await Commits.read(subject.client) - commitsBefore
        let latencies = conversations.flatMap(\.latencies)
        let count = Double(latencies.count)
        return Turn(
            rate: count / seconds, server: (after.0 - before.0) / count * 1000,
            client: (after.1 - before.1) / count * 1000, clientShare: (after.1 - before.1) / 1000 / seconds,
            bytes: Double(conversations.map(\.bytes).reduce(0, +)) / count,
            shared: commits.writes / commits.count, commit: commits.seconds / commits.count * 1000,
            latencies: latencies)
    }

    private func pings(_ client: LoadClient) -> Conversation {
        let request = LoadClient.get("/healthz", port: "\(client.port)")
        // Cheap, so many of them: the round would be over before it could be measured.
        var left = options.steps * 4
        return Conversation {
            guard left > 0 else { return .end }
            left -= 1
            return .send(request)
        }
    }

    private func rows(_ kind: Kind, _ subject: Subject, inProcess: Double) -> [Figure] {
        let turns = subject.turns[kind] ?? []
        func median(_ value: (Turn) -> Double) -> Double { percentile(turns.map(value), 0.5) }
        let rate = median(\.rate)
        let health = percentile((subject.turns[.health] ?? []).map(\.rate), 0.5)
        let rates = turns.map { thousands($0.rate) }.joined(separator: " ")
        let goal = kind == .many || kind == .few
        return [
            Figure(
                name: kind.rawValue + subject.process.label, ours: thousands(rate) + "/s (\(rates))",
                raw: kind == .health ? "" : "\(text(rate / inProcess)) of in process; /healthz →",
                ratio: kind == .health ? nil : rate / health, goal: goal ? "≥ 8,000/s" : "",
                isMet: !goal || rate >= 8000),
            Figure(
                name: "  of it: p50 · p99 · slowest; bytes of an answer",
                ours: HTTPBenchmarks.text(turns.flatMap(\.latencies)), raw: thousands(median(\.bytes)) + " bytes",
                goal: "", isMet: true),
            Figure(
                name: "  of it: on a processor, server · client",
                ours: "\(text(median(\.server), 0)) · \(text(median(\.client), 0)) µs a request",
                raw: "client \(text(median(\.clientShare) * 100, 0)) % of a core", goal: "", isMet: true),
        ]
            + (kind == .health
                ? []
                : [
                    Figure(
                        name: "  of it: transitions in a commit, and how long it takes",
                        ours: "\(text(median(\.shared), 1)), \(text(median(\.commit))) ms", goal: "", isMet: true)
                ])
    }
}

/// What the server says of its commits.
struct Commits {
    var writes: Double
    var count: Double
    var seconds: Double

    static func read(_ client: LoadClient) async throws -> Commits {
        let text = try await HTTPWorkload.answer("/metrics", client)
        func value(_ name: String) -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line?.split(separator: " ").last.flatMap { Double($0) } ?? .nan
        }
        return Commits(
            writes: value("rif_committed_writes_total"), count: value("rif_commit_duration_seconds_count"),
            seconds: value("rif_commit_duration_seconds_sum"))
    }

    static func - (left: Commits, right: Commits) -> Commits {
        Commits(
            writes: left.writes - right.writes, count: left.count - right.count, seconds: left.seconds - right.seconds)
    }
}
