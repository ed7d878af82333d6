import RIFModel
import RIFStore

extension StoreConformance {
    static let analyticsCases: [Case] = [
        Case("a store has the aggregates that it declares") { fixture in
            try await withStore(fixture) { store, _ in
                try expectEqual(store is any AnalyticsStore, fixture.hasAnalytics)
            }
        },
        Case("figures worked out by hand") { fixture in try await withAnalytics(fixture, figuresByHand) },
        Case("dashboards follow the log, whatever happens and whichever sections are looked at") { fixture in
            let log = SampleLog()
            var dice = Dice(seed: 20_261_122)
            var removed: Set<String> = []
            for _ in 0..<(fixture.isPersistent ? 2 : 1) {
                // Opened again each time: what a reader kept must not outlive the file that it was read from.
                try await withAnalytics(fixture) { store, write in
                    for round in 0..<8 {
                        let writes = try log.work(&dice, steps: 1 + dice.roll(40))
                        try await write.commit(writes)
                        if round % 4 == 3 {
                            removed.formUnion(try await write.cleanUp(before: log.now.advanced(byDays: -2), log))
                        }
                        try await write.save(log.snapshots(without: removed), through: log.sequence)
                        try await compare(store, log, removed, &dice)
                    }
                }
            }
        },
        Case("a dashboard after more new decisions than are looked at one by one") { fixture in
            try await withAnalytics(fixture) { store, write in
                let log = SampleLog()
                var dice = Dice(seed: 7)
                try await write.commit(try log.work(&dice, steps: 100))
                try await write.save(log.snapshots(), through: log.sequence)
                try await compare(store, log, [], &dice)
                let session = try log.start()
                try await write.commit(session)
                for _ in 0..<5 {
                    let writes = try (0..<2001).map { number in
                        try log.record(session.id, from: "a", to: "b", time: Int64(number))
                    }
                    try await write.commit(writes)
                }
                try await write.save(log.snapshots(), through: log.sequence)
                try await compare(store, log, [], &dice)
            }
        },
        Case("last decisions with more text than is kept") { fixture in
            try await withAnalytics(fixture) { store, write in
                let log = SampleLog()
                let reason = String(repeating: "r", count: Limits.standard.reasonBytes)
                var writes: [Write] = []
                for _ in 0...(16 << 20) / reason.utf8.count {
                    let start = try log.start()
                    writes += [start, try log.transition(start.id, to: "a", reason: reason)]
                }
                try await write.commit(writes)
                try await write.save(log.snapshots(), through: log.sequence)
                for _ in 0..<2 {
                    let found = try await store.dashboard(DashboardRequest(now: log.now, sections: [.activeWorkflows]))
                    try expectEqual(found.active.count, log.states.count)
                    try expect(found.active.allSatisfy { $0.lastDecision?.reason == reason })
                    try await write.commit(try log.transition(writes[0].id, to: "b", reason: reason))
                    try await write.save(log.snapshots(), through: log.sequence)
                }
            }
        },
    ]

    private static func withAnalytics(
        _ fixture: any StoreFixture, _ body: (any AnalyticsStore, WriterDriver) async throws -> Void
    ) async throws {
        try await withStore(fixture) { store, write in
            // A store without aggregates has declared that, and another case checks it.
            if let store = store as? any AnalyticsStore { try await body(store, write) }
        }
    }

    /// Asks twice at once, which takes more than one reader, for some sections and for all.
    private static func compare(
        _ store: any AnalyticsStore, _ log: SampleLog, _ removed: Set<String>, _ dice: inout Dice
    ) async throws {
        let some = Set(DashboardSection.allCases.filter { _ in dice.roll(2) == 0 })
        let part = DashboardRequest(now: log.now, sections: some, recentDecisions: 1 + dice.roll(150))
        let whole = DashboardRequest(now: log.now, events: 1 + dice.roll(150))
        async let first = store.dashboard(part)
        async let second = store.dashboard(whole)
        let figures = try await (first, second)
        let naive = NaiveAnalytics(log, without: removed)
        try naive.check(figures.0, part)
        try naive.check(figures.1, whole)
    }

