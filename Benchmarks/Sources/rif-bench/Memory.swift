import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

enum MemoryBenchmark {
    /// DESIGN 8, last row: resident memory with 1,000 active sessions and 10 million decisions. The file is written by
    /// SQL; the process that is measured is a fresh one, so that the writing does not count.
    static func memory(_ scratch: Scratch) async throws -> [Figure] {
        let path = scratch.file("large")
        let load = try await timed { try await LargeFile(decisions: 10_000_000, active: 1_000).fill(path) }
        let child = Process()
        child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        child.arguments = ["--measure-memory", path]
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        child.waitUntilExit()
        let values = output.split(separator: " ").compactMap {
            Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard values.count == 4 else {
            return [Figure(name: "memory", ours: "no answer: \(output)", goal: "< 300 MB", isMet: false)]
        }
        return [
            Figure(
                name: "resident memory, 1,000 active sessions, 10 million decisions", ours: text(values[0], 0) + " MB",
                raw: "peak \(text(values[1], 0)) MB, filled in \(text(load / 1000, 0)) s", goal: "< 300 MB",
                isMet: values[1] < 300),
            Figure(
                name: "  of it: first transition of each active session, p50", ours: text(values[2]) + " ms",
                raw: "then p50 \(text(values[3])) ms", goal: "", isMet: true),
        ]
    }

    /// Everything that a busy owner does: a transition of each active session, the list, figures, events.
    static func measure(_ path: String) async throws {
        let orchestrator = try await Orchestrator.open(.file(path))
        let list = try await orchestrator.activeSessions()
        precondition(list.count == 1_000)
        var first: [Double] = []
        for listing in list {
            first.append(try await timed { try await Workload.step(orchestrator.session(listing.sessionID), 0) })
        }
        var then: [Double] = []
        for listing in list {
            then.append(try await timed { try await Workload.step(orchestrator.session(listing.sessionID), 1) })
        }
        _ = try await orchestrator.performanceStatistics()
        _ = try await orchestrator.decisionHistory(limit: 1000)
        _ = try await orchestrator.activeSessions()
        let memory = residentMemory()
        print(memory.now, memory.peak, percentile(first, 0.5), percentile(then, 0.5))
        await orchestrator.close()
    }
}
