import RIFModel
import RIFStore

extension StoreConformance {
    static let searchCases: [Case] = [
        Case("a search looks at id, type, state and context, in either case") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let starts = [
                    try log.start("Feature_Alpha", context: ["title": "Größe ÄNDERN", "n": 4711]),
                    try log.start("other", context: ["say": "he said \"no\" 100%_", "deep": ["Key": ["x\\y"]]]),
                    try log.start("third", context: ["line": "one\ntwo"]),
                ]
                var writes = starts
                writes.append(try log.transition(starts[2].id, to: "Implementing"))
                let batch = writes
                try await write.commit(batch)
                try await write.save(log.snapshots(), through: log.sequence)
                func find(_ text: String) async throws -> [Int] {
                    try await store.sessions(SessionQuery(search: text)).map { found in
                        starts.firstIndex { $0.id == found.sessionID } ?? -1
                    }
                }
                let expected: [(String, [Int])] = [
                    ("", [0, 1, 2]), ("feature_alpha", [0]), ("FEATURE", [0]), ("größe", [0]), ("GRÖSSE", []),
                    ("ändern", [0]), ("ÄNDERN", [0]), ("4711", [0]), ("\"no\"", [1]), ("100%_", [1]), ("%o%", []),
                    ("key", [1]), ("x\\y", [1]), ("one\nTWO", [2]), ("implementing", [2]), ("initialized", [0, 1]),
                    ("nothing of this", []), ("'", []),
                ]
                for (text, sessions) in expected { try expectEqual(try await find(text), sessions, "\"\(text)\"") }
                for (index, start) in starts.enumerated() {
                    try expectEqual(try await find(start.id.uppercased()), [index])
                    try expectEqual(try await find(String(start.id.suffix(20))), [index])
                }
                let query = SessionQuery(state: "initialized", workflowType: "other", search: "key", limit: 5)
                try expectEqual(try await store.sessions(query).map(\.sessionID), [starts[1].id])
            }
        },
        Case("contexts that were searched elsewhere stand for those of the rows") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let starts = try (0..<4).map { try log.start(context: ["place": .string($0 < 2 ? "Rome" : "Oslo")]) }
                try await write.commit(starts)
                let ids = starts.map(\.id)
                var query = SessionQuery(search: "rome")
                try expectEqual(try await store.sessions(query).map(\.sessionID), [ids[0], ids[1]])
                query.contexts = SearchedContexts(sessionIDs: [ids[1], ids[2], ids[3], "nobody"], found: [ids[2]])
                try expectEqual(try await store.sessions(query).map(\.sessionID), [ids[0], ids[2]])
                query.contexts = SearchedContexts(sessionIDs: [ids[0]], found: [])
                try expectEqual(try await store.sessions(query).map(\.sessionID), [ids[1]])
                // The names count as they do without it.
                query.search = String(ids[3].suffix(12))
                query.contexts = SearchedContexts(sessionIDs: ids, found: [])
                try expectEqual(try await store.sessions(query).map(\.sessionID), [ids[3]])
            }
        },
        Case("pages follow each other without a gap and without a repetition") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                var starts: [Write] = []
                for priority in [0, 5, -1, 5, 0, Int(Int32.max), Int(Int32.min), 5, 5, 0] {
                    starts.append(try log.start(priority: priority))
                    // Some of the same moment, which only their ids tell apart.
                    if starts.count.isMultiple(of: 3) { log.now = log.now.advanced(by: -1) }
                }
                let batch = starts
                try await write.commit(batch)
                let all = try await store.sessions(SessionQuery())
                try expectEqual(all.count, starts.count)
                for (index, listing) in all.enumerated() {
                    let cursor = SessionCursor(listing)
                    try expectEqual(try await store.sessions(SessionQuery(after: cursor)), Array(all[(index + 1)...]))
                    try expectEqual(
                        try await store.sessions(SessionQuery(after: cursor, limit: 2)),
                        Array(all[(index + 1)...].prefix(2)))
                }
                // Its session need not be there any more.
                let gone = SessionCursor(priority: 5, createdAt: all[1].createdAt, sessionID: "0")
                try expectEqual(try await store.sessions(SessionQuery(after: gone)).first, all[1])
            }
        },
    ]
}
