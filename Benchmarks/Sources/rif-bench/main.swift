import Foundation
import RIFOrchestrator

// Usage: rif-bench [NAME…]; without names everything but the two on ten million decisions and the one on a million events, which take minutes and are
// asked for by name or `all`.
let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "--measure-memory", arguments.count == 2 {
    try await MemoryBenchmark.measure(arguments[1])
    exit(0)
}
let benchmarks: [(name: String, run: (Scratch) async throws -> [Figure])] = [
    ("alone", TransitionBenchmarks.alone), ("concurrent", TransitionBenchmarks.concurrent),
    ("growth", TransitionBenchmarks.growth), ("recovery", RecoveryBenchmarks.recovery),
    ("dashboard", DashboardBenchmarks.dashboard), ("memory", MemoryBenchmark.memory),
    ("lookups", LookupBenchmarks.lookups),
]
let names = Set(arguments).subtracting(["all"])
let unknown = names.subtracting(benchmarks.map(\.name))
guard unknown.isEmpty else {
    FileHandle.standardError.write(
        Data("unknown: \(unknown.sorted().joined(separator: ", ")); there are \(benchmarks.map(\.name)) and all\n".utf8)
    )
    exit(2)
}
func column(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
print(column("what", 62) + column("ours", 30) + column("in the same run", 38) + column("ratio", 8) + "goal")
for benchmark in benchmarks {
    guard
        arguments.contains("all") || names.contains(benchmark.name)
            || (names.isEmpty && !["memory", "dashboard", "lookups"].contains(benchmark.name))
    else { continue }
    for figure in try await benchmark.run(try Scratch()) {
        print(
            column(figure.name, 62) + column(figure.ours, 30) + column(figure.raw, 38)
                + column(figure.ratio.map { text($0) } ?? "", 8)
                + (figure.goal.isEmpty ? "" : figure.goal + (figure.isMet ? "  ok" : "  MISSED")))
    }
}
