import RIFOrchestrator

/// A state graph as lines of text: a line for each way between two states.
enum EdgeTable {
    struct Row {
        var from: String
        var to: String
        /// How often it was taken, failures included.
        var count: Int64
        var failures: Int64 = 0
        var timeMS: Int64?
        var confidence: Double?
    }

    static func table(_ rows: [Row]) -> Table {
        let digits = rows.map { "\($0.count)".count }.max() ?? 1
        let hasFailures = rows.contains { $0.failures > 0 }
        var table = Table(
            [
                .init("FROM", flexible: true), .init(""), .init("TO", flexible: true), .init("STEP TOOK", right: true),
                .init("CONFIDENCE", right: true),
            ] + (hasFailures ? [.init("FAILED", right: true)] : []), indentation: 2)
        for row in rows {
            let count = String(repeating: " ", count: digits - "\(row.count)".count) + "\(row.count)"
            let wasTaken = row.failures < row.count || row.count == 0
            table.rows.append(
                [
                    .init(row.from), .init("── \(count) ─" + (wasTaken ? "→" : "✗"), wasTaken ? .dim : .red),
                    .init(row.to, row.to == Outcome.completed.rawValue ? .green : wasTaken ? nil : .red),
                    .init(row.timeMS.map { Times.duration(milliseconds: $0) } ?? ""),
                    .init(row.confidence.map { Text.decimal($0) } ?? ""),
                ] + (hasFailures ? [.init(row.failures > 0 ? "\(row.failures)" : "", .red)] : []))
        }
        return table
    }
}
