import DuckDB
import Foundation
import RIFOrchestrator
import RIFStoreDuckDB

/// One line of the table: what was measured, against what in the same run, and what the goal is.
struct Figure {
    var name: String
    var ours: String
    var raw: String = ""
    var ratio: Double?
    var goal: String
    var isMet: Bool
}

func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
}

func timed(_ body: () async throws -> Void) async rethrows -> Double {
    let start = ContinuousClock.now
    try await body()
    return milliseconds(ContinuousClock.now - start)
}

/// Milliseconds that this process has computed, on all its threads: on a busy machine it says more than the clock.
func computed() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

/// The nearest-rank percentile: the smallest value that at least that share of all values does not exceed.
func percentile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
}

func text(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

func thousands(_ value: Int) -> String { thousands(Double(value)) }

func thousands(_ value: Double) -> String {
    let formatter = NumberFormatter()
    formatter.numberStyle = .decimal
    formatter.groupingSeparator = ","
    formatter.maximumFractionDigits = 0
    return formatter.string(from: NSNumber(value: value)) ?? "\(value)"
}

/// A folder for the databases of one run, removed at its end.
final class Scratch {
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("rif-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func file(_ name: String) -> String { folder + "/" + name + ".duckdb" }

    /// A large file is not kept until the end.
    func remove(_ path: String) {
        for name in [path, path + ".wal", path + ".lock"] { try? FileManager.default.removeItem(atPath: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

/// Resident memory of a process in MB, now and at its highest.
func residentMemory(of process: String = "self") -> (now: Double, peak: Double) {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
        return (.nan, .nan)
    }
    func kilobytes(_ key: String) -> Double {
        for line in status.split(separator: "\n") where line.hasPrefix(key) {
            return Double(
                line.split(separator: " ").dropLast().last.map(String.init)?.trimmingCharacters(in: .whitespaces) ?? "")
                ?? .nan
        }
        return .nan
    }
    return (kilobytes("VmRSS:") / 1024, kilobytes("VmHWM:") / 1024)
}
