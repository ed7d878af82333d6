import RIFModel
import RIFStore

extension StoreConformance {
    static let commitCases: [Case] = [
        Case("an empty store is empty") { fixture in
            try await withStore(fixture) { store, write in
                try expectEqual(try await write { writer throws(StoreError) in try writer.lastSequence() }, 0)
                try expect(try await store.load("nobody") == nil)
                try expectEqual(try await store.loadUnfolded().count, 0)
                try expectEqual(try await store.sessions(SessionQuery()), [])
                try expectEqual(try await store.sessionIDs(prefix: "", limit: 10), [])
                try expectEqual(try await store.decisions(sessionID: nil, limit: 10), [])
                try expectEqual(try await store.metrics(sessionID: nil, limit: 10), [])
                try expectEqual(try await store.events(EventQuery(limit: 10)), [])
                try expectEqual(try await store.events(EventQuery(after: 0, limit: 10)), [])
                try expect(try await store.figures(sessionID: nil) == nil)
                try expectEqual(try await store.countFinished(before: Timestamp(microseconds: .max)), 0)
                try expectEqual(
                    try await store.counts(),
                    StoreCounts(sessions: 0, activeSessions: 0, decisions: 0, metrics: 0, events: 0))
                let report = try await store.checkIntegrity(sessionID: nil, now: Timestamp(microseconds: 7))
                try expectEqual(
                    report,
                    IntegrityReport(
                        errors: [], warnings: [], sessionsChecked: 0, timestamp: Timestamp(microseconds: 7)))
            }
        },
        Case("what was committed is read at once") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start)
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try await write.commit(try log.transition(start.id, to: "analyzing"))
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try expectEqual(try await store.load(start.id)?.isUnlogged, false)
                try expectEqual(try await write { writer throws(StoreError) in try writer.lastSequence() }, 2)
            }
        },
        Case("a commit of nothing changes nothing") { fixture in
            try await withStore(fixture) { store, write in
                try await write.commit([])
                try await write.commit(Write())
                try expectEqual(try await write { writer throws(StoreError) in try writer.lastSequence() }, 0)
                try expectEqual(try await store.counts().sessions, 0)
            }
        },
        Case("one bad write takes its whole commit with it") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let decision = try log.transition(first.id, to: "a")
                let metric = try log.metric(first.id)
                try await write.commit(first, decision, metric)
                let before = try await store.counts()
                let last = log.sequence

                func refuse(_ bad: Write, _ what: String) async throws {
                    let good = try log.start()
                    let error = try await storeError { try await write.commit(good, bad) }
                    try expectEqual(error.kind, .rejected, what)
                    try expect(try await store.load(good.id) == nil, "\(what): half of the commit is stored")
                    try expectEqual(try await store.counts(), before, what)
                }
                var twice = first
                twice.entries = []
                try await refuse(twice, "a session twice")
                var again = decision
                again.entries[0].sequence = log.sequence + 100
                again.entries[0].sessionSequence = 3
                try await refuse(again, "a decision twice")
                try await refuse(metric, "a metric twice")
                // The writer is as good as before.
                let more = try log.start()
                try await write.commit(more)
                try expectEqual(try await store.load(more.id)?.entries, log.entries[more.id])
                try expect(log.sequence > last)
            }
        },
        Case("a bad write may stand anywhere in a large commit") { fixture in
            for place in [0, 150, 299] {
                try await withStore(fixture) { store, write in
                    let number = try await write { writer throws(StoreError) in try writer.lastSequence() }
                    let log = SampleLog(after: number)
                    let known = try log.start()
                    try await write.commit(known)
                    let before = try await store.counts()
                    var writes = try (0..<300).map { _ in try log.start() }
                    writes[place].newSession = known.newSession
                    let batch = writes
                    let error = try await storeError { try await write.commit(batch) }
                    try expectEqual(error.kind, .rejected)
                    try expectEqual(try await store.counts(), before)
                }
            }
        },
        Case("one write of thousands of rows of one kind is stored whole or not at all") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start, try log.metric(start.id))
                let known = try await store.metrics(sessionID: start.id, limit: 1)
                var many = Write()
                for index in 0..<3000 { many.metrics += try log.metric(start.id, value: Double(index)).metrics }
                var bad = many
                bad.metrics[2999].metric.metricID = known[0].metricID
                let refused = bad
                let error = try await storeError { try await write.commit(refused) }
                try expectEqual(error.kind, .rejected)
                try expectEqual(try await store.counts().metrics, 1)
                try await write.commit(many)
                try expectEqual(try await store.counts().metrics, 3001)
            }
        },
        Case("commits of any size keep the order") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                for size in [1, 2, 7, 64, 300, 1] {
                    var writes: [Write] = []
                    for index in 0..<size {
                        let start = try log.start(priority: index)
                        writes.append(start)
                        writes.append(
                            try log.transition(start.id, to: "a", agents: ["x"], updates: ["i": .int(Int64(index))]))
                        writes.append(log.event("noticed", ["i": .int(Int64(index))], about: start.id))
                        writes.append(try log.record(start.id, from: "a", to: "b"))
                        writes.append(try log.metric(start.id, value: Double(index)))
                    }
                    let batch = writes
                    try await write.commit(batch)
                }
                try expectEqual(
                    try await write { writer throws(StoreError) in try writer.lastSequence() }, log.sequence)
                let events = try await store.events(EventQuery(after: 0, limit: 10_000))
                try expectEqual(events, log.all.map(\.event), "events")
                for (id, entries) in log.entries {
                    try expectEqual(try await store.load(id)?.entries, entries, "entries of \(id)")
                }
            }
        },
        Case("whether a write is committed can be asked") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                let writes = [
                    start, try log.transition(start.id, to: "a"), try log.launch(start.id, ["x", "y"]),
                    try log.metric(start.id), log.event("noticed", 1),
                ]
                func answers() async throws -> [Bool] {
                    try await write { writer throws(StoreError) in
                        var answers: [Bool] = []
                        for write in writes { answers.append(try writer.isCommitted(write)) }
                        return answers
                    }
                }
                try expectEqual(try await answers(), [false, false, false, false, false])
                try await write.commit(writes[0])
                try expectEqual(try await answers(), [true, false, false, false, false])
                try await write.commit(writes[2], writes[3])
                try expectEqual(try await answers(), [true, false, true, true, false])
                try await write.commit(writes[4])
                try expectEqual(try await answers(), [true, false, true, true, true])
            }
        },
        Case("readers see whole commits only") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                // Each commit makes two sessions with three entries each, and readers look for a half of it.
                var batches: [(ids: [String], writes: [Write])] = []
                for _ in 0..<40 {
                    var ids: [String] = []
                    var writes: [Write] = []
                    for _ in 0..<2 {
                        let start = try log.start()
                        ids.append(start.id)
                        writes += [start, try log.transition(start.id, to: "a"), try log.transition(start.id, to: "b")]
                    }
                    batches.append((ids, writes))
                }
                let planned = batches
                let done = TestSignal("the last commit")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for reader in 0..<3 {
                        group.addTask {
                            while true {
                                let isLast = done.count > 0
                                for index in stride(from: reader, to: planned.count, by: 3) {
                                    let second = try await store.load(planned[index].ids[1])?.entries.count ?? 0
                                    let first = try await store.load(planned[index].ids[0])?.entries.count ?? 0
                                    try expect(second == 0 || second == 3, "\(second) of 3 entries")
                                    try expect(first >= second, "half of a commit: \(first) and \(second) entries")
                                    if isLast { try expectEqual(first, 3) }
                                }
                                let decisions = try await store.decisions(sessionID: nil, limit: 10_000).count
                                try expect(decisions % 4 == 0, "\(decisions) decisions, where each commit has four")
                                if isLast { return }
                                // A store that answers without waiting would keep the writer from its turn.
                                await Task.yield()
                            }
                        }
                    }
                    group.addTask {
                        defer { done.fire() }
                        for batch in planned { try await write.commit(batch.writes) }
                    }
                    try await group.waitForAll()
                }
            }
        },
    ]
}
