import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// The whole dashboard as one snapshot, against the plain queries of its sections through the driver.
///
/// Both sides read the same file, each in fresh processes that take turns, so that a machine that slows down slows both,
/// and so that the memory of one is not counted for the other.
enum DashboardBenchmarks {
    private struct Size {
        var decisions: Int
        var active: Int
        var goalMS: Double?
        var goalMB: Double?
    }

    /// The rows of DESIGN 8 that have a goal.
    static func dashboard(_ scratch: Scratch) async throws -> [Figure] {
        try await measure(
            [
                Size(decisions: 100_000, active: 1_000, goalMS: 10),
                Size(decisions: 10_000_000, active: 10_000, goalMS: 100, goalMB: 300),
            ], scratch)
    }

    /// How it grows with the sessions and with the decisions.
    static func growth(_ scratch: Scratch) async throws -> [Figure] {
        var sizes: [Size] = []
        for decisions in [1_000_000, 10_000_000] {
            for active in [0, 1_000, 10_000] {
                sizes.append(Size(decisions: decisions, active: active))
            }
        }
        return try await measure(sizes, scratch)
    }

    private static let turns = 3

    private static func measure(_ sizes: [Size], _ scratch: Scratch) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in sizes {
            let path = scratch.file("dashboard-\(size.decisions)-\(size.active)")
            let contents = try await LargeFile(decisions: size.decisions, active: size.active).fill(path)
            defer { scratch.remove(path) }
            let rounds = size.decisions > 1_000_000 ? 15 : 40
            var ours = DashboardTimes()
            var bare = DashboardTimes()
            for _ in 0..<turns {
                ours += try await DashboardTimes(asking: ["--dashboard-ours", path, "\(rounds)"])
                bare += try await DashboardTimes(asking: ["--dashboard-bare", path, "\(rounds)"])
            }
            figures += lines(size, contents, ours, bare)
        }
        return figures
    }

    private static func lines(
        _ size: Size, _ contents: LargeFile.Contents, _ ours: DashboardTimes, _ bare: DashboardTimes
    ) -> [Figure] {
        func p50(_ values: [Double]) -> String { text(percentile(values, 0.5), 1) }
        let time = percentile(ours.snapshots, 0.5)
        let peak = ours.peakMB.max() ?? .nan
        return [
            Figure(
                name:
                    "dashboard, \(thousands(contents.active)) active, \(thousands(contents.decisions)) decisions: p50",
                ours: "\(p50(ours.snapshots)) (min \(text(ours.snapshots.min() ?? .nan, 1))) ms",
                raw: "\(p50(bare.snapshots)) (min \(text(bare.snapshots.min() ?? .nan, 1))) ms",
                ratio: time / percentile(bare.snapshots, 0.5),
                goal: size.goalMS.map { "< \(text($0, 0)) ms" } ?? "", isMet: time < size.goalMS ?? .infinity),
            Figure(
                name: "  of it computed: p50", ours: p50(ours.computed) + " ms", raw: p50(bare.computed) + " ms",
                ratio: percentile(ours.computed, 0.5) / percentile(bare.computed, 0.5), goal: "", isMet: true),
            Figure(
                name: "  after ten more transitions · with its JSON text",
                ours: "\(p50(ours.busy)) · \(p50(ours.json)) ms", goal: "", isMet: true),
            Figure(
                name: "  the first after the open", ours: p50(ours.first) + " ms", raw: p50(bare.first) + " ms",
                ratio: percentile(ours.first, 0.5) / percentile(bare.first, 0.5), goal: "", isMet: true),
            Figure(
                name: "  resident memory, peak", ours: text(peak, 0) + " MB",
                raw: text(bare.peakMB.max() ?? .nan, 0) + " MB",
                goal: size.goalMB.map { "< \(text($0, 0)) MB" } ?? "", isMet: peak < size.goalMB ?? .infinity),
        ]
    }

    // MARK: - The processes that are measured

    static func ours(_ path: String, rounds: Int) async throws {
        var policy = EnginePolicy()
        policy.runsMaintenance = false
        let orchestrator = try await Orchestrator.open(.file(path), policy: policy)
        var times = DashboardTimes()
        times.first = [try await timed { _ = try await orchestrator.dashboard() }]
        for _ in 0..<rounds {
            let begin = computed()
            times.snapshots.append(try await timed { _ = try await orchestrator.dashboard() })
            times.computed.append(computed() - begin)
        }
        let extra = max(5, rounds / 4)
        for _ in 0..<extra {
            times.json.append(
                try await timed { _ = try await orchestrator.dashboard().json.compact.utf8.count })
        }
        times.peakMB = [residentMemory().peak]
        try await busyRounds(orchestrator, extra, &times)
        await orchestrator.close()
        try times.print()
    }

    /// Sections alone, and where a profiler is to look for longer: for whoever works on them.
    static func sections(_ path: String, rounds: Int) async throws {
        var policy = EnginePolicy()
        policy.runsMaintenance = false
        let orchestrator = try await Orchestrator.open(.file(path), policy: policy)
        for section in DashboardSection.allCases {
            var times: [Double] = []
            for _ in 0..<rounds {
                let begin = computed()
                _ = try await orchestrator.dashboard(sections: [section])
                times.append(computed() - begin)
            }
            print(column(section.rawValue, 24), text(percentile(times, 0.5)), "ms computed")
        }
        var times: [Double] = []
        for _ in 0..<rounds {
            let begin = computed()
            _ = try await orchestrator.dashboard()
            times.append(computed() - begin)
        }
        print(column("all", 24), text(percentile(times, 0.5)), "ms computed")
        await orchestrator.close()
    }

    private static func busyRounds(
        _ orchestrator: Orchestrator, _ rounds: Int, _ times: inout DashboardTimes
    ) async throws {
        var sessions: [SessionHandle] = []
        for _ in 0..<10 { sessions.append(try await orchestrator.startSession()) }
        for round in 0..<rounds {
            for session in sessions { try await Workload.step(session, round) }
            times.busy.append(try await timed { _ = try await orchestrator.dashboard() })
        }
        for session in sessions { try await session.complete() }
    }

    static func bare(_ path: String, rounds: Int) throws {
        let database = try Database.open(
            .file(path), readOnly: true, configuration: ["memory_limit": "1GiB", "threads": "1"],
            library: DuckDBLibrary.load())
        let connection = try database.connect()
        try connection.execute("SET GLOBAL TimeZone = 'UTC'")
        let queries = try PlainDashboard(connection)
        var times = DashboardTimes()
        times.first = [try queries.time()]
        for _ in 0..<rounds {
            let begin = computed()
            times.snapshots.append(try queries.time())
            times.computed.append(computed() - begin)
        }
        times.peakMB = [residentMemory().peak]
        connection.close()
        database.close()
        try times.print()
    }
}

/// What a measured process found, in milliseconds and MB.
struct DashboardTimes: Codable {
    var first: [Double] = []
    var snapshots: [Double] = []
    /// Of each snapshot, the milliseconds that the process computed.
    var computed: [Double] = []
    /// Snapshots after ten more transitions each.
    var busy: [Double] = []
    /// Snapshots with their JSON text.
    var json: [Double] = []
    var peakMB: [Double] = []

    init() {}

    /// Asks a process of its own.
    init(asking arguments: [String]) async throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        child.arguments = arguments
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        child.waitUntilExit()
        self = try JSONDecoder().decode(Self.self, from: output)
    }

    func print() throws { Swift.print(String(decoding: try JSONEncoder().encode(self), as: UTF8.self)) }

    static func += (all: inout Self, one: Self) {
        all.first += one.first
        all.snapshots += one.snapshots
        all.computed += one.computed
        all.busy += one.busy
        all.json += one.json
        all.peakMB += one.peakMB
    }
}
