import RIFOrchestrator
import Synchronization

/// Reads the database away from the screen, one reading at a time: asks its owner, or opens the file, reads one snapshot,
/// and closes it.
final class TopReader: Sendable {
    private struct State {
        var isReading = false
        var events: [TopScreen.Event] = []
        var stuck: Set<String> = []
        var stuckReadAt: ContinuousClock.Instant?
    }

    private let location: Location
    private let state = Mutex(State())
    /// Memory grows over many readings, and an alert is true since the first of them.
    private let record: MonitorRecord

    /// How long one reading waits for a writer. It is tried again at once; this is how soon the screen says so.
    private static let patience: Duration = .seconds(1)
    /// What hangs is judged from all decisions of a day, which is too much for every second.
    private static let stuckEvery: Duration = .seconds(15)

    static let sections: Set<DashboardSection> = [
        .activeWorkflows, .stateDistribution, .recentDecisions, .systemHealth,
    ]

    init(_ location: Location) {
        self.location = location
        record = MonitorRecord(configuration: location.settings.monitoring)
    }

    var isReading: Bool { state.withLock { $0.isReading } }

    /// What has been read since it was last asked.
    func take() -> [TopScreen.Event] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// Begins to read, unless it does already. `finished` is called on another thread.
    func begin(details id: String?, finished: @escaping @Sendable () -> Void) {
        let isFree = state.withLock { state in
            defer { state.isReading = true }
            return !state.isReading
        }
        guard isFree else { return }
        Task {
            let events = await events(details: id)
            state.withLock { state in
                state.isReading = false
                state.events += events
            }
            finished()
        }
    }

    private func events(details id: String?) async -> [TopScreen.Event] {
        do {
            if let owner = location.realPath.flatMap({ OwnerClient(database: $0) }) {
                do {
                    return try await owner.read(details: id).events
                } catch is OwnerClient.Lost {
                    // It has just ended: the file can be read from here on.
                }
            }
            return try await location.reading(patience: Self.patience, record: record) {
                try await self.reading(details: id, $0).events
            }
        } catch {
            return [.failed(error as? RIFError ?? RIFError(.storageUnavailable, "\(error)"))]
        }
    }

    /// One moment of the database, and one session of it in full.
    func reading(details id: String?, _ orchestrator: Orchestrator) async throws -> TopReading {
        let snapshot = try await snapshot(orchestrator)
        guard let id else { return TopReading(snapshot: snapshot) }
        return TopReading(snapshot: snapshot, details: try await Self.details(of: id, orchestrator))
    }

    func snapshot(_ orchestrator: Orchestrator) async throws -> TopSnapshot {
        let dashboard = try await orchestrator.dashboard(sections: Self.sections)
        let counts = try await orchestrator.counts()
        let last = state.withLock { $0.stuckReadAt }
        if last.map({ ContinuousClock.now - $0 > Self.stuckEvery }) ?? true {
            let stuck = try await orchestrator.insight().stuck.map(\.listing.sessionID)
            state.withLock { state in
                state.stuck = Set(stuck)
                state.stuckReadAt = .now
            }
        }
        return TopSnapshot(
            dashboard, totalDecisions: Int64(counts.decisions), stuck: state.withLock { $0.stuck })
    }

    private static func details(of id: String, _ orchestrator: Orchestrator) async throws -> TopDetails {
        let session: Session?
        do throws(RIFError) {
            session = try await orchestrator.session(id).current()
        } catch {
            guard error.code == .notFound else { throw error }
            session = nil
        }
        let decisions = try await orchestrator.decisionHistory(id, limit: TopDetails.limit)
        return TopDetails(id: id, session: session, decisions: decisions)
    }
}
