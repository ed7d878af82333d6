import RIFModel
import RIFOrchestrator
import Synchronization

/// Whether a commit can be made now. Anybody may ask, so an answer serves for a second: asking often makes no work.
final class Readiness: Sendable {
    private struct Answer {
        var at: ContinuousClock.Instant
        var problem: RIFError?
    }

    static let lifetime: Duration = .seconds(1)

    private let last = Mutex<Answer?>(nil)

    /// - Throws: `storage_unavailable` where none can be made.
    func check(
        at now: ContinuousClock.Instant = .now, _ probe: () async throws(RIFError) -> Void
    ) async throws(RIFError) {
        if let last = last.withLock({ $0 }), now - last.at < Self.lifetime {
            if let problem = last.problem { throw problem }
            return
        }
        var problem: RIFError?
        do throws(RIFError) {
            try await probe()
        } catch {
            problem = error
        }
        last.withLock { $0 = Answer(at: now, problem: problem) }
        if let problem { throw problem }
    }
}
