import RIFModel
import RIFStore

extension StoreConformance {
    static let eventCases: [Case] = [
        Case("events come in order, after and through a sequence, filtered and cut") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start(context: ["large": "x"])
                let second = try log.start()
                var writes = [first, second]
                for index in 0..<20 {
                    let id = index % 2 == 0 ? first.id : second.id
                    writes.append(try log.transition(id, to: "s\(index)", updates: ["hidden": .int(Int64(index))]))
                    writes.append(log.event("noticed", ["i": .int(Int64(index))], about: index % 4 == 0 ? id : nil))
                }
                writes += [try log.launch(first.id, ["x", "y"]), try log.transition(first.id, to: "z", from: "wrong")]
                writes.append(try log.complete(first.id))
                let batch = writes
                try await write.commit(batch)
                let all = log.all.map(\.event)
                let queries = [
                    EventQuery(after: 0, limit: 1000), EventQuery(after: 10, limit: 1000),
                    EventQuery(after: 10, through: 20, limit: 1000), EventQuery(after: 10, through: 30, limit: 3),
                    EventQuery(after: log.sequence, limit: 10), EventQuery(after: log.sequence + 100, limit: 10),
                    EventQuery(after: -5, limit: 2), EventQuery(after: 0, sessionID: first.id, limit: 1000),
                    EventQuery(after: 0, sessionID: second.id, limit: 2),
                    EventQuery(after: 5, sessionID: "nobody", limit: 10),
                    EventQuery(after: 0, eventType: "noticed", limit: 1000),
                    EventQuery(after: 0, eventType: "state_transition", limit: 7),
                    EventQuery(after: 0, eventType: "transition_error", limit: 7),
                    EventQuery(after: 0, eventType: "session_start", limit: 7),
                    EventQuery(after: 0, eventType: "decision_recorded", limit: 7),
                    EventQuery(after: 0, eventType: "nothing", limit: 7),
                    EventQuery(after: 3, through: 30, sessionID: first.id, eventType: "state_transition", limit: 4),
                    // Without a start: the newest, still in their order.
                    EventQuery(limit: 5), EventQuery(limit: 1000), EventQuery(through: 20, limit: 5),
                    EventQuery(sessionID: first.id, limit: 3), EventQuery(eventType: "noticed", limit: 3),
                    EventQuery(sessionID: second.id, eventType: "state_transition", limit: 2),
                ]
                for query in queries {
                    let fitting = all.filter { event in
                        event.sequence > query.after ?? .min && event.sequence <= query.through ?? .max
                            && (query.sessionID == nil || event.sessionID == query.sessionID)
                            && (query.eventType == nil || event.eventType == query.eventType)
                    }
                    let expected = query.after == nil ? fitting.suffix(query.limit) : fitting.prefix(query.limit)
                    try expectEqual(try await store.events(query), Array(expected), "\(query)")
                }
            }
        },
        Case("reported events have no part in a session's log") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                // Data that only looks like what the log hides from readers.
                let data: JSONValue = ["context": ["a": 1], "history": [], "final_context": 1]
                try await write.commit(
                    start, log.event("session_start", data, about: start.id), log.event("odd name'", .null),
                    log.event("about nobody", [1, 2]))
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                try expectEqual(
                    try await store.events(EventQuery(after: 1, limit: 10)), log.all.dropFirst().map(\.event))
            }
        },
        Case("numbers may be left out") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog(after: 1000)
                let start = try log.start()
                try await write.commit(start)
                let later = SampleLog(after: 1 << 40)
                let other = try later.start()
                try await write.commit(other)
                try expectEqual(
                    try await write { writer throws(StoreError) in try writer.lastSequence() }, (1 << 40) + 1)
                let found = try await store.events(EventQuery(after: 1001, limit: 10))
                try expectEqual(found.map(\.sequence), [(1 << 40) + 1])
            }
        },
    ]
}
