import RIFModel
import RIFStore

extension StoreConformance {
    static let cleanUpCases: [Case] = [
        Case("a clean-up removes finished sessions of the past, with all their rows, and nothing else") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let ended = log.now
                func make(_ outcome: Outcome?) throws -> (id: String, writes: [Write]) {
                    let start = try log.start()
                    var writes = [
                        start, try log.transition(start.id, to: "a"), try log.launch(start.id, ["x"]),
                        try log.metric(start.id), log.event("noticed", 1, about: start.id),
                        try log.record(start.id, from: "p", to: "q"),
                    ]
                    if let outcome { writes.append(try log.complete(start.id, outcome)) }
                    return (start.id, writes)
                }
                let old = [try make(.completed), try make(.failed), try make(.cancelled)]
                let oldActive = try make(nil)
                let cut = log.now.advanced(by: 1)
                log.now = cut
                let young = try make(.completed)
                let youngActive = try make(nil)
                let all = old + [oldActive, young, youngActive]
                let batch = all.flatMap(\.writes) + [log.event("about nobody", 1)]
                try await write.commit(batch)
                try await write.save(log.snapshots(), through: log.sequence)
                for (id, state) in log.states {
                    let documents = Documents(state)
                    try expectEqual(id, documents.sessionID)
                    try await write { writer throws(StoreError) in try writer.save([documents]) }
                }
                let before = try await store.counts()

                // Strictly before the cut: who was updated at the cut stays.
                let first = try log.state(old[0].id).updatedAt
                try expectEqual(try await store.countFinished(before: ended), 0)
                try expectEqual(try await store.countFinished(before: first), 0)
                try expectEqual(try await store.countFinished(before: first.advanced(by: 1)), 1)
                try expectEqual(try await write { writer throws(StoreError) in try writer.cleanUp(before: first) }, [])
                try expectEqual(try await store.counts(), before)

                try expectEqual(try await store.countFinished(before: cut), 3)
                let removed = try await write { writer throws(StoreError) in try writer.cleanUp(before: cut) }
                try expectEqual(Set(removed), Set(old.map(\.id)))
                try expectEqual(removed.count, 3)
                for (id, _) in old {
                    try expect(try await store.load(id) == nil)
                    try expectEqual(try await store.decisions(sessionID: id, limit: 10), [])
                    try expectEqual(try await store.metrics(sessionID: id, limit: 10), [])
                    try expectEqual(try await store.events(EventQuery(after: 0, sessionID: id, limit: 10)), [])
                    try expectEqual(try await store.sessionIDs(prefix: id, limit: 1), [])
                    try expect(try await store.figures(sessionID: id) == nil)
                }
                for id in [oldActive.id, young.id, youngActive.id] {
                    try expectEqual(try await store.load(id)?.entries, log.entries[id])
                    try expectEqual(try await store.decisions(sessionID: id, limit: 10).count, 2)
                    try expectEqual(try await store.metrics(sessionID: id, limit: 10).count, 2)
                    try expectEqual(
                        try await store.events(EventQuery(after: 0, sessionID: id, eventType: "noticed", limit: 10))
                            .count,
                        1)
                }
                try expectEqual(
                    try await store.events(EventQuery(after: 0, eventType: "about nobody", limit: 10)).count, 1)
                let counts = try await store.counts()
                try expectEqual(counts.sessions, 3)
                try expectEqual(counts.activeSessions, 2)
                try expectEqual(counts.decisions, before.decisions - 6)
                try expectEqual(counts.metrics, before.metrics - 6)
                try expectEqual(try await store.countFinished(before: cut), 0)
                try expect(try await store.checkIntegrity(sessionID: nil, now: log.now).isValid)
            }
        },
        Case("numbers of removed rows are never given again") { fixture in
            let log = SampleLog()
            let start = try log.start()
            let end = try log.complete(start.id)
            let snapshots = log.snapshots()
            let sequence = log.sequence
            try await withStore(fixture) { _, write in
                try await write.commit(start, end)
                try await write.save(snapshots, through: sequence)
                let removed = try await write { writer throws(StoreError) in
                    try writer.cleanUp(before: Timestamp(microseconds: .max))
                }
                try expectEqual(removed, [start.id])
                try expectEqual(try await write { writer throws(StoreError) in try writer.lastSequence() }, sequence)
                try await write { writer throws(StoreError) in try writer.checkpoint() }
            }
            try await withStore(fixture) { store, write in
                try expectEqual(
                    try await write { writer throws(StoreError) in try writer.lastSequence() },
                    fixture.isPersistent ? sequence : 0)
                try expectEqual(try await store.counts().sessions, 0)
            }
        },
        Case("a clean-up of nothing is no error") { fixture in
            try await withStore(fixture) { _, write in
                for cut in [Int64.min, 0, Int64.max] {
                    let removed = try await write { writer throws(StoreError) in
                        try writer.cleanUp(before: Timestamp(microseconds: cut))
                    }
                    try expectEqual(removed, [])
                }
            }
        },
    ]
}
