import RIFModel
import RIFOrchestrator
import Synchronization

/// Counts what the engine's own figures leave out, from the live events since the server was started.
final class EventMetrics: Sendable {
    struct Counts: Sendable {
        var started: UInt64 = 0
        var ended: [String: UInt64] = [:]
        var launches: [String: UInt64] = [:]
    }

    /// Most events are of these types, which the engine counts itself.
    static let uncounted: Set<EventType> = [.stateTransition, .decisionRecorded, .transitionError]

    /// Anybody can think of names of agents; further ones are counted together.
    static let mostAgents = 100
    static let others = "other"

    private let counts = Mutex(Counts())

    var snapshot: Counts { counts.withLock { $0 } }

    /// Counts until the events end, or the task is cancelled.
    func follow(_ events: EventStream) async {
        do {
            for try await event in events { count(event) }
        } catch {
            // Only the counters stand still; the engine says in the log why the events ended.
        }
    }

    func count(_ event: Event) {
        // Those that somebody reported by hand belong to no session, or carry other data.
        guard event.sessionID != nil else { return }
        counts.withLock { counts in
            switch EventType(rawValue: event.eventType) {
            case .sessionStart: counts.started += 1
            case .workflowComplete:
                if let outcome = event.data["outcome"]?.stringValue, Outcome(rawValue: outcome) != nil {
                    counts.ended[outcome, default: 0] += 1
                }
            case .agentLaunch:
                guard let agent = event.data["agent"]?.stringValue else { return }
                let isKnown = counts.launches[agent] != nil || counts.launches.count < Self.mostAgents
                counts.launches[isKnown ? agent : Self.others, default: 0] += 1
            default: break
            }
        }
    }
}
