import RIFModel
import RIFStore

extension StoreConformance {
    static let keyCases: [Case] = [
        Case("a key that no session's state holds finds its entry") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let stamps = (0..<6).map { IdempotencyStamp(key: "k\($0)", requestHash: "h\($0)") }
                let start = stamped(try log.start(context: ["a": Hostile.json], actor: "x"), stamps[0])
                let other = try log.start()
                let writes = [
                    start, other, stamped(log.event("noticed", ["n": 1]), stamps[1]),
                    stamped(log.event("noticed", ["n": 2], about: start.id), stamps[2]),
                    // A command of a session, and an event that only looks like a start.
                    try log.add(.event(.sessionRecovery, [:]), to: start.id, idempotency: stamps[3]),
                    stamped(log.event("session_start", ["n": 3], about: other.id), stamps[4]),
                    try log.metric(start.id, idempotency: stamps[5]),
                ]
                try await write.commit(writes)
                func found(_ index: Int, _ id: String? = nil) async throws -> Int64? {
                    let entry = try await store.keyedEntry("k\(index)", sessionID: id)
                    if let entry { try expectEqual(entry.idempotency, stamps[index]) }
                    return entry?.sequence
                }
                // Which keys each namespace knows, and the place of their write.
                let spaces: [(id: String?, known: [Int: Int])] = [
                    (nil, [0: 0, 1: 2]), (start.id, [2: 3]), (other.id, [4: 5]), ("nobody", [:]),
                ]
                for (id, known) in spaces {
                    for index in stamps.indices {
                        let expected = known[index].map { writes[$0].entries[0].sequence }
                        try expectEqual(try await found(index, id), expected, "k\(index) of \(id ?? "none")")
                    }
                }
                try expectEqual(try await store.keyedEntry("K0", sessionID: nil), nil)
                try expectEqual(try await store.keyedEntry("k0", sessionID: nil)?.sessionID, start.id)
            }
        },
        Case("keys of reported events come with their session, not with its log") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = stamped(try log.start(), IdempotencyStamp(key: "start", requestHash: "s"))
                let report = stamped(
                    log.event("noticed", 1, about: start.id), IdempotencyStamp(key: "k", requestHash: "h"))
                let plain = log.event("noticed", 2, about: start.id)
                let step = try log.transition(start.id, to: "a")
                try await write.commit(start, report, plain, step)
                var found = [try unwrap(try await store.load(start.id))]
                found += try await store.loadUnfolded()
                try expectEqual(found.count, 2)
                for stored in found {
                    try expectEqual(stored.entries.map(\.sessionSequence), [1, 2])
                    try expectEqual(stored.keyedResults.mapValues(\.requestHash), ["k": "h"])
                    // The key of the start is none of the session's.
                    try expect(SessionState.fold(stored.entries)?.idempotency["start"] == nil)
                }
            }
        },
        Case("keys outlive the store") { fixture in
            let log = SampleLog()
            let stamp = IdempotencyStamp(key: String(repeating: "é😀'\"\\ ", count: 40), requestHash: "h")
            let start = stamped(try log.start(), stamp)
            try await withStore(fixture) { _, write in try await write.commit(start) }
            guard fixture.isPersistent else { return }
            for isReadOnly in [false, true] {
                let store = try await fixture.open(isReadOnly: isReadOnly)
                try expectEqual(try await store.keyedEntry(stamp.key, sessionID: nil)?.sessionID, start.id)
                await store.close()
            }
        },
    ]

    private static func stamped(_ write: Write, _ stamp: IdempotencyStamp) -> Write {
        var write = write
        for index in write.entries.indices { write.entries[index].idempotency = stamp }
        return write
    }
}
