import RIFModel
import RIFStore

extension StoreConformance {
    /// Three sessions with assignments in every status, committed, snapshots and all: what the fold says of them, those
    /// launched last first.
    private static func commitAssignments(_ write: WriterDriver) async throws -> [Assignment] {
        let log = SampleLog()
        let ids = [try log.start(), try log.start(), try log.start()].map(\.id)
        var writes = log.all.map { entry in
            Write(newSession: entry.sessionID.flatMap { log.states[$0]?.session }, entries: [entry])
        }
        for round in 0..<3 {
            for (index, id) in ids.enumerated() {
                writes.append(try log.launch(id, ["a\(round)", "b\(index)", "\"é\\"]))
            }
        }
        func assignments(_ id: String) throws -> [Assignment] {
            try log.state(id).assignments.values.sorted { $0.assignmentID < $1.assignmentID }
        }
        for (index, status) in AssignmentStatus.reportable.enumerated() {
            for id in ids {
                let command = UpdateAssignmentCommand(
                    assignmentID: try assignments(id)[index].assignmentID, status: status,
                    result: index.isMultiple(of: 2) ? ["n": .int(Int64(index))] : .null)
                writes.append(
                    try log.perform(on: id) { state, _ in
                        try SessionRules.updateAssignment(command, on: state, limits: .standard)
                    })
            }
        }
        // Back to work, and its result stays.
        let again = UpdateAssignmentCommand(assignmentID: try assignments(ids[0])[2].assignmentID, status: .active)
        writes.append(
            try log.perform(on: ids[0]) { state, _ in
                try SessionRules.updateAssignment(again, on: state, limits: .standard)
            })
        // What only the orchestrator says of an agent, and a queued attempt after one that ended.
        for (index, type) in [EventType.agentStarted, .agentSilent, .agentFinished].enumerated() {
            let id = try assignments(ids[0])[6 + index].assignmentID
            writes.append(
                try log.add(
                    .event(
                        type,
                        [
                            "assignment_id": .string(id), "pid": 17, "silent": true, "status": "timed_out",
                            "next": ["not_before": .string(log.now.rfc3339)],
                        ]), to: ids[0]))
        }
        writes += [try log.complete(ids[1]), try log.transition(ids[2], to: "failed")]
        // It only looks like one.
        let fake: JSONValue = ["agent": "a0", "assignment_id": .string(log.newID()), "state": "x"]
        writes.append(log.event("agent_launch", fake, about: ids[0]))
        let batch = writes
        try await write.commit(batch)
        try await write.save(log.snapshots(), through: log.sequence)
        let launched = log.all.reversed().compactMap { entry -> (id: String, assignment: String)? in
            guard entry.sessionSequence != nil, case .event(.agentLaunch, let data) = entry.body,
                let id = entry.sessionID, let assignment = data["assignment_id"]?.stringValue
            else { return nil }
            return (id, assignment)
        }
        return try launched.map { try unwrap(try log.state($0.id).assignments[$0.assignment]) }
    }

    static let assignmentCases: [Case] = [
        Case("assignments are listed as their sessions have them, those launched last first") { fixture in
            try await withStore(fixture) { store, write in
                let all = try await commitAssignments(write)
                try expectEqual(all.count, 27)
                let sessions = Array(Set(all.map(\.sessionID))) + ["nobody"]
                var queries = [AssignmentQuery(limit: 1), AssignmentQuery(limit: 10), AssignmentQuery(limit: 1000)]
                for status in AssignmentStatus.allCases {
                    for limit in [1, 2, 1000] { queries.append(AssignmentQuery(status: status, limit: limit)) }
                    for id in sessions { queries.append(AssignmentQuery(sessionID: id, status: status, limit: 3)) }
                }
                for agent in ["a0", "b2", "\"é\\", "é", "a", "a task", "%"] {
                    queries.append(AssignmentQuery(agent: agent, limit: 1000))
                    queries.append(AssignmentQuery(agent: agent, limit: 2))
                    queries.append(AssignmentQuery(agent: agent, status: .completed, limit: 2))
                    queries.append(AssignmentQuery(sessionID: sessions[0], agent: agent, limit: 2))
                }
                for query in queries {
                    let expected = Array(all.filter(query.holds).prefix(query.limit))
                    try expectEqual(try await store.assignments(query), expected, "\(query)")
                }
            }
        },
        Case("the session of an assignment is found by its log") { fixture in
            try await withStore(fixture) { store, write in
                let all = try await commitAssignments(write)
                for assignment in all {
                    let found = try await store.sessionID(ofAssignment: assignment.assignmentID)
                    try expectEqual(found, assignment.sessionID)
                }
                let fake = try await store.events(EventQuery(limit: 1)).first?.data["assignment_id"]?.stringValue
                for nobody in ["", "a0", "'", all[0].sessionID, try unwrap(fake)] {
                    try expectEqual(try await store.sessionID(ofAssignment: nobody), nil, "\"\(nobody)\"")
                }
            }
        },
        Case("an assignment is found whose id runs ahead of its time") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let start = try log.start()
                let launch = try log.launch(start.id, ["a"])
                // The clock was set back by a day after the last id, and the next ones count on from there.
                let id = UUIDv7Generator().next(at: log.now.advanced(byDays: 1))
                let late = try log.add(
                    .event(.agentLaunch, ["agent": "b", "assignment_id": .string(id), "task_description": "as a"]),
                    to: start.id)
                try await write.commit(start, launch, late)
                try expectEqual(try await store.sessionID(ofAssignment: id), start.id)
            }
        },
    ]
}
