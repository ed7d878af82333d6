import Dispatch
import Logging
import RIFModel
import RIFStore
import Synchronization

/// The writing thread: takes everything that has queued while the last commit ran, and commits it in one transaction.
///
/// There is no `await` here: between the begin and the commit of a transaction nothing else can happen on the thread.
final class Committer {
    private let engine: Engine
    let writer: any StoreWriter
    private var lastSequence: Int64 = 0
    private var foldedThrough: Int64 = 0
    private var gathering = Gathering()
    private var snapshotDue: DispatchTime?
    /// The store could not be reopened after an error: every batch tries again before anything else.
    private var mustReopen = false
    /// When to try again, where nobody asks for anything meanwhile: readers wait for it, too.
    private var nextReopen = DispatchTime.now()

    init(engine: Engine, writer: any StoreWriter) {
        self.engine = engine
        self.writer = writer
    }

    private enum Work {
        case batch([EngineState.QueuedWrite], stale: [(EngineState.QueuedWrite, RIFError)])
        case job(EngineState.Job)
        case idle(until: DispatchTime?)
        case stop
    }

    /// Runs until the engine stops and nothing is queued.
    func run(started: (Result<Void, StoreError>) -> Void) {
        do throws(StoreError) {
            lastSequence = try writer.lastSequence()
            if !engine.policy.preloadsFeed { engine.feed.reset(through: lastSequence) }
            engine.state.withLock { $0.committedThrough = max($0.committedThrough, lastSequence) }
            started(.success(()))
        } catch {
            started(.failure(error))
            return
        }
        while true {
            switch nextWork() {
            case .stop:
                saveLastSnapshots()
                return
            case .batch(let batch, let stale):
                for (write, error) in stale { write.resume(error) }
                if !batch.isEmpty { commit(batch) }
                giveRoom()
                gathering.gather(after: batch.count, in: engine)
            case .job(let job):
                job.run(self)
            case .idle(let due):
                sleep(until: due)
            }
            reopenIfDue()
            saveSnapshotsIfDue()
            checkpointIfDue(isIdle: false)
        }
    }

    private func nextWork() -> Work {
        engine.state.withLock { state in
            if snapshotDue == nil, !state.dirty.isEmpty { snapshotDue = .now() + engine.policy.snapshotDelay.dispatch }
            if let job = state.takeJob() { return .job(job) }
            if !state.queue.isEmpty {
                let (batch, stale) = state.takeBatch(engine.policy, nextSequence: &lastSequence)
                return .batch(batch, stale: stale)
            }
            if state.phase == .stopped { return .stop }
            state.isWriterAsleep = true
            return .idle(until: [snapshotDue, mustReopen ? nextReopen : nil].compactMap { $0 }.min())
        }
    }

    private func sleep(until due: DispatchTime?) {
        if writer.uncheckpointedBytes > engine.policy.idleCheckpointBytes { checkpointIfDue(isIdle: true) }
        if let due {
            _ = engine.wakeUp.wait(timeout: due)
        } else {
            engine.wakeUp.wait()
        }
        engine.state.withLock { $0.isWriterAsleep = false }
    }

    // MARK: - Commit

    private func commit(_ batch: [EngineState.QueuedWrite]) {
        do throws(StoreError) {
            try reopenIfNeeded()
        } catch {
            // Nothing of it has been tried, and trying write by write would only wait for the same error each time.
            for write in batch { fail(write, error) }
            return
        }
        do throws(StoreError) {
            CrashPoint.beforeCommit.pass()
            let begin = DispatchTime.now()
            try writer.commit(batch.map(\.write))
            gathering.lastCommit = DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds
            CrashPoint.afterCommit.pass()
            succeed(batch)
        } catch {
            if error.kind == .outcomeUnknown {
                resolve(batch, after: error)
            } else if batch.count == 1 {
                fail(batch[0], error)
            } else {
                commitOneByOne(batch)
            }
        }
    }

    /// One bad write must fail alone: the batch was rolled back, so each is tried by itself, in order.
    private func commitOneByOne(_ batch: [EngineState.QueuedWrite]) {
        for write in batch {
            if let error = engine.state.withLock({ $0.staleness(of: write) }) {
                engine.state.withLock { $0.fail(write) }
                write.resume(error)
                continue
            }
            do throws(StoreError) {
                try reopenIfNeeded()
                try writer.commit([write.write])
                succeed([write])
            } catch {
                if error.kind == .outcomeUnknown { resolve([write], after: error) } else { fail(write, error) }
            }
        }
    }

    private func succeed(_ batch: [EngineState.QueuedWrite]) {
        engine.state.withLock { state in
            for write in batch { state.commit(write) }
        }
        engine.feed.publish(batch.lazy.flatMap(\.write.entries))
        for write in batch { write.resume() }
    }

    private func fail(_ write: EngineState.QueuedWrite, _ error: StoreError) {
        engine.logger.error("a write failed", metadata: ["error": "\(error)"])
        engine.state.withLock { $0.fail(write) }
        write.resume(error.rifError)
    }

