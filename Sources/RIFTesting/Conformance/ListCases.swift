import RIFModel
import RIFStore

extension StoreConformance {
    static let listCases: [Case] = [
        Case("sessions are listed by priority, then age, then id") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                var starts: [Write] = []
                for priority in [0, 5, -1, 5, 0, Int(Int32.max), Int(Int32.min), 5] {
                    starts.append(try log.start(priority: priority))
                }
                // Three of the same moment, which only their ids tell apart.
                for _ in 0..<3 {
                    log.now = log.now.advanced(by: -1)
                    starts.append(try log.start(priority: 5))
                }
                let batch = Array(starts.reversed())
                let renumbered = batch.enumerated().map { index, write in
                    var write = write
                    for entry in write.entries.indices { write.entries[entry].sequence = Int64(index + 1) }
                    return write
                }
                try await write.commit(renumbered)
                let sessions = starts.compactMap(\.newSession)
                let expected = sessions.sorted {
                    if $0.priority != $1.priority { return $0.priority > $1.priority }
                    return ($0.createdAt, $0.sessionID) < ($1.createdAt, $1.sessionID)
                }.map(\.sessionID)
                try expectEqual(try await store.sessions(SessionQuery()).map(\.sessionID), expected)
                for limit in [1, 3, 100] {
                    let found = try await store.sessions(SessionQuery(limit: limit)).map(\.sessionID)
                    try expectEqual(found, Array(expected.prefix(limit)), "limit \(limit)")
                }
            }
        },
        Case("a list shows the snapshot, and its filters work together") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                var writes: [Write] = []
                var ids: [String] = []
                for (type, state) in [
                    ("x", "a"), ("x", "b"), ("y", "a"), ("y", "completed"), ("x", "failed"), ("x", "cancelled"),
                    ("y", "Completed"),
                ] {
                    let start = try log.start(type)
                    ids.append(start.id)
                    writes += [start, try log.transition(start.id, to: state, agents: ["agent"])]
                }
                let batch = writes
                try await write.commit(batch)
                // The small columns follow the log, they are not part of the commit.
                try await write.save(log.snapshots(), through: log.sequence)
                func find(_ query: SessionQuery) async throws -> [Int] {
                    try await store.sessions(query).map { ids.firstIndex(of: $0.sessionID) ?? -1 }
                }
                try expectEqual(try await find(SessionQuery()), [0, 1, 2, 3, 4, 5, 6])
                try expectEqual(try await find(SessionQuery(active: true)), [0, 1, 2, 6])
                try expectEqual(try await find(SessionQuery(active: false)), [3, 4, 5])
                try expectEqual(try await find(SessionQuery(state: "a")), [0, 2])
                try expectEqual(try await find(SessionQuery(state: "A")), [])
                try expectEqual(try await find(SessionQuery(workflowType: "y")), [2, 3, 6])
                try expectEqual(try await find(SessionQuery(active: true, state: "a", workflowType: "y")), [2])
                try expectEqual(try await find(SessionQuery(active: false, workflowType: "x", limit: 1)), [4])
                try expectEqual(try await find(SessionQuery(outcome: .completed)), [3])
                try expectEqual(try await find(SessionQuery(active: true, outcome: .failed)), [])
                let changes = try await store.sessions(SessionQuery()).map(\.updatedAt).sorted()
                try expectEqual(try await find(SessionQuery(updatedAfter: changes[4])), [5, 6])
                try expectEqual(try await find(SessionQuery(outcome: .cancelled, updatedAfter: changes[4])), [5])
                try expectEqual(try await find(SessionQuery(updatedAfter: changes[6])), [])
                for (id, state) in log.states {
                    let listing = try await store.sessions(SessionQuery()).first { $0.sessionID == id }
                    try expectEqual(listing, Snapshot(state).listing)
                }
                let counts = try await store.counts()
                try expectEqual(counts.sessions, 7)
                try expectEqual(counts.activeSessions, 4)
                try expectEqual(counts.decisions, 7)
            }
        },
        Case("sessions are found by the beginning of their id") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let writes = try (0..<20).map { _ in try log.start() }
                try await write.commit(writes)
                let ids = writes.map(\.id).sorted()
                try expectEqual(try await store.sessionIDs(prefix: "", limit: 100), ids)
                try expectEqual(try await store.sessionIDs(prefix: "", limit: 3), Array(ids.prefix(3)))
                for length in [1, 8, 13, 20, 36] {
                    let prefix = String(ids[7].prefix(length))
                    let found = try await store.sessionIDs(prefix: prefix, limit: 100)
                    try expectEqual(found, ids.filter { $0.hasPrefix(prefix) }, "prefix \(prefix)")
                }
                for nobody in ["z", "%", "_", "0%", "*", "?", "'", "\\", ids[0] + "0"] {
                    try expectEqual(try await store.sessionIDs(prefix: nobody, limit: 100), [], "prefix \(nobody)")
                }
            }
        },
    ]

    static let decisionCases: [Case] = [
        Case("decisions and metrics come newest first") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let second = try log.start()
                var writes = [first, second]
                var decisions: [Decision] = []
                var metrics: [Metric] = []
                for index in 0..<30 {
                    let id = index % 3 == 0 ? second.id : first.id
                    let decision = try log.record(id, from: "a", to: "\(index)")
                    let metric = try log.metric(id, value: Double(index))
                    writes += [decision, metric]
                    if case .decision(let row, _)? = decision.entries.first?.body { decisions.insert(row, at: 0) }
                    metrics.insert(metric.metrics[0].metric, at: 0)
                }
                let batch = writes
                try await write.commit(batch)
                try expectEqual(try await store.decisions(sessionID: nil, limit: 100), decisions)
                try expectEqual(try await store.decisions(sessionID: nil, limit: 4), Array(decisions.prefix(4)))
                let own = decisions.filter { $0.sessionID == second.id }
                try expectEqual(try await store.decisions(sessionID: second.id, limit: 100), own)
                try expectEqual(try await store.decisions(sessionID: second.id, limit: 1), [own[0]])
                try expectEqual(try await store.decisions(sessionID: "nobody", limit: 100), [])
                try expectEqual(try await store.metrics(sessionID: nil, limit: 7), Array(metrics.prefix(7)))
                let ownMetrics = metrics.filter { $0.sessionID == second.id }
                try expectEqual(try await store.metrics(sessionID: second.id, limit: 100), ownMetrics)
                try expectEqual(try await store.metrics(sessionID: "nobody", limit: 100), [])
            }
        },
        Case("decisions of one moment come in the reverse of their order") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start)
                let moment = log.now.advanced(by: 5)
                for index in 0..<20 {
                    let decision = Decision(
                        decisionID: log.newID(), sessionID: start.id, fromState: "a", toState: "\(index)", reason: "",
                        agentsSelected: [], confidence: 1, executionTimeMS: 0, success: true, errorDetails: nil,
                        timestamp: moment)
                    let body = LogEntry.Body.decision(decision, DecisionEffect(kind: .recorded))
                    try await write.commit(try log.add(body, to: start.id, at: moment))
                }
                let found = try await store.decisions(sessionID: start.id, limit: 100).map(\.toState)
                try expectEqual(found, (0..<20).reversed().map(String.init))
            }
        },
        Case("figures are what one computes by hand") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let second = try log.start()
                let third = try log.start()
                try await write.commit(
                    first, second, third,
                    try log.record(first.id, from: "b", to: "c", confidence: 0.5, time: 100),
                    try log.record(first.id, from: "a", to: "b", confidence: 1, time: 301),
                    try log.record(first.id, from: "b", to: "c", success: false, confidence: 0, time: 200, error: "no"),
                    try log.record(first.id, from: "a", to: "b", confidence: 0.25, time: 0),
                    try log.record(second.id, from: "z", to: "y", success: false, confidence: 0.75, time: 3_000_000_0))
                let figures = try unwrap(try await store.figures(sessionID: first.id))
                try expectEqual(figures.total, 4)
                try expectEqual(figures.successful, 3)
                try expectEqual(figures.successRate, 0.75)
                try expectEqual(figures.averageExecutionTimeMS, 150.25)
                try expectEqual(figures.maximumExecutionTimeMS, 301)
                try expectEqual(figures.minimumExecutionTimeMS, 0)
                try expectEqual(figures.averageConfidence, 0.4375)
                // Two pairs are equally common: the first in the alphabet.
                try expectEqual(figures.mostCommonTransition?.from, "a")
                try expectEqual(figures.mostCommonTransition?.to, "b")
                let all = try unwrap(try await store.figures(sessionID: nil))
                try expectEqual(all.total, 5)
                try expectEqual(all.successful, 3)
                try expectEqual(all.averageExecutionTimeMS, 6_000_120.2)
                try expectEqual(all.averageConfidence, 0.5)
                try expect(try await store.figures(sessionID: third.id) == nil)
                try expect(try await store.figures(sessionID: "nobody") == nil)
            }
        },
        Case("decisions without a time do not count in the times") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                var writes = [start]
                for time in [nil, Int32(40), nil, 20] {
                    let decision = Decision(
                        decisionID: log.newID(), sessionID: start.id, fromState: "a", toState: "b", reason: "",
                        agentsSelected: [], confidence: 1, executionTimeMS: time, success: true, errorDetails: nil,
                        timestamp: log.now.advanced(by: 1))
                    writes.append(try log.add(.decision(decision, DecisionEffect(kind: .recorded)), to: start.id))
                }
                let batch = writes
                try await write.commit(Array(batch[0...1]))
                let none = try unwrap(try await store.figures(sessionID: start.id))
                try expectEqual(
                    [Double(none.total), none.averageExecutionTimeMS, Double(none.maximumExecutionTimeMS)], [1, 0, 0])
                try await write.commit(Array(batch[2...]))
                let figures = try unwrap(try await store.figures(sessionID: start.id))
                try expectEqual(figures.total, 4)
                try expectEqual(figures.averageExecutionTimeMS, 30)
                try expectEqual(figures.minimumExecutionTimeMS, 20)
                try expectEqual(figures.maximumExecutionTimeMS, 40)
            }
        },
    ]
}
