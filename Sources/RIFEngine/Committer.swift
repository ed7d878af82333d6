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
    /// As it was last looked at.
    private var logBytes: Int64 = 0
    private var snapshotDue: DispatchTime?
    /// Not before this, after snapshots that took long.
    private var nextSnapshot = DispatchTime.now()
    /// The store could not be reopened after an error: every batch tries again before anything else.
    private var mustReopen = false
    /// When to try again, where nobody asks for anything meanwhile: readers wait for it, too.
    private var nextReopen = DispatchTime.now()
    /// What a reopening failed with last: the same is not logged every second.
    private var lastReopenError: StoreError?
    /// Not before this, after a checkpoint that failed: most fail for want of disk, and will again.
    private var nextCheckpoint = DispatchTime.now()

    /// Of the writing thread's time, one part in so many may go to snapshots.
    private static let snapshotShare = 15
    private static let pauseAfterFailure = DispatchTimeInterval.seconds(5)

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
                engine.giveRoom()
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
            state.statistics.logBytes = logBytes
            if snapshotDue == nil, !state.dirty.isEmpty {
                snapshotDue = max(.now() + engine.policy.snapshotDelay.dispatch, nextSnapshot)
            }
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
        checkpointIfDue(isIdle: true)
        if let due {
            _ = engine.wakeUp.wait(timeout: due)
        } else {
            engine.wakeUp.wait()
        }
        engine.state.withLock { $0.isWriterAsleep = false }
    }

    // MARK: - Commit

    private func commit(_ batch: [EngineState.QueuedWrite]) {
        guard reopen(orFail: batch[...]) else { return }
        do throws(StoreError) {
            CrashPoint.beforeCommit.pass()
            let duration = try timed(batch)
            gathering.lastCommit = duration
            CrashPoint.afterCommit.pass()
            succeed(batch, after: duration)
        } catch {
            if error.kind == .outcomeUnknown {
                resolve(batch, after: error)
            } else if batch.count == 1 {
                fail(batch[...], error)
            } else {
                commitOneByOne(batch)
            }
        }
    }

    /// Commits, and says how many nanoseconds it took.
    private func timed(_ batch: [EngineState.QueuedWrite]) throws(StoreError) -> UInt64 {
        let begin = DispatchTime.now()
        try writer.commit(batch.map(\.write))
        return DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds
    }

    /// One bad write must fail alone: the batch was rolled back, so each is tried by itself, in order.
    private func commitOneByOne(_ batch: [EngineState.QueuedWrite]) {
        for (index, write) in batch.enumerated() {
            guard !failIfStale(write) else { continue }
            guard reopen(orFail: batch[index...]) else { return }
            do throws(StoreError) {
                succeed([write], after: try timed([write]))
            } catch {
                if error.kind == .outcomeUnknown { resolve([write], after: error) } else { fail([write], error) }
            }
        }
    }

    /// Whether the store can be written to. Else the writes fail, of which nothing has been tried: to try them one by one
    /// would only meet the same error each time.
    private func reopen(orFail writes: ArraySlice<EngineState.QueuedWrite>) -> Bool {
        do throws(StoreError) {
            try reopenIfNeeded()
            return true
        } catch {
            fail(writes, error)
            return false
        }
    }

    /// A write that depends on one that failed, or a repetition of one, which shares its fate.
    private func failIfStale(_ write: EngineState.QueuedWrite) -> Bool {
        let stale = engine.state.withLock { state in
            let stale = state.staleness(of: write)
            if stale != nil { state.fail(write) }
            return stale
        }
        if let stale { write.resume(stale) }
        return stale != nil
    }

    /// - Parameter duration: nanoseconds of the commit; none where it broke off, and was found to have succeeded.
    private func succeed(_ batch: [EngineState.QueuedWrite], after duration: UInt64? = nil) {
        engine.state.withLock { state in
            if let duration { state.statistics.commitSeconds.observe(Double(duration) / 1e9) }
            for write in batch { state.commit(write) }
        }
        engine.feed.publish(batch.lazy.flatMap(\.write.entries))
        for write in batch { write.resume() }
    }

    /// Nothing of these writes is stored.
    private func fail(_ writes: ArraySlice<EngineState.QueuedWrite>, _ error: StoreError) {
        engine.logger.error("writes failed", metadata: ["writes": "\(writes.count)", "error": "\(error)"])
        engine.state.withLock { state in
            // One that was refused for its own sake says nothing of the next.
            if error.kind != .rejected { state.writeProblem = error }
            for write in writes { state.fail(write) }
        }
        for write in writes { write.resume(error.rifError) }
    }

    /// The commit failed, so the writes may be stored or not: only the reopened store can tell.
    private func resolve(_ batch: [EngineState.QueuedWrite], after error: StoreError) {
        engine.logger.error("the outcome of a commit is unknown; reopening", metadata: ["error": "\(error)"])
        mustReopen = true
        let lost = StoreError(.failed, "this was not stored: \(error.message)", remedy: error.remedy)
        var open = batch[...]
        do throws(StoreError) {
            try reopenIfNeeded()
            while let write = open.first {
                guard !failIfStale(write) else {
                    open.removeFirst()
                    continue
                }
                let isCommitted = try writer.isCommitted(write.write)
                open.removeFirst()
                if isCommitted { succeed([write]) } else { fail([write], lost) }
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
            "it is not known whether this was stored\(first.isDiskFull ? ", for the disk is full" : ""); once the "
                + "database is mended, ask again with the same idempotency key",
            diagnosis: "it is not known whether this was stored: \(first.message); then the database could not be "
                + "reopened: \(second). Once that is mended, ask again with the same idempotency key")
        engine.state.withLock { state in
            state.mustReopen = true
            state.writeProblem = first
            for write in writes { state.forget(write) }
        }
        for write in writes { write.resume(answer) }
    }

    func reopenIfNeeded() throws(StoreError) {
        guard mustReopen else { return }
        engine.logger.debug("reopening the database")
        try writer.reopen()
        lastSequence = max(lastSequence, try writer.lastSequence())
        // Only now: whoever comes before this must try again.
        mustReopen = false
        engine.state.withLock { state in
            state.mustReopen = false
            state.reopenings += 1
        }
        // What was stored without our knowing is in the log, not in the ring.
        engine.feed.reset(through: lastSequence)
        engine.reloadForgottenSoon()
    }

    /// For a read that met an error after which the database answers nobody: reopens it, unless somebody has done so
    /// since the read began.
    func reopen(after error: StoreError, unlessAfter reopenings: UInt64) throws(StoreError) {
        guard engine.state.withLock({ $0.reopenings }) == reopenings else { return }
        engine.logger.error("a read broke the database; reopening", metadata: ["error": "\(error)"])
        mustReopen = true
        try reopenIfNeeded()
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
            lastReopenError = nil
        } catch {
            let level: Logger.Level = error == lastReopenError ? .debug : .error
            lastReopenError = error
            engine.logger.log(
                level: level, "the database could not be reopened; it is tried again",
                metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Duties

    private func saveSnapshotsIfDue() {
        guard let due = snapshotDue, due <= .now() else { return }
        snapshotDue = nil
        let begin = DispatchTime.now()
        do throws(StoreError) {
            try saveSnapshots()
            // Where many sessions move at once, saving must not take the time that their commits need.
            let took = DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds
            nextSnapshot = .now() + .nanoseconds(Int(took) * Self.snapshotShare)
        } catch {
            // They stay due: the log has everything, and the next attempt or the next open folds it.
            snapshotDue = .now() + Self.pauseAfterFailure
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
            engine.state.withLock { $0.endSaving(succeeded: true) }
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
            engine.state.withLock { $0.endSaving(succeeded: true) }
            engine.logger.debug(
                "snapshots were written", metadata: ["sessions": "\(states.count)", "folded through": "\(folded)"])
        } catch {
            noteUnusable(error)
            engine.state.withLock { $0.endSaving(succeeded: false) }
            throw error
        }
    }

    private func checkpointIfDue(isIdle: Bool) {
        let limit = isIdle ? engine.policy.idleCheckpointBytes : engine.policy.forcedCheckpointBytes
        let bytes = writer.uncheckpointedBytes
        logBytes = bytes
        guard bytes > limit, nextCheckpoint <= .now() else { return }
        do throws(StoreError) {
            try reopenIfNeeded()
            engine.logger.debug("making a checkpoint", metadata: ["bytes": "\(bytes)", "idle": "\(isIdle)"])
            try writer.checkpoint()
        } catch {
            nextCheckpoint = .now() + Self.pauseAfterFailure
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
