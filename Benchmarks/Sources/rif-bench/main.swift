import Foundation
import RIFOrchestrator

// Usage: rif-bench [NAME…]; without names everything but what takes minutes on large tables, which is asked for
// by name or `all`. `http` measures a built server, with options of its own: `HTTPOptions`.
let arguments = Array(CommandLine.arguments.dropFirst())
func showTitles() {
    print(column("what", 62) + column("ours", 36) + column("in the same run", 38) + column("ratio", 8) + "goal")
}
func show(_ figure: Figure) {
    print(
        column(figure.name, 62) + column(figure.ours, 36) + column(figure.raw, 38)
            + column(figure.ratio.map { text($0) } ?? "", 8)
            + (figure.goal.isEmpty ? "" : figure.goal + (figure.isMet ? "  ok" : "  MISSED")))
    fflush(nil)
}
func column(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }

// What a benchmark runs in a process of its own, and `--fill` and `--sections` for whoever looks for where time goes.
switch arguments.first {
case "--measure-memory" where arguments.count == 2:
    try await MemoryBenchmark.measure(arguments[1])
    exit(0)
case "--dashboard-ours" where arguments.count == 3:
    try await DashboardBenchmarks.ours(arguments[1], rounds: Int(arguments[2]) ?? 1)
    exit(0)
case "--dashboard-bare" where arguments.count == 3:
    try DashboardBenchmarks.bare(arguments[1], rounds: Int(arguments[2]) ?? 1)
    exit(0)
case "--sections" where arguments.count == 3:
    try await DashboardBenchmarks.sections(arguments[1], rounds: Int(arguments[2]) ?? 1)
    exit(0)
case "--fill" where arguments.count == 4:
    print(
        try await LargeFile(decisions: Int(arguments[2]) ?? 0, active: Int(arguments[3]) ?? 0).fill(arguments[1]))
    exit(0)
default: break
}
if arguments.first == "http" {
    do {
        let options = try HTTPOptions(Array(arguments.dropFirst()))
        showTitles()
        for figure in try await HTTPBenchmarks.run(options) { show(figure) }
        exit(0)
    } catch let error as HTTPBenchmarkError {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(2)
    }
}
let benchmarks: [(name: String, run: (Scratch) async throws -> [Figure])] = [
    ("alone", TransitionBenchmarks.alone), ("concurrent", TransitionBenchmarks.concurrent),
    ("growth", TransitionBenchmarks.growth), ("recovery", RecoveryBenchmarks.recovery),
    ("dashboard", DashboardBenchmarks.dashboard), ("dashboards", DashboardBenchmarks.growth),
    ("memory", MemoryBenchmark.memory), ("lookups", LookupBenchmarks.lookups),
]
let slow = ["memory", "dashboard", "dashboards", "lookups"]
let names = Set(arguments).subtracting(["all"])
let unknown = names.subtracting(benchmarks.map(\.name))
guard unknown.isEmpty else {
    FileHandle.standardError.write(
        Data(
            "unknown: \(unknown.sorted().joined(separator: ", ")); there are \(benchmarks.map(\.name)), http and all\n"
                .utf8))
    exit(2)
}
showTitles()
for benchmark in benchmarks {
    guard
        arguments.contains("all") || names.contains(benchmark.name)
            || (names.isEmpty && !slow.contains(benchmark.name))
    else { continue }
    for figure in try await benchmark.run(try Scratch()) { show(figure) }
}
