import RIFModel
import RIFStore

extension StoreConformance {
    static let foldingCases: [Case] = [
        Case("unfolded are the sessions with entries above the watermark") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let second = try log.start()
                try await write.commit(first, second)
                func unfolded() async throws -> Set<String> {
                    Set(try await store.loadUnfolded().compactMap { $0.entries.first?.sessionID })
                }
                try expectEqual(try await unfolded(), [first.id, second.id])
                try await write.save(log.snapshots(), through: log.sequence)
                try expectEqual(try await unfolded(), [])
                try await write.commit(try log.transition(second.id, to: "a"))
                let third = try log.start()
                try await write.commit(third)
                try expectEqual(try await unfolded(), [second.id, third.id])
                let found = try await store.loadUnfolded()
                for stored in found {
                    try expectEqual(stored.entries, log.entries[stored.entries.first?.sessionID ?? ""] ?? [])
                }
                try await write.save(log.snapshots(), through: log.sequence)
                try expectEqual(try await unfolded(), [])
                // What somebody reports needs no folding.
                try await write.commit(log.event("noticed", 1, about: first.id), log.event("noticed", 2))
                try await write.commit(try log.metric(first.id))
                let left = try await store.loadUnfolded()
                for stored in left { try expectEqual(stored.entries, log.entries[first.id] ?? []) }
            }
        },
        Case("the watermark is there after a reopening") { fixture in
            let log = SampleLog()
            let first = try log.start()
            let second = try log.start()
            let step = try log.transition(second.id, to: "a")
            let snapshot = Snapshot(try log.state(first.id))
            try await withStore(fixture) { _, write in
                try await write.commit(first)
                try await write.save([snapshot], through: 1)
                try await write.commit(second, step)
            }
            try await withStore(fixture) { store, write in
                let found = try await store.loadUnfolded().map(\.entries)
                try expectEqual(found, fixture.isPersistent ? [log.entries[second.id] ?? []] : [])
                try expectEqual(
                    try await write { writer throws(StoreError) in try writer.lastSequence() },
                    fixture.isPersistent ? 3 : 0)
                try expectEqual(
                    try await store.load(first.id)?.entries, fixture.isPersistent ? log.entries[first.id] : nil)
                try expectEqual(try await store.counts().sessions, fixture.isPersistent ? 2 : 0)
            }
        },
        Case("many snapshots are saved at once") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                var writes: [Write] = []
                for index in 0..<600 {
                    let start = try log.start(priority: index)
                    writes += [start, try log.transition(start.id, to: "s\(index)", agents: ["a\(index)"])]
                }
                let batch = writes
                try await write.commit(batch)
                for count in [1, 2, 64, 600] {
                    let some = Array(log.snapshots().prefix(count))
                    try await write.save(some, through: 0)
                    let listings = try await store.sessions(SessionQuery())
                    for snapshot in some {
                        try expect(listings.contains(snapshot.listing), "\(snapshot.listing) is not there")
                    }
                }
                try expectEqual(try await store.sessions(SessionQuery(state: "initialized")).count, 0)
            }
        },
        Case("documents are stale until they are saved") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let second = try log.start()
                let third = try log.start()
                try await write.commit(first, second, third)
                func stale(onlyFinished: Bool = false) async throws -> Set<String> {
                    try await write.save(log.snapshots(), through: log.sequence)
                    return Set(
                        try await write { writer throws(StoreError) in
                            try writer.sessionsWithStaleDocuments(onlyFinished: onlyFinished)
                        })
                }
                try expectEqual(try await stale(), [], "a new session's documents are whole")
                try await write.commit(
                    try log.transition(first.id, to: "a"), try log.transition(second.id, to: "failed"))
                try expectEqual(try await stale(), [first.id, second.id])
                try expectEqual(try await stale(onlyFinished: true), [second.id])
                let documents = Documents(try log.state(second.id))
                try await write { writer throws(StoreError) in try writer.save([documents]) }
                try expectEqual(try await stale(), [first.id])
                try expectEqual(try await stale(onlyFinished: true), [])
                let before = try await write { writer throws(StoreError) in try writer.documentBytes() }
                try await write.commit(
                    try log.transition(
                        first.id, to: "b", updates: ["text": .string(String(repeating: "x", count: 10_000))]))
                let all = [Documents(try log.state(first.id)), Documents(try log.state(third.id))]
                _ = try await stale()
                try await write { writer throws(StoreError) in try writer.save(all) }
                try expectEqual(try await stale(), [])
                let after = try await write { writer throws(StoreError) in try writer.documentBytes() }
                try expect(after >= before + 10_000, "the documents weigh \(after) bytes, before \(before)")
                try expect(try await store.checkIntegrity(sessionID: nil, now: log.now).isValid)
            }
        },
    ]
}
