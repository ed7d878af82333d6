public import RIFStore
import Synchronization

extension Engine {
    /// Finds out whether a commit can be made now, by making one: on the writing thread, behind what is queued, and down
    /// to the disk. It leaves nothing behind but a bit that changes. Those who ask at the same time share one.
    ///
    /// - Throws: `unwritable` where the disk is full or the engine reads only; `failed` where there is no answer within
    ///   `policy.probeDeadline`; whatever else a commit would meet.
    public func probe() async throws(StoreError) {
        let task = probing.withLock { probing in
            let task =
                probing
                ?? Task { [self] in
                    defer { self.probing.withLock { $0 = nil } }
                    do throws(StoreError) {
                        try await onWriter { committer throws(StoreError) in try committer.writer.probe() }
                        self.state.withLock { $0.writeProblem = nil }
                        return nil
                    } catch {
                        self.state.withLock { $0.writeProblem = error }
                        return error
                    }
                }
            probing = task
            return task
        }
        let deadline = policy.probeDeadline
        let error = await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            let alarm = Task {
                // clock: the deadline is a promise about time. It is cancelled by the answer.
                do { try await Task.sleep(for: deadline) } catch { return }
                answer.give(StoreError(.failed, "the database did not make a commit within \(deadline)"))
            }
            Task {
                answer.give(await task.value)
                alarm.cancel()
            }
        }
        if let error { throw error }
    }
}

extension Engine {
    /// Why nothing can be written, where a write failed and a probe does, too: a full disk lets readers go on as if
    /// nothing were wrong. Costs nothing while no write fails.
    public func writeProblem() async -> StoreError? {
        guard !store.information.isReadOnly, state.withLock({ $0.writeProblem }) != nil else { return nil }
        do throws(StoreError) {
            try await probe()
            return nil
        } catch {
            return error
        }
    }
}

/// The first of several answers counts.
private final class FirstAnswer: Sendable {
    private let continuation: Mutex<CheckedContinuation<StoreError?, Never>?>

    init(_ continuation: CheckedContinuation<StoreError?, Never>) { self.continuation = Mutex(continuation) }

    func give(_ error: StoreError?) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: error)
    }
}