    /// a→b in 100, 200 and 400 ms, the last one failed; b→c in 40 s; c→d eight days before all that.
    private static func figuresByHand(_ store: any AnalyticsStore, _ write: WriterDriver) async throws {
        let log = SampleLog()
        let begin = try log.start(priority: 6)
        let old = try log.record(begin.id, from: "c", to: "d", confidence: 0.5, time: 1000)
        log.now = log.now.advanced(byDays: 8)
        let writes = [
            begin, old, try log.record(begin.id, from: "a", to: "b", confidence: 0.85, time: 100),
            try log.record(begin.id, from: "a", to: "b", confidence: 0.7, time: 200),
            try log.record(begin.id, from: "a", to: "b", success: false, confidence: 0.8, time: 400, error: "broken"),
        ]
        try await write.commit(writes)
        let request = DashboardRequest(now: log.now)
        _ = try await store.dashboard(request)
        try await write.commit(try log.record(begin.id, from: "b", to: "c", confidence: 1, time: 40_000))
        let found = try await store.dashboard(request)
        let path = try found.transitions.first.unwrapped("a transition")
        try expectEqual([path.from, path.to], ["a", "b"])
        try expectEqual(path.p50MS, 200)
        // Interpolated between 200 and 400 at nine tenths of the way.
        try expect(abs(path.p95MS - 380) < 1e-9)
        try expect(abs(path.averageMS - 700.0 / 3) < 1e-9)
        try expectEqual(path.averageConfidence, 0.783333)
        try expectEqual(found.transitions.map(\.count), [3, 1])
        let overall = try found.overall.unwrapped("overall figures")
        try expectEqual([overall.total, overall.successful], [5, 4])
        try expectEqual([overall.minimumExecutionTimeMS, overall.maximumExecutionTimeMS], [100, 40_000])
        try expectEqual(overall.averageExecutionTimeMS, 41_700.0 / 5)
        try expectEqual(overall.averageConfidence, 0.77)
        try expectEqual(found.trends.map(\.decisions), [4])
        try expectEqual(found.trends.first?.successRate, 0.75)
        try expectEqual([found.windowDecisions, found.windowFailures], [4, 1])
        try expectEqual(found.recent.map(\.decision.executionTimeMS), [40_000, 400, 200, 100, 1000])
        try expectEqual([found.activeSessions, found.highPrioritySessions, found.totalSessions], [1, 1, 1])
        try expectEqual(found.active.first?.lastDecision?.executionTimeMS, 40_000)
    }
}

/// Numbers that look random and are the same in every run (the multiplier is Knuth's, MMIX).
struct Dice {
    var seed: UInt64

    /// From 0 to below `sides`.
    mutating func roll(_ sides: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % sides
    }
}

extension Optional {
    fileprivate func unwrapped(_ what: String) throws -> Wrapped {
        guard let self else { throw TestFailure("there is no \(what)") }
        return self
    }
}

extension WriterDriver {
    /// A clean-up, with the rows of sessions brought up to date first, as the engine does.
    fileprivate func cleanUp(before cut: Timestamp, _ log: SampleLog) async throws -> [String] {
        try await save(log.snapshots(), through: log.sequence)
        return try await self { writer throws(StoreError) in try writer.cleanUp(before: cut) }
    }
}

extension SampleLog {
    fileprivate func snapshots(without removed: Set<String>) -> [Snapshot] {
        states.values.filter { !removed.contains($0.sessionID) }.map(Snapshot.init)
    }

    private static let names = ["planning", "implementing", "validating", "in_review"]
    private static let teams = [[], ["X"], ["Y", "X"], ["Z"]]

    /// What a busy week is made of. Between two steps there are up to 40 minutes.
    fileprivate func work(_ dice: inout Dice, steps: Int) throws -> [Write] {
        var active = states.values.filter { $0.outcome == nil }.map(\.sessionID).sorted()
        var writes: [Write] = []
        for _ in 0..<steps {
            now = now.advanced(by: Int64(dice.roll(2_400_000)) * 1000)
            guard !active.isEmpty, dice.roll(16) > 0 else {
                let start = try start(
                    ["standard", "bugfix", "research"][dice.roll(3)], priority: dice.roll(10),
                    context: ["github_issues": .array((0..<dice.roll(3)).map { .int(Int64($0)) })])
                active.append(start.id)
                writes.append(start)
                continue
            }
            let place = dice.roll(active.count)
            writes.append(try step(active[place], &dice))
            if states[active[place]]?.outcome != nil { active.remove(at: place) }
        }
        return writes
    }

    private func step(_ id: String, _ dice: inout Dice) throws -> Write {
        let (from, to) = (Self.names[dice.roll(4)], Self.names[dice.roll(4)])
        let confidence = Double(dice.roll(101)) / 100
        let time = Int64(dice.roll(30_000))
        switch dice.roll(20) {
        case 0...3:
            return try record(id, from: from, to: to, success: dice.roll(4) > 0, confidence: confidence, time: time)
        case 4, 5:
            return try launch(id, Self.teams[1 + dice.roll(3)])
        case 6:
            return try complete(id, [.completed, .failed, .cancelled][dice.roll(3)])
        case 7:
            let command = SaveStateCommand(
                currentState: to, context: ["github_issues": [7]], history: [], agentAssignments: ["Y": "active"])
            return try perform(on: id) { state, _ in
                try SessionRules.saveState(command, on: state, limits: .standard)
            }
        case 8:
            return event("noticed", .int(time), about: id)
        default:
            return try transition(
                id, to: to, agents: Self.teams[dice.roll(4)], confidence: confidence,
                time: dice.roll(3) == 0 ? nil : time)
        }
    }
}
