import RIFModel
import RIFStore

extension StoreConformance {
    /// Commits what a broken program might, and expects the check to name the session.
    private static func broken(
        _ name: String,
        _ make: @escaping @Sendable (SampleLog, String) throws -> (writes: [Write], snapshots: [Snapshot])
    ) -> Case {
        Case("the integrity check reports \(name)") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let healthy = try log.start()
                let sick = try log.start()
                try await write.commit(healthy, sick)
                let (writes, snapshots) = try make(log, sick.id)
                try await write.commit(writes)
                try await write.save(snapshots.isEmpty ? log.snapshots() : snapshots, through: log.sequence)
                let report = try await store.checkIntegrity(sessionID: nil, now: log.now)
                try expect(!report.isValid, "the report is clean: \(report)")
                try expect(report.errors.contains { $0.contains(sick.id) || $0.contains("nobody") }, "\(report.errors)")
                try expect(!report.errors.contains { $0.contains(healthy.id) }, "\(report.errors)")
                try expect(try await store.checkIntegrity(sessionID: healthy.id, now: log.now).isValid)
            }
        }
    }

    static let integrityCases: [Case] = [
        Case("healthy data has no errors") { fixture in
            try await withStore(fixture) { store, write in
                let log = SampleLog()
                let first = try log.start()
                let second = try log.start()
                let saved = SaveStateCommand(
                    currentState: "anything at all", context: ["x": Hostile.json],
                    history: [["state": "?"], "odd", ["timestamp": "yesterday"]], agentAssignments: ["x": "dreaming"])
                try await write.commit(
                    first, second, try log.transition(first.id, to: "a", agents: ["x"]),
                    try log.transition(first.id, to: "b", from: "wrong"), try log.record(first.id, from: "q", to: "r"),
                    try log.perform(on: second.id) { state, _ in
                        try SessionRules.saveState(saved, on: state, limits: .standard)
                    },
                    try log.transition(second.id, to: "a", from: "anything at all"), try log.launch(second.id, ["y"]),
                    log.event("noticed", 1, about: second.id), log.event("noticed", 1), try log.metric(first.id),
                    try log.complete(second.id), try log.metric(second.id),
                    try log.transition(second.id, to: "late"))
                for isFolded in [false, true] {
                    if isFolded { try await write.save(log.snapshots(), through: log.sequence) }
                    let report = try await store.checkIntegrity(sessionID: nil, now: log.now)
                    try expectEqual(report.errors, [])
                    try expectEqual(report.sessionsChecked, 2)
                    try expectEqual(report.timestamp, log.now)
                    let one = try await store.checkIntegrity(sessionID: first.id, now: log.now)
                    try expectEqual(one.errors, [])
                    try expectEqual(one.sessionsChecked, 1)
                }
            }
        },
        broken("decisions of a session that does not exist") { log, id in
            var write = try log.record(id, from: "a", to: "b")
            write.entries[0].sessionID = "nobody"
            if case .decision(var decision, let effect) = write.entries[0].body {
                decision.sessionID = "nobody"
                write.entries[0].body = .decision(decision, effect)
            }
            return ([write], [])
        },
        broken("metrics of a session that does not exist") { log, id in
            var write = try log.metric(id)
            write.metrics[0].metric.sessionID = "nobody"
            return ([write], [])
        },
        broken("a row that disagrees with the log") { log, id in
            let write = try log.transition(id, to: "a")
            var snapshot = Snapshot(try log.state(id))
            snapshot.listing.currentState = "elsewhere"
            return ([write], [snapshot])
        },
        broken("a number that is left out of a session's log") { log, id in
            _ = try log.transition(id, to: "lost")
            return ([try log.transition(id, to: "b")], [])
        },
        broken("a time that runs backwards") { log, id in
            let body = LogEntry.Body.event(.sessionRecovery, ["current_state": "initialized"])
            return ([try log.add(body, to: id, at: log.now.advanced(by: -1_000_000))], [])
        },
        broken("a transition after the end") { log, id in
            let end = try log.complete(id)
            let decision = Decision(
                decisionID: log.newID(), sessionID: id, fromState: "completed", toState: "a", reason: "",
                agentsSelected: [], confidence: 1, executionTimeMS: 0, success: true, errorDetails: nil,
                timestamp: log.now.advanced(by: 1))
            return ([end, try log.add(.decision(decision, DecisionEffect(kind: .transition)), to: id)], [])
        },
    ]
}
