import KillNotes
import RIFOrchestrator

/// One session after the other, each driven by random commands; every answer is noted.
struct Driver {
    let orchestrator: Orchestrator
    var chance: Chance
    /// Commands until it stops by itself; none: until it is killed.
    var limit: Int?
    /// Every transition carries an idempotency key, so that it can be found whatever the caller was told.
    var alwaysKeyed = false
    private var session: SessionHandle?
    private var state = ""
    private var step = 0

    init(_ orchestrator: Orchestrator, seed: UInt64, limit: Int?, alwaysKeyed: Bool = false) {
        self.orchestrator = orchestrator
        self.limit = limit
        self.alwaysKeyed = alwaysKeyed
        chance = Chance(seed: seed)
    }

    mutating func run(resuming id: String?) async {
        if let id { await take(orchestrator.session(id)) }
        var done = 0
        while limit.map({ done < $0 }) ?? true {
            done += 1
            do {
                try await act()
            } catch {
                Notebook.write(error, session: session?.id ?? "")
                await readAfterFailure()
            }
        }
    }

    private mutating func take(_ handle: SessionHandle) async {
        do {
            let found = try await handle.current()
            session = found.isFinished ? nil : handle
            state = found.currentState
            step = Int(found.context["step"]?.intValue ?? 0)
        } catch {
            Notebook.write(error, session: handle.id, key: "read")
        }
    }

    /// A write failed; reads must go on, from memory and from the file.
    private mutating func readAfterFailure() async {
        guard let session else { return }
        await take(session)
        do {
            _ = try await orchestrator.decisionHistory(session.id, limit: 5)
            Notebook.write(.done(what: "read"))
        } catch {
            Notebook.write(error, session: session.id, key: "read")
        }
    }

    private mutating func act() async throws(RIFError) {
        guard let session else {
            try await start()
            return
        }
        switch chance.below(24) {
        case 0...10: try await move(session, from: state)
        case 11...13: try await move(session, from: nil)
        case 14, 15: try await moveTwice(session)
        case 16: try await conflict(session)
        case 17, 18: try await launch(session)
        case 19: try await record(session)
        case 20: try await save(session)
        case 21, 22: try await measure(session)
        default: if step > 12 { try await complete(session) } else { try await move(session, from: state) }
        }
    }

    private mutating func start() async throws(RIFError) {
        var context = chance.updates()
        context["step"] = 0
        let handle = try await orchestrator.startSession(
            workflowType: chance.one(of: ["feature_development", "bug_fix"]), priority: chance.below(5),
            context: context)
        Notebook.write(.started(session: handle.id))
        session = handle
        state = "initialized"
        step = 0
    }

    private static let states = ["analyzing", "planning", "implementing", "validating", "in der Prüfung 🦆"]

    private mutating func newKey() -> String { "key-" + String(chance.next(), radix: 36) }

    private mutating func move(_ session: SessionHandle, from: String?) async throws(RIFError) {
        let key = alwaysKeyed || chance.below(3) == 0 ? newKey() : ""
        step += 1
        var updates = chance.updates()
        updates["step"] = .int(Int64(step))
        let to = chance.one(of: Self.states)
        let reason = chance.text()
        let agents = chance.agents()
        let confidence = Double(chance.below(101)) / 100
        let options = CommandOptions(idempotencyKey: key.isEmpty ? nil : key)
        let result: TransitionResult
        do throws(RIFError) {
            result = try await session.transition(
                from: from, to: to, reason: reason, agents: agents, contextUpdates: updates, confidence: confidence,
                options: options)
        } catch {
            Notebook.write(error, session: session.id, key: key)
            await readAfterFailure()
            return
        }
        note(result, session, to: to, key: key)
        state = to
        if !key.isEmpty, chance.below(3) == 0 {
            let again = try await session.transition(
                from: from, to: to, reason: reason, agents: agents, contextUpdates: updates, confidence: confidence,
                options: options)
            if !again.isRepetition || again.decisionID != result.decisionID {
                Notebook.write(.wrong("\(key) was done as \(result.decisionID), then as \(again.decisionID)"))
            }
        }
    }

