import RIFOrchestrator
import Synchronization

/// What `rif run` shows: lines while it goes on, and a summary at the end.
final class RunDisplay: Sendable {
    private struct State {
        var lines: RunLines
        var seen: Int64 = 0
    }

    private let isJSON: Bool
    private let state: Mutex<State>

    init(isJSON: Bool) {
        self.isJSON = isJSON
        let terminal: Terminal = isJSON ? .standardError : .standardOutput
        state = Mutex(State(lines: RunLines(namesSessions: false, terminal: terminal)))
    }

    private var terminal: Terminal { isJSON ? .standardError : .standardOutput }

    /// Something about the command itself.
    func note(_ text: String) { Terminal.standardError.line("rif: " + text) }

    func begin(_ ids: [String], note location: Location) {
        let short = Abbreviation(ids)
        state.withLock { state in
            state.lines.namesSessions = ids.count > 1
            state.lines.shortened = Dictionary(ids.map { ($0, short($0)) }) { first, _ in first }
        }
        if ids.count == 1 { terminal.line("session \(terminal.style(ids[0], .bold))") }
        if ids.isEmpty { terminal.line("Nothing to do: no unfinished session follows a workflow.") }
    }

    /// Each event once, in its order.
    func show(_ event: Event) {
        let line = state.withLock { state -> String? in
            guard event.sequence > state.seen else { return nil }
            state.seen = event.sequence
            return state.lines.line(event)
        }
        if let line { terminal.line(line) }
        _ = Terminal.flush()
    }

    var shownThrough: Int64 { state.withLock { $0.seen } }

    /// Waits until an event has been shown.
    func caughtUp(with sequence: Int64, atMost limit: Duration) async {
        // clock: what is shown last is worth a moment, and no more.
        let deadline = ContinuousClock.now + limit
        while shownThrough < sequence, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Prints what the sessions came to.
    ///
    /// - Returns: what to exit with.
    func summarize(_ ids: [String], _ orchestrator: Orchestrator, isAll: Bool) async throws(RIFError) -> Int32 {
        var summaries: [RunSummary] = []
        for id in ids {
            let summary = try await orchestrator.summary(id)
            let waiting = summary.session.isFinished ? nil : try await orchestrator.session(id).explain()["waiting_for"]
            summaries.append(
                RunSummary(json: summary.json, waitingFor: waiting?.stringValue))
        }
        return summarize(summaries, isAll: isAll)
    }

    func summarize(_ summaries: [RunSummary], isAll: Bool) -> Int32 {
        if isJSON {
            let documents = summaries.map(\.json)
            let json: JSONValue = isAll ? ["sessions": .array(documents)] : documents.first ?? [:]
            Terminal.standardOutput.line(json.pretty())
        } else {
            for summary in summaries { terminal.line(summary.line(terminal)) }
        }
        return RunSummary.exitCode(summaries)
    }
}

/// What a session came to, as it goes from whoever drove it to whoever asked.
struct RunSummary: Sendable {
    /// The summary of contract 3.
    var json: JSONValue
    /// For what it waits; none where it has ended.
    var waitingFor: String?

    /// 0 where all have completed, 1 where any failed or was cancelled, 6 where any waits.
    static func exitCode(_ summaries: [RunSummary]) -> Int32 {
        let outcomes = summaries.map { $0.json["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) }
        if outcomes.contains(where: { $0 == .failed || $0 == .cancelled }) { return 1 }
        return outcomes.allSatisfy { $0 == .completed } ? 0 : 6
    }

    func line(_ terminal: Terminal) -> String {
        let id = json["session_id"]?.stringValue ?? ""
        let state = Text.visible(json["current_state"]?.stringValue ?? "")
        let steps = json["total_decisions"]?.intValue ?? 0
        let time = Times.duration(milliseconds: json["total_duration_ms"]?.intValue ?? 0)
        switch json["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:)) {
        case .completed:
            return terminal.style("completed", .green) + " in \(state): \(Text.count(steps, "step")), \(time)"
        case .failed: return terminal.style("failed", .red) + " in \(state): 'rif history \(id)' says why"
        case .cancelled: return terminal.style("cancelled", .yellow) + " in \(state)"
        case nil: return "stays in \(terminal.style(state, .bold)), and waits for \(waitingFor ?? "somebody")"
        }
    }
}
