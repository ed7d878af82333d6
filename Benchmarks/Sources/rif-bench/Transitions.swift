import DuckDB
import RIFOrchestrator
import RIFStoreDuckDB

enum TransitionBenchmarks {
    /// DESIGN 8, row 1: durable transitions a second of 64 sessions at once.
    static func concurrent(_ scratch: Scratch) async throws -> [Figure] {
        let sessions = 64
        let rounds = 10
        let steps = 40
        let raw = try await RawLimit(scratch.file("raw-group"))
        let orchestrator = try await Orchestrator.open(.file(scratch.file("group")))
        var handles: [SessionHandle] = []
        for _ in 0..<sessions { handles.append(try await orchestrator.startSession()) }
        _ = try raw.appends(transactions: steps, rows: sessions)
        _ = try await drive(handles, steps: steps)
        // The two sides take turns, so that a machine that slows down slows both; the median round counts.
        var limits: [Double] = []
        var rates: [Double] = []
        var latencies: [Double] = []
        for _ in 0..<rounds {
            limits.append(try raw.appends(transactions: steps, rows: sessions))
            let (rate, own) = try await drive(handles, steps: steps)
            rates.append(rate)
            latencies += own
        }
        raw.close()
        await orchestrator.close()
        let rate = percentile(rates, 0.5)
        let limit = percentile(limits, 0.5)
        let p99 = percentile(latencies, 0.99)
        return [
            Figure(
                name: "durable transitions/s, 64 sessions", ours: thousands(rate), raw: thousands(limit) + " rows/s",
                ratio: rate / limit, goal: "≥ 0.50 and ≥ 20,000/s", isMet: rate / limit >= 0.5 && rate >= 20_000),
            Figure(
                name: "  of it: p50 · p99 · slowest",
                ours:
                    "\(text(percentile(latencies, 0.5))) · \(text(p99)) · \(text(latencies.max() ?? 0)) ms",
                goal: "p99 < 25 ms", isMet: p99 < 25),
        ]
    }

    /// Transitions a second, and how long each took in milliseconds.
    static func drive(_ handles: [SessionHandle], steps: Int) async throws -> (Double, [Double]) {
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for handle in handles {
                group.addTask {
                    var own: [Double] = []
                    own.reserveCapacity(steps)
                    for step in 0..<steps {
                        let begin = ContinuousClock.now
                        try await Workload.step(handle, step)
                        own.append(milliseconds(ContinuousClock.now - begin))
                    }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = milliseconds(ContinuousClock.now - start)
        return (Double(handles.count * steps) / elapsed * 1000, latencies)
    }

    /// DESIGN 8, row 2: one session alone. The two sides take turns, so that a machine that slows down slows both.
    static func alone(_ scratch: Scratch) async throws -> [Figure] {
        let raw = try await RawLimit(scratch.file("raw-alone"))
        let orchestrator = try await Orchestrator.open(.file(scratch.file("alone")))
        let session = try await orchestrator.startSession()
        var limits: [Double] = []
        var ours: [Double] = []
        for round in 0..<20 {
            limits += try raw.inserts(50)
            for step in 0..<50 {
                ours.append(try await timed { try await Workload.step(session, round * 50 + step) })
            }
        }
        raw.close()
        await orchestrator.close()
        let ratio = percentile(ours, 0.5) / percentile(limits, 0.5)
        return [
            Figure(
                name: "one session alone, p50", ours: text(percentile(ours, 0.5)) + " ms",
                raw: text(percentile(limits, 0.5)) + " ms an INSERT", ratio: ratio, goal: "≤ 1.30", isMet: ratio <= 1.3),
            Figure(
                name: "  of it: p99", ours: text(percentile(ours, 0.99)) + " ms",
                raw: text(percentile(limits, 0.99)) + " ms", goal: "", isMet: true),
        ]
    }

    /// DESIGN 8, row 3: the cost of a transition does not grow with the history. The machine's own speed at both ends is
    /// taken out by raw INSERTs that take turns with the transitions there.
    static func growth(_ scratch: Scratch) async throws -> [Figure] {
        let raw = try await RawLimit(scratch.file("raw-growth"))
        let orchestrator = try await Orchestrator.open(.file(scratch.file("growth")))
        let session = try await orchestrator.startSession()
        for step in 0..<20 { try await Workload.step(session, step) }
        _ = try raw.inserts(20)
        func hundred() async throws -> (ours: Double, limit: Double) {
            var ours: [Double] = []
            var limits: [Double] = []
            for step in 0..<100 {
                limits += try raw.inserts(1)
                ours.append(try await timed { try await Workload.step(session, step) })
            }
            return (percentile(ours, 0.5), percentile(limits, 0.5))
        }
        let first = try await hundred()
        for step in 0..<9_800 { try await Workload.step(session, step) }
        let last = try await hundred()
        raw.close()
        await orchestrator.close()
        let growth = (last.ours / last.limit) / (first.ours / first.limit)
        return [
            Figure(
                name: "growth: last 100 of 10,000 against the first, p50",
                ours: "\(text(first.ours)) → \(text(last.ours)) ms",
                raw: "\(text(first.limit)) → \(text(last.limit)) ms an INSERT", ratio: growth, goal: "≤ 1.20",
                isMet: growth <= 1.2)
        ]
    }
}
