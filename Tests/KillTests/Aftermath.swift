import KillNotes
import Logging
import RIFOrchestrator
import RIFStoreDuckDB
import Testing

/// Opens what a killed process left, and compares it with what its callers were told.
struct Aftermath {
    let database: String
    /// Told before the kill, by all processes that worked on this database.
    let notes: [Note]
    /// What the run was, for the message of a failure.
    let story: Comment

    @discardableResult
    func check() async throws -> [SessionListing] {
        let store = try await DuckDBStore.open(.file(database), logger: quiet)
        let orchestrator: Orchestrator
        do {
            orchestrator = try await Orchestrator(store: store, logger: quiet)
        } catch {
            await store.close()
            throw error
        }
        do {
            let sessions = try await compare(orchestrator, store)
            try await goOn(orchestrator, sessions)
            await orchestrator.close()
            return sessions
        } catch {
            await orchestrator.close()
            throw error
        }
    }

    private func compare(_ orchestrator: Orchestrator, _ store: DuckDBStore) async throws -> [SessionListing] {
        let report = try await orchestrator.validateIntegrity()
        #expect(report.errors.isEmpty, story)
        let sessions = try await orchestrator.sessions(SessionQuery())
        let metrics = try await Dictionary(
            grouping: store.metrics(sessionID: nil, limit: 1_000_000)
        ) { $0.sessionID }
        let told = Dictionary(grouping: notes) { $0.session }
        let known = Set(sessions.map(\.sessionID))
        for session in told.keys where !session.isEmpty {
            #expect(known.contains(session), "session \(session) was acknowledged and is not there, \(story)")
        }
        for session in sessions {
            try await compare(
                session, orchestrator, store, metrics[session.sessionID] ?? [], told[session.sessionID] ?? [])
        }
        for case .wrong(let text) in notes { Issue.record("\(text), \(story)") }
        return sessions
    }

    private func compare(
        _ listing: SessionListing, _ orchestrator: Orchestrator, _ store: DuckDBStore, _ metrics: [Metric],
        _ told: [Note]
    ) async throws {
        let id = listing.sessionID
        let stored = try #require(try await store.load(id), "session \(id) has a row but no log, \(story)")
        let sequences = stored.entries.compactMap(\.sessionSequence)
        #expect(sequences == Array(1...Int64(max(1, sequences.count))), "the log of \(id) has gaps, \(story)")

        // State = fold of the log, in memory and in the small columns.
        let replay = Replay(stored.entries)
        let state = try #require(try await orchestrator.recoverState(id))
        #expect(state.currentState == replay.state, story)
        #expect(state.outcome?.rawValue == replay.outcome, story)
        #expect(contextHash(state.context) == contextHash(replay.context), story)
        #expect(state.agentAssignments == replay.agents.mapValues { .string($0) }, story)
        #expect(listing.currentState == replay.state, "small columns of \(id), \(story)")
        #expect(listing.outcome?.rawValue == replay.outcome, "small columns of \(id), \(story)")
        #expect(listing.agentAssignments == .object(state.agentAssignments), "small columns of \(id), \(story)")
        #expect(listing.updatedAt == state.updatedAt, "small columns of \(id), \(story)")

        // A launch is its events and its metric, in one piece.
        let launched = metrics.filter { $0.type == "agent_launch" }.reduce(0) { $0 + Int($1.value) }
        #expect(launched == replay.launches, "launches of \(id) are half there, \(story)")

        var refusals = 0
        for note in told {
            switch note {
            case .moved(_, let decision, _, let to, let context, let key):
                let found = replay.after[decision]
                #expect(found != nil, "acknowledged decision \(decision) of \(id) is lost, \(story)")
                #expect(found?.state == to && found?.context == context, "decision \(decision), \(story)")
                if !key.isEmpty { #expect(replay.keys[key] == decision, "key of \(decision), \(story)") }
            case .recorded(_, let decision):
                #expect(replay.recorded.contains(decision), "recorded decision \(decision) is lost, \(story)")
            case .refused: refusals += 1
            case .launched(_, let assignments):
                for assignment in assignments {
                    #expect(replay.assignments[assignment] != nil, "assignment \(assignment) is lost, \(story)")
                }
            case .saved(_, _, let context):
                #expect(replay.saved.contains(context), "a saved state of \(id) is lost, \(story)")
            case .completed(_, let outcome):
                #expect(replay.outcome == outcome, "the end of \(id) is lost, \(story)")
            case .measured(_, let metric):
                #expect(metrics.contains { $0.metricID == metric }, "metric \(metric) is lost, \(story)")
            case .failed(_, let key, let code, let detail) where !key.isEmpty && key != "read":
                // Who was told that nothing was stored must find nothing stored.
                let isUnknown = code == "storage_unavailable" && detail.contains("not known")
                if !isUnknown { #expect(replay.keys[key] == nil, "\(key) failed with \(code), but is there, \(story)") }
            default: break
            }
        }
        #expect(replay.refused >= refusals, "a refused decision of \(id) is lost, \(story)")
    }

    private func goOn(_ orchestrator: Orchestrator, _ sessions: [SessionListing]) async throws {
        let handle: SessionHandle
        if let active = sessions.first(where: { $0.outcome == nil }) {
            handle = orchestrator.session(active.sessionID)
        } else {
            handle = try await orchestrator.startSession()
        }
        let result = try await handle.transition(to: "going on", reason: "after the kill")
        #expect(result.session.currentState == "going on", story)
    }
}

extension Note {
    /// The session that a note is about.
    var session: String {
        switch self {
        case .started(let session), .moved(let session, _, _, _, _, _), .recorded(let session, _),
            .refused(let session), .launched(let session, _), .saved(let session, _, _),
            .completed(let session, _), .measured(let session, _):
            session
        // A failed start has none; a failed command's session was there before.
        case .failed(let session, _, _, _): session
        case .opening, .ready, .done, .wrong: ""
        }
    }

    /// Whether it is the answer to a command that was stored.
    var isAcknowledgement: Bool {
        switch self {
        case .opening, .ready, .done, .wrong, .failed: false
        default: true
        }
    }
}
