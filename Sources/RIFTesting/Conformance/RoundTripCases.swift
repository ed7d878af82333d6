import RIFModel
import RIFStore

extension StoreConformance {
    static let roundTripCases: [Case] = [
        Case("every field of every entry comes back") { fixture in
            let log = SampleLog()
            let start = try log.start("wörk flow", priority: -5, context: ["a": Hostile.json], actor: "a person")
            let id = start.id
            var writes = [start]
            let stamp = IdempotencyStamp(key: "a 'key'", operation: "transition", request: ["x": 1])
            var bare = Decision(
                decisionID: log.newID(), sessionID: id, fromState: "initialized", toState: "a b", reason: "",
                agentsSelected: [], confidence: 0, executionTimeMS: nil, success: true, errorDetails: nil,
                timestamp: log.now)
            bare.timestamp = log.now.advanced(by: 1)
            writes.append(
                try log.add(.decision(bare, DecisionEffect(kind: .transition)), to: id, idempotency: stamp, actor: "x"))
            let full = Decision(
                decisionID: log.newID(), sessionID: id, fromState: "a b", toState: "completed",
                reason: "line\n'quoted' \"twice\" 😀", agentsSelected: ["one", "two, three", "{four}", "'"],
                confidence: 0.85, executionTimeMS: .max, success: false, errorDetails: "",
                timestamp: log.now.advanced(by: 1))
            let effect = DecisionEffect(kind: .transition, contextUpdates: ["b": Hostile.json], outcome: .completed)
            writes.append(try log.add(.decision(full, effect), to: id))
            for kind in [DecisionKind.recorded, .refused] {
                var other = full
                other.decisionID = log.newID()
                other.timestamp = log.now.advanced(by: 1)
                other.errorDetails = "what went wrong"
                other.executionTimeMS = 0
                writes.append(try log.add(.decision(other, DecisionEffect(kind: kind)), to: id))
            }
            for type in EventType.all + ["of somebody else"] where type != .sessionStart {
                writes.append(try log.add(.event(type, ["d": Hostile.json]), to: id, idempotency: stamp, actor: "😀"))
            }
            for data: JSONValue in [.null, true, 1, 1.5, "text", [], [:]] {
                writes.append(try log.add(.event("reported", data), to: id))
            }
            let batch = writes
            let check: @Sendable ([LogEntry]?, [LogEntry]) throws -> Void = { found, expected in
                try expectEqual(found?.count, expected.count, "number of entries")
                for (found, expected) in zip(found ?? [], expected) { try expectEqual(found, expected, "entry") }
            }
            let expected = log.entries[id] ?? []
            try await withStore(fixture) { store, write in
                // One by one and all at once may be written in different ways.
                for single in batch { try await write.commit(single) }
                try check(try await store.load(id)?.entries, expected)
            }
            guard fixture.isPersistent else { return }
            try await withStore(fixture) { store, _ in try check(try await store.load(id)?.entries, expected) }
        },
        Case("hostile strings come back byte by byte") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                var writes: [Write] = []
                for text in Hostile.strings {
                    let start = try log.start(context: [text: .string(text)])
                    writes.append(start)
                    writes.append(
                        try log.transition(start.id, to: "a", reason: text, updates: [text + "!": .string(text)]))
                }
                for name in Hostile.names {
                    let start = try log.start(name)
                    writes.append(start)
                    writes.append(try log.transition(start.id, to: name, agents: [name]))
                    writes.append(try log.metric(start.id, type: name, name: name, metadata: .string(name)))
                }
                let batch = writes
                try await write.commit(batch)
                try await write.save(log.snapshots(), through: log.sequence)
                for (id, entries) in log.entries {
                    guard let found = try await store.load(id) else { throw TestFailure("session \(id) is lost") }
                    // Swift compares strings by what they look like; here every byte counts.
                    let bytes = found.entries.map { Array("\($0)".utf8).sorted() }
                    try expectEqual(found.entries, entries)
                    try expectEqual(bytes, entries.map { Array("\($0)".utf8).sorted() }, "bytes")
                }
                for name in Hostile.names {
                    let found = try await store.sessions(SessionQuery(state: name, workflowType: name))
                    try expect(
                        found.contains { Array($0.currentState.utf8) == Array(name.utf8) },
                        "no session in the state \(RIFError.quoted(name))")
                }
                let metrics = try await store.metrics(sessionID: nil, limit: 1000)
                try expectEqual(
                    Set(metrics.map { Array($0.name.utf8) }), Set(Hostile.names.map { Array($0.utf8) }), "metric names")
            }
        },
        Case("0.85 comes back as 0.85") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                try await write.commit(start)
                for confidence in [0.85, 0, 1, 0.1, 0.333_333_34, 0.999_999_9, 1e-10] {
                    let decision = try log.record(start.id, from: "a", to: "b", confidence: confidence)
                    let metric = try log.metric(start.id, value: confidence)
                    try await write.commit(decision, metric)
                    let found = try await store.decisions(sessionID: start.id, limit: 1).first
                    try expectEqual(found?.confidence, Float(confidence))
                    try expectEqual(found?.json["confidence_score"], .float(Float(confidence)))
                    try expectEqual(
                        try await store.metrics(sessionID: start.id, limit: 1).first?.value, Float(confidence))
                }
                try expectEqual(log.all.first { $0.sequence == 2 }?.event.data["confidence_score"], 0.85)
                let event = try await store.events(EventQuery(after: 1, limit: 1)).first
                try expectEqual(event?.data["confidence_score"], 0.85)
            }
        },
        Case("numbers and times come back at their extremes") { fixture in
            try await withStore(fixture) { store, write in
                for (priority, moment) in [
                    (Int(Int32.max), "9999-12-31T23:59:59.999999Z"), (Int(Int32.min), "0001-01-01T00:00:00.000001Z"),
                    (0, "1969-12-31T23:59:59.999999Z"), (0, "1970-01-01T00:00:00.000000Z"),
                    (1, "1900-02-28T12:00:00.123457Z"), (1, "2038-01-19T03:14:08.000001Z"),
                ] {
                    guard let time = Timestamp(rfc3339: moment) else { throw TestFailure("no time: \(moment)") }
                    let last = try await write { writer throws(StoreError) in try writer.lastSequence() }
                    let log = SampleLog(after: last, at: time.advanced(by: -1))
                    let start = try log.start(priority: priority)
                    log.now = time.advanced(by: -1)
                    let step = try log.record(start.id, from: "a", to: "b", time: Int64(Int32.max))
                    log.now = time.advanced(by: -2)
                    let metric = try log.metric(start.id, value: Double(Float.greatestFiniteMagnitude))
                    try await write.commit(start, step, metric)
                    try await write.save(log.snapshots(), through: log.sequence)
                    try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                    let listing = try await store.sessions(SessionQuery()).first { $0.sessionID == start.id }
                    try expectEqual(listing?.priority, Int32(priority))
                    try expectEqual(listing?.createdAt, time)
                    let decision = try await store.decisions(sessionID: start.id, limit: 1).first
                    try expectEqual(decision?.timestamp, time)
                    try expectEqual(decision?.executionTimeMS, .max)
                    let found = try await store.metrics(sessionID: start.id, limit: 1).first
                    try expectEqual(found?.value, .greatestFiniteMagnitude)
                }
            }
        },
        Case("contexts of a mebibyte come back") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let room = Limits.standard.contextBytes - #"{"t":""}"#.utf8.count
                let text = String(repeating: "0123456789abcdé😀", count: room / 21 - 1)
                let start = try log.start(context: ["t": .string(text)])
                let step = try log.transition(start.id, to: "a", updates: ["t": .string(String(text.reversed()))])
                try await write.commit(start, step)
                try expectEqual(try await store.load(start.id)?.entries, log.entries[start.id])
                let documents = Documents(try log.state(start.id))
                try await write { writer throws(StoreError) in try writer.save([documents]) }
                let bytes = try await write { writer throws(StoreError) in try writer.documentBytes() }
                try expect(bytes > 900_000, "the documents weigh \(bytes) bytes")
            }
        },
        Case("metrics come back with and without metadata and key") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                let stamp = IdempotencyStamp(key: "k", requestHash: "h")
                let writes = [
                    try log.metric(start.id, value: -0.1), try log.metric(start.id, value: 0, metadata: Hostile.json),
                    try log.metric(start.id, value: 5, metadata: [], idempotency: stamp),
                ]
                try await write.commit([start] + writes)
                let expected = Array(writes.flatMap(\.metrics).map(\.metric).reversed())
                try expectEqual(try await store.metrics(sessionID: start.id, limit: 10), expected)
                try expectEqual(try await store.metrics(sessionID: nil, limit: 10), expected)
                let keyed = try await store.load(start.id)?.keyedResults
                try expectEqual(keyed?.count, 1)
                try expectEqual(keyed?["k"]?.requestHash, "h")
                try expectEqual(keyed?["k"]?.result, .string(expected[0].metricID))
            }
        },
        Case("a row without a log is taken over as it is") { fixture in
            try await withStore(fixture) { store, write in
                var session = try unwrap(try SampleLog().start(priority: 3).newSession)
                session.currentState = "in_review"
                session.context = ["found": Hostile.json]
                session.history = History([.other(["state": "somewhere", "extra": [1, 2]]), .other("odd")])
                session.agentAssignments = ["x": "active", "y": ["odd": true]]
                let row = session
                try await write.commit(Write(newSession: row))
                let stored = try unwrap(try await store.load(row.sessionID))
                try expectEqual(stored.isUnlogged, true)
                try expectEqual(stored.entries.count, 1)
                let folded = try unwrap(SessionState.fold(stored.entries))
                try expectEqual(folded.session, row)
                try expectEqual(folded.lastSequence, 1)
            }
        },
    ]
}

func unwrap<Value>(_ value: Value?, file: String = #fileID, line: Int = #line) throws(TestFailure) -> Value {
    guard let value else { throw TestFailure("there is nothing, where something was expected", file: file, line: line) }
    return value
}