    /// The commit failed, so the writes may be stored or not: only the reopened store can tell.
    private func resolve(_ batch: [EngineState.QueuedWrite], after error: StoreError) {
        engine.logger.error("the outcome of a commit is unknown; reopening", metadata: ["error": "\(error)"])
        mustReopen = true
        var open = batch[...]
        do throws(StoreError) {
            try reopenIfNeeded()
            while let write = open.first {
                // A repetition writes nothing of its own: it shares the fate of the write before it.
                if let stale = engine.state.withLock({ $0.staleness(of: write) }) {
                    engine.state.withLock { $0.fail(write) }
                    write.resume(stale)
                    open.removeFirst()
                    continue
                }
                let isCommitted = try writer.isCommitted(write.write)
                open.removeFirst()
                if isCommitted { succeed([write]) } else { fail(write, error) }
            }
        } catch let second {
            mustReopen = true
            forget(open, error, second)
        }
    }

    /// Nobody may be told a wrong outcome, so those whose outcome cannot be known yet are told just that.
    private func forget(_ writes: ArraySlice<EngineState.QueuedWrite>, _ first: StoreError, _ second: StoreError) {
        let answer = RIFError(
            .storageUnavailable,
            "it is not known whether this was stored: \(first.message); then the database could not be reopened: "
                + "\(second). Once that is mended, ask again with the same idempotency key")
        engine.state.withLock { state in
            state.mustReopen = true
            for write in writes { state.forget(write) }
        }
        for write in writes { write.resume(answer) }
    }

    func reopenIfNeeded() throws(StoreError) {
        guard mustReopen else { return }
        try writer.reopen()
        mustReopen = false
        engine.state.withLock { $0.mustReopen = false }
        lastSequence = max(lastSequence, try writer.lastSequence())
        // What was stored without our knowing is in the log, not in the ring.
        engine.feed.reset(through: lastSequence)
        engine.reloadForgotten()
    }

    /// After some errors the database answers nobody any more, neither writers nor readers, until it was reopened.
    func noteUnusable(_ error: StoreError) {
        if error.kind == .outcomeUnknown { mustReopen = true }
    }

    private func reopenIfDue() {
        guard mustReopen, nextReopen <= .now() else { return }
        nextReopen = .now() + .seconds(1)
        do throws(StoreError) {
            try reopenIfNeeded()
        } catch {
            engine.logger.error("the database could not be reopened", metadata: ["error": "\(error)"])
        }
    }

    private func giveRoom() {
        let waiting = engine.state.withLock { $0.takeWaiting(engine.policy) }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    // MARK: - Duties

    private func saveSnapshotsIfDue() {
        guard let due = snapshotDue, due <= .now() else { return }
        snapshotDue = nil
        do throws(StoreError) {
            try saveSnapshots()
        } catch {
            // They stay due: the log has everything, and the next attempt or the next open folds it.
            engine.logger.warning("snapshots could not be written", metadata: ["error": "\(error)"])
        }
    }

    private func saveLastSnapshots() {
        do throws(StoreError) {
            try saveSnapshots()
        } catch {
            // The next open folds them from the log.
            engine.logger.warning("snapshots could not be written at the end", metadata: ["error": "\(error)"])
        }
    }

    /// Brings every snapshot up to date that is behind what was acknowledged.
    func saveSnapshots() throws(StoreError) {
        let (states, through, isComplete) = engine.state.withLock { $0.takeDirty() }
        guard !states.isEmpty else {
            engine.state.withLock { $0.isSavingSnapshots = false }
            return
        }
        do throws(StoreError) {
            try reopenIfNeeded()
            CrashPoint.beforeSnapshot.pass()
            let folded = isComplete ? max(foldedThrough, through) : foldedThrough
            try writer.save(states.map(Snapshot.init), foldedThrough: folded)
            // Only now: a later save that is not complete must not claim what this one failed to write.
            foldedThrough = folded
            CrashPoint.afterSnapshot.pass()
            engine.state.withLock { $0.isSavingSnapshots = false }
        } catch {
            noteUnusable(error)
            engine.state.withLock { state in
                state.isSavingSnapshots = false
                for session in states { state.dirty.insert(session.sessionID) }
            }
            throw error
        }
    }

    private func checkpointIfDue(isIdle: Bool) {
        let limit = isIdle ? engine.policy.idleCheckpointBytes : engine.policy.forcedCheckpointBytes
        guard writer.uncheckpointedBytes > limit else { return }
        do throws(StoreError) {
            try reopenIfNeeded()
            try writer.checkpoint()
        } catch {
            noteUnusable(error)
            engine.logger.warning("a checkpoint failed; the log keeps growing", metadata: ["error": "\(error)"])
        }
    }
}

extension Duration {
    var dispatch: DispatchTimeInterval {
        .nanoseconds(Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000))
    }
}