    private func note(_ result: TransitionResult, _ session: SessionHandle, to: String, key: String) {
        if result.session.currentState != to {
            Notebook.write(.wrong("\(result.decisionID) went to \(result.session.currentState), not to \(to)"))
        }
        Notebook.write(
            .moved(
                session: session.id, decision: result.decisionID, step: step, to: to,
                context: contextHash(result.session.context), key: key))
    }

    /// Two commands under way on one session at once: the second is decided before the first is stored.
    private mutating func moveTwice(_ session: SessionHandle) async throws(RIFError) {
        step += 1
        let keys = [newKey(), newKey()]
        let targets = [chance.one(of: Self.states), chance.one(of: Self.states)]
        let updates: [String: JSONValue] = ["step": .int(Int64(step))]
        let results = await withTaskGroup(of: (Int, Result<TransitionResult, RIFError>).self) { group in
            for index in 0..<2 {
                let (key, to) = (keys[index], targets[index])
                group.addTask {
                    do throws(RIFError) {
                        let result = try await session.transition(
                            to: to, reason: "at once", contextUpdates: updates,
                            options: CommandOptions(idempotencyKey: key))
                        return (index, .success(result))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [Int: Result<TransitionResult, RIFError>]()) { $0[$1.0] = $1.1 }
        }
        for (index, result) in results {
            switch result {
            case .success(let moved): note(moved, session, to: targets[index], key: keys[index])
            case .failure(let error): Notebook.write(error, session: session.id, key: keys[index])
            }
        }
        await take(session)
    }

    private mutating func conflict(_ session: SessionHandle) async throws(RIFError) {
        do throws(RIFError) {
            _ = try await session.transition(from: "nowhere", to: "anywhere", reason: chance.text())
            Notebook.write(.wrong("a transition from nowhere took place in \(session.id)"))
        } catch {
            guard error.code == .stateConflict else { throw error }
            Notebook.write(.refused(session: session.id))
        }
    }

    private mutating func launch(_ session: SessionHandle) async throws(RIFError) {
        let agents = chance.agents()
        guard !agents.isEmpty else { return }
        let ids = try await session.launchAgents(agents, task: chance.text())
        Notebook.write(.launched(session: session.id, assignments: ids.values.sorted()))
        guard let first = ids.values.min(), chance.below(2) == 0 else { return }
        try await session.updateAssignment(first, status: .completed, result: chance.json())
    }

    private mutating func record(_ session: SessionHandle) async throws(RIFError) {
        let id = try await session.recordDecision(
            from: state, to: chance.one(of: Self.states), reason: chance.text(), success: false,
            errorDetails: chance.text())
        Notebook.write(.recorded(session: session.id, decision: id))
    }

    private mutating func save(_ session: SessionHandle) async throws(RIFError) {
        step += 1
        let to = chance.one(of: Self.states)
        var context = chance.updates()
        context["step"] = .int(Int64(step))
        let saved = try await session.saveState(
            SaveStateCommand(
                currentState: to, context: context, history: [["state": .string(to), "by": "save_state"]],
                agentAssignments: ["RIF-Analyst": "active"]))
        Notebook.write(.saved(session: session.id, to: to, context: contextHash(saved.context)))
        state = to
    }

    private mutating func measure(_ session: SessionHandle) async throws(RIFError) {
        let id = try await session.recordMetric(
            type: "quality", name: "coverage", value: Double(chance.below(1000)) / 10, metadata: chance.json())
        Notebook.write(.measured(session: session.id, metric: id))
    }

    private mutating func complete(_ session: SessionHandle) async throws(RIFError) {
        let outcome = chance.one(of: [Outcome.completed, .failed, .cancelled])
        try await session.complete(outcome, finalContext: chance.updates())
        Notebook.write(.completed(session: session.id, outcome: outcome.rawValue))
        self.session = nil
    }
}
